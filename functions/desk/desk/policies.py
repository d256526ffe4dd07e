"""The policy office: what governed, governs and will; drafts with their faults, difference, preview and approval."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any, Final, NamedTuple
from urllib.parse import quote

from casereview.web.api_answer import ApiAnswer
from casereview.web.browser import PageAnswer
from desk.charts import FlowChart, flows
from desk.forms import marked
from desk.visit import Visit

_LINE: Final = re.compile(r"\bline (\d+)\b")
_CONTEXT: Final = 3
"""Unchanged lines that are shown around a difference."""
_DONE: Final = {"preview": "previewing", "approve": "policy_approved"}
MOST_LINES: Final = 2_000
"""Lines of a difference that are shown."""


class Period(NamedTuple):
    """A time in which one policy governs, or none."""

    since: str | None
    until: str | None
    policy: Mapping[str, Any] | None


def show(visit: Visit) -> PageAnswer:
    """Show the timeline and the drafts."""
    answer = visit.api.get("/policies", {"limit": "100"})
    if not answer.ok:
        return visit.failed(answer)
    policies = answer.body["policies"]
    drafts = [each for each in policies if each["state"] in {"draft", "previewed", "refused"}]
    return visit.show("policies", timeline=timeline(policies), drafts=drafts, found=answer.body)


def timeline(policies: list[Mapping[str, Any]]) -> list[Period]:
    """Return what governs from when to when, with the gaps in which no policy does, the oldest first."""
    held = sorted(
        (Period(each["since"], each["until"], policy) for policy in policies for each in policy["in_force"]),
        key=lambda period: period.since or "",
    )
    found: list[Period] = []
    for period in held:
        before = found[-1].until if found else period.since
        if before is not None and before != period.since:
            found.append(Period(before, period.since, None))
        found.append(period)
    if found and found[-1].until is not None:
        found.append(Period(found[-1].until, None, None))
    return found


def blank(visit: Visit) -> PageAnswer:
    """Show an empty editor."""
    return _editor(visit, visit.form.get("document", ""))


def send(visit: Visit) -> PageAnswer:
    """Store a draft, or show its faults at their lines."""
    text = visit.form.get("document", "")
    answer = visit.api.post("/policies", {"document": text})
    if not answer.ok:
        return _editor(visit, text, answer)
    return visit.go(f"policies/{quote(answer.body['policy_id'], safe='')}", "draft_stored")


def _editor(visit: Visit, text: str, problem: ApiAnswer | None = None) -> PageAnswer:
    faults = [] if problem is None else [(_line_of(each["message"]), each["message"]) for each in problem.errors]
    at_lines = {line: message for line, message in faults if line}
    status = problem.status if problem else HTTPStatus.OK
    lines = text.splitlines() if at_lines else []
    return visit.show("policy_editor", status, text=text, faults=at_lines, lines=lines, problem=problem)


def _line_of(message: str) -> int | None:
    found = _LINE.search(message)
    return int(found[1]) if found else None


def read(visit: Visit) -> PageAnswer:
    """Show a policy or draft, and its difference to another."""
    return _policy(visit)


def _policy(visit: Visit, problem: ApiAnswer | None = None) -> PageAnswer:
    answer = visit.api.get(_path(visit))
    if not answer.ok:
        return visit.failed(answer)
    policy = answer.body
    listed = visit.api.get("/policies", {"limit": "100"})
    others = [each["policy_id"] for each in listed.body.get("policies", ()) if each["policy_id"] != policy["policy_id"]]
    to: str = next(iter(visit.request.query.get("to", ())), listed.body.get("in_force") or "")
    other = visit.api.get(f"/policies/{quote(to, safe='')}") if to in others else None
    difference = list(_difference(other.body["document"], policy["document"])) if other and other.ok else []
    return visit.show(
        "policy",
        problem.status if problem else HTTPStatus.OK,
        policy=policy,
        others={name: name for name in others},
        to=to if other else None,
        difference=difference,
        drawn=_drawn(policy["preview"]),
        problem=problem,
    )


def _drawn(preview: Mapping[str, Any] | None) -> list[tuple[Mapping[str, Any], FlowChart]]:
    """Return the offices in which a draft changes something, with their flows."""
    offices = preview["offices"] if preview else ()
    return [(office, flows(office["flows"])) for office in offices if office["flows"] or office["sample"]]


def _difference(before: str | None, after: str | None) -> Iterator[tuple[str, str]]:
    """Yield the lines that differ, each with ``removed``, ``added``, ``same`` or ``place``."""
    kinds = {"-": "removed", "+": "added", " ": "same", "@": "place"}
    lines = difflib.unified_diff((before or "").splitlines(), (after or "").splitlines(), lineterm="", n=_CONTEXT)
    for number, line in enumerate(lines):
        if number > MOST_LINES:
            return
        if number > 1:  # the names of the two files come first
            yield kinds.get(line[:1], "same"), line


def act(visit: Visit) -> PageAnswer:
    """Preview, approve, refuse or delete a draft."""
    form, path = visit.form, _path(visit)
    match form.get("do"):
        case "preview":
            answer = visit.api.post(f"{path}/preview")
        case "delete":
            answer = visit.api.delete(path)
        case _:
            warnings = marked(form, "warning")
            body = {"approve": form.get("do") == "approve", "why": form.get("why", ""), "digest": form.get("digest")}
            answer = visit.api.post(f"{path}/approval", {**body, "acknowledged": warnings})
    if not answer.ok:
        return _policy(visit, answer)
    if form.get("do") == "delete":
        return visit.go("policies", "deleted")
    return visit.go(visit.path, _DONE.get(form.get("do", ""), "refused"))


def _path(visit: Visit) -> str:
    return f"/policies/{quote(visit.places['policy'], safe='')}"
