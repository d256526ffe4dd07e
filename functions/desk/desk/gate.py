"""Sign-in, sessions and what a form must carry: nothing of the staff API is called before this lets a request pass."""

from __future__ import annotations

import hmac
import time
from contextlib import suppress
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlencode, urlsplit

from casereview.web.browser import HEADERS, PageAnswer, PageRequest, redirect
from desk.login import Login, UnreachableError
from desk.rendering import render
from desk.sealing import is_form_token
from desk.session_records import Held, Pending, SavedForm, Session
from desk.sessions import Sessions
from desk.staff_api import StaffApi
from desk.visit import Visit

if TYPE_CHECKING:
    import urllib3

COOKIE: Final = "__Host-desk"
_TOKEN_LEFT: Final = 60
"""Seconds that an ID token must still last, or it is refreshed first."""
_LOOKS: Final = 40
_PAUSE: Final = 0.25
"""How often, and after how many seconds each, who waits for somebody else's refresh looks again."""
_NOT_SAVED: Final = frozenset({"csrf", "do"})


class Desk(NamedTuple):
    """What the desk works with."""

    sessions: Sessions
    login: Login
    http: urllib3.PoolManager
    staff_api: str
    """The address of the staff API."""
    sign_in: str
    """The address of the sign-in."""

    @property
    def headers(self) -> dict[str, str]:
        """What every answer carries: the forms that begin and end a session lead to the sign-in."""
        parts = urlsplit(self.sign_in)
        policy = HEADERS["Content-Security-Policy"].replace(
            "form-action 'self'", f"form-action 'self' {parts.scheme}://{parts.netloc}"
        )
        return {**HEADERS, "Content-Security-Policy": policy, "Referrer-Policy": "same-origin"}


def admit(desk: Desk, request: PageRequest, at: datetime) -> Visit | PageAnswer:
    """Return the visit of a user who is signed in, or the answer to who is not."""
    cookie = request.cookies.get(COOKIE, "")
    held = desk.sessions.read(cookie) if cookie else None
    session = held if held and isinstance(held.value, Session) else None
    if request.method == "POST" and not _is_own_form(request, cookie, session):
        return render("foreign", request.prefix, at, HTTPStatus.FORBIDDEN)
    if session is None or not session.lives(at):
        return _ask_to_sign_in(desk, request, session, at)
    fresh = _with_fresh_token(desk, cookie, session, at)
    if fresh is None:
        return _ask_to_sign_in(desk, request, session, at)
    desk.sessions.touch(cookie, fresh, at)
    user = _session_of(fresh)
    return Visit(request, user, cookie, StaffApi(desk.http, desk.staff_api, user.id_token), at, fresh.ends_at)


def begin(desk: Desk, request: PageRequest, at: datetime) -> PageAnswer:
    """Send the browser to the sign-in."""
    if request.fetch_site != "same-origin":
        return render("foreign", request.prefix, at, HTTPStatus.FORBIDDEN)
    cookie = request.cookies.get(COOKIE, "")
    held = desk.sessions.read(cookie) if cookie else None
    if held and isinstance(held.value, Pending) and held.lives(at):
        return redirect(desk.login.page(held.value))
    pending = desk.login.pending(_below_root(request.form.get("to", "")))
    return redirect(desk.login.page(pending), **_set_cookie(desk.sessions.begin(pending, at)))


def finish(desk: Desk, request: PageRequest, at: datetime) -> PageAnswer:
    """Take the answer of the sign-in: a session with a new cookie, or the page to sign in again."""
    cookie = request.cookies.get(COOKIE, "")
    held = desk.sessions.read(cookie) if cookie else None
    state, code = (next(iter(request.query.get(name, ())), "") for name in ("state", "code"))
    pending = held.value if held and held.lives(at) else None
    if not isinstance(pending, Pending) or not hmac.compare_digest(pending.state.encode(), state.encode()):
        return render("sign_in", request.prefix, at, HTTPStatus.BAD_REQUEST, to="", why="other", saved=False)
    session = desk.login.session(code, pending)
    if session is None:
        return render("sign_in", request.prefix, at, HTTPStatus.BAD_REQUEST, to=pending.to, why="refused", saved=False)
    desk.sessions.end(cookie)
    saved = pending.saved if pending.saved and pending.saved.user == session.sub else None
    new = desk.sessions.begin(session.evolve(saved=saved), at)
    return redirect(f"{request.prefix}/{pending.to}", **_set_cookie(new))


def sign_out(desk: Desk, visit: Visit) -> PageAnswer:
    """End the session here, then at the sign-in."""
    desk.sessions.end(visit.cookie)
    with suppress(UnreachableError):
        desk.login.revoke(visit.session)
    cleared = {"Clear-Site-Data": '"cache", "storage"', "Set-Cookie": f"{COOKIE}=; Path=/; Secure; HttpOnly; Max-Age=0"}
    return redirect(desk.login.sign_out_page(), **cleared)


def forget_saved(desk: Desk, visit: Visit) -> None:
    """Remove what was saved of a form, once it was sent."""
    saved = visit.session.saved
    held = desk.sessions.read(visit.cookie) if saved and saved.path == visit.path else None
    if held and isinstance(held.value, Session):
        desk.sessions.change(visit.cookie, held, held.value.evolve(saved=None), visit.at)


def _is_own_form(request: PageRequest, cookie: str, session: Held | None) -> bool:
    if request.fetch_site != "same-origin":
        return False
    return session is None or is_form_token(cookie, request.form.get("csrf", ""))


def _ask_to_sign_in(desk: Desk, request: PageRequest, ended: Held | None, at: datetime) -> PageAnswer:
    """Return the page that asks to sign in; what was typed into a form is kept until then."""
    path = "/".join(request.path)
    if request.method == "GET":
        query = f"?{urlencode(request.query, doseq=True)}" if request.query else ""
        why = "ended" if ended else "new"
        return render("sign_in", request.prefix, at, HTTPStatus.UNAUTHORIZED, to=path + query, why=why, saved=False)
    if ended is None:
        return render("sign_in", request.prefix, at, HTTPStatus.UNAUTHORIZED, to=path, why="lost", saved=False)
    fields = {name: text for name, text in request.form.items() if name not in _NOT_SAVED}
    saved = SavedForm(user=_session_of(ended).sub, path=path, fields=fields, at=at)
    cookie = desk.sessions.begin(desk.login.pending(path, saved), at)
    page = render("sign_in", request.prefix, at, HTTPStatus.UNAUTHORIZED, to=path, why="ended", saved=True)
    return PageAnswer(page.body, page.status, headers=_set_cookie(cookie))


def _with_fresh_token(desk: Desk, cookie: str, held: Held, at: datetime) -> Held | None:
    """Return the session with an ID token that lasts; None if its sign-in has ended.

    One request refreshes the token, others wait for it and read again.
    """
    for _ in range(_LOOKS):
        session = _session_of(held)
        if session.token_ends_at > time.time() + _TOKEN_LEFT:
            return held
        if desk.sessions.lease(cookie, held, at):
            renewed = desk.login.refreshed(session)
            if renewed is None:
                return None
            return desk.sessions.change(cookie, held, renewed, at) or desk.sessions.read(cookie)
        time.sleep(_PAUSE)
        found = desk.sessions.read(cookie)
        if found is None:
            return None
        held = found
    raise UnreachableError


def _session_of(held: Held) -> Session:
    if not isinstance(held.value, Session):
        raise TypeError(held.value)
    return held.value


def _set_cookie(value: str) -> dict[str, str]:
    return {"Set-Cookie": f"{COOKIE}={value}; Path=/; Secure; HttpOnly; SameSite=Lax"}


def _below_root(path: str) -> str:
    """Return a path below the root of the desk, never the address of another site."""
    return path if path and path[0].isalnum() and ":" not in path and "\\" not in path else ""
