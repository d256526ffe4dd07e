"""With scripts the form is one section at a time; without them, or where they fail, it is one page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from casereview.schema.languages import LANGUAGES
from tests.browser.conftest import Visitor

if TYPE_CHECKING:
    from playwright.sync_api import Route

NAME = "[name='subject.given_name']"


def focused(visitor: Visitor) -> str:
    """Return the text or the name of what has the focus."""
    found: str = visitor.page.evaluate("document.activeElement.name || document.activeElement.innerText")
    return found


def test_one_section_is_shown_at_a_time_and_the_browser_goes_back_one_step(reader: Visitor) -> None:
    page = reader.open("/en/request")
    assert page.locator(".step:visible").count() == 1
    assert page.locator("h2 .usa-hint").inner_text().strip() == "Step 1 of 4"
    page.click("#next")
    page.fill(NAME, "Ana")
    page.click("#next")
    assert focused(reader).startswith("Step 3 of 4")
    page.go_back()
    assert focused(reader).startswith("Step 2 of 4")
    assert page.input_value(NAME) == "Ana"
    page.go_forward()
    assert reader.step == 2
    page.click("#back")
    page.wait_for_function("() => document.activeElement.innerText.startsWith('Step 2 of 4')")
    page.click("#back")
    page.wait_for_function("() => document.activeElement.innerText.startsWith('Step 1 of 4')")
    assert not page.is_visible("#back")


@pytest.mark.parametrize("language", LANGUAGES)
def test_steps_are_counted_in_every_language(reader: Visitor, language: str) -> None:
    page = reader.open(f"/{language}/request")
    page.click("#next")
    assert set("24") <= set(page.locator("h2 .usa-hint").inner_text())
    assert "{" not in page.locator("h2 .usa-hint").inner_text()


def test_steps_need_no_connection_and_a_check_waits_for_one(reader: Visitor) -> None:
    page = reader.open("/en/request")
    page.wait_for_load_state("networkidle")
    reader.context.set_offline(True)
    reader.fill()
    reader.press("check")
    assert reader.where == "request"
    assert "There is no connection." in focused(reader)
    reader.context.set_offline(False)
    reader.press("check")
    assert reader.where == "check"
    assert "She has three children." in page.inner_text("main")


def test_an_error_leads_to_its_field_in_whichever_step_it_is(reader: Visitor) -> None:
    page = reader.open("/en/request")
    reader.reach("[name=grounds]").fill("Words that must stay.")
    reader.press("check")
    page.wait_for_selector("#errors:focus")
    assert reader.step == 1
    page.click("#errors a[href='#requester.role']")
    assert reader.step == 2
    assert focused(reader) == "requester.role"
    page.keyboard.press("Space")
    page.click(f"#errors a[href='#{NAME[7:-2]}']")
    page.keyboard.type("Ana")
    reader.press("check")
    assert reader.where == "check"
    assert "Words that must stay." in page.inner_text("main")


def test_a_change_of_one_answer_leads_to_its_step_and_field(reader: Visitor) -> None:
    page = reader.open("/en/request")
    reader.fill()
    reader.press("check")
    page.click("button[formaction$='#requester.role']")
    page.wait_for_function("() => document.activeElement.name == 'requester.role'")
    assert reader.step == 2
    reader.press("check")
    assert "She has three children." in page.inner_text("main")


def test_enter_goes_to_the_next_step_and_checks_only_at_the_last(reader: Visitor) -> None:
    page = reader.open("/en/request")
    page.press("[name='facts.facility']", "Enter")
    assert (reader.where, reader.step) == ("request", 1)
    assert page.locator("#errors").count() == 0


def test_all_questions_are_as_many_steps_as_sections(reader: Visitor) -> None:
    page = reader.open("/en/request")
    reader.reach(NAME).fill("Ana")
    reader.press("long")
    page.wait_for_selector("h2 .usa-hint")
    assert page.locator(".step").count() == 8
    assert page.input_value(NAME) == "Ana"
    reader.fill()
    reader.reach("[name='facts.minor_children']").fill("3")
    reader.press("check")
    page.go_back()
    assert page.get_attribute("[name='facts.minor_children']", "type") == "hidden"
    assert page.input_value("[name='facts.minor_children']") == "3"


@pytest.mark.parametrize("lost", ["**/form.js", "**/*.js"])
def test_where_scripts_do_not_load_the_form_is_one_page(reader: Visitor, lost: str) -> None:
    reader.context.route(lost, lambda route: route.fulfill(body=""))
    page = reader.open("/en/request")
    assert page.locator(".step:visible").count() == 4
    assert page.locator("#steps:visible, #device:visible, #sent:visible, #begun:visible").count() == 0
    reader.fill()
    reader.press("check")
    reader.press("send")
    assert reader.where == "receipt"


def test_where_the_browser_keeps_nothing_the_form_is_one_page(reader: Visitor) -> None:
    reader.context.add_init_script("Object.defineProperty(window, 'sessionStorage', {get() { throw new Error() }})")
    page = reader.open("/en/request")
    assert page.locator(".step:visible").count() == 4
    reader.fill()
    reader.press("check")
    reader.press("send")
    assert reader.where == "receipt"


def test_enter_without_scripts_checks_the_form(visitor: Visitor) -> None:
    page = visitor.open("/en/request")
    visitor.fill()
    if visitor.step == 0:
        page.press(NAME, "Enter")
    else:
        visitor.press("check")
    assert visitor.where == "check"


def test_what_to_do_leads_away_from_the_form_and_back_with_all_that_was_typed(visitor: Visitor) -> None:
    page = visitor.open("/en/request")
    visitor.fill("Words that must stay.")
    page.click(".near button[value=near]")
    assert visitor.where == "near"
    page.click("main form button[value=edit]")
    assert page.input_value("[name=grounds]") == "Words that must stay."
    visitor.press("check")
    assert visitor.where == "check"


def test_facilities_are_suggested_on_the_device_alone(reader: Visitor) -> None:
    page = reader.open("/en/request")
    with page.expect_response("**/facilities.txt"):
        page.focus("[name='facts.facility']")
    page.keyboard.type("lumpkin stew")
    options = "all => all.map(each => each.value)"
    assert page.eval_on_selector_all("datalist option", options) == ["Stewart Detention Center, Lumpkin, GA"]
    page.fill("[name='facts.facility']", "e")
    assert page.eval_on_selector_all("datalist option", options) == []
    assert not any("stew" in each.request.url for each in reader.loaded)


def test_counties_are_suggested_with_their_state(reader: Visitor) -> None:
    page = reader.open("/en/office")
    with page.expect_response("**/counties.txt"):
        page.focus("[name=county]")
    page.keyboard.type("orange")
    found = page.eval_on_selector_all("datalist option", "all => all.map(each => [each.value, each.label])")
    assert found == [["Orange", "CA"], ["Orange", "NY"], ["Orange", "TX"]]


def test_without_a_connection_typing_goes_on_without_suggestions(reader: Visitor) -> None:
    page = reader.open("/en/request")
    page.wait_for_load_state("networkidle")
    reader.context.set_offline(True)
    page.fill("[name='facts.facility']", "Stewart")
    assert page.input_value("[name='facts.facility']") == "Stewart"
    assert page.locator("datalist option").count() == 0


def test_a_list_that_cannot_be_loaded_is_asked_for_again(reader: Visitor) -> None:
    answers = iter([503, 200])

    def answer(route: Route) -> None:
        route.fulfill(status=next(answers), body="Stewart Detention Center")

    reader.context.route("**/facilities.txt", answer)
    page = reader.open("/en/request")
    for count in (0, 1):
        with page.expect_response("**/facilities.txt"):
            page.focus("[name='facts.facility']")
        page.fill("[name='facts.facility']", "Stew")
        assert page.locator("datalist option").count() == count
        page.focus("[name='facts.removal_at.year']")
