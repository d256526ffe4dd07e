"""Any one stored item made unreadable: what is answered about every other case stays, and of its own only less is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from http import HTTPStatus
from typing import Any

import pytest

import casereview.store.table
from casereview.schema.evidence import CaseFile, Findings
from casereview.schema.records import Case, Stored
from casereview.schema.waits import Bands, UsualWaits
from casereview.store.items import text_in
from casereview.store.keys import case as case_key
from casereview.store.record_keys import RECORDS
from casereview.store.table import Table, read_item
from tests.support.blocking.docket import WAYS, Docket, docket
from tests.support.blocking.probes import Answers, of_case, of_holder, of_others, of_system
from tests.support.proofs.sizes import sized
from tests.support.proofs.tally import Tally
from tests.support.staff import OFFICER
from tests.support.system import running

pytestmark = pytest.mark.timeout(sized(300, 1800))
_FAILS = 500
_PUBLISHED = {Bands: "people_ahead", UsualWaits: "usual_wait"}
"""What is published for all, and shown to nobody while it cannot be read: the next run publishes it again."""


@pytest.fixture(scope="module")
def built() -> Iterator[Docket]:
    """A system with thirty cases and an item of every kind."""
    with running("memory") as system:
        yield docket(system)


@pytest.fixture(scope="module")
def others(built: Docket) -> Answers:
    """What is answered about the other cases while every item can be read."""
    built.restore()
    return of_others(built, _tried(built))


def _tried(found: Docket) -> list[Any]:
    return found.others[:: sized(9, 1)]


def test_the_docket_has_an_item_of_every_kind(built: Docket) -> None:
    for kind in RECORDS:
        built.key_of_kind(kind)


def _damaged(built: Docket, others: Answers, kind: type[Stored], way: str, tally: Tally) -> None:
    """Damage one item, and compare what is answered."""
    name = f"{kind.__name__}, {way}"
    built.restore()
    before = of_case(built, OFFICER, built.bad)
    shown = {who: of_holder(built, filed) for who, filed in built.secrets.items()}
    built.restore()
    built.damage(kind, built.key_of_kind(kind), way)
    for path, answer in of_case(built, OFFICER, built.bad).items():
        less = answer[0] != HTTPStatus.OK or _is_less(answer[1], before[path][1])
        tally.expect(f"{name}: {path} shows no more", holds=less)
    for who, filed in built.secrets.items():
        tally.expect(f"{name}: {who} sees no more", holds=_is_less_to_holder(of_holder(built, filed), shown[who]))
    for path, status in of_system(built).items():
        tally.expect(f"{name}: {path} does not fail", holds=status < _FAILS)
    built.restore()
    built.damage(kind, built.key_of_kind(kind), way)
    for path, answer in of_others(built, _tried(built)).items():
        tally.expect(f"{name}: {path} stays", holds=_same(answer, others[path], _PUBLISHED.get(kind)))


def _same(now: tuple[int, Any], before: tuple[int, Any], published: str | None) -> bool:
    if published and isinstance(before[1], dict) and published in before[1]:
        return now[0] == before[0] and {**now[1], published: None} == {**before[1], published: None}
    return now == before


def _is_less(now: Any, before: Any) -> bool:  # noqa: ANN401  # any JSON
    """Return whether an answer says nothing that another did not, but that something is wrong."""
    if isinstance(now, dict) and isinstance(before, dict):
        return all(_is_less(value, before.get(name)) for name, value in now.items())
    if isinstance(now, list) and isinstance(before, list):
        return all(any(_is_less(one, other) for other in before) or one == "unreadable" for one in now)
    return now in (None, [], before)


def _is_less_to_holder(now: tuple[int, Any], before: tuple[int, Any]) -> bool:
    if now[0] != HTTPStatus.OK or now == before:
        return True
    own = {"status": "received", "disclosure": "limited"}
    told = {name: now[1][name] for name in ("decision", "people_ahead") if now[1][name] is not None}
    return all(now[1][name] in (before[1][name], value) for name, value in own.items()) and (
        told.items() <= before[1].items()
    )


@pytest.mark.proof(9)
@pytest.mark.parametrize("kind", RECORDS, ids=lambda kind: kind.__name__)
def test_an_item_that_cannot_be_read_changes_no_answer_about_another_case(
    built: Docket, others: Answers, kind: type[Stored], tally: Tally
) -> None:
    for way in sized(("missing field",), WAYS):
        _damaged(built, others, kind, way, tally)


@pytest.mark.proof(9)
def test_a_protected_case_stays_restricted_while_its_mark_cannot_be_read(built: Docket, tally: Tally) -> None:
    _protected(built, tally)


def _protected(built: Docket, tally: Tally) -> None:
    for way in WAYS[1:]:
        built.restore()
        built.damage(Findings, built.key_of_kind(Findings, built.protected), way)
        built.system.on(built.protected.filed, "POST", "/updates", {"facts": {"pregnant": True}})
        built.system.settle(3)
        item = built.system.cloud.backend.get(case_key(built.protected.case_id))
        assert item is not None
        tally.expect(f"{way}: restricted", holds=item["restricted"] == {"BOOL": True})
        tally.expect(f"{way}: rank kept", holds=text_in(item, "rank") is not None)


# ---- deliberate faults


@pytest.mark.breaks
def test_a_strict_list_is_found(built: Docket, others: Answers, monkeypatch: pytest.MonkeyPatch) -> None:
    def strict(model: type[Stored], items: Iterable[Any]) -> Iterator[Stored]:
        return map(partial(read_item, model), items)

    monkeypatch.setattr(casereview.store.table, "readable", strict)
    with pytest.raises(KeyError):  # a worklist that answers 503 has no items
        _damaged(built, others, Case, "missing field", Tally())


@pytest.mark.breaks
def test_a_mark_of_protection_that_is_left_out_is_found(built: Docket, monkeypatch: pytest.MonkeyPatch) -> None:
    evidence_of = Table.evidence_of

    def partial_evidence(own: Table, case: Case, *, weighed: bool = False) -> CaseFile:
        return evidence_of(own.leaving_out(), case, weighed=weighed)

    monkeypatch.setattr(Table, "evidence_of", partial_evidence)
    tally = Tally()
    _protected(built, tally)
    assert any("restricted" in one for one in tally.violations)
