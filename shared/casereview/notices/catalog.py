"""The templates of notices, their versions, and the values that each needs.

The code that creates a notice checks its values here, so that a notice that cannot be rendered is rejected at once.
The texts themselves are in ``functions/notify/templates``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from casereview.schema.errors import CaseReviewError
from casereview.schema.vocabulary import OfficeTemplateId, TemplateId

OFFICE_VERSIONS: Final[Mapping[OfficeTemplateId, int]] = {"target_passed": 1, "undelivered": 1}
VERSIONS: Final[Mapping[TemplateId, int]] = {"acknowledgement": 1, "news": 1, "information_asked": 1}
"""The version of each template; all languages of a template have the same version."""

_VALUES: Final[Mapping[str, re.Pattern[str]]] = {
    "receipt": re.compile(r"[0-9A-Z]{4}(-[0-9A-Z]{1,4}){1,8}"),
    "look_up": re.compile(r"(https?://[!#-;=?-~]{1,200})?"),
}
"""``receipt``: as issued to the requester. ``look_up``: the URL of the status page, or empty."""


class NoticeTextError(CaseReviewError):
    """A notice cannot be rendered. The message names the template and the fields, never a value."""


def check_values(template_id: str, values: Mapping[str, str]) -> None:
    """Check the values of a template.

    Raises:
        NoticeTextError: if the template is unknown, or a value is missing, unknown or malformed.
    """
    if template_id not in VERSIONS:
        raise NoticeTextError(f"unknown template {template_id}")
    _raise_for(f"{template_id} has missing values:", _VALUES.keys() - values.keys())
    _raise_for(f"{template_id} has unknown values:", values.keys() - _VALUES.keys())
    malformed = {name for name, pattern in _VALUES.items() if not pattern.fullmatch(values[name])}
    _raise_for(f"{template_id} has malformed values:", malformed)


def _raise_for(problem: str, names: set[str]) -> None:
    if names:
        raise NoticeTextError(f"{problem} {', '.join(sorted(names))}")
