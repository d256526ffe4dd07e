"""Invalid input for the parsers of untrusted text: identifiers, parameters, cursors and policy documents."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from casereview.policy.checks import check
from casereview.policy.loader import DocumentError, DocumentFault
from casereview.policy.packaged import PACKAGED
from casereview.schema.identifiers import ALPHABET, new_receipt
from infra.paths import ROOT
from tests.support.fuzz.examples import try_many
from tests.support.proofs.tally import Tally
from tests.support.system import Answer, Staff, System, body

VALID_TEXTS = st.text(max_size=80)
TEXTS = VALID_TEXTS | st.text(st.characters(), max_size=20)
"""Texts of all characters, including control characters and unpaired surrogates."""


def _json(texts: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    return st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | texts,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
        max_leaves=6,
    )


JSON, VALID_JSON = _json(TEXTS), _json(VALID_TEXTS)
ALMOST_RECEIPTS = st.one_of(
    st.text("-iIlLoO " + ALPHABET, max_size=40),
    st.builds(
        lambda place, symbol: _with_replaced(new_receipt(), place, symbol), st.integers(0, 19), st.text(max_size=2)
    ),
    TEXTS,
)
ALMOST_A_NUMBERS = st.one_of(st.from_regex(r"[Aa]?[-#. ]*(\d[-#. ]*){0,12}", fullmatch=True), TEXTS)
OFFICER, POLICY = Staff("fuzz"), Staff("fuzz", "policy", None)


def _with_replaced(text: str, place: int, symbol: str) -> str:
    return text[:place] + symbol + text[place + 1 :]


def _check_refused(answer: Answer, *statuses: int) -> None:
    assert answer.status in statuses, (answer.status, answer.body)
    assert answer.content_type == "application/problem+json"
    assert "Traceback" not in answer.body


def prove_receipts(system: System, tally: Tally, examples: int) -> None:
    """Look up almost valid receipts with almost valid codes, and check that the response is 404."""

    def tried(pair: tuple[str, str]) -> None:
        receipt, code = pair
        with tally.case(f"receipt {receipt!r}, code {code!r}"):
            path = f"/requests/{receipt.replace('?', '') or '-'}"
            _check_refused(system.call("GET", path, None, {"Authorization": f"Bearer {code}"}), 404)

    try_many(st.tuples(ALMOST_RECEIPTS, ALMOST_RECEIPTS), examples, tried)


def prove_a_numbers(system: System, tally: Tally, examples: int) -> None:
    """File with almost valid A-numbers and without a role, and check that the response is 422."""

    def tried(number: str) -> None:
        with tally.case(f"A-number {number!r}"):
            given = body(requester={"role": None}, subject={"a_number": number})
            _check_refused(system.call("POST", "/requests", given), 422)

    try_many(ALMOST_A_NUMBERS, examples, tried)


def prove_staff_paths(system: System, tally: Tally, examples: int) -> None:
    """Open cases and policies with invalid ids, and check that the response is 404."""

    def tried(text: str) -> None:
        name = text.replace("?", "").replace("/", "") or "-"
        with tally.case(f"id {text!r}"):
            _check_refused(system.staff(OFFICER, "GET", f"/staff/cases/{name}"), 404)
            _check_refused(system.staff(POLICY, "GET", f"/staff/policies/{name}"), 404)
            _check_refused(system.staff(POLICY, "POST", f"/staff/policies/{name}/preview", {}), 404)

    try_many(ALMOST_RECEIPTS.filter(lambda text: text not in PACKAGED), examples, tried)


def prove_parameters(system: System, tally: Tally, examples: int) -> None:
    """Send any text as a query parameter, and check that it is accepted or rejected as a client error."""

    def tried(text: str) -> None:
        with tally.case(f"parameter {text!r}"):
            for route in ("/notice?language=", "/field-offices?state=", "/field-offices?state=TX&county="):
                answer = _get_with_query(system, None, route, text)
                assert answer.status in {200, 422}, answer.body
            for route in ("/field-offices?zip=", "/facilities?q=", "/facilities?q=county&state="):
                answer = _get_with_query(system, None, route, text)
                assert answer.status in {200, 400, 422}, answer.body
            for name in ("limit", "office", "cursor", "lane", "status", "flag", "claimed_by", "overdue", "unclaimed"):
                answer = _get_with_query(system, OFFICER, f"/staff/worklist?{name}=", text)
                assert answer.status in {200, 400, 403}, answer.body
            for name in ("office", "cursor"):
                answer = _get_with_query(system, OFFICER, f"/staff/verifications?{name}=", text)
                assert answer.status in {200, 400, 403}, answer.body

    try_many(TEXTS, examples, tried)


def _get_with_query(system: System, user: Staff | None, route: str, text: str) -> Answer:
    """Send a GET request with a query parameter, decoded as API Gateway passes it."""
    path, _, query = route.partition("?")
    name = query.rpartition("&")[2].rstrip("=")
    others = dict(part.split("=") for part in query.split("&") if not part.endswith("="))
    system.query = {**others, name: text}  # type: ignore[attr-defined]
    return system.staff(user, "GET", path) if user else system.call("GET", path)


class SystemWithQuery(System):
    """A system whose next event has the query parameters of ``query``, of any content."""

    query: dict[str, str] | None = None

    def _event(self, method: str, path: str, body: object, headers: Any) -> dict[str, object]:  # noqa: ANN401
        event = super()._event(method, path, body, headers)
        if self.query is not None:
            event["multiValueQueryStringParameters"] = {name: [value] for name, value in self.query.items()}
            event["queryStringParameters"], self.query = self.query, None
        return event


def _cursor(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


CURSORS = st.one_of(
    TEXTS,
    st.binary(max_size=60).map(lambda raw: base64.urlsafe_b64encode(raw).decode()),
    JSON.map(_cursor),
    st.fixed_dictionaries({"rank": TEXTS | JSON, "case_id": TEXTS | JSON, "position": st.integers() | JSON}).map(
        _cursor
    ),
)


def prove_cursors(system: SystemWithQuery, tally: Tally, examples: int) -> None:
    """Read pages with forged cursors, and check that the response is 400, or has cases of the officer's office only."""
    for number, facility in enumerate(("STWRTGA", "EPC", "STWRTGA")):
        system.file(body(subject={"a_number": f"A0000{number:04d}9"}, facts={"facility": facility}))
    system.pump()
    own = set(system.worklist("ATL"))
    assert own
    assert len(system.cases) > len(own)

    def tried(cursor: str) -> None:
        with tally.case(f"cursor {cursor!r}"):
            answer = _get_with_query(system, OFFICER, "/staff/worklist?cursor=", cursor)
            assert answer.status in {200, 400}, answer.body
            if answer.status == 200:
                assert {item["case_id"] for item in answer.json()["items"]} <= own

    try_many(CURSORS, examples, tried)


DOCUMENTS = [
    file.read_text(encoding="utf-8") for file in sorted((ROOT / "shared/casereview/policy/documents").glob("*.yaml"))
]
_UNUSUAL_LINES = st.one_of(
    VALID_TEXTS,
    st.sampled_from(
        [
            "&a [*a]",
            "<<: *a",
            "!!python/object:os.system x",
            "? [",
            "%YAML 9.9",
            "--- x",
            "...",
            "id: 2020-13-45",
            "{" * 80,
        ]
    ),
)


@st.composite
def _edited(draw: st.DrawFn) -> str:
    """Make a document with some lines or words removed, repeated or replaced."""
    lines = draw(st.sampled_from(DOCUMENTS)).splitlines()
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(lines) - 1))
        edit: Callable[[str], list[str]] = draw(
            st.sampled_from(
                [
                    lambda _line: [],
                    lambda line: [line, line],
                    lambda line: [line, draw(_UNUSUAL_LINES)],
                    lambda line: [line.replace(draw(st.sampled_from(line.split() or [""])), draw(_UNUSUAL_LINES), 1)],
                    lambda line: [line[draw(st.integers(0, 8)) :]],
                ]
            )
        )
        lines[place : place + 1] = edit(lines[place])
        lines = lines or [""]
    return "\n".join(lines)


EDITED_DOCUMENTS = st.one_of(_edited(), VALID_TEXTS, JSON.map(json.dumps))


def _faults(text: str) -> list[DocumentFault]:
    try:
        check(text)
    except DocumentError as error:
        return error.faults or [DocumentFault("", 0, "")]
    return []


def prove_documents(tally: Tally, examples: int) -> None:
    """Check invalid documents, and check that each fault has a line number and a message."""

    def tried(text: str) -> None:
        with tally.case(f"document {text[-200:]!r}"):
            assert all(fault.line >= 1 and fault.message for fault in _faults(text))

    try_many(EDITED_DOCUMENTS, examples, tried)


def prove_sent_documents(system: System, tally: Tally, examples: int) -> None:
    """Send invalid documents, and check that each is stored as a draft, or rejected without storing anything."""

    def tried(text: str) -> None:
        with tally.case(f"document {text[-200:]!r}"):
            before = system.items()
            answer = system.staff(POLICY, "POST", "/staff/policies", {"document": text})
            assert answer.status in {201, 409, 422}, (answer.status, answer.body)
            if answer.status != 201:
                assert system.items() == before

    try_many(EDITED_DOCUMENTS, examples, tried)
