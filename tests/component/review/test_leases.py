"""Claims: the next case, a chosen case, release, the end of a lease, the cap, and the order of the lanes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from casereview.policy import packaged
from casereview.policy.compiler import CompiledPolicy, compile_policy
from casereview.schema.records import Officer
from casereview.store import keys
from tests.support.aws_faults import edge, once, performs_after
from tests.support.staff import (
    CLEARED,
    COLLEAGUE,
    OFFICER,
    OFFICIAL,
    POLICY_A,
    SUPERVISOR,
    FiledCase,
    ask,
    claimed,
    decide,
    file_case,
    item,
    post,
    read,
    take_next,
    verify,
    worklist,
)
from tests.support.system import Staff, System, body

IMMINENT: dict[str, Any] = {"removal_soon": True}


def _held(system: System, user: Staff = OFFICER) -> int:
    return system.read(Officer, keys.officer(user.user)).claims


@contextmanager
def _numbers(monkeypatch: pytest.MonkeyPatch, **numbers: object) -> Iterator[None]:
    """Change numbers of the policy in force."""
    original = packaged.compiled

    def changed(name: str) -> CompiledPolicy:
        document = packaged.packaged(name)
        update = {"numbers": document.numbers.model_copy(update=numbers)}
        return compile_policy(document.model_copy(update=update), packaged.flags())

    with monkeypatch.context() as patch:
        patch.setattr(packaged, "compiled", changed)
        yield
    assert packaged.compiled is original


def test_next_claims_the_first_unclaimed_case_and_returns_its_position(system: System) -> None:
    first, second = file_case(system, 1), file_case(system, 2)
    system.work(COLLEAGUE, first.case_id, "claim")
    taken = system.staff(OFFICER, "POST", "/staff/worklist/next", {}).json()
    assert (taken["case_id"], taken["position"], taken["claimed_by"]) == (second.case_id, 2, "omar")
    assert taken == item(system, second.case_id)
    assert take_next(system) is None


def test_next_skips_restricted_cases_for_officers_without_access(system: System) -> None:
    hidden = file_case(system, 1, facts={"relief_pending": ["u_visa"]})
    open_one = file_case(system, 2)
    assert take_next(system, OFFICER) == open_one.case_id
    assert take_next(system, OFFICER) is None
    assert take_next(system, CLEARED) == hidden.case_id


def test_a_claim_adds_one_event_and_counts_for_the_officer(system: System) -> None:
    held = claimed(system)
    event = system.history(system.case_of(held.filed))[-1]
    assert (event.kind, event.actor, event.user) == ("claimed", "officer", "omar")
    assert event.changes["status"].after == "in_review"
    assert _held(system) == 1


def test_a_claimed_case_cannot_be_claimed_by_another_officer(system: System) -> None:
    held = claimed(system)
    assert post(system, COLLEAGUE, held.case_id, "claim").status == 409
    version = system.case_of(held.filed).version
    assert system.work(OFFICER, held.case_id, "claim")["case_version"] == version
    assert _held(system) == 1


@pytest.mark.moto
def test_next_tries_the_next_case_after_a_lost_race(system: System) -> None:
    """A colleague claims the first case just before the officer's transaction."""
    first, second = file_case(system, 1), file_case(system, 2)
    colleague = once(lambda: system.work(COLLEAGUE, first.case_id, "claim"))
    with edge("dynamodb.TransactWriteItems", performs_after(colleague)):
        assert take_next(system) == second.case_id
    assert (_held(system), _held(system, COLLEAGUE)) == (1, 1)


def test_a_released_case_keeps_its_rank(system: System) -> None:
    held = claimed(system)
    rank = system.case_of(held.filed).rank
    assert post(system, COLLEAGUE, held.case_id, "release").status == 409
    released = system.work(OFFICER, held.case_id, "release")
    assert (released["status"], released["claimed_by"], released["lease_until"]) == ("in_line", None, None)
    assert (system.case_of(held.filed).rank, _held(system)) == (rank, 0)
    assert post(system, OFFICER, held.case_id, "release").status == 409
    assert take_next(system, COLLEAGUE) == held.case_id


def test_a_supervisor_can_release_the_case_of_another_officer(system: System) -> None:
    """For example, an update restricts a case whose officer has no access to restricted cases."""
    held = claimed(system)
    restricting = {"facts": {"relief_pending": ["t_visa"]}}
    assert system.on(held.filed, "POST", "/updates", restricting).status == 202
    system.pump()
    assert post(system, OFFICER, held.case_id, "release").status == 404
    assert post(system, SUPERVISOR, held.case_id, "release").status == 404
    cleared = Staff("sy", "supervisor,restricted")
    assert system.work(cleared, held.case_id, "release")["claimed_by"] is None
    assert _held(system) == 0
    event = system.history(system.case_of(held.filed))[-1]
    assert (event.kind, event.user, event.details) == ("released", "sy", {"held_by": "omar"})
    assert take_next(system, CLEARED) == held.case_id


def test_a_lease_has_the_length_of_the_policy_and_the_sweep_ends_it(system: System) -> None:
    held = claimed(system)
    assert system.case_of(held.filed).lease_until == system.time + timedelta(hours=8)
    system.later(hours=7, minutes=58)
    system.settle(1)
    assert system.case_of(held.filed).claimed_by == "omar"
    system.settle(3)
    case = system.case_of(held.filed)
    assert (case.status, case.claimed_by, _held(system)) == ("in_line", None, 0)
    assert [event.kind for event in system.history(case)].count("lease_ended") == 1
    assert post(system, OFFICER, held.case_id, "release").status == 409


def test_in_a_top_lane_the_lease_is_half_of_the_time_for_the_first_look(system: System) -> None:
    held = claimed(system, facts=IMMINENT)
    assert system.case_of(held.filed).lease_until == system.time + timedelta(hours=2)


def test_a_move_to_a_top_lane_shortens_the_lease(system: System) -> None:
    held = claimed(system)
    system.later(hours=1)
    system.on(held.filed, "POST", "/updates", {"facts": IMMINENT})
    system.pump()
    case = system.case_of(held.filed)
    assert (case.lane, case.claimed_by) == ("imminent_removal", "omar")
    assert case.lease_until == system.time + timedelta(hours=2)
    assert case.target_at == system.time + timedelta(hours=4)


def test_work_on_a_case_renews_the_lease_and_counts_as_first_look(system: System) -> None:
    held = claimed(system)
    system.on(held.filed, "POST", "/updates", {"facts": IMMINENT})
    system.pump()
    system.later(hours=1)
    verify(system, OFFICER, held.case_id, facts={"serious_illness": True})
    assert system.case_of(held.filed).lease_until == system.time + timedelta(hours=2)
    system.later(hours=3, minutes=30)
    assert item(system, held.case_id)["overdue"] is False


# ---- a claim without work is not a first look


def _wait(system: System, **time: int) -> None:
    """Advance the clock, and run the sweep."""
    system.later(**time)
    system.settle(3)


def _reports(capsys: pytest.CaptureFixture[str]) -> int:
    return sum("TargetMissed" in line for line in capsys.readouterr().out.splitlines())


def _worked_on(system: System, how: str, case_id: str) -> None:
    match how:
        case "a verification":
            verify(system, OFFICER, case_id, facts={"serious_illness": True})
        case "a question":
            ask(system, OFFICER, case_id)
        case "a proposed decision":
            assert decide(system, OFFICER, case_id, outcome="declined")["status"] == "awaiting_approval"
        case _:
            assert how == "nothing"


def test_after_a_lapsed_claim_without_work_the_first_look_is_due(
    system: System, capsys: pytest.CaptureFixture[str]
) -> None:
    """The case is claimed at 15:10, the claim lapses at 17:10, and the target is 19:00."""
    filed = file_case(system, facts=IMMINENT)
    target = system.case_of(filed.filed).target_at
    assert target
    system.later(minutes=10)
    system.work(OFFICER, filed.case_id, "claim")
    _wait(system, hours=2, minutes=2)
    assert system.case_of(filed.filed).claimed_by is None
    assert item(system, filed.case_id)["overdue"] is False
    capsys.readouterr()
    _wait(system, hours=2)
    case = system.case_of(filed.filed)
    assert (case.target_at, case.missed, item(system, case.case_id)["overdue"]) == (target, True, True)
    assert _reports(capsys) == 1


@pytest.mark.parametrize("end", ["lease", "release", "transfer"])
def test_a_target_that_passes_during_a_claim_without_work_is_missed_at_its_end(
    system: System, capsys: pytest.CaptureFixture[str], end: str
) -> None:
    filed = file_case(system, facts=IMMINENT)
    system.later(hours=3)
    system.work(OFFICER, filed.case_id, "claim")
    _wait(system, hours=1, minutes=30)
    assert not system.case_of(filed.filed).missed
    assert _reports(capsys) == 0
    if end == "release":
        system.work(OFFICER, filed.case_id, "release")
    elif end == "transfer":
        system.work(SUPERVISOR, filed.case_id, "transfer", {"office": "ELP", "why": "Moved."})
    _wait(system, minutes=30)
    assert system.case_of(filed.filed).missed
    assert _reports(capsys) == 1


def test_a_missed_target_is_reported_once_over_several_claims_without_work(
    system: System, capsys: pytest.CaptureFixture[str]
) -> None:
    filed = file_case(system, facts=IMMINENT)
    _wait(system, hours=4, minutes=1)
    for _ in range(2):
        system.work(OFFICER, filed.case_id, "claim")
        _wait(system, hours=2, minutes=2)
        assert system.case_of(filed.filed).claimed_by is None
    assert system.case_of(filed.filed).missed
    assert _reports(capsys) == 1
    system.work(OFFICER, filed.case_id, "claim")
    verify(system, OFFICER, filed.case_id, facts={"serious_illness": True})
    assert not system.case_of(filed.filed).missed


@pytest.mark.parametrize("end", ["lease", "release"])
@pytest.mark.parametrize(("work", "looked_at"), [("a verification", True), ("a question", True), ("nothing", False)])
def test_work_on_a_case_counts_as_first_look_however_the_claim_ends(
    system: System,
    work: str,
    looked_at: bool,  # noqa: FBT001  # what is expected
    end: str,
) -> None:
    held = claimed(system, facts=IMMINENT)
    _worked_on(system, work, held.case_id)
    if end == "release" and work != "a question":
        system.work(OFFICER, held.case_id, "release")
    _wait(system, hours=2, minutes=2)
    _wait(system, hours=2, minutes=2)
    case = system.case_of(held.filed)
    assert (case.claimed_by, case.missed) == (None, not looked_at)
    assert item(system, held.case_id)["overdue"] is not looked_at


def test_a_later_claim_without_work_keeps_the_earlier_first_look(system: System) -> None:
    held = claimed(system, facts=IMMINENT)
    verify(system, OFFICER, held.case_id, facts={"serious_illness": True})
    system.work(OFFICER, held.case_id, "release")
    system.work(COLLEAGUE, held.case_id, "claim")
    _wait(system, hours=2, minutes=2)
    _wait(system, hours=2, minutes=2)
    case = system.case_of(held.filed)
    assert (case.claimed_by, case.missed, item(system, held.case_id)["overdue"]) == (None, False, False)


def test_a_returned_decision_counts_as_first_look_after_the_claim_lapses(system: System) -> None:
    system.time = POLICY_A
    held = claimed(system, facts=IMMINENT)
    _worked_on(system, "a proposed decision", held.case_id)
    _wait(system, hours=2, minutes=2)
    _wait(system, hours=2, minutes=2)
    assert item(system, held.case_id)["overdue"] is False
    system.work(SUPERVISOR, held.case_id, "approval", {"approve": False, "why": "Not yet."})
    assert system.case_of(held.filed).lease_until == system.time + timedelta(hours=2)
    _wait(system, hours=2, minutes=2)
    case = system.case_of(held.filed)
    assert (case.claimed_by, case.missed, item(system, held.case_id)["overdue"]) == (None, False, False)


def test_a_returned_decision_in_a_newer_lane_is_due_a_first_look_after_the_claim_lapses(
    system: System,
) -> None:
    system.time = POLICY_A
    held = claimed(system)
    _worked_on(system, "a proposed decision", held.case_id)
    system.later(hours=1)
    system.on(held.filed, "POST", "/updates", {"facts": IMMINENT})
    system.pump()
    system.work(SUPERVISOR, held.case_id, "approval", {"approve": True, "why": "Agreed."})
    system.pump()
    assert item(system, held.case_id)["status"] == "in_review"
    _wait(system, hours=2, minutes=2)
    _wait(system, hours=2, minutes=2)
    assert system.case_of(held.filed).missed


def test_marking_a_case_as_protected_counts_as_first_look(system: System) -> None:
    held = claimed(system, facts=IMMINENT)
    verify(system, OFFICER, held.case_id, facts={"protected": True})
    _wait(system, hours=2, minutes=2)
    _wait(system, hours=2, minutes=2)
    case = system.case_of(held.filed)
    assert (case.claimed_by, case.restricted, case.missed) == (None, True, False)


def test_an_officials_claim_without_work_does_not_count_as_first_look(system: System) -> None:
    held = claimed(system, facts=IMMINENT)
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    decide(system, OFFICER, held.case_id, outcome="declined")
    assert system.on(held.filed, "POST", "/escalation", {"statement": "Look again."}).status == 202
    system.pump()
    system.work(OFFICIAL, held.case_id, "claim")
    _wait(system, hours=2, minutes=2)
    _wait(system, hours=2, minutes=2)
    case = system.case_of(held.filed)
    assert (case.status, case.claimed_by, case.missed) == ("with_senior_official", None, True)


# ---- the number of claims of an officer


def test_an_officer_cannot_claim_more_cases_than_the_cap(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    matters = [file_case(system, number) for number in (1, 2, 3)]
    with _numbers(monkeypatch, cap=2):
        assert [take_next(system), take_next(system)] == [matters[0].case_id, matters[1].case_id]
        refused = system.staff(OFFICER, "POST", "/staff/worklist/next", {})
        assert (refused.status, post(system, OFFICER, matters[2].case_id, "claim").status) == (409, 409)
        assert _held(system) == 2
        system.work(OFFICER, matters[0].case_id, "release")
        assert post(system, OFFICER, matters[2].case_id, "claim").status == 200


@pytest.mark.parametrize("end", ["release", "question", "decision", "lease", "transfer", "withdrawal", "link"])
def test_every_end_of_a_claim_lowers_the_officers_counter(system: System, end: str) -> None:
    held = claimed(system, subject={"a_number": None})
    supervisor = Staff("sue", "supervisor")
    match end:
        case "release":
            system.work(OFFICER, held.case_id, "release")
        case "question":
            ask(system, OFFICER, held.case_id)
        case "decision":
            decide(system, OFFICER, held.case_id)
        case "lease":
            system.later(hours=8)
            system.settle(3)
        case "transfer":
            system.work(supervisor, held.case_id, "transfer", {"office": "ELP", "why": "Moved."})
        case "withdrawal":
            assert system.on(held.filed, "POST", "/withdrawal", {}).status == 202
        case _:
            target = file_case(system, 2)
            system.work(COLLEAGUE, held.case_id, "link", {"case_id": target.case_id, "why": "The same."})
    case = system.case_of(held.filed)
    assert (case.claimed_by, case.lease_until, _held(system)) == (None, None, 0)


def test_every_kth_next_claims_the_most_overdue_case_of_the_lower_lanes(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twice the first of the line, a case of a top lane; the third time one that waits below."""
    at_home = file_case(system, 1, facts={"custody": "not_detained", "facility": None, "residence": {"state": "GA"}})
    detained = file_case(system, 2)
    system.later(days=10)
    top = [file_case(system, number, facts=IMMINENT).case_id for number in range(10, 15)]
    with _numbers(monkeypatch, every_kth_next=3):
        taken = [take_next(system) for _ in range(6)]
    assert taken == [top[0], top[1], detained.case_id, top[2], top[3], at_home.case_id]
    assert system.read(Officer, keys.officer("omar")).nexts == 6


def test_the_most_overdue_case_is_found_behind_cases_with_a_credit(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits_longest = file_case(system, 1)
    system.later(days=2)
    credited = file_case(system, 2, facts={"custody": "detained", "facility": "STWRTGA", "serious_illness": True})
    top = file_case(system, 3, facts=IMMINENT)
    credited_place, plain_place = (system.case_of(held.filed).rank or "" for held in (credited, waits_longest))
    assert credited_place < plain_place
    system.later(days=20)
    with _numbers(monkeypatch, every_kth_next=2):
        assert [take_next(system) for _ in range(3)] == [top.case_id, waits_longest.case_id, credited.case_id]


def _seen(system: System, number: int) -> FiledCase:
    """Return a case that was worked on and released, so its first look is done."""
    found = claimed(system, number, COLLEAGUE)
    verify(system, COLLEAGUE, found.case_id, facts={"disability": False})
    system.work(COLLEAGUE, found.case_id, "release")
    return found


def test_a_case_with_a_first_look_is_not_the_most_overdue(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cases whose first look is late come first, however long the case has waited."""
    seen = _seen(system, 1)
    late = [file_case(system, number) for number in (2, 3)]
    system.later(days=90)
    fresh = file_case(system, 4)
    top = [file_case(system, number, facts=IMMINENT).case_id for number in range(10, 14)]
    shown = {found["case_id"]: found["overdue"] for found in worklist(system)["items"]}
    assert [shown[found.case_id] for found in (seen, *late, fresh)] == [False, True, True, False]
    with _numbers(monkeypatch, every_kth_next=2):
        taken = [take_next(system) for _ in range(8)]
    assert taken[::2] == top
    assert taken[1::2] == [late[0].case_id, late[1].case_id, seen.case_id, fresh.case_id]


def test_the_most_overdue_case_is_found_behind_a_page_of_cases_with_a_first_look(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("review.worklist._PAGE_SIZE", 2)
    for number in (1, 2, 3):
        _seen(system, number)
    late = file_case(system, 4)
    system.later(days=20)
    top = file_case(system, 10, facts=IMMINENT)
    with _numbers(monkeypatch, every_kth_next=2):
        assert [take_next(system), take_next(system)] == [top.case_id, late.case_id]


def test_a_lane_without_targets_is_served_beside_late_first_looks(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The case without a target exceeds the policy's number of days by more than the detained case its target."""
    at_home = {"custody": "not_detained", "facility": None, "residence": {"state": "GA"}}
    without = file_case(system, 1, facts=at_home)
    system.later(days=60)
    late = file_case(system, 2)
    system.later(days=15)
    top = [file_case(system, number, facts=IMMINENT).case_id for number in (10, 11)]
    with _numbers(monkeypatch, every_kth_next=2):
        taken = [take_next(system) for _ in range(4)]
    assert taken == [top[0], without.case_id, top[1], late.case_id]


def test_every_lane_is_served_while_the_top_lanes_never_empty(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    at_home = {"custody": "not_detained", "facility": None, "residence": {"state": "GA"}}
    low = [file_case(system, 1, facts=at_home), file_case(system, 2, facts={**at_home, "removal_order": "final"})]
    low.append(file_case(system, 3))
    top = [file_case(system, number, facts=IMMINENT) for number in range(10, 14)]
    with _numbers(monkeypatch, every_kth_next=2):
        taken = [take_next(system) for _ in range(6)]
    assert set(taken[1::2]) == {found.case_id for found in low}
    assert taken[::2] == [found.case_id for found in top[:3]]


def test_a_case_that_waits_for_an_answer_is_not_next(system: System) -> None:
    held = claimed(system)
    ask(system, OFFICER, held.case_id)
    assert take_next(system, COLLEAGUE) is None
    assert post(system, COLLEAGUE, held.case_id, "claim").status == 409


def test_a_new_case_that_is_not_ranked_yet_cannot_be_claimed(system: System) -> None:
    filed = system.file(body())
    assert post(system, OFFICER, system.case_of(filed).case_id, "claim").status == 409


def test_a_claim_requires_an_empty_body(system: System) -> None:
    held = file_case(system)
    assert post(system, OFFICER, held.case_id, "claim", {"user": "olga"}).status == 422
    assert system.staff(OFFICER, "POST", f"/staff/cases/{held.case_id}/claim").status == 200
    assert read(system, OFFICER, held.case_id)["claimed_by"] == "omar"
