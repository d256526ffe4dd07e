"""Checks of requesters: when a second person is needed, and what a confirmation or a refutation changes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casereview.cases.requester_checks import (
    REISSUED_WITHIN,
    confirmed,
    confirming,
    is_involved,
    needs_second,
    pending_refutation,
    refuted,
    settled_refutations,
    waits_for_second,
)
from casereview.cases.verification import SECOND_WITHIN
from casereview.schema.event_records import Filing
from casereview.schema.evidence import CaseFile, Claims, Findings
from casereview.schema.request_records import OfficerCheck, Request
from casereview.schema.vocabulary import Role
from tests.support.case_histories import NOW, queued

DUE = NOW + timedelta(days=2)


def request(**fields: Any) -> Request:  # noqa: ANN401  # any field
    plain: dict[str, Any] = {
        "receipt": "R1",
        "case_id": "C1",
        "received_at": NOW,
        "role": "self",
        "authority": "none",
        "opened": True,
        "state_since": NOW,
        "mac_key": "k",
        "digest": b"d",
        "office": "ATL",
        "sealed": b"s",
        "verify_by": DUE,
    }
    return Request(**{**plain, **fields})


def claims(receipt: str, role: Role = "self", **fields: Any) -> Claims:  # noqa: ANN401  # any field
    filing = Filing(role=role, authority="none", opened=receipt == "R1")
    return Claims(case_id="C1", receipt=receipt, filing=filing, filed_at=NOW, office="ATL", **fields)


def file(*more: Claims, restricted: bool = False) -> CaseFile:
    case = queued(1, case_id="C1", restricted=restricted)
    return CaseFile(case, (claims("R1"), *more), Findings(case_id="C1"))


def check(by: str, **fields: Any) -> OfficerCheck:  # noqa: ANN401  # any field
    return OfficerCheck(**{"by": by, "at": NOW, "kind": "identity", "restricted": False, **fields})


@pytest.mark.parametrize(
    ("role", "more", "restricted", "expected"),
    [
        ("self", (), False, False),
        ("self", (claims("R2", "family"),), False, False),
        ("self", (claims("R2"),), False, True),
        ("self", (claims("R2", refuted=True),), False, False),
        ("attorney", (claims("R2"), claims("R3")), False, False),
        ("attorney", (), True, True),
        ("self", (), True, True),
    ],
)
def test_when_a_second_person_is_needed(
    role: Role,
    more: tuple[Claims, ...],
    restricted: bool,  # noqa: FBT001
    expected: bool,  # noqa: FBT001
) -> None:
    assert needs_second(request(role=role), file(*more, restricted=restricted)) is expected


def test_one_confirmation_is_enough_otherwise() -> None:
    found = confirmed(request(asks=()), check("a"), file(), DUE)
    assert (found.effective, found.needs_second) == (True, False)
    assert (found.request.verified, found.request.verify_by) == (True, None)


def test_in_a_restricted_case_only_the_group_counts() -> None:
    case = file(restricted=True)
    first = confirmed(request(), check("a"), case, DUE)
    second = confirmed(first.request, check("b", restricted=True), case, DUE)
    third = confirmed(second.request, check("b", restricted=True), case, DUE)
    fourth = confirmed(third.request, check("c", restricted=True), case, DUE)
    assert [one.effective for one in (first, second, third, fourth)] == [False, False, False, True]
    assert confirming(fourth.request, case) == {"b", "c"}


def test_the_second_look_at_a_g28_is_due_within_a_day_and_never_later_than_before() -> None:
    case = file(restricted=True)
    g28 = check("a", kind="g28", restricted=True)
    assert confirmed(request(), g28, case, DUE).request.verify_by == NOW + SECOND_WITHIN
    soon = NOW + timedelta(hours=2)
    assert confirmed(request(verify_by=soon), g28, case, DUE).request.verify_by == soon
    assert confirmed(request(), check("a", restricted=True), case, DUE).request.verify_by == DUE


def test_a_withdrawn_request_waits_for_nothing() -> None:
    withdrawn = request(state="withdrawn", verify_by=None)
    assert refuted(withdrawn, check("a"), DUE).request.verify_by is None
    assert confirmed(withdrawn, check("a", restricted=True), file(restricted=True), DUE).request.verify_by is None


def test_who_filed_or_lately_reissued_is_involved() -> None:
    assert is_involved(request(filed_by="a"), "a", NOW + timedelta(days=999))
    assert not is_involved(request(filed_by="a"), "b", NOW)
    reissued = request(reissued_by="a", reissued_at=NOW)
    assert is_involved(reissued, "a", NOW + REISSUED_WITHIN - timedelta(milliseconds=1))
    assert not is_involved(reissued, "a", NOW + REISSUED_WITHIN)
    assert not is_involved(reissued, "b", NOW)


def test_a_confirmation_drops_a_refutation_that_nobody_agreed_to() -> None:
    first = refuted(request(), check("a"), DUE)
    assert pending_refutation(first.request)
    assert waits_for_second(first.request)
    after = confirmed(first.request, check("b"), file(), DUE).request
    assert (pending_refutation(after), after.refuted_by, after.verified) == (None, (), True)


CHECKS = st.lists(st.tuples(st.booleans(), st.sampled_from("abcd"), st.booleans()), max_size=40)


@given(CHECKS, st.booleans())
def test_any_order_of_checks_keeps_the_rules(
    checks: list[tuple[bool, str, bool]],
    restricted: bool,  # noqa: FBT001
) -> None:
    """A refutation takes a second person, a confirmation in a restricted case two of the group; lists are bounded."""
    case, now = file(restricted=restricted), request()
    for confirms, by, cleared in checks:
        made = check(by, restricted=cleared)
        waiting = pending_refutation(now)
        if not confirms and waiting and waiting.by == by:
            continue  # refused: the same person twice
        found = confirmed(now, made, case, DUE) if confirms else refuted(now, made, DUE)
        after = found.request
        if found.effective and not confirms:
            assert waiting
            assert {waiting.by, by} == {one.by for one in after.refuted_by[-2:]}
            assert (after.verified, after.refuted, after.confirmed_by) == (False, True, ())
        if after.verified and not now.verified:
            assert confirms
            assert not restricted or len({one.by for one in after.confirmed_by if one.restricted}) > 1
        assert not (after.verified and after.refuted)
        assert max(len(after.confirmed_by), len(after.refuted_by)) <= 7
        assert len(settled_refutations(after)) % 2 == 0
        assert found.needs_second == (not found.effective)
        assert (after.verify_by is not None) == found.needs_second
        now = after
