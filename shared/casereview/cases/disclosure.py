"""Disclosure: what the holder of a request may see, which depends on officers' verification alone."""

from __future__ import annotations

from typing import Literal

from casereview.cases.changes import as_shown_before
from casereview.cases.decisions import decisions_of
from casereview.cases.lifecycle import LIVE
from casereview.cases.verification import has_second, sees_the_case
from casereview.schema.base import Unrecognized
from casereview.schema.decision_records import FinalDecision
from casereview.schema.records import Case
from casereview.schema.request_records import Request

View = Literal["own_words", "decision", "case"]
"""What a holder sees: nothing but what follows from the request alone; also whether and how the case was decided; or
the case."""


def view_of(request: Request) -> View:
    """Return what the holder of a request sees.

    Verified persons and representatives with a Form G-28 see the case, other verified requesters its decision, and
    everyone else only what follows from their own request. A frozen code opens no more than that.
    """
    if not request.verified or request.frozen or request.state != "live" or isinstance(request.role, Unrecognized):
        return "own_words"
    return "case" if sees_the_case(request.role) else "decision"


def stays_as_last_shown(request: Request, case: Case) -> bool:
    """Return whether a verified holder's view stays as it was when the case became restricted.

    It goes on when a second officer with access to restricted cases has confirmed the holder. While a record of the
    case cannot be read, no holder counts as verified.
    """
    return case.unreadable or (case.restricted and not has_second(request))


def shown_to(request: Request, case: Case) -> Case | None:
    """Return the case as the holder of a request is shown it; None where only the holder's own words are shown.

    Of a restricted case a holder without a second confirmation is shown what was shown before it became
    restricted; of one that was restricted from its beginning, or before the request was moved to it, nothing was. Of a
    case of which a record cannot be read, nothing is shown.
    """
    if case.unreadable or view_of(request) == "own_words":
        return None
    if not stays_as_last_shown(request, case):
        return case
    before = case.shown_before
    return as_shown_before(case) if before and request.moved <= before.version else None


def sees_the_end(request: Request, shown: Case) -> bool:
    """Return whether a case, as its holder is shown it, has ended; to third parties it has during a second look too."""
    in_second_look = view_of(request) == "decision" and shown.status == "with_senior_official"
    return in_second_look or shown.status not in LIVE


def decisions_told(request: Request, case: Case) -> tuple[str, ...]:
    """Return the ids of the texts of the decisions that the holder of a request has been shown."""
    shown = shown_to(request.evolve(frozen=False), case)
    return tuple(one.text for one in decisions_of(shown) if one.text) if shown else ()


def shown_after_withdrawal(request: Request, case: Case) -> tuple[FinalDecision, ...]:
    """Return the decisions that the holder of a withdrawn request was shown before, with what became of each."""
    shown = shown_to(request.evolve(state="live"), case)
    return tuple(one for one in decisions_of(shown) if one.text in request.told) if shown else ()


def is_told(request: Request, case: Case) -> bool:
    """Return whether the holder of a request gets news of the case and its decision."""
    return view_of(request) != "own_words" and not stays_as_last_shown(request, case)


def is_asked(request: Request, case: Case) -> bool:
    """Return whether the holder of a request may be asked in free words, and sees the question."""
    return view_of(request) == "case" and not stays_as_last_shown(request, case)
