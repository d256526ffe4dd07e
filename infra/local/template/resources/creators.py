"""The creator of every supported resource type: created on moto, interpreted by the runner, or ignored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from infra.local.template.resources import data, identity, messaging
from infra.local.template.resources.not_created import IGNORED, INTERPRETED, alias, ignored, interpreted
from infra.local.template.stack import Creator

CREATED: Final[Mapping[str, Creator]] = {**data.CREATORS, **identity.CREATORS, **messaging.CREATORS}

CREATORS: Final[Mapping[str, Creator]] = {
    **dict.fromkeys(IGNORED, ignored),
    **{kind: interpreted(attributes) for kind, attributes in INTERPRETED.items()},
    "AWS::Lambda::Alias": alias,
    **CREATED,
}
