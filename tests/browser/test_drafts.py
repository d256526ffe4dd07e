"""What was typed stays on the device until it is sent, and nothing of it after that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import Visitor

if TYPE_CHECKING:
    from playwright.sync_api import Route

    from tests.support.local.local_system import Local

WORDS = "canary of a narrative"
EMAIL = "canary@example.org"
NAME = "[name='subject.given_name']"
CONTACT = {"requester.contact.email": EMAIL}


def filed_in(local: Local) -> int:
    """Return how many requests are filed."""
    return sum(item["pk"]["S"].startswith("REQUEST#") for item in local.items())


def leave(visitor: Visitor) -> None:
    """Leave the site, for a neutral one that no test reaches."""
    visitor.page.click(".leave a")
    visitor.page.wait_for_selector("html:not([data-page])", state="attached")
    visitor.faults.clear()


def lose_the_answer(visitor: Visitor) -> None:
    """Send the form, with a connection that breaks before the answer comes."""

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    visitor.context.route("**/request", lose, times=1)
    with visitor.page.expect_event("requestfailed"):
        visitor.page.click("main button[value=send]", no_wait_after=True)
    visitor.page.wait_for_selector("html:not([data-page])", state="attached")
    visitor.faults.clear()


def assert_ten_times_back_shows_nothing(visitor: Visitor, *typed: str) -> None:
    for _ in range(10):
        shown = visitor.back()
        for each in typed:
            assert each not in shown


def test_a_tab_that_is_killed_comes_back_with_its_step_and_all_that_was_typed(reader: Visitor) -> None:
    page = reader.open("/en/request")
    reader.fill(WORDS, **CONTACT)
    key = page.input_value("[name=key]")
    page.wait_for_function("text => sessionStorage.draft?.includes(text)", arg=WORDS)
    page.reload()
    assert reader.step == 3
    assert page.input_value("[name=grounds]") == WORDS
    assert page.input_value("[name='requester.contact.email']") == EMAIL
    assert page.is_checked("[id='requester.role.self']")
    assert page.input_value("[name=key]") == key


def test_each_step_is_kept_before_the_next_one_is_shown(reader: Visitor) -> None:
    page = reader.open("/en/request")
    page.click("label[for='facts.removal_soon.true']")
    page.click("#next")
    page.fill(NAME, "Ana")
    page.click("#next")
    assert '\\"facts.removal_soon\\",\\"true\\"' in reader.kept
    assert '\\"subject.given_name\\",\\"Ana\\"' in reader.kept


def test_a_form_in_which_nothing_was_typed_is_not_kept(reader: Visitor) -> None:
    page = reader.open("/en/request")
    page.click("#next")
    page.fill(NAME, "Ana")
    page.fill(NAME, "")
    page.click("#next")
    assert "draft" not in reader.kept
    reader.open("/en/")
    reader.open("/en/request")
    assert page.is_visible("#answers")


@pytest.mark.parametrize("choice", ["go-on", "anew"])
def test_who_comes_back_to_the_form_is_asked_before_a_draft_is_shown(reader: Visitor, choice: str) -> None:
    page = reader.open("/en/request")
    reader.fill(WORDS)
    key = page.input_value("[name=key]")
    reader.open("/en/help")
    reader.open("/en/request")
    assert not page.is_visible("#answers")
    page.click(f"#{choice}")
    goes_on = choice == "go-on"
    assert page.input_value("[name=grounds]") == (WORDS if goes_on else "")
    assert (page.input_value("[name=key]") == key) is goes_on
    assert (WORDS in reader.kept) is goes_on


def test_another_language_keeps_the_step_and_the_draft(reader: Visitor) -> None:
    page = reader.open("/en/request")
    reader.fill(WORDS)
    page.click("button[formaction='/ar/request']")
    page.wait_for_selector("html[lang=ar] h2 .usa-hint")
    assert reader.step == 3
    page.reload()
    assert page.input_value("[name=grounds]") == WORDS
    page.go_back()
    page.wait_for_selector("html[lang=en] h2 .usa-hint")
    assert page.input_value("[name=grounds]") == WORDS


def test_a_device_keeps_a_draft_beyond_the_tab_only_where_asked_to(reader: Visitor) -> None:
    page = reader.open("/en/request")
    reader.fill(WORDS)
    assert page.evaluate("localStorage.length") == 0
    page.click("label[for=keep]")
    page.click("label[for=keep]")
    assert page.evaluate("localStorage.length") == 0
    page.click("label[for=keep]")
    page.close()
    reader.open_tab()
    reader.open("/en/request")
    reader.page.click("#go-on")
    assert reader.page.input_value("[name=grounds]") == WORDS
    assert reader.page.is_checked("#keep")
    reader.press("check")
    reader.press("send")
    assert reader.where == "receipt"
    assert WORDS not in reader.kept


@pytest.mark.parametrize(("days", "stays"), [(6.9, True), (7.1, False)])
def test_a_device_keeps_a_draft_for_seven_days(reader: Visitor, days: float, stays: bool) -> None:  # noqa: FBT001
    page = reader.open("/en/request")
    reader.fill(WORDS)
    page.click("label[for=keep]")
    page.close()
    reader.open_tab()
    page = reader.open("/en/help")
    older = "days => localStorage.draft = JSON.stringify({...JSON.parse(localStorage.draft), at: Date.now() - days})"
    page.evaluate(older, days * 24 * 60 * 60 * 1000)
    reader.open("/en/")
    assert (WORDS in reader.kept) is stays


def test_clearing_the_form_leaves_nothing_in_the_page_the_storage_or_the_history(reader: Visitor) -> None:
    page = reader.open("/en/request")
    reader.fill(WORDS, **CONTACT)
    page.click("label[for=keep]")
    key = page.input_value("[name=key]")
    page.click("#clear")
    page.wait_for_function("key => (document.querySelector('[name=key]')?.value ?? key) != key", arg=key)
    assert WORDS not in reader.kept
    assert_ten_times_back_shows_nothing(reader, WORDS, EMAIL)


def test_leaving_leaves_nothing_in_the_page_the_storage_or_the_history(visitor: Visitor) -> None:
    visitor.open("/en/request")
    visitor.fill(WORDS, **CONTACT)
    visitor.press("check")
    leave(visitor)
    assert_ten_times_back_shows_nothing(visitor, WORDS, EMAIL)
    visitor.open("/en/")
    assert "draft" not in visitor.kept


def test_leaving_blanks_the_page_and_erases_all_before_anything_is_asked_of_the_network(reader: Visitor) -> None:
    page = reader.open("/en/request")
    reader.fill(WORDS)
    page.click("label[for=keep]")
    left = "[document.body.innerText, sessionStorage.length, localStorage.length]"
    assert page.evaluate(f"document.querySelector('.leave a').click(), {left}") == ["", 0, 0]
    page.wait_for_selector("html:not([data-page])", state="attached")
    reader.faults.clear()
    assert WORDS not in reader.back()
    assert WORDS not in reader.kept


def test_nothing_that_was_typed_is_kept_after_sending(visitor: Visitor) -> None:
    visitor.file(WORDS, **CONTACT)
    for typed in (WORDS, EMAIL, "Ana", "self"):
        assert typed not in visitor.kept
    visitor.page.click("main form button")
    assert WORDS not in visitor.kept


def test_ten_times_back_after_sending_and_leaving_shows_no_receipt_and_nothing_that_was_typed(visitor: Visitor) -> None:
    visitor.file(WORDS, **CONTACT)
    receipt, code, *_numbers = visitor.page.locator(".slip .number").all_inner_texts()
    visitor.page.click("main form button")
    leave(visitor)
    assert_ten_times_back_shows_nothing(visitor, WORDS, EMAIL, receipt, code)


def test_the_way_back_after_sending_says_that_it_was_sent_and_files_no_second_request(
    reader: Visitor, local: Local
) -> None:
    reader.file(WORDS)
    filed = filed_in(local)
    reader.page.click("main form button")
    for _ in range(3):
        reader.back()
        assert reader.page.is_visible("#sent form[action='/en/update'] button")
        assert not reader.page.is_visible("#answers")
    reader.page.click("#another")
    assert reader.page.input_value("[name=grounds]") == ""
    reader.fill("Another matter.")
    reader.press("check")
    reader.press("send")
    assert reader.where == "receipt"
    assert filed_in(local) == filed + 1


def test_the_receipt_can_be_loaded_again_until_it_is_written_down(reader: Visitor, local: Local) -> None:
    reader.file(WORDS)
    numbers = reader.page.locator(".slip .number").all_inner_texts()
    filed = filed_in(local)
    reader.page.reload()
    assert reader.page.locator(".slip .number").all_inner_texts() == numbers
    assert filed_in(local) == filed


def test_sending_twice_at_once_files_one_request(visitor: Visitor, local: Local) -> None:
    visitor.open("/en/request")
    visitor.fill(WORDS)
    visitor.press("check")
    filed = filed_in(local)
    visitor.page.dblclick("main button[value=send]")
    visitor.page.wait_for_selector("html[data-page=receipt]")
    assert filed_in(local) == filed + 1


def test_a_request_whose_answer_was_lost_is_sent_again_and_filed_once(reader: Visitor, local: Local) -> None:
    page = reader.open("/en/request")
    reader.fill(WORDS)
    reader.press("check")
    filed = filed_in(local)

    lose_the_answer(reader)
    assert filed_in(local) == filed + 1
    page.go_back()
    page.wait_for_selector("#answers h2 .usa-hint")
    assert page.input_value("[name=grounds]") == WORDS
    reader.press("check")
    reader.press("send")
    assert reader.where == "receipt"
    assert filed_in(local) == filed + 1


def test_other_words_under_the_key_of_a_request_that_was_sent_are_not_filed_and_not_lost(
    reader: Visitor, local: Local
) -> None:
    page = reader.open("/en/request")
    reader.fill(WORDS)
    reader.press("check")
    filed = filed_in(local)

    lose_the_answer(reader)
    page.go_back()
    page.wait_for_selector("#answers h2 .usa-hint")
    page.fill("[name=grounds]", "Other words.")
    reader.press("check")
    reader.press("send")
    assert reader.where == "already_sent"
    assert filed_in(local) == filed + 1
    assert "Other words." in reader.kept


def test_five_people_in_a_row_leave_nothing_of_one_to_the_next(visitor: Visitor) -> None:
    told = [f"{WORDS} {number}" for number in range(5)]
    for number, words in enumerate(told):
        visitor.file(words, **{"requester.contact.email": f"person{number}@example.org"})
        visitor.page.click("main form button")
        visitor.page.locator("main form button[value=next]").last.click()
        assert visitor.where == "request"
        shown = visitor.page.content() + visitor.kept
        for earlier in told[: number + 1]:
            assert earlier not in shown
        assert f"person{number}@" not in shown
        assert visitor.page.input_value("[name=grounds]") == ""


def test_the_next_client_of_a_lawyer_begins_with_the_part_of_the_lawyer_alone(visitor: Visitor) -> None:
    visitor.open("/en/request")
    visitor.reach(NAME).fill("Ana")
    visitor.reach("label[for='requester.role.attorney']").click()
    visitor.reach("[name='requester.contact.email']").fill(EMAIL)
    visitor.reach("[name=grounds]").fill(WORDS)
    key = visitor.page.input_value("[name=key]")
    visitor.press("check")
    visitor.press("send")
    visitor.page.click("main form button")
    visitor.page.locator("main form button[value=next]").first.click()
    page = visitor.page
    assert page.is_checked("[id='requester.role.attorney']")
    assert page.input_value("[name='requester.contact.email']") == EMAIL
    assert (page.input_value(NAME), page.input_value("[name=grounds]")) == ("", "")
    assert page.input_value("[name=key]") != key


def test_the_code_is_hidden_fifteen_minutes_after_filing(reader: Visitor) -> None:
    reader.page.clock.install()
    reader.file(WORDS)
    _receipt, code, *_numbers = reader.page.locator(".slip .number").all_inner_texts()
    reader.page.wait_for_selector("#left:visible")
    assert reader.page.inner_text("#left").startswith("The code is hidden in 1")
    reader.page.clock.run_for("14:50")
    assert code in reader.page.content()
    reader.page.clock.run_for("00:15")
    assert code not in reader.page.content()
    assert "The code is shown only for 15 minutes" in reader.page.inner_text("main")
    reader.page.click("main form button")
    assert reader.page.input_value("[name=code]") == ""


def test_a_page_that_the_browser_kept_shows_nothing_after_leaving(reader: Visitor) -> None:
    page = reader.open("/en/request")
    reader.fill(WORDS)
    page.wait_for_function("text => sessionStorage.draft?.includes(text)", arg=WORDS)
    page.evaluate("sessionStorage.clear()")
    with page.expect_navigation():
        page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    assert page.input_value("[name=grounds]") == ""


def test_a_page_that_the_browser_kept_stays_as_it_was_where_nothing_happened_since(reader: Visitor) -> None:
    page = reader.open("/en/request")
    reader.fill(WORDS)
    page.wait_for_function("text => sessionStorage.draft?.includes(text)", arg=WORDS)
    page.evaluate("window.same = true; dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    page.wait_for_timeout(300)
    assert page.evaluate("window.same")
