"""What a holder does about a request: add or change, ask for a second look, withdraw and take that back."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from casereview.web.api_answer import ApiAnswer
from casereview.web.browser import PageAnswer
from pages import status
from pages.form import asked, body_of, carried, field_of
from pages.pair import Pair, look_up, refuse_pair
from pages.public_api import ApiRequest
from pages.visit import Visit

SECTIONS: Final = ("words", "person", "place", "life", "convictions", "contact", "papers")
"""The parts of an addition, each a form of its own."""


def update(visit: Visit, pair: Pair) -> PageAnswer:
    """Show the form for an addition, or send it."""
    if visit.form.get("action") != "send":
        return _addition_form(visit, pair)
    body = addition(visit.form)
    answer = visit.ask(pair.request("POST", "/requests/{receipt}/updates", body))
    if answer.ok:
        return status.show(visit, pair, "updated", answer.body.get("understood"))
    return _again(visit, pair, "update", answer)


def _addition_form(visit: Visit, pair: Pair) -> PageAnswer:
    """Show a part of an addition; where the person is not held, what it may mean to say where they are comes first."""
    form, named = visit.form, section_of(visit)
    known = {"facts.custody": form["facts.custody"]} if named == "place" and "facts.custody" in form else {}
    if known.get("facts.custody") == "not_detained" and "risk" not in form:
        carried = [("receipt", pair.receipt), ("code", pair.code), ("section", named), *known.items()]
        return visit.page.show("risk", kept=carried, target="update", action="next")
    if form.get("action") == "back":
        named, known = SECTIONS[0], {}
    office = status.office_of(look_up(visit, pair)) if named == "papers" else None
    return visit.page.show("update", pair=pair, form=known, errors={}, section_name=named, office=office)


def addition(form: dict[str, str]) -> dict[str, object]:
    """Return the body of the update that a form sends; what has changed since a conviction is said in words."""
    stated = body_of(asked(form))
    contact = stated.pop("requester", {}).get("contact")
    words = "\n\n".join(form[name] for name in ("statement", "changed_since") if name in form)
    parts = {**stated, "contact": contact, "statement": words}
    return {name: parts[name] for name in ("subject", "facts", "contact", "statement") if parts.get(name)}


def section_of(visit: Visit) -> str:
    """Return the part of an addition that is asked for; words, where none is."""
    named = visit.form.get("section", "words")
    return named if named in SECTIONS else "words"


def escalate(visit: Visit, pair: Pair) -> PageAnswer:
    """Show the decision and the form for a second look, or send it."""
    if visit.form.get("action") != "send":
        return _with_status(visit, pair, "escalation")
    body: dict[str, object] = {"statement": visit.form.get("statement", "")}
    answer = visit.ask(pair.request("POST", "/requests/{receipt}/escalation", body))
    if answer.ok:
        return status.show(visit, pair, "escalated")
    return _again(visit, pair, "escalation", answer)


def withdraw(visit: Visit, pair: Pair) -> PageAnswer:
    """Show what withdrawing means, withdraw, or take a withdrawal back."""
    action = visit.form.get("action")
    if action not in {"send", "undo"}:
        return _with_status(visit, pair, "withdrawal")
    body: dict[str, object] = {"undo": True} if action == "undo" else {}
    answer = visit.ask(pair.request("POST", "/requests/{receipt}/withdrawal", body))
    if answer.ok:
        return status.show(visit, pair, "taken_back" if action == "undo" else "withdrawn")
    return _again(visit, pair, "withdrawal", answer)


def office(visit: Visit) -> PageAnswer:
    """Find the field office of a place; what was typed is in the body alone."""
    query: dict[str, str] = {name: visit.form[name] for name in ("state", "county", "zip") if name in visit.form}
    if not query:
        return visit.page.show("office", form={}, found=None, errors={}, kept=[])
    answer = visit.ask(ApiRequest("GET", "/field-offices", query=query))
    errors = {error["pointer"].strip("/"): error["message"] for error in answer.errors}
    if not answer.ok and not errors:
        errors = {"": "try_again"}
    candidates = [visit.page.office(each["code"]) for each in answer.body["candidates"]] if answer.ok else []
    found = [each for each in candidates if each] if answer.ok else None
    return visit.page.show(
        "office", answer.status, form=visit.form, found=found, errors=errors, kept=carried(visit.form)
    )


def _with_status(visit: Visit, pair: Pair, name: str) -> PageAnswer:
    answer = look_up(visit, pair)
    if not answer.ok:
        return refuse_pair(visit, answer)
    return visit.page.show(name, pair=pair, form={}, found=answer.body, errors={})


def _again(visit: Visit, pair: Pair, name: str, answer: ApiAnswer) -> PageAnswer:
    """Show the form again with what was refused, and the values kept, whether or not a look-up succeeds now."""
    if answer.status == HTTPStatus.NOT_FOUND:
        return refuse_pair(visit, answer)
    shown = visit.form
    errors = {field_of(error["pointer"], shown): error["message"] for error in answer.errors} or {"": "perhaps"}
    code = answer.status if answer.status < HTTPStatus.INTERNAL_SERVER_ERROR else HTTPStatus.SERVICE_UNAVAILABLE
    if name == "update":
        return visit.page.show(
            name, code, pair=pair, form=shown, errors=errors, section_name=section_of(visit), office=None
        )
    found = look_up(visit, pair)
    body = found.body if found.ok else {"decision": None, "withdrawal": None}
    return visit.page.show(name, code, pair=pair, form=shown, found=body, errors=errors)
