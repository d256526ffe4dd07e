"""Odd Unicode in what people write: refused by name, or kept so that it turns nothing around where it is shown."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from hypothesis import strategies as st

import casereview.http.json_body
from tests.support.bodies import FULL, Path, changed, leaves
from tests.support.fuzz.examples import try_many
from tests.support.large_dockets import fast_system
from tests.support.proofs.sizes import sized
from tests.support.proofs.tally import Tally
from tests.support.staff import LAWYER, OFFICER, SUPERVISOR, FiledCase, file_case, verify
from tests.support.system import Answer, System, body

TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""Embeddings, overrides and isolates: what follows one is shown in another order than it is written in."""
CONTROLS = "".join(map(chr, (*range(9), *range(14, 28), *range(127, 133), *range(134, 160))))
MUST_NOT_STAY = re.compile(f"[{TURNING}{re.escape(CONTROLS)}]")
ODD = [
    "\u202eanA", "A\u202dna\u202c", "\u2067Ana\u2069", "Ana\u2066", "A\0na", "\x1b[31mAna", "An\u0007a", "\x9bAna",
    "A\u200bn\u200ca", "\ufeffAna", "A\u200dna", "\U000e0041na", "Ana\u0301\u0301\u0301", "\u05d0\u05e0\u05d4",
    "\u0622\u0646\u0627", "Ana\u2028Bo", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\ufdfd", "\uffff", "\U0010ffff",
    "<b>Ana</b>", "{{receipt}}", "${jndi:x}", "=1+1", "Ana\r\nBcc: x@example.org", "\u0130\u0131\u00df",
    "\ud800", "\udfffAna", "\u202e", "\0", "\u200b", " \u2003 ",
]  # fmt: skip
TEXTS = st.one_of(
    st.sampled_from(ODD),
    st.text(max_size=30),
    st.text(TURNING + CONTROLS + "\u200b\u200c\u200d\u200e\u200f\u061cAna \u05d0", max_size=12),
)
SPOTS = [path for path in leaves(FULL) if path != ("subject", "a_number")]


def _sent(value: object) -> str:
    """Write JSON in ASCII, so that half a character can be sent."""
    return json.dumps(value)


def _hold(answer: Answer) -> None:
    """Take what was accepted, or a refusal that names its field; never a failure."""
    assert answer.status < 500, answer.body
    if answer.status >= 400:
        assert answer.content_type == "application/problem+json"
        assert all(error["pointer"] for error in answer.json()["errors"])


def _must_be_straight(text: str) -> None:
    assert not MUST_NOT_STAY.search(text), "it is shown"


def filed(system: System, tally: Tally, examples: int, spots: Sequence[Path] = SPOTS) -> None:
    """Write odd texts into every field of a request, and read what was accepted as an officer does."""

    def tried(drawn: tuple[Path, str]) -> None:
        spot, text = drawn
        with tally.case(f"{'.'.join(map(str, spot))}: {text!r}"):
            given = changed(changed(FULL, ("subject", "a_number"), None), spot, text)
            answer = system.call("POST", "/requests", _sent(given))
            _hold(answer)
            if answer.status == 201:
                system.pump()
                _must_be_straight(json.dumps(_read(system, answer.json()), ensure_ascii=False))

    try_many(st.tuples(st.sampled_from(spots), TEXTS), examples, tried)
    with tally.case("messages"):
        for sent in system.outbox():
            _must_be_straight(sent.subject)
            assert not MUST_NOT_STAY.search(sent.body) or sent.language == "ar"
    system._flush()


def _read(system: System, found: dict[str, Any]) -> list[Any]:
    case = system.case_of(found)
    clerk = type(OFFICER)("omar", "officer,restricted", case.office)
    answers = [
        system.staff(clerk, "GET", f"/staff/cases/{case.case_id}{what}") for what in ("", "/contacts?why=To call")
    ]
    assert {answer.status for answer in answers} == {200}
    return [found, *(answer.json() for answer in answers)]


def changes(system: System, held: FiledCase, tally: Tally, examples: int) -> None:
    """Write odd texts into updates, and into what officers say, and read them as each is shown them."""

    def tried(text: str) -> None:
        with tally.case(f"said later: {text!r}"):
            sent = {"statement": text, "contact": {"spoken_language": text}, "facts": {"facility": text}}
            _hold(system.on(held.filed, "POST", "/updates", _sent(sent)))
            given = {"receipt": held.receipt, "identity": True, "verdict": "confirmed", "why": text}
            _hold(system.staff(OFFICER, "POST", f"/staff/cases/{held.case_id}/verifications", _sent(given)))
            for what in ("", "/contacts?why=To call"):
                answer = system.staff(OFFICER, "GET", f"/staff/cases/{held.case_id}{what}")
                _must_be_straight(json.dumps(answer.json(), ensure_ascii=False))

    try_many(TEXTS, examples, tried)
    system._flush()


def decided(system: System, tally: Tally, text: str) -> None:
    """Give an odd reason for a decision, and let the requester read it."""
    held = file_case(system, 77, requester=LAWYER)
    system.work(OFFICER, held.case_id, "claim")
    verify(system, OFFICER, held.case_id, receipt=held.receipt, authority="g28")
    found = system.staff(OFFICER, "GET", f"/staff/cases/{held.case_id}").json()
    given = {
        "outcome": "granted",
        "reasons_for_requester": f"Because {text} of family.",
        "internal_reasons": text + "x",
        "factors": [],
        "policy": found["policy"],
        "case_version": found["case_version"],
    }
    with tally.case(f"decided: {text!r}"):
        answer = system.staff(OFFICER, "POST", f"/staff/cases/{held.case_id}/decision", _sent(given))
        _hold(answer)
        if answer.status == 200 and answer.json()["status"] == "awaiting_approval":
            system.work(SUPERVISOR, held.case_id, "approval", {"approve": True, "why": "Yes."})
        _must_be_straight(json.dumps(system.look_up(held.filed), ensure_ascii=False))
    system._flush()


@pytest.fixture
def found() -> Iterator[System]:
    """A system of one's own."""
    with fast_system() as system:
        yield system


def _held(system: System) -> FiledCase:
    held = file_case(system, 76)
    system.work(OFFICER, held.case_id, "claim")
    return held


@pytest.mark.proof(7)
def test_an_odd_text_in_any_field_is_refused_or_turns_nothing_around(found: System, tally: Tally) -> None:
    filed(found, tally, sized(40, 250))


@pytest.mark.proof(7)
def test_an_odd_text_said_later_is_refused_or_turns_nothing_around(found: System, tally: Tally) -> None:
    changes(found, _held(found), tally, sized(12, 30))


@pytest.mark.proof(7)
@pytest.mark.parametrize("text", sized(ODD[:3], ODD[::3]), ids=ascii)
def test_an_odd_reason_turns_nothing_around_for_its_reader(found: System, tally: Tally, text: str) -> None:
    decided(found, tally, text)


# ---- the proofs are shown to fail


def test_texts_that_are_kept_as_they_come_are_found(found: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(casereview.http.json_body, "without_control_characters", lambda text: text)
    stories: list[Callable[[Tally], None]] = [
        lambda tally: filed(found, tally, 12, [("subject", "given_name")]),
        lambda tally: changes(found, _held(found), tally, 8),
        lambda tally: decided(found, tally, "\u202e"),
    ]
    for story in stories:
        tally = Tally()
        story(tally)
        assert any("is shown" in violation for violation in tally.violations)


def test_half_a_character_that_is_let_through_is_found(found: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(casereview.http.json_body, "_without_surrogates", lambda text, _pointer: text)
    monkeypatch.setattr(casereview.http.json_body, "without_control_characters", lambda text: text)
    tally = Tally()
    with tally.case("half a character"):
        _hold(found.call("POST", "/requests", _sent(body(subject={"given_name": "\ud800"}))))
    assert tally.violations
