"""The pages of the desk: a day of an officer, a supervisor and the Senior Reviewing Official."""

from __future__ import annotations

import re

import pytest

from desk.acts import ACTS
from tests.support.desk import DeskBrowser, another, fields, signed_in
from tests.support.staff import OFFICER, OFFICIAL, POLICY_A, SUPERVISOR, claimed, decide, file_case, read, verify
from tests.support.system import Staff, System

HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "{{ 7 * 7 }}{% raw %}",
    "\u202egpj.exe \u2066mixed\u2069",
    "https://evil.example/ javascript:alert(1)",
    "x" * 8_000,
    "Аdmin іnistrator",  # noqa: RUF001  # letters that look alike
)


@pytest.fixture
def officer(browser: DeskBrowser) -> DeskBrowser:
    """Return a browser in which an officer is signed in."""
    return signed_in(browser, OFFICER)


def decision(browser: DeskBrowser, **changes: str) -> dict[str, str]:
    """Return what an officer fills in to grant a release, with what the form holds already."""
    hidden = dict(
        re.findall(r'type="hidden" name="([a-z_.0-9]+)" value="([^"]*)"', browser.shown.html if browser.shown else "")
    )
    del hidden["csrf"]
    return {
        **hidden,
        "outcome": "granted",
        "granted.0.what": "release",
        "reasons.0.text": "The family needs the person.",
        "language": "en",
        "internal_reasons": "Read and compared.",
        "acknowledged": "yes",
        **changes,
    }


def test_an_empty_day_says_so(officer: DeskBrowser) -> None:
    assert "Nothing waits for you." in officer.read("").html
    assert "No case is in this list." in officer.read("worklist").html
    assert "Nobody waits to be verified." in officer.read("verifications").html
    assert "Nothing is to be done." in officer.read("duties").html
    officer.read("")
    assert "Nothing is left in the line" in officer.follow(officer.send("next", {})).html


def test_the_first_case_is_claimed_with_one_key_after_signing_in(officer: DeskBrowser, system: System) -> None:
    case = file_case(system)
    page = officer.read("")
    assert 'button class="usa-button" autofocus>Take the next case' in page.html
    shown = officer.follow(officer.send("next", {}))
    assert shown.page == "case"
    assert "The case is yours." in shown.html
    assert read(system, OFFICER, case.case_id)["claimed_by"] == OFFICER.user


def test_a_case_is_asked_about_decided_and_carried_out(officer: DeskBrowser, system: System) -> None:
    case = claimed(system)
    path = f"cases/{case.case_id}"
    shown = officer.read(path)
    assert (
        shown.html.index("What people ask and say")
        < shown.html.index("<h2>Facts")
        < shown.html.index("Place in the line")
    )
    asked = officer.act(f"{path}/ask", {"code.prove_identity": "yes"})
    assert "It was asked." in asked.html
    officer.read(f"{path}/decide")
    decided = officer.send(f"{path}/decide", decision(officer))
    assert decided.page == "decided", decided.html
    system.pump()
    duties = officer.read("duties")
    assert "Carry out what was granted: Release" in duties.html
    duty = fields(duties.html[duties.html.index("Carry out") :], "duty")
    form = {**duty, "what": "released", "done_at": system.time.isoformat(), "why": "Seen"}
    done = officer.follow(officer.send("duties", form))
    assert "It is recorded." in done.html


def test_a_refused_decision_shows_why_beside_what_was_typed(officer: DeskBrowser, system: System) -> None:
    case = claimed(system)
    path = f"cases/{case.case_id}/decide"
    officer.read(path)
    shown = officer.send(path, decision(officer, outcome="declined"))
    assert shown.status == 422
    assert "The family needs the person." in shown.html
    assert "Nothing was changed" in shown.html


def test_a_decision_on_a_case_that_moved_shows_what_is_new(officer: DeskBrowser, system: System) -> None:
    case = claimed(system)
    path = f"cases/{case.case_id}/decide"
    officer.read(path)
    typed = decision(officer)
    system.work(
        OFFICER,
        case.case_id,
        "verifications",
        {"facts": {"custody": "not_detained"}, "verdict": "confirmed", "why": "x"},
    )
    shown = officer.send(path, typed)
    assert shown.status == 409
    assert "What is new since you opened this form" in shown.html
    assert "The family needs the person." in shown.html
    assert "Not detained" in shown.html
    assert officer.send(path, decision(officer)).page == "decided"


def test_a_draft_comes_back_with_its_case(officer: DeskBrowser, system: System) -> None:
    case = claimed(system)
    path = f"cases/{case.case_id}/decide"
    kept = officer.act(path, {"do": "draft", "internal_reasons": "Half a thought"})
    assert "The draft is kept." in kept.html
    assert "Half a thought" in officer.read(path).html


def test_a_decision_is_approved_by_a_supervisor_who_sees_whose_it_is(browser: DeskBrowser, system: System) -> None:
    system.time = POLICY_A
    case = claimed(system)
    verify(system, OFFICER, case.case_id, receipt=case.receipt, identity=True)
    assert decide(system, OFFICER, case.case_id, outcome="declined")["status"] == "awaiting_approval"
    supervisor = signed_in(browser, SUPERVISOR)
    shown = supervisor.read("approvals")
    assert f"By <bdi>{OFFICER.user}</bdi>" in shown.html
    form = fields(shown.html, "approval")
    assert supervisor.send("approvals", {**form, "verdict": "approve"}).status == 422
    done = supervisor.follow(supervisor.send("approvals", {**form, "verdict": "approve", "why": "Right."}))
    assert "The decision is final." in done.html


def test_a_decision_goes_back_to_its_author_who_is_told_why(browser: DeskBrowser, system: System) -> None:
    system.time = POLICY_A
    case = claimed(system)
    verify(system, OFFICER, case.case_id, receipt=case.receipt, identity=True)
    decide(system, OFFICER, case.case_id, outcome="declined")
    supervisor = signed_in(browser, SUPERVISOR)
    form = fields(supervisor.read("approvals").html, "approval")
    back = supervisor.follow(supervisor.send("approvals", {**form, "verdict": "return", "why": "The illness."}))
    assert "went back to its author" in back.html
    shown = another(browser, OFFICER).read(f"cases/{case.case_id}").html
    assert "The decision came back: It was not approved." in shown


def test_a_fact_is_confirmed_where_it_stands(officer: DeskBrowser, system: System) -> None:
    case = claimed(system)
    officer.read(f"cases/{case.case_id}")
    sent = officer.send(
        f"cases/{case.case_id}/facts",
        {"fact": "custody", "value": '"detained"', "verdict": "confirmed", "why": "Roster"},
    )
    assert "The fact is recorded." in officer.follow(sent).html
    [fact] = [each for each in read(system, OFFICER, case.case_id)["facts"] if each["fact"] == "custody"]
    assert fact["verified"]


@pytest.mark.parametrize("value", ["", "{", '"nonsense"', "[[]]"])
def test_a_fact_that_is_none_is_refused(officer: DeskBrowser, system: System, value: str) -> None:
    case = claimed(system)
    officer.read(f"cases/{case.case_id}")
    form = {"fact": "custody", "value": value, "verdict": "confirmed", "why": "x"}
    assert officer.send(f"cases/{case.case_id}/facts", form).status == 422


def test_a_requester_is_verified_once_the_end_of_the_receipt_is_typed_again(
    officer: DeskBrowser, system: System
) -> None:
    case = file_case(system)
    form = {
        "case": case.case_id,
        "receipt": case.receipt,
        "kind": "identity",
        "verdict": "confirmed",
        "proof": "in_person",
    }
    officer.read("verifications")
    wrong = officer.send("verifications", {**form, "again": "???", "why": "Seen"})
    assert wrong.status == 422
    assert "Nothing was recorded." in wrong.html
    right = officer.follow(officer.send("verifications", {**form, "again": case.receipt[-3:].lower(), "why": "Seen"}))
    assert right.page == "verifications"
    [request] = read(system, OFFICER, case.case_id)["requests"]
    assert request["verified"] or "second person" in right.html


def test_a_case_is_found_by_the_receipt_that_is_read_out(officer: DeskBrowser, system: System) -> None:
    case = file_case(system)
    officer.read("find")
    found = officer.send("find", {"kind": "receipt", "number": case.receipt.lower().replace("-", " "), "why": "A call"})
    assert f"cases/{case.case_id}" in found.html
    nothing = officer.send("find", {"kind": "a_number", "number": "A000-000-999", "why": "A call"})
    assert nothing.status == 404
    assert "There is no case with this number" in nothing.html
    assert officer.send("find", {"kind": "receipt", "number": case.receipt, "why": ""}).status == 422


@pytest.mark.parametrize("name", ACTS)
def test_every_act_has_a_page_that_says_how_it_is_taken_back_or_what_follows(
    browser: DeskBrowser, system: System, name: str
) -> None:
    case = claimed(system)
    act = ACTS[name]
    user = SUPERVISOR if "supervisor" in act.roles else OFFICER
    shown = signed_in(browser, user).read(f"cases/{case.case_id}/{name}")
    assert (shown.status, shown.page) == (200, "act")
    assert ("This cannot be taken back." in shown.html) != ("To take it back:" in shown.html)


def test_an_act_of_another_role_is_no_page(officer: DeskBrowser, system: System) -> None:
    case = claimed(system)
    for name, act in ACTS.items():
        shown = officer.read(f"cases/{case.case_id}/{name}")
        assert shown.status == (200 if "officer" in act.roles else 404)
    assert officer.send(f"cases/{case.case_id}/transfer", {"office": "ELP", "why": "x"}).status == 404


def test_acts_are_done_and_their_refusals_shown(browser: DeskBrowser, system: System) -> None:
    case = claimed(system)
    path = f"cases/{case.case_id}"
    officer = signed_in(browser, OFFICER)
    assert "The note is kept." in officer.act(f"{path}/note", {"kind": "note", "text": "Called the facility."}).html
    assert officer.act(f"{path}/note", {"kind": "note", "text": ""}).status == 422
    given = officer.act(f"{path}/contacts", {"why": "To call"})
    assert given.page == "given"
    assert case.receipt in given.html
    code = officer.act(f"{path}/reissue-code", {"receipt": case.receipt, "proof": "in_person", "why": "Lost"})
    assert code.page == "given"
    assert "it is not shown again" in code.html
    assert "back in the line" in officer.act(f"{path}/release").html


def test_the_pages_beside_a_case_are_shown(officer: DeskBrowser, system: System) -> None:
    case = claimed(system)
    for rest in ("history", "texts", "notices", "ranking", f"requests/{case.receipt}", f"requests/{case.receipt}/view"):
        shown = officer.read(f"cases/{case.case_id}/{rest}")
        assert shown.status == 200, rest
    assert officer.read("cases/AAAAAAAAAAAAAAAA").status == 404
    assert officer.read(f"cases/{case.case_id}/requests/nonsense").status == 404


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_as_text(officer: DeskBrowser, system: System, text: str) -> None:
    case = claimed(system, grounds=text)
    for rest in ("", f"/requests/{case.receipt}", "/texts"):
        html = officer.read(f"cases/{case.case_id}{rest}").html
        assert "<script>" not in html
        assert "<img src=x" not in html
        assert ">49" not in html
        assert 'href="https://evil' not in html
    assert "<bdi" in officer.read(f"cases/{case.case_id}").html


def test_the_official_reads_what_was_escalated(browser: DeskBrowser) -> None:
    official = signed_in(browser, OFFICIAL)
    assert official.read("").page == "my_day"
    assert official.read("worklist").page == "worklist"


def test_a_page_that_is_none_is_not_found(officer: DeskBrowser) -> None:
    for path in ("nonsense", "cases", "next", "cases/a/b/c/d/e"):
        assert officer.read(path).status == 404
    officer.read("find")
    assert officer.send("worklist", {}).status == 404


def test_a_request_of_three_fields_alone_is_shown_on_every_page(officer: DeskBrowser, system: System) -> None:
    filed = system.file({"requester": {"role": "self"}, "subject": {"given_name": "Ada"}, "grounds": "Mine."})
    system.pump()
    case = system.case_of(filed)
    reader = another(officer, Staff("rita", "supervisor", case.office))
    reader.read(f"cases/{case.case_id}")
    assert "The case is yours." in reader.follow(reader.send(f"cases/{case.case_id}/claim", {})).html
    for rest in ("", "/decide", "/ask", "/ranking", "/texts", "/history", "/notices", f"/requests/{filed['receipt']}"):
        assert reader.read(f"cases/{case.case_id}{rest}").status == 200, rest
    assert "Mine." in reader.read(f"cases/{case.case_id}").html
