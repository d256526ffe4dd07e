"""A receipt with its access code, as a person copies them; both end with a check symbol."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from casereview.schema.identifiers import CODE_SYMBOLS, RECEIPT_SYMBOLS, parse_identifier
from casereview.web.api_answer import ApiAnswer
from casereview.web.browser import PageAnswer
from pages.public_api import ApiRequest
from pages.visit import Visit


@dataclass(frozen=True, slots=True)
class Pair:
    """A receipt and an access code whose check symbols are right."""

    receipt: str
    code: str

    def request(self, method: str, resource: str, body: dict[str, object] | None = None) -> ApiRequest:
        """Return a request to a route on the receipt."""
        return ApiRequest(method, resource, self.receipt, headers={"Authorization": f"Bearer {self.code}"}, body=body)


def read_pair(form: dict[str, str]) -> tuple[Pair | None, dict[str, str]]:
    """Return the pair that a form holds, or None and what is wrong with which of the two fields."""
    receipt = parse_identifier(form.get("receipt", ""), RECEIPT_SYMBOLS)
    code = parse_identifier(form.get("code", ""), CODE_SYMBOLS)
    if receipt and code:
        return Pair(receipt, code), {}
    return None, {
        name: f"{name}_wrong" if name in form else f"{name}_required"
        for name, found in (("receipt", receipt), ("code", code))
        if found is None
    }


def with_pair(act: Callable[[Visit, Pair], PageAnswer]) -> Callable[[Visit], PageAnswer]:
    """Return the handler of a form that holds a pair: it asks for the pair again where one of the two is wrong."""

    def handle(visit: Visit) -> PageAnswer:
        pair, errors = read_pair(visit.form)
        return ask_for_pair(visit, errors, HTTPStatus.UNPROCESSABLE_ENTITY) if pair is None else act(visit, pair)

    return handle


def blank(visit: Visit) -> PageAnswer:
    """Ask for a receipt and its code."""
    return ask_for_pair(visit, {})


def look_up(visit: Visit, pair: Pair) -> ApiAnswer:
    """Ask where a request stands."""
    return visit.ask(pair.request("GET", "/requests/{receipt}"))


def ask_for_pair(
    visit: Visit, errors: dict[str, str], status: int = HTTPStatus.OK, *, target: str | None = None, done: str = ""
) -> PageAnswer:
    """Show the form for a receipt and a code, which leads back to the page that was asked for, or to another.

    Args:
        visit: The visit.
        errors: What is wrong, by field; of the whole with an empty name.
        status: The HTTP status.
        target: The page that the form leads to.
        done: What was done just before, if anything was.
    """
    leads_to = target or visit.request.path[1]
    return visit.page.show("pair", status, target=leads_to, form=visit.form, errors=errors, done=done)


def refuse_pair(visit: Visit, answer: ApiAnswer) -> PageAnswer:
    """Show that there is no request with a well-formed pair, or that the service did not answer."""
    if answer.status == HTTPStatus.NOT_FOUND:
        return ask_for_pair(visit, {"": "pair_not_found"}, HTTPStatus.NOT_FOUND)
    return ask_for_pair(visit, {"": "try_again"}, HTTPStatus.SERVICE_UNAVAILABLE)
