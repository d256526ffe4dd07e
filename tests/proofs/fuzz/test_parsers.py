"""Invalid input for the parsers of untrusted text: accepted or rejected, without an error, and nothing is stored."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
import yaml
from moto import mock_aws

import casereview.policy.checks
import intake.authentication
import review.policies.publication
import review.worklist
from casereview.crypto.cursors import Cursors
from casereview.schema.identifiers import ALPHABET, group
from casereview.usecases.services import CaseServices
from review.authorization import Caller
from review.schema.responses import Worklist
from review.worklist_filters import Selection
from tests.support.clouds import MotoCloud
from tests.support.fuzz import parsers
from tests.support.fuzz.parsers import SystemWithQuery
from tests.support.moto_speed import fast_moto
from tests.support.proofs.sizes import sized
from tests.support.proofs.tally import Tally

pytestmark = pytest.mark.moto

proof = pytest.mark.proof(7)


@pytest.fixture
def queryable() -> Iterator[SystemWithQuery]:
    """A new system that accepts any query parameters."""
    with fast_moto(), mock_aws():
        yield SystemWithQuery(MotoCloud())


@pytest.fixture
def empty(queryable: SystemWithQuery) -> Iterator[SystemWithQuery]:
    """A system in which the test must not store anything."""
    yield queryable
    assert queryable.items() == []


@proof
@pytest.mark.parametrize(
    "parse", [parsers.prove_receipts, parsers.prove_a_numbers, parsers.prove_staff_paths, parsers.prove_parameters]
)
def test_invalid_identifiers_and_parameters_are_rejected(
    empty: SystemWithQuery, tally: Tally, parse: Callable[[SystemWithQuery, Tally, int], None]
) -> None:
    parse(empty, tally, sized(60, 800))


@proof
def test_a_forged_cursor_gives_no_access_to_another_office(queryable: SystemWithQuery, tally: Tally) -> None:
    parsers.prove_cursors(queryable, tally, sized(150, 3000))


@proof
def test_an_invalid_policy_is_rejected_with_the_lines_of_its_faults(tally: Tally) -> None:
    parsers.prove_documents(tally, sized(80, 1500))


@proof
def test_a_rejected_policy_stores_nothing(queryable: SystemWithQuery, tally: Tally) -> None:
    parsers.prove_sent_documents(queryable, tally, sized(20, 300))


# ---- deliberate defects


def _parse_without_validation(text: str, symbols: int) -> str | None:
    """Parse a receipt, and raise for an unknown symbol."""
    found = "".join(ALPHABET[ALPHABET.index(symbol)] for symbol in text)
    return group(found) if len(found) == symbols + 1 else None


def test_a_parser_that_raises_is_detected(queryable: SystemWithQuery, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake.authentication, "parse_identifier", _parse_without_validation)
    tally = Tally()
    parsers.prove_receipts(queryable, tally, 20)
    assert any("503" in violation for violation in tally.violations)


def test_a_cursor_that_is_not_validated_is_detected(
    queryable: SystemWithQuery, monkeypatch: pytest.MonkeyPatch
) -> None:
    def open_without_validation(_cursors: Cursors, cursor: str, *_bound: str) -> object:
        return json.loads(base64.urlsafe_b64decode(cursor + "=="))

    monkeypatch.setattr(Cursors, "open", open_without_validation)
    tally = Tally()
    parsers.prove_cursors(queryable, tally, 20)
    assert any("503" in violation for violation in tally.violations)


def test_a_worklist_of_another_office_is_detected(queryable: SystemWithQuery, monkeypatch: pytest.MonkeyPatch) -> None:
    original = review.worklist.page

    def page(services: CaseServices, caller: Caller, selection: Selection) -> Worklist:
        return original(services, caller, replace(selection, office="ELP"))

    monkeypatch.setattr("review.acts.page", page)
    monkeypatch.setattr("review.authorization.Caller.queues", lambda _caller: frozenset({"ATL", "ELP"}))
    tally = Tally()
    parsers.prove_cursors(queryable, tally, 20)
    assert tally.violations


def test_a_policy_parser_without_line_numbers_is_detected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(casereview.policy.checks, "load_with_lines", lambda text: (yaml.safe_load(text), {}))
    tally = Tally()
    parsers.prove_documents(tally, 30)
    assert any("Error" in violation for violation in tally.violations)


def test_a_policy_that_is_stored_before_it_is_checked_is_detected(
    queryable: SystemWithQuery, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = review.policies.publication.submit_draft

    def stored_first(*given: object) -> object:
        number = len(queryable.items())
        queryable.dynamodb.put_item(
            TableName=queryable.table, Item={"pk": {"S": "POLICY"}, "sk": {"S": f"DOCUMENT#{number}"}}
        )
        return send(*given)  # type: ignore[arg-type]

    monkeypatch.setattr("review.acts.submit_draft", stored_first)
    tally = Tally()
    parsers.prove_sent_documents(queryable, tally, 5)
    assert tally.violations
