"""The policy registry: which policy governs when, after approvals and amendments, and how it is cached."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from casereview.policy import packaged
from casereview.schema.policy_records import PolicyHead, PolicyInForce, Span
from casereview.store import keys
from casereview.store.policy_registry import approved_heads, head_taking_effect
from casereview.store.policy_repository import FRESH
from tests.support.aws_calls import call_names, record_calls
from tests.support.policy.drafts import EARLIER, ORDER, draft, publish, send
from tests.support.system import START, System

if TYPE_CHECKING:
    from casereview.policy.document import Head

INTERIM, GUIDELINES, *_ = packaged.PACKAGED


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def record(name: str, *spans: tuple[str, str | None], amends: str | None = None, **fields: Any) -> PolicyHead:  # noqa: ANN401
    known: dict[str, Any] = {
        "policy_id": name,
        "kind": "amendment" if amends else "document",
        "amends": amends,
        "title": name,
        "digest": name,
        "intervals": tuple(Span(since=at(since), until=at(until) if until else None) for since, until in spans),
        "state": "approved",
        "author": "a",
        "created_at": START,
        "approver": "b",
        "decided_at": START,
    }
    return PolicyHead.model_validate({**known, **fields})


def governs(heads: tuple[Head, ...], when: str) -> str | None:
    head, _until = packaged.in_force(heads, at(when))
    return head.id if head else None


@pytest.mark.parametrize(
    ("when", "policy"),
    [
        ("2021-01-25T12:00:00-05:00", None),  # the memorandum of 20 January 2021 is not shipped
        ("2021-02-17T23:59:59-05:00", None),
        ("2021-02-18T00:00:00-05:00", INTERIM),
        ("2021-09-30T12:00:00-04:00", INTERIM),  # the guidelines were signed, and not in force
        ("2021-11-28T23:59:59-05:00", INTERIM),
        ("2021-11-29T00:00:00-05:00", GUIDELINES),
        ("2022-04-01T12:00:00-04:00", GUIDELINES),  # enjoined for some weeks, which an overlay records
        ("2022-06-24T23:59:59-04:00", GUIDELINES),
        ("2022-06-25T00:00:00-04:00", None),  # vacated
        ("2023-07-27T23:59:59-04:00", None),
        ("2023-07-28T00:00:00-04:00", GUIDELINES),  # revived
        ("2025-01-19T23:59:59-05:00", GUIDELINES),
        ("2025-01-20T00:00:00-05:00", ORDER),
    ],
)
def test_the_policies_in_force_follow_the_memos_and_court_orders(when: str, policy: str | None) -> None:
    assert governs(approved_heads(()), when) == policy


def test_only_approved_documents_have_heads() -> None:
    spans = (("2030-01-01T00:00:00Z", None),)
    records = [record("one", *spans), record("two", *spans, state="draft"), record("three", *spans, state="refused")]
    assert [head.id for head in approved_heads(records)] == [*packaged.PACKAGED, "one"]


def test_an_amendment_replaces_the_intervals_of_its_policy() -> None:
    vacated = record("v", ("2025-01-20T05:00:00Z", "2026-06-01T00:00:00Z"), amends=ORDER)
    heads = approved_heads([vacated])
    assert governs(heads, "2026-05-31T23:59:59Z") == ORDER
    assert governs(heads, "2026-06-01T00:00:00Z") is None


def test_the_newest_amendment_counts_whatever_the_order_of_the_records() -> None:
    end = record("end", ("2025-01-20T05:00:00Z", "2026-06-01T00:00:00Z"), amends=ORDER)
    later = START + timedelta(days=1)
    back = record("back", ("2025-01-20T05:00:00Z", None), amends=ORDER, decided_at=later)
    assert {governs(approved_heads(order), "2027-01-01T00:00:00Z") for order in ([end, back], [back, end])} == {ORDER}


def test_an_amendment_can_remove_every_interval() -> None:
    assert governs(approved_heads([record("never", amends=ORDER)]), "2026-01-01T00:00:00Z") is None


def test_a_document_and_its_amendment_can_be_read_in_any_order() -> None:
    document, amendment = record("new", ("2027-01-01T00:00:00Z", None)), record("x", amends="new")
    assert governs(approved_heads([amendment, document]), "2028-01-01T00:00:00Z") == ORDER


def test_a_draft_is_compared_at_the_first_instant_that_it_changes() -> None:
    now, before = at("2026-01-01T00:00:00Z"), approved_heads(())
    later = approved_heads([record("v", ("2025-01-20T05:00:00Z", "2026-06-01T00:00:00Z"), amends=ORDER)])
    assert head_taking_effect(before, later, now) is None
    new = approved_heads([record("new", ("2026-03-01T00:00:00Z", None))])
    found = head_taking_effect(before, new, now)
    assert found is not None
    assert found.id == "new"
    same = head_taking_effect(before, before, now)
    assert same is not None
    assert same.id == ORDER


@pytest.mark.moto
def test_a_cached_registry_is_a_few_seconds_old_at_most(system: System) -> None:
    desk = system.intake
    assert desk.policies.governing(system.time)[0].id == ORDER
    with record_calls() as calls:
        desk.policies.governing(system.time)
    assert calls == []
    system.time += FRESH
    with record_calls() as calls:
        desk.policies.governing(system.time)
    assert call_names(calls) == ["dynamodb.Query"]


@pytest.mark.moto
def test_a_clock_set_back_reads_the_registry_again(system: System) -> None:
    system.intake.policies.governing(system.time)
    system.time -= timedelta(seconds=1)
    with record_calls() as calls:
        system.intake.policies.governing(system.time)
    assert call_names(calls) == ["dynamodb.Query"]


def test_a_document_is_compiled_once(system: System) -> None:
    publish(system, EARLIER)
    first = system.intake.policies.compiled("earlier")
    system.later(minutes=1)
    assert system.intake.policies.compiled("earlier") is first
    assert first.digest == system.read(PolicyHead, keys.approved_head("earlier")).digest
    assert system.intake.policies.compiled(ORDER) is packaged.compiled(ORDER)


@pytest.mark.parametrize("name", ["nothing", "earlier"])
def test_a_document_that_is_not_approved_is_not_a_policy(system: System, name: str) -> None:
    send(system, EARLIER)
    with pytest.raises(KeyError):
        system.intake.policies.compiled(name)


def test_of_two_concurrent_records_of_the_policy_in_force_one_is_stored(system: System) -> None:
    system.sweep()
    publish(system, draft("next", since="2026-11-24T15:00:10Z"))
    system.later(seconds=10)
    system.sweep()
    named = system.read(PolicyInForce, keys.IN_FORCE)
    assert (named.policy, named.since) == ("next", system.time)
    system.time -= timedelta(seconds=5)
    system.sweep()
    assert system.read(PolicyInForce, keys.IN_FORCE) == named, "a clock that is behind takes nothing back"
