"""The desk in Chromium: a day of an officer and a supervisor, and every page without a fault of accessibility."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.local.local_system import Local

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

AXE = Path(__file__).parents[2] / "infra/styles/node_modules/axe-core/axe.min.js"
HOSTILE = "<script>document.title=1</script><img src=x onerror=document.title=1> " + "x" * 3_000


BROKEN = "axe.run().then(found => found.violations.map(each => [each.id, each.nodes[0].html]))"


class Person:
    """Somebody at the desk, whose browser reports every fault."""

    def __init__(self, chromium: Browser, desk: str, user: str, *, scripts: bool = True) -> None:
        self.context = chromium.new_context(viewport={"width": 1280, "height": 900}, java_script_enabled=scripts)
        self.page: Page = self.context.new_page()
        self.desk = desk
        self.faults: list[str] = []
        self.page.on("console", lambda said: self._told(said.type, said.text))
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.goto(f"{desk}/")
        self.enter()
        self.page.get_by_role("link", name=user, exact=True).click()
        self.page.wait_for_url(f"{desk}/")

    def _told(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"} and "status of" not in text:  # a refused form, and the page before the sign-in
            self.faults.append(text)

    def enter(self) -> None:
        """Press the key, once the page has given the focus to its first button."""
        self.page.locator("button:focus").wait_for()
        self.page.keyboard.press("Enter")

    def open(self, path: str) -> Page:
        self.page.goto(f"{self.desk}/{path}")
        return self.page

    def label(self, name: str) -> None:
        """Choose by the label, as people do: the design draws boxes of its own."""
        self.page.get_by_text(name, exact=True).first.click()


@pytest.fixture
def people() -> Iterator[dict[str, Person]]:
    """The people at the desk by name; no error may be reported."""
    found: dict[str, Person] = {}
    yield found
    for person in found.values():
        with closing(person.context):
            assert person.faults == []


def arrive(people: dict[str, Person], chromium: Browser, local: Local, user: str, *, scripts: bool = True) -> Person:
    people[user] = Person(chromium, local.desk, user, scripts=scripts)
    return people[user]


def filed(local: Local, number: int, **changes: Any) -> str:  # noqa: ANN401  # any field
    """File a request about a detained person, have its case ranked, and return the case's id."""
    body = {
        "requester": {"role": "self", "contact": {"email": f"desk{number}@example.org", "language": "en"}},
        "subject": {"a_number": f"A000-100-{number:03d}", "given_name": "Ana", "family_name": "Example"},
        "facts": {"custody": "detained", "facility": "STWRTGA"},
        "grounds": "The case does not fit the priorities.",
        **changes,
    }
    found = local.file(body)
    local.ranked(found)
    return local.case_of(found).case_id


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_case_is_taken_with_two_keys_decided_and_carried_out(
    people: dict[str, Person], chromium: Browser, local: Local, *, scripts: bool
) -> None:
    filed(local, 100 + scripts)
    officer = arrive(people, chromium, local, "officer-atl", scripts=scripts)
    officer.enter()
    officer.page.wait_for_url("**/cases/*")
    assert officer.page.get_by_role("status").inner_text() == "The case is yours."
    officer.page.get_by_role("link", name="Decide").click()
    officer.label("Granted")
    officer.label("Release")
    officer.page.get_by_label("Reason 1", exact=True).fill("The family needs the person.")
    officer.page.get_by_label("Internal reasons").fill("Read.")
    officer.page.get_by_role("button", name="Decide").click()
    if officer.page.locator("#acknowledged").count():
        officer.page.locator("label[for=acknowledged]").click()
        officer.page.get_by_role("button", name="Decide").click()
    assert officer.page.locator("h1").inner_text() in {"It is decided", "It awaits approval"}
    assert "Carry out what was granted" in officer.open("duties").content()


def pages_of(case: str) -> dict[str, tuple[str, ...]]:
    """Return the pages that each role opens."""
    beside = ("", "/history", "/texts", "/notices", "/ranking", "/note", "/contacts", "/identity", "/reissue-code")
    return {
        "officer-atl": (
            *("", "worklist", "find", "verifications", "duties", "nonsense"),
            *(f"cases/{case}{rest}" for rest in beside),
            *(f"cases/{case}/ask", f"cases/{case}/decide"),
        ),
        "supervisor-atl": ("", "approvals", "office", "office?office=ELP", f"cases/{case}/transfer"),
        "senior-official": ("", "worklist", "approvals"),
        "policy-author": ("", "policies", "policies/new", "policies/2025-01-20-order?to=2021-02-18-interim"),
        "headquarters": ("", "office", "worklist"),
    }


def test_every_page_is_accessible_and_shows_hostile_text_as_text(
    people: dict[str, Person], chromium: Browser, local: Local
) -> None:
    case = filed(local, 111, grounds=HOSTILE)
    local.tick()
    for user, paths in pages_of(case).items():
        person = arrive(people, chromium, local, user)
        if user == "officer-atl":
            person.open(f"cases/{case}").get_by_role("button", name="Claim").click()
        for path in paths:
            page = person.open(path)
            page.evaluate(AXE.read_text())
            assert page.evaluate(BROKEN) == [], (user, path)
            assert page.title().endswith("Case Review desk")
            for width in (1280, 640):  # 640 is 200 % of 1280
                page.set_viewport_size({"width": width, "height": 900})
                assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (user, path, width)
