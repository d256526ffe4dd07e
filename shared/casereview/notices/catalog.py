"""The messages there are, the version of each text, and the values that one needs.

Whoever owes a notice checks it here, so that what cannot be rendered is refused when the notice is made.
The texts themselves are with their sender, in ``functions/notify/templates``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from casereview.schema.errors import CaseReviewError
from casereview.schema.vocabulary import OfficeTemplateId, TemplateId

OFFICE_VERSIONS: Final[Mapping[OfficeTemplateId, int]] = {"target_passed": 1, "undelivered": 1}
VERSIONS: Final[Mapping[TemplateId, int]] = {"acknowledgement": 1, "news": 1, "information_asked": 1}
"""The version of each text; all languages of a text change together."""

_VALUES: Final[Mapping[str, re.Pattern[str]]] = {
    "receipt": re.compile(r"[0-9A-Z]{4}(-[0-9A-Z]{1,4}){1,8}"),
    "look_up": re.compile(r"(https?://[!#-;=?-~]{1,200})?"),
}
"""``receipt``: as the requester got it. ``look_up``: the address to look it up at, or nothing; the same for all."""


class NoticeTextError(CaseReviewError):
    """A message that cannot be rendered. It names what is wrong and never repeats a value."""


def check_values(template_id: str, values: Mapping[str, str]) -> None:
    """Refuse an unknown template, and any value that is missing, unknown or malformed (``NoticeTextError``)."""
    if template_id not in VERSIONS:
        raise NoticeTextError(f"there is no template {template_id}")
    _refuse(f"{template_id} needs", _VALUES.keys() - values.keys())
    _refuse(f"{template_id} does not know", values.keys() - _VALUES.keys())
    _refuse(f"{template_id} got a malformed", {name for name in _VALUES if not _VALUES[name].fullmatch(values[name])})


def _refuse(complaint: str, names: set[str]) -> None:
    if names:
        raise NoticeTextError(f"{complaint} {', '.join(sorted(names))}")
