"""What parses text of strangers: identifiers, parameters, cursors and policy documents, each given what it is not."""

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

WHOLE_TEXTS = st.text(max_size=80)
TEXTS = WHOLE_TEXTS | st.text(st.characters(), max_size=20)
"""Of every character, control characters and, in the second, halves of characters included."""


def _json(texts: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    return st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | texts,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
        max_leaves=6,
    )


JSON, WHOLE_JSON = _json(TEXTS), _json(WHOLE_TEXTS)
NEARLY_RECEIPTS = st.one_of(
    st.text("-iIlLoO " + ALPHABET, max_size=40),
    st.builds(lambda place, symbol: _swapped(new_receipt(), place, symbol), st.integers(0, 19), st.text(max_size=2)),
    TEXTS,
)
NEARLY_A_NUMBERS = st.one_of(st.from_regex(r"[Aa]?[-#. ]*(\d[-#. ]*){0,12}", fullmatch=True), TEXTS)
OFFICER, POLICY = Staff("fuzz"), Staff("fuzz", "policy", None)


def _swapped(text: str, place: int, symbol: str) -> str:
    return text[:place] + symbol + text[place + 1 :]


def _refused(answer: Answer, *statuses: int) -> None:
    assert answer.status in statuses, (answer.status, answer.body)
    assert answer.content_type == "application/problem+json"
    assert "Traceback" not in answer.body


def receipts(system: System, tally: Tally, examples: int) -> None:
    """Ask for what is nearly a receipt, by what is nearly a code: always the same 404."""

    def tried(pair: tuple[str, str]) -> None:
        receipt, code = pair
        with tally.case(f"receipt {receipt!r}, code {code!r}"):
            path = f"/requests/{receipt.replace('?', '') or '-'}"
            _refused(system.call("GET", path, None, {"Authorization": f"Bearer {code}"}), 404)

    try_many(st.tuples(NEARLY_RECEIPTS, NEARLY_RECEIPTS), examples, tried)


def a_numbers(system: System, tally: Tally, examples: int) -> None:
    """State what is nearly an A-number in a body that lacks a role: 422, whatever the number is."""

    def tried(number: str) -> None:
        with tally.case(f"A-number {number!r}"):
            given = body(requester={"role": None}, subject={"a_number": number})
            _refused(system.call("POST", "/requests", given), 422)

    try_many(NEARLY_A_NUMBERS, examples, tried)


def staff_paths(system: System, tally: Tally, examples: int) -> None:
    """Open cases and policies by what is no id: always 404."""

    def tried(text: str) -> None:
        name = text.replace("?", "").replace("/", "") or "-"
        with tally.case(f"id {text!r}"):
            _refused(system.staff(OFFICER, "GET", f"/staff/cases/{name}"), 404)
            _refused(system.staff(POLICY, "GET", f"/staff/policies/{name}"), 404)
            _refused(system.staff(POLICY, "POST", f"/staff/policies/{name}/preview", {}), 404)

    try_many(NEARLY_RECEIPTS.filter(lambda text: text not in PACKAGED), examples, tried)


def parameters(system: System, tally: Tally, examples: int) -> None:
    """Give any text as a parameter of a query: answered, or refused by its name."""

    def tried(text: str) -> None:
        with tally.case(f"parameter {text!r}"):
            for route in ("/notice?language=", "/field-offices?state=", "/field-offices?state=TX&county="):
                answer = _asked(system, None, route, text)
                assert answer.status in {200, 422}, answer.body
            for name in ("limit", "office", "cursor"):
                answer = _asked(system, OFFICER, f"/staff/worklist?{name}=", text)
                assert answer.status in {200, 400, 403, 422}, answer.body
            _refused(_asked(system, OFFICER, "/staff/cases/none/contacts?why=", text), 404, 422)

    try_many(TEXTS, examples, tried)


def _asked(system: System, user: Staff | None, route: str, text: str) -> Answer:
    """Ask with a parameter as the gateway hands it over, decoded."""
    path, _, query = route.partition("?")
    name = query.rpartition("&")[2].rstrip("=")
    others = dict(part.split("=") for part in query.split("&") if not part.endswith("="))
    system.query = {**others, name: text}  # type: ignore[attr-defined]
    return system.staff(user, "GET", path) if user else system.call("GET", path)


class Asked(System):
    """A system whose next event carries the parameters of ``query``, whatever they hold."""

    query: dict[str, str] | None = None

    def _event(self, method: str, path: str, body: object, headers: Any) -> dict[str, object]:  # noqa: ANN401
        event = super()._event(method, path, body, headers)
        if self.query is not None:
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


def cursors(system: Asked, tally: Tally, examples: int) -> None:
    """Go on from where no page ended: the own office's cases, or 400; never another office's."""
    for number, facility in enumerate(("STWRTGA", "EPC", "STWRTGA")):
        system.file(body(subject={"a_number": f"A0000{number:04d}9"}, facts={"facility": facility}))
    system.pump()
    own = set(system.worklist("ATL"))
    assert own
    assert len(system.cases) > len(own)

    def tried(cursor: str) -> None:
        with tally.case(f"cursor {cursor!r}"):
            answer = _asked(system, OFFICER, "/staff/worklist?cursor=", cursor)
            assert answer.status in {200, 400}, answer.body
            if answer.status == 200:
                assert {item["case_id"] for item in answer.json()["items"]} <= own

    try_many(CURSORS, examples, tried)


DOCUMENTS = [
    file.read_text(encoding="utf-8") for file in sorted((ROOT / "shared/casereview/policy/documents").glob("*.yaml"))
]
_ODD_LINES = st.one_of(
    WHOLE_TEXTS,
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
    """Take a document, and drop, repeat or replace some of its lines or words."""
    lines = draw(st.sampled_from(DOCUMENTS)).splitlines()
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(lines) - 1))
        edit: Callable[[str], list[str]] = draw(
            st.sampled_from(
                [
                    lambda _line: [],
                    lambda line: [line, line],
                    lambda line: [line, draw(_ODD_LINES)],
                    lambda line: [line.replace(draw(st.sampled_from(line.split() or [""])), draw(_ODD_LINES), 1)],
                    lambda line: [line[draw(st.integers(0, 8)) :]],
                ]
            )
        )
        lines[place : place + 1] = edit(lines[place])
        lines = lines or [""]
    return "\n".join(lines)


EDITED = st.one_of(_edited(), WHOLE_TEXTS, JSON.map(json.dumps))


def _faults(text: str) -> list[DocumentFault]:
    try:
        check(text)
    except DocumentError as error:
        return error.faults or [DocumentFault("", 0, "")]
    return []


def documents(tally: Tally, examples: int) -> None:
    """Read documents that were edited badly: sound, or refused with every fault's line; nothing else."""

    def tried(text: str) -> None:
        with tally.case(f"document {text[-200:]!r}"):
            assert all(fault.line >= 1 and fault.message for fault in _faults(text))

    try_many(EDITED, examples, tried)


def sent_documents(system: System, tally: Tally, examples: int) -> None:
    """Send such documents: a draft, or refused and nothing stored."""

    def tried(text: str) -> None:
        with tally.case(f"document {text[-200:]!r}"):
            before = system.items()
            answer = system.staff(POLICY, "POST", "/staff/policies", {"document": text})
            assert answer.status in {201, 409, 422}, (answer.status, answer.body)
            if answer.status != 201:
                assert system.items() == before

    try_many(EDITED, examples, tried)
