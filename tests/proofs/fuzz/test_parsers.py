"""Text of strangers to what parses it: answered or refused, nothing stored, nothing falls over; and the proofs' own."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator

import pytest
import yaml
from moto import mock_aws

import casereview.policy.checks
import intake.authentication
import review.policies.publication
import review.worklist
from casereview.schema.identifiers import ALPHABET, group
from casereview.store.worklist import WorklistPlace
from tests.support.clouds import MotoCloud
from tests.support.fuzz import parsers
from tests.support.fuzz.parsers import Asked
from tests.support.moto_speed import fast_moto
from tests.support.proofs.sizes import sized
from tests.support.proofs.tally import Tally

pytestmark = pytest.mark.moto

proof = pytest.mark.proof(7)


@pytest.fixture
def asked() -> Iterator[Asked]:
    """A system of one's own that takes any parameter."""
    with fast_moto(), mock_aws():
        yield Asked(MotoCloud())


@pytest.fixture
def empty(asked: Asked) -> Iterator[Asked]:
    """A system in which nothing may be stored."""
    yield asked
    assert asked.items() == []


@proof
@pytest.mark.parametrize("parse", [parsers.receipts, parsers.a_numbers, parsers.staff_paths, parsers.parameters])
def test_what_is_no_identifier_or_parameter_is_refused(
    empty: Asked, tally: Tally, parse: Callable[[Asked, Tally, int], None]
) -> None:
    parse(empty, tally, sized(60, 800))


@proof
def test_a_cursor_of_ones_own_making_opens_no_other_office(asked: Asked, tally: Tally) -> None:
    parsers.cursors(asked, tally, sized(150, 3000))


@proof
def test_a_badly_edited_policy_is_refused_with_the_lines_of_its_faults(tally: Tally) -> None:
    parsers.documents(tally, sized(80, 1500))


@proof
def test_a_policy_that_is_refused_leaves_nothing(asked: Asked, tally: Tally) -> None:
    parsers.sent_documents(asked, tally, sized(20, 300))


# ---- the proofs are shown to fail


def _read_without_looking(text: str, symbols: int) -> str | None:
    """Read a receipt, and fail at a symbol that is none."""
    found = "".join(ALPHABET[ALPHABET.index(symbol)] for symbol in text)
    return group(found) if len(found) == symbols + 1 else None


def test_a_parser_that_falls_over_is_found(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake.authentication, "parse_identifier", _read_without_looking)
    tally = Tally()
    parsers.receipts(asked, tally, 20)
    assert any("503" in violation for violation in tally.violations)


def test_a_cursor_that_is_believed_is_found(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    def believed(cursor: str | None) -> tuple[WorklistPlace | None, int]:
        if not cursor:
            return None, 0
        value = json.loads(base64.urlsafe_b64decode(cursor + "=="))
        return WorklistPlace(value["rank"], value["case_id"]), value["position"]

    monkeypatch.setattr(review.worklist, "_read_cursor", believed)
    tally = Tally()
    parsers.cursors(asked, tally, 20)
    assert any("503" in violation for violation in tally.violations)


def test_a_worklist_of_every_office_is_found(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = review.worklist.page

    def page(*given: object) -> object:
        desk, caller, _office, *more = given
        return whole(desk, caller, "ELP", *more)  # type: ignore[arg-type]

    monkeypatch.setattr("review.acts.page", page)
    monkeypatch.setattr("review.authorization.Caller.queues", lambda _caller: frozenset({"ATL", "ELP"}))
    tally = Tally()
    parsers.cursors(asked, tally, 20)
    assert tally.violations


def test_a_reader_of_policies_that_tells_no_line_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(casereview.policy.checks, "load_with_lines", lambda text: (yaml.safe_load(text), {}))
    tally = Tally()
    parsers.documents(tally, 30)
    assert any("Error" in violation for violation in tally.violations)


def test_a_policy_that_is_stored_before_it_is_read_is_found(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    send = review.policies.publication.submit_draft

    def stored_first(*given: object) -> object:
        number = len(asked.items())
        asked.dynamodb.put_item(TableName=asked.table, Item={"pk": {"S": "POLICY"}, "sk": {"S": f"DOCUMENT#{number}"}})
        return send(*given)  # type: ignore[arg-type]

    monkeypatch.setattr("review.acts.submit_draft", stored_first)
    tally = Tally()
    parsers.sent_documents(asked, tally, 5)
    assert tally.violations
