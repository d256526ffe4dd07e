"""One visit of a page: the request, the user's session, the staff API, and what renders the answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

from casereview.web.api_answer import ApiAnswer
from casereview.web.browser import PageAnswer, PageRequest, redirect
from desk.rendering import render
from desk.sealing import form_token
from desk.session_records import Session
from desk.sessions import SIGN_IN_LASTS
from desk.staff_api import StaffApi

_NOBODY: Final[Mapping[str, Any]] = {"user": None, "roles": (), "office": None, "policy": None}


@dataclass(frozen=True)
class Visit:
    """What a page handler works with."""

    request: PageRequest
    session: Session
    cookie: str
    api: StaffApi
    at: datetime
    ends_at: datetime
    """When the session ends, whatever its user does."""
    places: Mapping[str, str] = field(default_factory=dict)
    """The variable parts of the path."""

    @property
    def path(self) -> str:
        """The path of the page below the root of the desk."""
        return "/".join(self.request.path)

    @property
    def form(self) -> dict[str, str]:
        """The fields that were sent, or those that were saved when the session before this one had ended."""
        saved = self.session.saved
        if self.request.method == "POST":
            return dict(self.request.form)
        lasts = saved is not None and saved.path == self.path and self.at < saved.at + SIGN_IN_LASTS
        return dict(saved.fields) if saved and lasts else {}

    @cached_property
    def me(self) -> Mapping[str, Any]:
        """Who the user is; nobody in particular where the staff API does not say."""
        answer = self.api.get("/me")
        return answer.body if answer.ok else _NOBODY

    def has(self, *roles: str) -> bool:
        """Return whether the user has one of some roles."""
        return not set(roles).isdisjoint(self.me["roles"])

    @property
    def cursor(self) -> dict[str, str] | None:
        """The parameter that asks for the page of a list that the address names; None for the first page."""
        found = next(iter(self.request.query.get("cursor", ())), None)
        return {"cursor": found} if found else None

    def of_case(self, rest: str = "") -> str:
        """Return the path in the staff API of the case that the address names."""
        return f"/cases/{quote(self.places['case'], safe='')}{rest}"

    def show(self, name: str, status: int = HTTPStatus.OK, **values: object) -> PageAnswer:
        """Return a page as an answer."""
        common: dict[str, Any] = {
            "me": self.me,
            "user": self.session.user,
            "ends_at": self.ends_at.isoformat(),
            "csrf": form_token(self.cookie),
            "typed": defaultdict(str, self.form),
            "restored": self.request.method == "GET" and bool(self.form),
            "did": next(iter(self.request.query.get("did", ())), ""),
            "problem": None,
        }
        return render(name, self.request.prefix, self.at, status, **{**common, **values})

    def failed(self, answer: ApiAnswer) -> PageAnswer:
        """Return the page for an answer of the staff API without which there is nothing to show."""
        return self.show("refused", answer.status, problem=answer)

    def not_found(self) -> PageAnswer:
        """Return the page for an address that is none."""
        return render("not_found", self.request.prefix, self.at, HTTPStatus.NOT_FOUND)

    def go(self, path: str, did: str = "") -> PageAnswer:
        """Send the browser to a page of the desk, which says what was done."""
        return redirect(f"{self.request.prefix}/{path}" + (f"?did={did}" if did else ""))
