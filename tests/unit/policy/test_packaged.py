"""The packaged policies: their timeline, their heads and their digests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from casereview.policy import packaged
from casereview.policy.document import Head, digest

A, B, ORDER, *_ = packaged.PACKAGED
MILLISECOND = timedelta(milliseconds=1)
TIMELINE = [
    ("2021-02-18T00:00:00-05:00", None, A),
    ("2021-11-29T00:00:00-05:00", A, B),
    ("2022-06-25T00:00:00-04:00", B, None),
    ("2023-07-28T00:00:00-04:00", None, B),
    ("2025-01-20T00:00:00-05:00", B, ORDER),
]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def head(name: str, *intervals: tuple[str, str | None]) -> Head:
    in_force = [
        {"from": f"{begins}T00:00:00Z", "to": f"{ends}T00:00:00Z" if ends else None} for begins, ends in intervals
    ]
    return Head.model_validate({"id": name, "title": name, "in_force": in_force})


@pytest.mark.parametrize(("switch", "before", "after"), TIMELINE)
def test_the_policy_in_force_changes_at_these_instants(switch: str, before: str | None, after: str | None) -> None:
    found, until = packaged.in_force(packaged.heads(), at(switch) - MILLISECOND)
    assert (found.id if found else None, until) == (before, at(switch))
    found, _until = packaged.in_force(packaged.heads(), at(switch))
    assert (found.id if found else None) == after


def test_the_order_of_2025_is_in_force_without_end() -> None:
    found, until = packaged.in_force(packaged.heads(), at("2999-01-01T00:00:00-05:00"))
    assert found is not None
    assert (found.id, until) == (ORDER, None)


@pytest.mark.parametrize("gap", ["1999-01-01T00:00:00-05:00", "2021-02-17T23:59:59-05:00", "2023-01-01T00:00:00-05:00"])
def test_the_default_lanes_govern_while_no_policy_is_in_force(gap: str) -> None:
    policy, until = packaged.governing(at(gap))
    assert policy.id is None
    assert policy.document.id == packaged.DEFAULT
    assert until is not None
    asserted = (policy.document.categories, policy.document.approvals, policy.document.factors)
    assert asserted == ((), (), ())


def test_governing_returns_the_compiled_policy() -> None:
    policy, until = packaged.governing(at("2021-06-15T12:00:00-04:00"))
    assert (policy.id, until) == (A, at("2021-11-29T00:00:00-05:00"))
    assert policy is packaged.compiled(A)


def test_of_overlapping_policies_the_one_that_began_last_governs_until_its_end() -> None:
    documents = (head("old", ("2021-01-01", None)), head("new", ("2022-01-01", "2023-01-01")))
    spans = [packaged.in_force(documents, at(f"{year}-06-01T00:00:00Z")) for year in (2020, 2021, 2022, 2023)]
    assert [found.id if found else None for found, _until in spans] == [None, "old", "new", "old"]
    assert [until.year if until else None for _found, until in spans] == [2021, 2022, 2023, None]


def test_adjacent_intervals_of_one_policy_are_no_switch() -> None:
    found, until = packaged.in_force(
        (head("one", ("2021-01-01", "2022-01-01"), ("2022-01-01", None)),), at("2021-06-01T00:00:00Z")
    )
    assert found is not None
    assert until is None


def test_without_documents_no_policy_is_ever_in_force() -> None:
    assert packaged.in_force((), at("2021-06-01T00:00:00Z")) == (None, None)


@pytest.mark.parametrize("name", packaged.PACKAGED)
def test_the_head_of_a_file_equals_the_head_of_its_document(name: str) -> None:
    document = packaged.packaged(name)
    heads = {found.id: found for found in packaged.heads()}
    assert heads[name].model_dump() == {field: getattr(document, field) for field in Head.model_fields} | {
        "in_force": tuple(interval.model_dump() for interval in document.in_force)
    }


def test_all_documents_have_the_same_lanes_and_credits() -> None:
    documents = [packaged.packaged(name) for name in (*packaged.PACKAGED, packaged.DEFAULT)]
    assert len({(document.lanes, document.credits).__repr__() for document in documents}) == 1


def test_an_unknown_id_raises_key_error() -> None:
    with pytest.raises(KeyError):
        packaged.packaged("../flags")


def test_a_digest_depends_on_the_values_of_a_document_only() -> None:
    document = packaged.packaged(A)
    assert digest(document) == digest(packaged.read_policy(packaged.text_of(A) + "\n# a remark\n"))
    assert digest(document) == digest(
        type(document).model_validate_json(document.model_dump_json(by_alias=True, exclude_unset=True))
    )
    assert digest(document) != digest(packaged.read_policy(packaged.text_of(A).replace("cap: 20", "cap: 21")))
    assert packaged.compiled(A).digest == digest(document)
    assert (
        len({packaged.compiled(name).digest for name in (*packaged.PACKAGED, packaged.DEFAULT)})
        == len(packaged.PACKAGED) + 1
    )
