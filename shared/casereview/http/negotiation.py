"""Choose the language of a problem: of Accept-Language, else of the body, else of the stored request, else English."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from casereview.http.json_body import MAX_BYTES
from casereview.http.problem_types import ProblemType
from casereview.http.problems import ProblemError
from casereview.schema.languages import DEFAULT, Language, choose_language, find_language, tag_of

if TYPE_CHECKING:
    from casereview.http.resolver import Incoming

_MOST_RANGES: Final = 20
_RANGE: Final = re.compile(
    r"([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)(?:[ \t]*;[ \t]*[Qq]=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?", re.ASCII
)
"""One language range with its weight (RFC 9110, sections 12.4.2 and 12.5.4)."""
_BODY_UNREAD: Final[frozenset[ProblemType]] = frozenset({"not-found", "unsupported-media-type", "too-large"})
"""The problem types for which the body has no effect: it was not read, or must not be."""


def language_of_problem(incoming: Incoming, problem: ProblemError) -> Language:
    """Return the language in which the public API refuses a request.

    Args:
        incoming: The request.
        problem: The refusal.
    """
    return requested_language(incoming, problem.type) or choose_language(problem.language or DEFAULT)


def requested_language(incoming: Incoming, type_: ProblemType) -> Language | None:
    """Return the available language that a refused request asks for, in its header or body, or None."""
    accepted = accepted_language(incoming.header("Accept-Language") or "")
    return accepted if accepted or type_ in _BODY_UNREAD else _stated_by(incoming)


def accepted_language(header: str) -> Language | None:
    """Return the language that an Accept-Language header prefers among the available ones, or None if it names none.

    A range is matched as a language tag is, with its likely script and its fallback. Malformed ranges, those with
    weight 0, ``*`` and all after the twentieth are ignored.
    """
    parts = header.split(",", _MOST_RANGES)[:_MOST_RANGES]
    ranges = (found for found in (_RANGE.fullmatch(part.strip()) for part in parts) if found)
    weighted = [(float(found[2] or 1), found[1]) for found in ranges]
    preferred = sorted((each for each in weighted if each[0] > 0), key=lambda each: -each[0])
    return next((language for _weight, tag in preferred if (language := find_language(tag))), None)


def stated_language(raw: bytes | str) -> Language | None:
    """Return the available language nearest to the contact's language in a body; None if it cannot be read."""
    if len(raw) > MAX_BYTES:
        return None
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    contact = _member(_member(body, "requester"), "contact") or _member(body, "contact")
    tag = _member(contact, "language")
    return find_language(tag_of(tag) or "") if isinstance(tag, str) else None


def _stated_by(incoming: Incoming) -> Language | None:
    try:
        return stated_language(incoming.raw())
    except ProblemError:
        return None


def _member(value: object, name: str) -> object:
    return value.get(name) if isinstance(value, dict) else None
