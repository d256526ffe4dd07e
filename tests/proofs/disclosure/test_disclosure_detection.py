"""Faults that are planted in the code, each of which lets an unverified filer tell two worlds apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

import casereview.cases.disclosure
import casereview.usecases.file_request
import casereview.usecases.status
import casereview.usecases.unit_of_work
import intake.commands
import notify.recipients
import review.cases.final_decision
from casereview.schema.records import Case
from casereview.schema.vocabulary import Role
from casereview.store import keys
from tests.support.disclosure.stories import Story, quiet, reached_after, reached_before, seen_in
from tests.support.disclosure.worlds import differences

Plant = Callable[[pytest.MonkeyPatch], None]


def _disclosure_by_opener(monkeypatch: pytest.MonkeyPatch) -> None:
    """Show the case to the `self` who opened it."""
    original = casereview.cases.disclosure.view_of

    def view_of(request: Any) -> Any:  # noqa: ANN401  # as casereview.cases.disclosure
        return "case" if request.opened and request.role == "self" else original(request)

    monkeypatch.setattr(casereview.usecases.status, "view_of", view_of)
    monkeypatch.setattr(casereview.cases.disclosure, "view_of", view_of)


def _lane_of_the_case(monkeypatch: pytest.MonkeyPatch) -> None:
    """Show the lane of the case, without another read than those that are made."""
    original = casereview.usecases.status._holder

    def holder(services: Any, request: Any, at: Any) -> Any:  # noqa: ANN401  # as casereview.usecases.status
        item = services.table.backend._backend.contents[keys.case(request.case_id)]
        return replace(original(services, request, at), lane=item.get("lane", {}).get("S"))

    monkeypatch.setattr(casereview.usecases.status, "_holder", holder)


def _read_of_the_joined_case(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read a case that is joined once more."""
    original = casereview.usecases.file_request._plan

    def plan(services: Any, new: Any, damage: Any) -> Any:  # noqa: ANN401  # as casereview.usecases.file_request
        writes, case, notice = original(services, new, damage)
        if case.version > 1:
            services.table.get(Case, keys.case(case.case_id))
        return writes, case, notice

    monkeypatch.setattr(casereview.usecases.file_request, "_plan", plan)


def _no_acknowledgement_where_restricted(monkeypatch: pytest.MonkeyPatch) -> None:
    original = notify.recipients._requester

    def requester(services: Any, notice: Any, request: Any) -> Any:  # noqa: ANN401  # as notify.recipients
        case = services.table.get(Case, keys.case(request.case_id))
        return "restricted" if case.restricted else original(services, notice, request)

    monkeypatch.setattr(notify.recipients, "_requester", requester)


def _message_only_where_rank_is_due(monkeypatch: pytest.MonkeyPatch) -> None:
    """Send no message for a case that is not to be ranked, as one that has ended."""

    def hint(services: Any, after: Any, _step: Any, _actor: Any, at: Any) -> None:  # noqa: ANN401  # as unit_of_work
        if after.rank_at is not None and after.rank_at <= at:
            services.hint_rank(after)

    monkeypatch.setattr(casereview.usecases.unit_of_work, "_hint", hint)


def _news_to_everyone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(review.cases.final_decision, "is_told", lambda _request, _case: True)


def _refusal_after_the_end_of_the_case(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake.commands, "shown_to", lambda _request, case: case)


def _answer_with_the_office_of_the_case(monkeypatch: pytest.MonkeyPatch) -> None:
    original = casereview.usecases.file_request._join_case

    def join(new: Any, old: Any, guard: Any) -> Any:  # noqa: ANN401  # as casereview.usecases.file_request
        object.__setattr__(new, "request", new.request.evolve(office=old.office))
        return original(new, old, guard)

    monkeypatch.setattr(casereview.usecases.file_request, "_join_case", join)


FAULTS: dict[str, tuple[Plant, Story, Role, str]] = {
    "disclosure by opener": (
        _disclosure_by_opener,
        reached_before("in_line", "plain"),
        "self",
        "look-up at once: another response",
    ),
    "the lane of the case is shown to the unverified": (
        _lane_of_the_case,
        reached_after("in a top lane", "plain"),
        "self",
        "another response",
    ),
    "one more read for a joined case": (
        _read_of_the_joined_case,
        reached_before("in_review", "restricted"),
        "family",
        "filing: other calls",
    ),
    "no acknowledgement where the case is restricted": (
        _no_acknowledgement_where_restricted,
        reached_before("in_line", "restricted"),
        "family",
        "other messages: 1 and 0",
    ),
    "no message to rank a case that has ended": (
        _message_only_where_rank_is_due,
        reached_after("decided unverified", "plain"),
        "attorney",
        "other calls",
    ),
    "news of a decision to the unverified": (
        _news_to_everyone,
        reached_after("decided", "plain"),
        "attorney",
        "other messages: 1 and 2",
    ),
    "an update is refused after the end of the case": (
        _refusal_after_the_end_of_the_case,
        reached_after("decided unverified", "plain"),
        "other",
        "another response",
    ),
    "the answer names the office of the case": (
        _answer_with_the_office_of_the_case,
        reached_before("in_line", "plain"),
        "advocate",
        "filing: another response",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plant, story, role, expected = FAULTS[fault]
    plant(monkeypatch)
    found = differences(seen_in(Story("no other case", "plain", quiet), role, 1), seen_in(story, role, 1))
    assert any(expected in str(one) for one in found)
