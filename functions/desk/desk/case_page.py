"""A case: what is asked, the facts, the ranking, the requests, and its pages of texts, notices and history."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

from casereview.web.api_answer import ApiAnswer
from casereview.web.browser import PageAnswer
from desk.acts import offered
from desk.visit import Visit

MOST_OPENED: Final = 3
"""The requests whose words the page of a case shows; the others are a link away."""


def show(visit: Visit) -> PageAnswer:
    """Show the case."""
    answer = visit.api.get(visit.of_case())
    if not answer.ok:
        return visit.failed(answer)
    case = answer.body
    texts = visit.api.get(visit.of_case("/statements"), {"limit": "5"})
    shown = texts.body.get("items", []) if texts.ok else []
    mine = case["claimed_by"] is not None and case["claimed_by"] == visit.me.get("user")
    facts = _by_weight(case["facts"])
    asked = _bodies(visit, case["requests"]) if mine else []
    return visit.show("case", case=case, facts=facts, asked=asked, texts=shown, mine=mine, offered=offered(visit))


def _bodies(visit: Visit, requests: list[dict[str, Any]]) -> list[Mapping[str, Any]]:
    """Open the newest live requests, whose words come first on the page."""
    live = [each["receipt"] for each in requests if each["state"] == "live"][-MOST_OPENED:]
    answers = [visit.api.get(visit.of_case(f"/requests/{quote(receipt, safe='')}")) for receipt in live]
    return [answer.body for answer in answers if answer.ok]


def claim(visit: Visit) -> PageAnswer:
    """Claim the case."""
    answer = visit.api.post(visit.of_case("/claim"))
    return visit.go(_page(visit), "claimed") if answer.ok else visit.failed(answer)


def check_fact(visit: Visit) -> PageAnswer:
    """Confirm or refute a fact as it was stated."""
    form = visit.form
    try:
        value = json.loads(form["value"])
    except (KeyError, ValueError):
        return visit.failed(ApiAnswer(HTTPStatus.UNPROCESSABLE_ENTITY, {"title": "There is no value to check."}))
    body = {
        "facts": {form.get("fact", ""): value},
        "verdict": form.get("verdict", ""),
        "why": form.get("why", ""),
    }
    answer = visit.api.post(visit.of_case("/verifications"), body)
    return visit.go(_page(visit), "fact_checked") if answer.ok else visit.failed(answer)


def show_request(visit: Visit) -> PageAnswer:
    """Show what was sent under a receipt."""
    return _show(visit, "request", f"/requests/{_receipt(visit)}", "body")


def show_view(visit: Visit) -> PageAnswer:
    """Show what the holder of a receipt is shown."""
    return _show(visit, "view", f"/requests/{_receipt(visit)}/view", "view")


def show_ranking(visit: Visit) -> PageAnswer:
    """Explain the place of the case."""
    return _show(visit, "ranking", "/ranking", "ranking")


def show_history(visit: Visit) -> PageAnswer:
    """Show a page of the history."""
    return _show(visit, "history", "/history", "found")


def show_texts(visit: Visit) -> PageAnswer:
    """Show a page of what people wrote."""
    return _show(visit, "texts", "/statements", "found")


def show_notices(visit: Visit) -> PageAnswer:
    """Show a page of the notices."""
    return _show(visit, "notices", "/notices", "found")


def _show(visit: Visit, name: str, rest: str, called: str) -> PageAnswer:
    answer = visit.api.get(visit.of_case(rest), visit.cursor)
    if not answer.ok:
        return visit.failed(answer)
    values: dict[str, Any] = {called: answer.body, "case_id": visit.places["case"]}
    return visit.show(name, receipt=visit.places.get("receipt"), **values)


def _receipt(visit: Visit) -> str:
    return quote(visit.places["receipt"], safe="")


def _page(visit: Visit) -> str:
    return f"cases/{visit.places['case']}"


def _by_weight(facts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the facts on which something is known, then the others, each in the order of the API."""
    return sorted(facts, key=lambda fact: fact["value"] is None)
