"""Filing a request: the short form, the page that reads it back, and the receipt.

The form carries its Idempotency-Key from the first page on, so that Send twice, Back and Send again, and a repeated
attempt after an error file one request. With other answers under the same key nothing is filed: the page leads to
adding to the request that was.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Final

from casereview.schema.typed_times import parse_removal_time
from casereview.web.api_answer import ApiAnswer
from casereview.web.browser import PageAnswer
from pages.answers import convictions_in, dates_in
from pages.form import asked, body_of, field_of, kept
from pages.next_request import taken_over
from pages.public_api import ApiRequest
from pages.visit import Visit

NEAR: Final = timedelta(hours=72)
"""How near a removal is when the numbers to call come before the receipt."""
CODE_SHOWN_FOR: Final = timedelta(minutes=15)
"""How long after filing the access code is shown again: a phone may change hands."""
_LONGEST_KEY: Final = 128
_SHOWN: Final = frozenset(
    {
        *("facts.removal_soon", "facts.custody", "facts.facility", "requester.role", "grounds", "citizenship_why"),
        *(f"facts.removal_at.{part}" for part in ("year", "month", "day")),
        *(f"subject.{name}" for name in ("given_name", "family_name", "a_number")),
        *(f"requester.contact.{name}" for name in ("email", "phone", "safe_to_contact", "leave_message")),
    }
)
"""The fields of the short form."""


def blank(visit: Visit) -> PageAnswer:
    """Show the empty form."""
    return _form(visit, {"key": _key({})}, {})


def act(visit: Visit) -> PageAnswer:
    """Read the form back, send it, or show it again with its values, in another language if asked."""
    form = visit.form
    if not form:
        return blank(visit)
    match form.get("action"):
        case "check":
            return _check(visit, form)
        case "send" if form.get("a_number_same") == "no":
            return _form(visit, form, {"subject.a_number": "a_number_differs"}, HTTPStatus.UNPROCESSABLE_ENTITY)
        case "send":
            return _send(visit, form)
        case "long" if form.get("facts.custody") == "not_detained" and "risk" not in form:
            return visit.page.show("risk", kept=[("key", _key(form)), *kept(form, ())], target="request", action="long")
    return _form(visit, form, {})


def submission(visit: Visit, form: dict[str, str]) -> dict[str, Any]:
    """Return the body of the request that a form files."""
    body = body_of(asked(form))
    contact = body.setdefault("requester", {}).setdefault("contact", {})
    contact.setdefault("language", visit.page.language)
    if "citizenship_why" in form:
        body.setdefault("facts", {})["claims_us_citizenship"] = True
    words = [form[name] for name in ("grounds", "citizenship_why", "changed_since") if name in form]
    if words:
        body["grounds"] = "\n\n".join(words)
    return body


def _form(visit: Visit, form: dict[str, str], errors: dict[str, str], status: int = HTTPStatus.OK) -> PageAnswer:
    is_long = form.get("action") == "long" or "long" in form
    carried = [] if is_long else kept(form, _SHOWN)
    key, is_blank = _key(form), form.keys() <= {"key"}
    return visit.page.show(
        "request", status, form=form, key=key, errors=errors, kept=carried, long=is_long, is_blank=is_blank
    )


def _key(form: dict[str, str]) -> str:
    return form.get("key", "")[:_LONGEST_KEY] or secrets.token_urlsafe(24)


def _required(form: dict[str, str]) -> dict[str, str]:
    """Return what the form lacks that no request goes without: the field, and the name of its message."""
    found = {}
    if "requester.role" not in form:
        found["requester.role"] = "role_required"
    if "grounds" not in form and "citizenship_why" not in form:
        found["grounds"] = "grounds_required"
    if not form.keys() & {"subject.a_number", "subject.given_name", "subject.family_name"}:
        found["subject.given_name"] = "person_required"
    return found


def _check(visit: Visit, form: dict[str, str]) -> PageAnswer:
    missing = _required(form)
    answer = visit.ask(ApiRequest("POST", "/requests/checks", body=submission(visit, form)))
    errors = {**_refused(form, answer), **missing}
    if errors:
        return _form(visit, form, errors, HTTPStatus.UNPROCESSABLE_ENTITY)
    if not answer.ok:
        return _not_taken(visit, form, answer)
    return visit.page.show(
        "check",
        form=form,
        key=_key(form),
        kept=kept(form, ()),
        dates=dates_in(form, visit.page.language),
        convictions=convictions_in(form, visit.page.language),
        understood=answer.body["understood"],
        missing=answer.body["missing"],
    )


def _refused(form: dict[str, str], answer: ApiAnswer) -> dict[str, str]:
    """Return the message of each field that the public API refused."""
    if answer.status != HTTPStatus.UNPROCESSABLE_ENTITY:
        return {}
    return {field_of(error["pointer"], form): error["message"] for error in reversed(answer.errors)}


def _send(visit: Visit, form: dict[str, str]) -> PageAnswer:
    body = submission(visit, form)
    answer = visit.ask(ApiRequest("POST", "/requests", headers={"Idempotency-Key": _key(form)}, body=body))
    if answer.status == HTTPStatus.CREATED:
        return _receipt(visit, form, answer.body)
    if answer.problem == "key-reused":
        return visit.page.show("already_sent", HTTPStatus.CONFLICT)
    errors = _refused(form, answer)
    if errors:
        return _form(visit, form, {**errors, **_required(form)}, HTTPStatus.UNPROCESSABLE_ENTITY)
    return _not_taken(visit, form, answer)


def _not_taken(visit: Visit, form: dict[str, str], answer: ApiAnswer) -> PageAnswer:
    """Show that nothing was sent, with a button that tries the same again."""
    is_too_long = answer.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    status = answer.status if is_too_long else HTTPStatus.SERVICE_UNAVAILABLE
    action = "send" if form.get("action") == "send" else "check"
    return visit.page.show(
        "not_taken", status, key=_key(form), kept=kept(form, ()), action=action, is_too_long=is_too_long
    )


def _receipt(visit: Visit, form: dict[str, str], filed: Mapping[str, Any]) -> PageAnswer:
    at = datetime.fromisoformat(filed["received_at"])
    left = CODE_SHOWN_FOR - (visit.at - at)
    return visit.page.show(
        "receipt",
        HTTPStatus.CREATED,
        filed=filed,
        at=at,
        is_fresh=left > timedelta(0),
        seconds=int(left.total_seconds()),
        is_near=_says_removal_is_near(visit),
        carried=taken_over(form),
    )


def _says_removal_is_near(visit: Visit) -> bool:
    """Return whether the form says that a removal is near: in so many words, or by its day, which may have passed."""
    facts = body_of(visit.form).get("facts", {})
    stated = facts.get("removal_at")
    return facts.get("removal_soon") is True or (stated is not None and parse_removal_time(stated) - visit.at <= NEAR)
