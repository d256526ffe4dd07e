"""The table of the lifecycle, and the document that is generated from it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from casereview.cases.lifecycle import (
    ENDED,
    LIVE,
    OPEN,
    QUEUED,
    STATE_INDEPENDENT,
    TRANSITIONS,
    IllegalTransitionError,
    check,
    public,
)
from casereview.schema.base import read_leniently
from casereview.schema.records import Case
from casereview.schema.vocabulary import EventKind, PublicStatus, Status
from infra.documents.lifecycle import EVENTS, PATH, STATES, main, text
from infra.paths import ROOT
from tests.support.case_histories import queued


def test_the_committed_document_is_current() -> None:
    assert main(["--check"]) == 0


def test_a_document_that_differs_from_the_table_is_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "docs").mkdir()
    assert main(["--check"], tmp_path) == 1
    assert main([], tmp_path) == 0
    assert main(["--check"], tmp_path) == 0
    path = tmp_path / PATH
    path.write_text(path.read_text(encoding="utf-8").replace("resumed", "awoken"), encoding="utf-8")
    capsys.readouterr()
    assert main(["--check"], tmp_path) == 1
    assert "make lifecycle" in capsys.readouterr().err


def test_every_state_and_event_has_a_description() -> None:
    assert set(STATES) == set(get_args(Status))
    assert set(EVENTS) == set(TRANSITIONS) == set(get_args(EventKind))


def test_the_diagram_has_exactly_the_changes_of_state_of_the_table() -> None:
    drawn = {
        (None if before == "[*]" else before, after, kind)
        for before, after, kinds in re.findall(r"^    (\S+) --> (\S+) : (.+)$", text(), re.MULTILINE)
        for kind in kinds.split(", ")
    }
    moves = {(*move, kind) for kind, found in TRANSITIONS.items() for move in found if move[0] != move[1]}
    assert drawn == moves


def test_every_state_can_be_entered_and_left() -> None:
    moves = {move for found in TRANSITIONS.values() for move in found if move[0] != move[1]}
    assert {after for _before, after in moves} == set(get_args(Status))
    assert {before for before, _after in moves} == {None, *LIVE, *ENDED}


def test_groups_of_states_are_nested_or_disjoint() -> None:
    assert OPEN < LIVE
    assert QUEUED < LIVE
    assert not LIVE & ENDED
    assert set(get_args(Status)) == LIVE | ENDED


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        ("decided", "in_line", "decided"),
        ("approved", "in_review", "decided"),
        ("claimed", "decided", "in_review"),
        ("claimed", "with_senior_official", "in_review"),
        ("ranked", "in_review", "in_line"),
        ("escalated", "in_review", "with_senior_official"),
        ("filed", "received", "received"),
        ("updated", None, "received"),
        ("lease_ended", "awaiting_approval", "in_line"),
        ("resumed", "information_needed", "closed"),
    ],
)
def test_a_change_of_state_that_is_not_in_the_table_is_rejected(
    kind: EventKind, before: Status | None, after: Status
) -> None:
    with pytest.raises(IllegalTransitionError):
        check(kind, before, after)


def test_requesters_see_every_state_except_awaiting_approval() -> None:
    hidden: dict[Status, Status] = {state: public(state) for state in get_args(Status) if public(state) != state}
    assert hidden == {"awaiting_approval": "in_review"}
    assert {public(state) for state in get_args(Status)} == set(get_args(PublicStatus))


def test_the_document_exists_in_the_repository() -> None:
    assert (ROOT / PATH).is_file()


@pytest.mark.parametrize("kind", get_args(EventKind))
def test_in_an_unknown_state_only_state_independent_events_are_allowed_and_keep_it(kind: EventKind) -> None:
    unknown = read_leniently(Case, {**queued().model_dump(by_alias=True), "status": "of-another-release"}).status
    if kind in STATE_INDEPENDENT:
        check(kind, unknown, unknown)
    else:
        with pytest.raises(IllegalTransitionError):
            check(kind, unknown, unknown)
    for known in get_args(Status):
        for change in ((unknown, known), (known, unknown)):
            with pytest.raises(IllegalTransitionError):
                check(kind, *change)
