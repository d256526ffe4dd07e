"""Every resource type that a template may hold here: created on moto, interpreted by the runner, or left out."""

from collections.abc import Mapping

from infra.local.template.resources import data, identity, messaging
from infra.local.template.resources.not_created import INTERPRETED, LEFT_OUT, alias, interpreted, left_out
from infra.local.template.stack import Creator

CREATED: Mapping[str, Creator] = {**data.CREATORS, **identity.CREATORS, **messaging.CREATORS}

CREATORS: Mapping[str, Creator] = {
    **dict.fromkeys(LEFT_OUT, left_out),
    **{kind: interpreted(attributes) for kind, attributes in INTERPRETED.items()},
    "AWS::Lambda::Alias": alias,
    **CREATED,
}
