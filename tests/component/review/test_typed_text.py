"""Codes, numbers, dates and words of lists are read as people type them, at every door of the staff API."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import pytest

from tests.component.review.test_lookups import cases, find
from tests.support.clouds import cloud
from tests.support.staff import OFFICER, SUPERVISOR, claimed, file_case
from tests.support.system import System


@pytest.fixture
def system() -> Iterator[System]:
    """A system whose requests are not held against the document, which shows the canonical forms."""
    with cloud("memory") as found:
        yield System(found)


@pytest.mark.parametrize("shape", ["\u2068{}\u2069", "{}.", "({}),", "\ufeff{}\t"])
def test_a_case_is_found_by_what_is_copied_from_a_mail(system: System, shape: str) -> None:
    held = file_case(system)
    receipt, number = held.receipt.lower(), "a000\u2013000\u2013011"
    for found in (find(system, receipt=shape.format(receipt)), find(system, a_number=shape.format(number))):
        assert [one["case_id"] for one in cases(found)] == [held.case_id]


def test_ids_and_receipts_in_a_path_are_read_in_any_case_and_with_what_stands_around_them(system: System) -> None:
    held = file_case(system)
    case_id, receipt = f"\u200e{held.case_id.lower()}\u00a0", f"\u2068{held.receipt.lower()}\u2069."
    path = f"/staff/cases/{quote(case_id)}/requests/{quote(receipt)}"
    assert system.staff(OFFICER, "GET", path).status == 200
    assert system.staff(OFFICER, "GET", f"{path}/view").json()["receipt"] == held.receipt


def test_receipts_words_and_dates_of_a_body_are_read_as_people_write_them(system: System) -> None:
    held = claimed(system)
    spoken = f"{held.receipt.lower()}."
    system.work(
        OFFICER,
        held.case_id,
        "verifications",
        {"receipt": spoken, "identity": True, "verdict": "Confirmed", "proof": "Booking record", "why": "I saw it."},
    )
    asked = {
        "to": [spoken],
        "asked": [{"text": "When?", "language": "English"}],
        "answer_by": "\u0662\u0660\u0662\u0666-12-20",
    }
    assert system.work(OFFICER, held.case_id, "information-requests", asked)["answer_by"]
    moved = {"office": "mia\u200b", "why": "She lives there."}
    assert system.work(SUPERVISOR, held.case_id, "transfer", moved)["office"] == "MIA"


@pytest.mark.parametrize(
    "query", ["office=atl", "lane=Detained", "status=In Line", "overdue=True", "flag=identity-unverified"]
)
def test_parameters_are_read_in_any_case(system: System, query: str) -> None:
    file_case(system)
    assert system.staff(OFFICER, "GET", f"/staff/worklist?{query}").status == 200


def test_a_reason_that_nobody_can_see_is_missing(system: System) -> None:
    held = file_case(system)
    answer = system.staff(OFFICER, "POST", f"/staff/cases/{held.case_id}/contacts", {"why": "\u200b\u2060"})
    assert [fault["code"] for fault in answer.json()["errors"]] == ["required"]


def test_a_removal_is_recorded_with_the_local_date_of_guam(system: System) -> None:
    held = file_case(system)
    assert system.work(OFFICER, held.case_id, "removal", {"removed_at": "2026-11-25", "why": "The flight list."})
    answer = system.staff(
        OFFICER, "POST", f"/staff/cases/{held.case_id}/removal", {"removed_at": "2026-11-26", "why": "The flight list."}
    )
    assert answer.status == 422
