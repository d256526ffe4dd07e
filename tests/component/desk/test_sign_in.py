"""Signing in and out, sessions, and what a form must carry."""

from __future__ import annotations

import pytest

from desk.gate import COOKIE
from desk.sessions import IDLE, LONGEST
from tests.support.desk import HOME, SIGN_IN, DeskBrowser, MemorySessions
from tests.support.staff import COLLEAGUE, OFFICER, claimed
from tests.support.system import System


def test_who_is_not_signed_in_is_shown_the_sign_in_and_nothing_is_asked_of_the_api(browser: DeskBrowser) -> None:
    for path in ("", "worklist", "cases/AAAAAAAAAAAAAAAA", "nonsense"):
        shown = browser.read(path)
        assert (shown.status, shown.page) == (401, "sign_in")
    assert browser.wire.sent == []
    assert browser.sessions.items == {}


def test_signing_in_leads_to_the_page_that_was_asked_for(browser: DeskBrowser) -> None:
    browser.read("worklist?unclaimed=true")
    shown = browser.sign_in(OFFICER)
    assert (shown.status, shown.page) == (200, "worklist")
    assert browser.wire.sent[-2:] == [("GET", "/staff/worklist?unclaimed=true"), ("GET", "/staff/me")]


@pytest.mark.parametrize("to", ["//evil.example", "https://evil.example", "\\evil", "javascript:alert(1)", "a:b"])
def test_signing_in_never_leads_to_another_site(browser: DeskBrowser, to: str) -> None:
    browser.read("")
    sent = browser.send("sign-in", {"to": to})
    found = browser.read(browser.authorize(sent, OFFICER))
    assert found.headers["Location"] == "/"


def test_the_sign_in_gets_a_challenge_and_the_cookie_is_new_afterwards(browser: DeskBrowser) -> None:
    browser.read("")
    sent = browser.send("sign-in", {"to": ""})
    assert sent.headers["Location"].startswith(f"{SIGN_IN}/oauth2/authorize?response_type=code&client_id=client")
    assert "code_challenge_method=S256" in sent.headers["Location"]
    before = browser.cookie
    assert sent.headers["Set-Cookie"] == f"{COOKIE}={before}; Path=/; Secure; HttpOnly; SameSite=Lax"
    browser.read(browser.authorize(sent, OFFICER))
    assert browser.cookie not in {"", before}
    assert len(browser.sessions.items) == 1


def test_an_answer_to_another_sign_in_begins_no_session(browser: DeskBrowser) -> None:
    browser.read("")
    back = browser.authorize(browser.send("sign-in", {"to": ""}), OFFICER)
    code = back.partition("code=")[2].partition("&")[0]
    assert browser.read(f"signed-in?code={code}&state=other").status == 400
    assert browser.read("signed-in").status == 400
    browser.wire.nonces[code] = "another"
    assert browser.read(back).status == 400
    assert browser.read("").page == "sign_in"


def test_a_session_that_somebody_else_began_is_not_used(browser: DeskBrowser, system: System) -> None:
    """Whoever plants the cookie of a sign-in of their own finds another cookie in use afterwards."""
    stranger = DeskBrowser(system, browser.sessions, browser.wire)
    stranger.read("")
    stranger.send("sign-in", {"to": ""})
    browser.cookie = stranger.cookie
    browser.read("")
    browser.sign_in(OFFICER)
    assert stranger.read("").page == "sign_in"


def test_a_session_ends_after_half_an_hour_without_a_request(browser: DeskBrowser, system: System) -> None:
    browser.read("")
    browser.sign_in(OFFICER)
    for _ in range(3):
        system.later(seconds=IDLE.total_seconds() - 61)
        assert browser.read("").page == "my_day"
    system.later(seconds=IDLE.total_seconds() + 1)
    assert browser.read("").page == "sign_in"


def test_a_session_ends_after_ten_hours_whatever_its_user_does(browser: DeskBrowser, system: System) -> None:
    browser.read("")
    browser.sign_in(OFFICER)
    for _ in range(int(LONGEST / IDLE * 2) - 1):
        system.later(seconds=IDLE.total_seconds() / 2)
        assert browser.read("find").page == "find"
    system.later(seconds=IDLE.total_seconds())
    assert browser.read("find").page == "sign_in"


def test_signing_out_ends_the_session_here_and_at_the_sign_in(browser: DeskBrowser) -> None:
    browser.read("")
    browser.sign_in(OFFICER)
    stolen = browser.cookie
    out = browser.send("sign-out", {})
    assert (
        out.headers["Location"]
        == f"{SIGN_IN}/logout?client_id=client&logout_uri=https%3A%2F%2Fdesk.example.gov%2Fsigned-out"
    )
    assert out.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert browser.sessions.items == {}
    assert len(browser.wire.revoked) == 1
    browser.cookie = stolen
    assert browser.read("").page == "sign_in"


def test_signing_out_works_while_the_sign_in_does_not_answer(browser: DeskBrowser) -> None:
    browser.read("")
    browser.sign_in(OFFICER)
    browser.wire.silent = True
    assert browser.send("sign-out", {}).status == 303
    assert browser.sessions.items == {}


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", ""])
def test_a_form_of_another_origin_does_nothing(browser: DeskBrowser, site: str) -> None:
    browser.read("")
    browser.sign_in(OFFICER)
    before = list(browser.wire.sent)
    shown = browser.send("next", {}, Sec_Fetch_Site=site)
    assert (shown.status, shown.page) == (403, "foreign")
    assert browser.wire.sent == before


@pytest.mark.parametrize("token", ["", "forged", "A" * 88])
def test_a_form_without_the_token_of_its_session_does_nothing(browser: DeskBrowser, token: str) -> None:
    browser.read("")
    browser.sign_in(OFFICER)
    before = list(browser.wire.sent)
    assert browser.send("next", {"csrf": token}).status == 403
    assert browser.wire.sent == before


def test_the_token_of_another_session_does_nothing(browser: DeskBrowser, system: System) -> None:
    other = DeskBrowser(system, browser.sessions, browser.wire)
    for each, user in ((browser, OFFICER), (other, COLLEAGUE)):
        each.read("")
        each.sign_in(user)
    browser.shown = other.shown
    assert browser.send("next", {}).status == 403


def test_each_page_masks_the_token_anew(browser: DeskBrowser) -> None:
    browser.read("")
    tokens = {browser.sign_in(OFFICER).html.partition('name="csrf" value="')[2][:88]}
    tokens |= {browser.read("find").html.partition('name="csrf" value="')[2][:88] for _ in range(3)}
    assert len(tokens) == 4


def test_a_token_that_runs_out_is_refreshed_before_it_is_used(browser: DeskBrowser) -> None:
    browser.read("")
    browser.wire.lasts = 1
    browser.sign_in(OFFICER)
    assert browser.wire.refreshed == 1
    browser.wire.lasts = 10**10
    assert browser.read("find").page == "find"
    assert browser.wire.refreshed == 2
    browser.read("find")
    assert browser.wire.refreshed == 2


def test_a_session_whose_sign_in_was_revoked_ends(browser: DeskBrowser) -> None:
    browser.read("")
    browser.wire.lasts = 1
    browser.sign_in(OFFICER)
    browser.wire.signed_in.clear()
    assert browser.read("find").page == "sign_in"


def test_of_two_tabs_one_refreshes_and_both_go_on(
    browser: DeskBrowser, system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser.read("")
    browser.wire.lasts = 1
    browser.sign_in(OFFICER)
    browser.wire.lasts = 10**10
    other = DeskBrowser(system, browser.sessions, browser.wire)
    other.cookie = browser.cookie
    [(key, item)] = browser.sessions.items.items()
    item["lease_until"] = {"N": str(int(system.time.timestamp()) + 10)}
    waits = []

    def pause(seconds: float) -> None:
        waits.append(seconds)
        browser.sessions.items[key].pop("lease_until", None)
        assert other.read("find").page == "find"

    monkeypatch.setattr("desk.gate.time.sleep", pause)
    assert browser.read("find").page == "find"
    assert len(waits) == 1
    assert browser.wire.refreshed == 2


def test_the_table_of_sessions_opens_nothing_without_the_cookie(browser: DeskBrowser, system: System) -> None:
    case = claimed(system)
    browser.read("")
    browser.sign_in(OFFICER)
    token = next(name for name in browser.wire.signed_in if name.count(".") == 2)
    _end_session_in(browser, f"cases/{case.case_id}/decide", {"internal_reasons": "Ana Example, private words"})
    dumped = repr(browser.sessions.items)
    for secret in (token, browser.cookie, "refresh-", "omar", "private words", "internal_reasons", case.case_id):
        assert secret not in dumped
    for cookie in ("", "x" * 43):
        browser.cookie = cookie
        assert browser.read("").page == "sign_in"


def _end_session_in(browser: DeskBrowser, path: str, form: dict[str, str]) -> None:
    """Send a form after the session has ended."""
    browser.read(path)
    browser.system.later(seconds=IDLE.total_seconds() + 1)
    shown = browser.send(path, form)
    assert (shown.status, shown.page) == (401, "sign_in")
    assert "What you typed is kept" in shown.html


def test_what_was_typed_when_the_session_ended_is_in_the_form_after_signing_in(
    browser: DeskBrowser, system: System
) -> None:
    case = claimed(system)
    browser.read("")
    browser.sign_in(OFFICER)
    path = f"cases/{case.case_id}/decide"
    _end_session_in(browser, path, {"internal_reasons": "Half a sentence", "outcome": "declined"})
    shown = browser.sign_in(OFFICER)
    assert shown.page == "decide"
    assert "Half a sentence" in shown.html
    assert "it has not been sent" in shown.html
    assert browser.act(path, {"do": "draft", "internal_reasons": "Half a sentence more"}).page == "case"
    assert "it has not been sent" not in browser.read(path).html


def test_what_was_typed_is_shown_to_its_user_alone(browser: DeskBrowser, system: System) -> None:
    case = claimed(system)
    browser.read("")
    browser.sign_in(OFFICER)
    _end_session_in(browser, f"cases/{case.case_id}/note", {"text": "Half a sentence"})
    shown = browser.sign_in(COLLEAGUE)
    assert "Half a sentence" not in shown.html
    assert "Half a sentence" not in browser.read(f"cases/{case.case_id}/note").html


def test_what_was_typed_is_kept_for_half_an_hour(browser: DeskBrowser, system: System) -> None:
    case = claimed(system)
    browser.read("")
    browser.sign_in(OFFICER)
    path = f"cases/{case.case_id}/note"
    _end_session_in(browser, path, {"text": "Half a sentence"})
    system.later(minutes=20)
    assert "Half a sentence" in browser.sign_in(OFFICER).html
    system.later(minutes=11)
    assert "Half a sentence" not in browser.read(path).html


def test_a_form_that_arrives_when_nothing_is_left_of_the_session_says_so(browser: DeskBrowser) -> None:
    browser.read("")
    browser.sign_in(OFFICER)
    browser.sessions.items.clear()
    shown = browser.send("find", {"number": "1"})
    assert (shown.status, shown.page) == (401, "sign_in")
    assert "was not kept" in shown.html


def test_every_answer_carries_the_headers_and_names_the_sign_in_as_the_only_other_place_for_forms(
    browser: DeskBrowser,
) -> None:
    browser.read("")
    for shown in (browser.sign_in(OFFICER), browser.read("nonsense"), browser.read("static/x/desk.css")):
        policy = shown.headers["Content-Security-Policy"]
        assert f"form-action 'self' {SIGN_IN};" in policy
        assert "script-src 'self'" in policy
        assert shown.headers["Referrer-Policy"] == "same-origin"
        assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert browser.read("find").headers["Cache-Control"] == "no-store"


def test_pages_fail_plainly_while_the_staff_api_does_not_answer(browser: DeskBrowser) -> None:
    browser.read("")
    browser.sign_in(OFFICER)
    browser.wire.silent = True
    shown = browser.read("worklist")
    assert shown.status == 503
    assert "does not answer" in shown.html


def test_a_lost_table_of_sessions_is_no_page_of_the_desk(system: System) -> None:
    class Broken(MemorySessions):
        def get_item(self, **_: object) -> dict[str, object]:
            raise RuntimeError

    browser = DeskBrowser(system, Broken())
    browser.cookie = "x"
    shown = browser.read("")
    assert (shown.status, shown.page) == (503, "failed")
    assert HOME not in shown.html
