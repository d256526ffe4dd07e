"""Two releases, one table: the last release works what this one wrote, and this one works what the last one wrote."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from typing import Any, Final

import pytest

from casereview.schema.records import Case
from casereview.store import keys
from casereview.store.items import plain_fields
from infra.paths import ROOT
from tests.support.clouds import cloud
from tests.support.proofs.tally import Tally
from tests.support.releases import worker
from tests.support.releases.day import (
    LATER_WORK,
    Day,
    Step,
    disclosed,
    look_at_everything,
    lost,
    mark_all,
    shown_to,
    work_everything,
    write_a_day,
)
from tests.support.releases.two_releases import OtherRelease, TwoReleases, export, last_release
from tests.support.staff import CLEARED, OFFICER, decision, person, read

pytestmark = pytest.mark.timeout(300)
_UNKNOWN_TO_BOTH: Final = frozenset({"colour", LATER_WORK})
Turn = Callable[[], AbstractContextManager[None]]


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the last release."""
    return export(last_release(), tmp_path_factory.mktemp("last-release"))


@pytest.fixture(scope="module")
def last(code: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OtherRelease]:
    """A process that runs the last release."""
    with OtherRelease.running(code, tmp_path_factory.mktemp("log") / "log") as found:
        yield found


@pytest.fixture
def two(last: OtherRelease) -> Iterator[TwoReleases]:
    """A system in which the releases take turns; this one has the first."""
    with cloud("memory") as found:
        yield TwoReleases(found, last)


def _unknown_to_last(two: TwoReleases) -> frozenset[str]:
    return frozenset(worker.names()) - two.other.names | _UNKNOWN_TO_BOTH


def _unknown_to_this(two: TwoReleases) -> frozenset[str]:
    return two.other.names - frozenset(worker.names()) | _UNKNOWN_TO_BOTH


def _try(tally: Tally, steps: Iterator[Step]) -> None:
    for step in steps:
        tally.expect(f"{step.name}: {step.status}", holds=200 <= step.status < 300)


def _works(two: TwoReleases, day: Day, turn: Turn, unknown: frozenset[str], tally: Tally) -> None:
    """Let a release read and work all that the other has written; nothing is lost, fails, or is left to do."""
    mark_all(two)
    before = two.items()
    seen = disclosed(two, day)
    shown = {user: shown_to(two, user) for user in (OFFICER, CLEARED)}
    with turn():
        _try(tally, look_at_everything(two, day))
        for user, cases in shown.items():
            tally.expect(f"{user.user} is shown the same cases", holds=shown_to(two, user) == cases)
        _same_disclosure(tally, disclosed(two, day), seen)
        _try(tally, work_everything(two, day))
    found = list(lost(before, two.items(), unknown))
    tally.expect(f"nothing is lost: {found[:5]}", holds=not found)
    gone = {(item["pk"]["S"], item["sk"]["S"]) for item in before if item["sk"]["S"].startswith(("EVENT#", "TEXT#"))}
    left = {(item["pk"]["S"], item["sk"]["S"]) for item in two.items()}
    tally.expect("no event and no text is gone", holds=gone <= left)
    tally.expect(f"nothing fails: {two.failed[:3]}", holds=not two.failed)


def _same_disclosure(tally: Tally, now: Mapping[str, Any], before: Mapping[str, Any]) -> None:
    """Expect that each holder sees of the case what the other release shows."""
    for receipt, view in before.items():
        for name in ("disclosure", "status", "lane"):
            here = now[receipt].get(name)
            tally.expect(f"a look-up shows the same {name}: {here}, {view[name]}", holds=here == view[name])


@pytest.mark.proof(11)
def test_the_last_release_works_the_table_that_this_one_wrote(two: TwoReleases, tally: Tally) -> None:
    day = write_a_day(two)
    _works(two, day, two.as_the_last_release, _unknown_to_last(two), tally)
    _goes_on(two, day, nullcontext, tally)


@pytest.mark.proof(11)
def test_this_release_works_the_table_that_the_last_one_wrote(two: TwoReleases, tally: Tally) -> None:
    with two.as_the_last_release():
        day = write_a_day(two)
        two.theirs = False
        _works(two, day, nullcontext, _unknown_to_this(two), tally)
        two.theirs = True
    _goes_on(two, day, two.as_the_last_release, tally)


def _goes_on(two: TwoReleases, day: Day, turn: Turn, tally: Tally) -> None:
    """Let the release that wrote the day go on with what the other has made of it."""
    with turn():
        _try(tally, look_at_everything(two, day))
        for number in (101, 201, 202, 208):
            tally.expect(
                f"a request about person {number} is accepted",
                holds=two.call("POST", "/requests", person(number)).status == 201,
            )
        two.later(hours=2)
        two.settle(3)
        tally.expect("all that is due is done", holds=two.sweep()["asked"] == 0)
    tally.expect(f"nothing fails: {two.failed[:3]}", holds=not two.failed)


@pytest.mark.proof(11)
def test_due_work_that_the_last_release_does_not_know_is_kept_and_done_by_this_one(two: TwoReleases) -> None:
    held, repair = _unreadable(two)
    with two.as_the_last_release():
        assert two.staff(OFFICER, "GET", f"/staff/cases/{held}").status == 404
        two.later(hours=1)
        two.settle(3)
        assert two.staff(OFFICER, "GET", f"/staff/cases/{held}").status == 404
        assert held not in shown_to(two, OFFICER)
    found = two.read(Case, keys.case(held))
    assert (found.unreadable, found.restricted) == (True, True)
    repair()
    with two.as_the_last_release():
        two.later(hours=1)
        two.settle(3)
    two.later(hours=9)
    two.settle(60)
    found = two.read(Case, keys.case(held))
    assert (found.unreadable, found.restricted) == (False, False)
    assert read(two, OFFICER, held)["case_id"] == held
    assert two.failed == []


def _unreadable(two: TwoReleases) -> tuple[str, Callable[[], None]]:
    """Have this release mark a case of which an item cannot be read; return the case, and what repairs the item."""
    filed = two.file(person(11))
    two.pump()
    case = two.case_of(filed)
    key = keys.claims(case.case_id, filed["receipt"])
    whole = two.cloud.backend.get(key)
    assert whole is not None
    two.tamper(key, filing="wrong")
    assert two.staff(OFFICER, "GET", f"/staff/cases/{case.case_id}").status == 404
    assert "recheck" in plain_fields(two.cloud.backend.get(keys.case(case.case_id)) or {})["due"]
    return case.case_id, lambda: two.cloud.backend.put(whole)


@pytest.mark.proof(11)
def test_an_unverified_holder_sees_the_same_bytes_whatever_both_releases_do_with_the_case(two: TwoReleases) -> None:
    day = write_a_day(two)
    own = day.docket.secrets["sister"]
    for turn in (nullcontext, two.as_the_last_release, nullcontext):
        with turn():
            seen = [two.on(filed, "GET").body for filed in (own, day.stranger)]
            for user, held in ((OFFICER, day.docket.bad), (CLEARED, day.hidden)):
                two.staff(user, "POST", f"/staff/cases/{held.case_id}/claim", {})
                decided = two.staff(
                    user, "POST", f"/staff/cases/{held.case_id}/decision", decision(two, user, held.case_id)
                )
                assert decided.status in {200, 409}
            two.settle(3)
            assert [two.on(filed, "GET").body for filed in (own, day.stranger)] == seen
    assert two.failed == []


# ---- what is compared


def test_the_last_release_is_not_this_commit() -> None:
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert last_release() != head.stdout.strip(), "tests/releases/last names this commit: nothing would be compared"


def test_the_last_release_stores_records_of_another_schema(last: OtherRelease) -> None:
    assert last.schemas != worker.schemas(), "the releases store the same: name an earlier one in tests/releases/last"


def test_a_commit_that_is_not_in_the_history_is_told(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="this checkout lacks"):
        export("0" * 40, tmp_path)


# ---- faults that must be found


@pytest.mark.breaks
@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("schema/base.py", 'extra="ignore"', 'extra="forbid"'),
        ("schema/base.py", "    if unknown:\n", "    if not unknown:\n"),
        ("cases/due.py", "return dict(found) if isinstance(found, dict) else {}", "return {}"),
    ],
    ids=["refuses what it does not know", "drops what it does not know", "drops due work that it does not know"],
)
def test_a_release_that_does_not_keep_what_it_does_not_know_is_found(
    tmp_path: Path, file: str, old: str, new: str
) -> None:
    broken = export(last_release(), tmp_path / "code")
    path = broken / "shared/casereview" / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    tally = Tally()
    with (
        OtherRelease.running(broken, tmp_path / "log") as last,
        cloud("memory") as found,
        suppress(AssertionError),  # raised where the release cannot go on
    ):
        two = TwoReleases(found, last)
        _works(two, write_a_day(two), two.as_the_last_release, _unknown_to_last(two), tally)
        assert tally.violations == [], "found"
        pytest.fail("the fault was not found")
