"""Unusual Unicode in text: rejected with the name of the field, or stored so that it cannot reorder what is shown."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from hypothesis import strategies as st

import casereview.http.json_body
from tests.support.bodies import FULL, Path, changed, leaves, reasons
from tests.support.fuzz.examples import try_many
from tests.support.large_dockets import fast_system
from tests.support.proofs.sizes import sized
from tests.support.proofs.tally import Tally
from tests.support.staff import LAWYER, OFFICER, SUPERVISOR, FiledCase, file_case, verify
from tests.support.system import Answer, System, body

BIDI_CONTROLS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""Embeddings, overrides and isolates, which change the order in which the following text is shown."""
CONTROLS = "".join(map(chr, (*range(9), *range(14, 28), *range(127, 133), *range(134, 160))))
FORBIDDEN = re.compile(f"[{BIDI_CONTROLS}{re.escape(CONTROLS)}]")
UNUSUAL = [
    "\u202eanA", "A\u202dna\u202c", "\u2067Ana\u2069", "Ana\u2066", "A\0na", "\x1b[31mAna", "An\u0007a", "\x9bAna",
    "A\u200bn\u200ca", "\ufeffAna", "A\u200dna", "\U000e0041na", "Ana\u0301\u0301\u0301", "\u05d0\u05e0\u05d4",
    "\u0622\u0646\u0627", "Ana\u2028Bo", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\ufdfd", "\uffff", "\U0010ffff",
    "<b>Ana</b>", "{{receipt}}", "${jndi:x}", "=1+1", "Ana\r\nBcc: x@example.org", "\u0130\u0131\u00df",
    "\ud800", "\udfffAna", "\u202e", "\0", "\u200b", " \u2003 ",
]  # fmt: skip
TEXTS = st.one_of(
    st.sampled_from(UNUSUAL),
    st.text(max_size=30),
    st.text(BIDI_CONTROLS + CONTROLS + "\u200b\u200c\u200d\u200e\u200f\u061cAna \u05d0", max_size=12),
)
FIELDS = [path for path in leaves(FULL) if path != ("subject", "a_number")]


def _ascii_json(value: object) -> str:
    """Return JSON in ASCII, which can contain unpaired surrogates."""
    return json.dumps(value)


def _check_response(answer: Answer) -> None:
    """Check that a request was accepted, or rejected with the name of a field."""
    assert answer.status < 500, answer.body
    if answer.status >= 400:
        assert answer.content_type == "application/problem+json"
        assert all(error["pointer"] for error in answer.json()["errors"])


def _check_text(text: str) -> None:
    assert not FORBIDDEN.search(text), "it is shown"


def prove_filing(system: System, tally: Tally, examples: int, fields: Sequence[Path] = FIELDS) -> None:
    """File requests with unusual text in every field, and check what an officer is shown."""

    def tried(drawn: tuple[Path, str]) -> None:
        path, text = drawn
        with tally.case(f"{'.'.join(map(str, path))}: {text!r}"):
            given = changed(changed(FULL, ("subject", "a_number"), None), path, text)
            answer = system.call("POST", "/requests", _ascii_json(given))
            _check_response(answer)
            if answer.status == 201:
                system.pump()
                _check_text(json.dumps(_read(system, answer.json()), ensure_ascii=False))

    try_many(st.tuples(st.sampled_from(fields), TEXTS), examples, tried)
    with tally.case("messages"):
        for sent in system.outbox():
            _check_text(sent.subject)
            assert not FORBIDDEN.search(sent.body) or sent.language == "ar"
    system._flush()


def _read(system: System, found: dict[str, Any]) -> list[Any]:
    case = system.case_of(found)
    clerk = type(OFFICER)("omar", "officer,restricted", case.office)
    case_path = f"/staff/cases/{case.case_id}"
    answers = [
        system.staff(clerk, "GET", case_path),
        system.staff(clerk, "GET", f"{case_path}/requests/{found['receipt']}"),
        system.staff(clerk, "POST", f"{case_path}/contacts", {"why": "To call"}),
    ]
    assert {answer.status for answer in answers} == {200}
    return [found, *(answer.json() for answer in answers)]


def prove_changes(system: System, held: FiledCase, tally: Tally, examples: int) -> None:
    """Send updates and verifications with unusual text, and check what an officer is shown."""

    def tried(text: str) -> None:
        with tally.case(f"update and verification: {text!r}"):
            sent = {"statement": text, "contact": {"spoken_language": text}, "facts": {"facility": text}}
            _check_response(system.on(held.filed, "POST", "/updates", _ascii_json(sent)))
            given = {"facts": {"pregnant": True}, "verdict": "confirmed", "why": text}
            _check_response(
                system.staff(OFFICER, "POST", f"/staff/cases/{held.case_id}/verifications", _ascii_json(given))
            )
            for what in ("", "/history"):
                answer = system.staff(OFFICER, "GET", f"/staff/cases/{held.case_id}{what}")
                _check_text(json.dumps(answer.json(), ensure_ascii=False))
            answer = system.staff(OFFICER, "POST", f"/staff/cases/{held.case_id}/contacts", {"why": "To call"})
            _check_text(json.dumps(answer.json(), ensure_ascii=False))

    try_many(TEXTS, examples, tried)
    system._flush()


def prove_decision(system: System, tally: Tally, text: str) -> None:
    """Decide with an unusual reason, and check what the requester is shown."""
    held = file_case(system, 77, requester=LAWYER)
    system.work(OFFICER, held.case_id, "claim")
    verify(system, OFFICER, held.case_id, receipt=held.receipt, authority="g28")
    found = system.staff(OFFICER, "GET", f"/staff/cases/{held.case_id}").json()
    given = {
        "outcome": "granted",
        "granted": [{"what": "other", "conditions": text + "y"}],
        **reasons(f"Because {text} of family.", found["policy"]),
        "internal_reasons": text + "x",
        "factors": [],
        "policy": found["policy"],
        "case_version": found["case_version"],
    }
    with tally.case(f"decided: {text!r}"):
        answer = system.staff(OFFICER, "POST", f"/staff/cases/{held.case_id}/decision", _ascii_json(given))
        _check_response(answer)
        if answer.status == 200 and answer.json()["status"] == "awaiting_approval":
            system.work(SUPERVISOR, held.case_id, "approval", {"approve": True, "why": "Yes."})
        _check_text(json.dumps(system.look_up(held.filed), ensure_ascii=False))
    system._flush()


@pytest.fixture
def found() -> Iterator[System]:
    """A new system."""
    with fast_system() as system:
        yield system


def _claimed(system: System) -> FiledCase:
    held = file_case(system, 76)
    system.work(OFFICER, held.case_id, "claim")
    return held


@pytest.mark.proof(7)
def test_unusual_unicode_in_any_field_is_rejected_or_harmless(found: System, tally: Tally) -> None:
    prove_filing(found, tally, sized(40, 250))


@pytest.mark.proof(7)
def test_unusual_unicode_in_updates_and_verifications_is_rejected_or_harmless(found: System, tally: Tally) -> None:
    prove_changes(found, _claimed(found), tally, sized(12, 30))


@pytest.mark.proof(7)
@pytest.mark.parametrize("text", sized(UNUSUAL[:3], UNUSUAL[::3]), ids=ascii)
def test_unusual_unicode_in_a_decision_is_harmless(found: System, tally: Tally, text: str) -> None:
    prove_decision(found, tally, text)


# ---- deliberate defects


def test_text_that_is_not_cleaned_is_detected(found: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(casereview.http.json_body, "without_control_characters", lambda text: text)
    proofs: list[Callable[[Tally], None]] = [
        lambda tally: prove_filing(found, tally, 12, [("subject", "given_name")]),
        lambda tally: prove_changes(found, _claimed(found), tally, 8),
        lambda tally: prove_decision(found, tally, "\u202e"),
    ]
    for prove in proofs:
        tally = Tally()
        prove(tally)
        assert any("is shown" in violation for violation in tally.violations)


def test_an_unpaired_surrogate_that_is_accepted_is_detected(found: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(casereview.http.json_body, "_without_surrogates", lambda text, _pointer: text)
    monkeypatch.setattr(casereview.http.json_body, "without_control_characters", lambda text: text)
    tally = Tally()
    with tally.case("an unpaired surrogate"):
        _check_response(found.call("POST", "/requests", _ascii_json(body(subject={"given_name": "\ud800"}))))
    assert tally.violations
