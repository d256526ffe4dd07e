"""Where a request stands, in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from casereview.web.api_answer import ApiAnswer
from casereview.web.browser import PageAnswer
from pages.next_request import following
from pages.pair import Pair, ask_for_pair, refuse_pair
from pages.pair import look_up as ask_status
from pages.visit import Visit


def show(visit: Visit, pair: Pair, done: str = "", understood: Mapping[str, Any] | None = None) -> PageAnswer:
    """Show where a request stands.

    Args:
        visit: The visit.
        pair: The receipt and its code.
        done: What was done just before, if anything was.
        understood: What was understood of an addition that was made just before.
    """
    answer = ask_status(visit, pair)
    if not answer.ok:
        return ask_for_pair(visit, {}, target="status", done=done) if done else refuse_pair(visit, answer)
    found = answer.body
    return visit.page.show(
        "status",
        pair=pair,
        done=done,
        understood=understood,
        typed_a_number=visit.form.get("subject.a_number"),
        next_request=following(visit.form),
        found=found,
        sentence_name=sentence_of(found),
        since=datetime.fromisoformat(found["status_since"]),
    )


def office_of(answer: ApiAnswer) -> str | None:
    """Return the code of the office of a request, as far as a look-up tells it."""
    wait = answer.body.get("usual_wait") if answer.ok else None
    return wait["office"] if wait else None


def sentence_of(found: Mapping[str, Any]) -> str:
    """Return the name of the sentence for an answer: by state, disclosure, outcome and whether it was carried out."""
    status, decision = found["status"], found["decision"]
    if status == "withdrawn" and (found["withdrawal"] or {}).get("waits"):
        return "withdrawal_waits"
    if status == "received" and found["disclosure"] == "limited":
        return "received_limited"
    if status != "decided" or decision is None:
        return str(status)
    if decision["outcome"] in {"granted", "granted_in_part", "override"}:
        return "carried_out" if decision["carried_out_at"] else "granted"
    return str(decision["outcome"])
