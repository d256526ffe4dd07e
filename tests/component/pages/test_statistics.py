"""The page of usual waits shows what is published, and says so where nothing is."""

from __future__ import annotations

import pytest

from casereview.cases.usual_wait import FEWEST
from casereview.web.api_answer import ApiAnswer
from pages.public_api import FAILED
from tests.component.prioritize.test_usual_wait import decided
from tests.support.site import Site


def test_a_published_wait_is_shown_with_its_office_kind_and_day(site: Site) -> None:
    decided(site.system, FEWEST, 20)
    site.system.duty("usual_wait")
    found = site.read("/en/statistics")
    assert (found.status, found.page) == (200, "statistics")
    assert "Atlanta Held by ICE 3 weeks" in found.text
    assert "Phoenix" in found.text.partition("Offices without a number")[2]
    assert "fewer than 30" in found.text


@pytest.mark.parametrize("publishes", [False, True])
def test_without_any_number_the_page_says_so(site: Site, publishes: bool) -> None:  # noqa: FBT001
    if publishes:
        site.system.duty("usual_wait")
    found = site.read("/en/statistics")
    assert "There are no numbers yet." in found.text
    assert "<table" not in found.html


def test_a_lane_of_another_policy_is_named_by_its_words(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    office = {"office": "HQ", "name": None, "as_of": "2026-11-23T08:30:00Z"}
    body = {
        "offices": [{**office, "waits": [{"lane": "elders_first", "weeks": 1}]}],
        "fewest_cases": 30,
        "period_days": 180,
    }
    monkeypatch.setattr(site.api, "ask", lambda *_: ApiAnswer(200, body))
    assert "Headquarters elders first one week" in site.read("/en/statistics").text


def test_where_the_service_does_not_answer_the_page_says_so(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site.api, "ask", lambda *_: FAILED)
    for page in ("statistics", "notice"):
        found = site.read(f"/en/{page}")
        assert found.status == 503
        assert "The service did not answer." in found.text
        assert "Nothing was changed." not in found.text
