"""The pages of the policy office: from a draft to a switch."""

from __future__ import annotations

import re
from html import unescape

import pytest

from desk.charts import Bar, bars, flows
from desk.policies import timeline
from tests.support.desk import DeskBrowser, another, fields, signed_in
from tests.support.policy.drafts import APPROVER, AUTHOR, draft
from tests.support.staff import OFFICER, SUPERVISOR, file_case
from tests.support.system import Staff, System

HEADQUARTERS = Staff("hana", "supervisor", "HQ")


@pytest.fixture
def author(browser: DeskBrowser) -> DeskBrowser:
    """Return a browser in which an author of policies is signed in."""
    return signed_in(browser, AUTHOR)


def stored(author: DeskBrowser, text: str) -> str:
    """Store a draft, and return the path of its page."""
    author.read("policies/new")
    sent = author.send("policies/new", {"document": text})
    assert sent.status == 303, sent.html
    return sent.headers["Location"].strip("/").partition("?")[0]


def test_a_policy_goes_from_its_draft_to_its_approval(author: DeskBrowser, system: System) -> None:
    for number in range(11, 16):
        file_case(system, number)
    path = stored(author, draft("spring", since="2026-12-24T15:00:00Z"))
    shown = author.read(path)
    assert "Delete the draft" in shown.html
    assert "Approve what was previewed" not in shown.html
    assert "The preview is being made" in author.follow(author.send(path, {"do": "preview"})).html
    system.pump()
    approver = another(author, APPROVER)
    page = approver.read(path)
    assert "What it would change" in page.html
    warnings = dict.fromkeys(re.findall(r'name="(warning\.[a-z_]+)"', page.html), "yes")
    form = {**fields(page.html, "digest"), **warnings, "do": "approve"}
    assert approver.send(path, form).status == 422
    approved = approver.follow(approver.send(path, {**form, "why": "Read and compared."}))
    assert "The policy is approved." in approved.html
    assert "spring" in approver.read("policies").html


def test_a_draft_without_its_preview_is_not_approved(author: DeskBrowser) -> None:
    path = stored(author, draft("spring"))
    approver = another(author, APPROVER)
    form = {**fields(approver.read(path).html, "digest"), "do": "approve", "why": "x"}
    refused = approver.send(path, form)
    assert refused.status == 409
    assert "Nothing was changed" in refused.html


def test_an_author_deletes_a_draft_and_an_approver_refuses_one(author: DeskBrowser) -> None:
    path = stored(author, draft("spring"))
    assert "The draft is deleted." in author.follow(author.send(path, {"do": "delete"})).html
    path = stored(author, draft("summer"))
    approver = another(author, APPROVER)
    form = {**fields(approver.read(path).html, "digest"), "do": "refuse", "why": "Too early."}
    assert "The draft is refused." in approver.follow(approver.send(path, form)).html


def test_a_faulty_draft_shows_its_faults_at_their_lines_and_keeps_the_text(author: DeskBrowser) -> None:
    text = draft("spring").replace("order_by: filed_at", "order_by: nonsense", 1)
    author.read("policies/new")
    shown = author.send("policies/new", {"document": text})
    assert shown.status == 422
    line = text[: text.index("order_by: nonsense")].count("\n") + 1
    found = re.search(r'<li class="removed"><code>([^<]*)</code>', shown.html)
    assert found
    assert unescape(found[1]) == text.splitlines()[line - 1]
    assert "order_by: nonsense" in shown.html.partition("<textarea")[2]


def test_a_policy_is_compared_with_another(author: DeskBrowser) -> None:
    path = stored(author, draft("spring"))
    shown = author.read(f"{path}?to=2021-02-18-interim")
    assert '<li class="added">' in shown.html
    assert '<li class="removed">' in shown.html
    assert author.read(f"{path}?to=nonsense").status == 200


def test_the_policy_office_opens_no_case_and_officers_no_policy(author: DeskBrowser, system: System) -> None:
    case = file_case(system)
    assert author.read(f"cases/{case.case_id}").status == 403
    assert author.read("worklist").status == 403
    officer = another(author, OFFICER)
    assert officer.read("policies").status == 403
    assert "Policies</a>" not in officer.read("").html
    assert officer.read("policies/none").status == 403
    assert author.read("policies/none").status == 404


def test_a_supervisor_sees_the_office_and_headquarters_all(browser: DeskBrowser, system: System) -> None:
    file_case(system)
    system.duty("snapshot")
    system.pump()
    office = signed_in(browser, SUPERVISOR).read("office")
    assert "Office ATL" in office.html
    assert '<svg class="bars"' in office.html
    assert "<caption>Open cases by lane</caption>" in office.html
    everywhere = another(browser, HEADQUARTERS).read("office")
    assert "All offices" in everywhere.html
    assert 'href="/office?office=ATL"' in everywhere.html
    assert another(browser, OFFICER).read("office").status == 403


def test_gaps_and_what_revives_stand_in_the_timeline() -> None:
    first = {"policy_id": "a", "in_force": [{"since": "2021-01-01", "until": "2021-02-01"}]}
    later = {"policy_id": "b", "in_force": [{"since": "2021-03-01", "until": "2021-04-01"}]}
    found = [(period.since, period.policy and period.policy["policy_id"]) for period in timeline([later, first])]
    assert found == [("2021-01-01", "a"), ("2021-02-01", None), ("2021-03-01", "b"), ("2021-04-01", None)]
    assert timeline([]) == []


def test_bars_are_as_long_as_their_numbers() -> None:
    chart = bars([Bar("detained", 30, 10), Bar("other", 10, 0)])
    assert [(each.plain, each.marked) for each in chart.bars] == [(450.0, 150.0), (150.0, 0.0)]
    assert bars([]).bars == ()
    assert [each.plain for each in bars([Bar("none", 0, 0)]).bars] == [0.0]


def test_flows_are_as_thick_as_their_numbers_and_say_what_moved() -> None:
    chart = flows({"detained": {"detained": 30, "other": 10}, "other": {"other": 20}})
    assert [(band.label, band.moved) for band in chart.bands] == [
        ("detained to detained: 30", False),
        ("detained to other: 10", True),
        ("other to other: 20", False),
    ]
    heights = {(node.label, node.x): node.height for node in chart.nodes}
    assert heights["detained", 0] == pytest.approx(2 * heights["other", 0])
    assert heights["other", 588] == pytest.approx(heights["detained", 588])
    assert flows({}).bands == ()
