"""Who may what: one table of routes, and nothing is allowed that it does not name.

A caller's groups and office come from the ID token, which only administrators write. A role opens a route; on a
case it must also give access to that case. What a caller may not open looks like what does not exist (404).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, Literal, get_args

from casereview.cases.lifecycle import ENDED
from casereview.http.problems import ProblemError, not_yours
from casereview.routing.offices import SENIOR_REVIEWING_OFFICIAL
from casereview.schema.records import Case

Role = Literal["officer", "supervisor", "sro", "policy"]
ROLES: Final[frozenset[Role]] = frozenset(get_args(Role))
RESTRICTED: Final = "restricted"
"""The group that is added to another: it opens restricted cases (8 USC 1367)."""

_OFFICE: Final[frozenset[Role]] = frozenset({"officer", "supervisor"})
_ANYONE: Final[frozenset[Role]] = _OFFICE | {"sro"}
_SUPERVISOR: Final[frozenset[Role]] = frozenset({"supervisor"})
_POLICY: Final[frozenset[Role]] = frozenset({"policy"})
_CASE: Final = "/staff/cases/<case_id>"
_A_POLICY: Final = "/staff/policies/<policy_id>"

ROUTES: Final[Mapping[tuple[str, str], frozenset[Role]]] = {
    ("GET", "/staff/worklist"): _ANYONE,
    ("POST", "/staff/worklist/next"): _ANYONE,
    ("POST", "/staff/requests"): _OFFICE,
    ("GET", _CASE): _ANYONE,
    ("GET", f"{_CASE}/contacts"): _ANYONE,
    ("GET", f"{_CASE}/ranking"): _ANYONE,
    ("GET", f"{_CASE}/history"): _ANYONE,
    ("POST", f"{_CASE}/claim"): _ANYONE,
    ("POST", f"{_CASE}/release"): _ANYONE,
    ("POST", f"{_CASE}/verifications"): _ANYONE,
    ("POST", f"{_CASE}/information-requests"): _OFFICE,
    ("POST", f"{_CASE}/transfer"): _SUPERVISOR,
    ("POST", f"{_CASE}/removal"): _ANYONE,
    ("POST", f"{_CASE}/link"): _OFFICE,
    ("POST", f"{_CASE}/split"): _OFFICE,
    ("POST", f"{_CASE}/reissue-code"): _ANYONE,
    ("POST", f"{_CASE}/reopening"): _OFFICE,
    ("POST", f"{_CASE}/decision"): _ANYONE,
    ("POST", f"{_CASE}/approval"): _SUPERVISOR,
    ("GET", "/staff/summary"): _SUPERVISOR,
    ("GET", "/staff/policies"): _POLICY,
    ("POST", "/staff/policies"): _POLICY,
    ("GET", _A_POLICY): _POLICY,
    ("POST", f"{_A_POLICY}/preview"): _POLICY,
    ("POST", f"{_A_POLICY}/approval"): _POLICY,
}
"""The roles that may call each route; the generated test goes through all of them."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, by an ID token that the gateway has verified."""

    user: str
    office: str | None
    roles: frozenset[Role]
    restricted: bool

    def opens(self, case: Case, roles: frozenset[Role]) -> bool:
        """Tell whether one of these roles gives this caller access to a case."""
        if case.restricted and not self.restricted:
            return False
        return any(self._role_opens(role, case) for role in roles & self.roles)

    def _role_opens(self, role: Role, case: Case) -> bool:
        if role == "sro":
            return case.office == SENIOR_REVIEWING_OFFICIAL
        decided_here = case.status in ENDED and case.field_office == self.office
        return role in _OFFICE and self.office is not None and (case.office == self.office or decided_here)

    def queues(self) -> frozenset[str]:
        """Return the worklists that are this caller's."""
        own = {self.office} if self.office and self.roles & _OFFICE else set()
        return frozenset(own | ({SENIOR_REVIEWING_OFFICIAL} if "sro" in self.roles else set()))


def caller_of(claims: Mapping[str, Any]) -> Caller:
    """Return the caller of verified claims. Raises ProblemError 401 for what is no ID token of a named user."""
    user = claims.get("cognito:username")
    if claims.get("token_use") != "id" or not isinstance(user, str) or not user:
        raise ProblemError(HTTPStatus.UNAUTHORIZED, "An ID token is required")
    groups = _groups(claims.get("cognito:groups"))
    roles: frozenset[Role] = frozenset(role for role in ROLES if role in groups)
    return Caller(user, _office(claims.get("custom:office")), roles, RESTRICTED in groups)


def _office(claim: object) -> str | None:
    """Read the office; the Senior Reviewing Official's queue is no office of anybody: the role opens it."""
    return claim if isinstance(claim, str) and claim not in {"", SENIOR_REVIEWING_OFFICIAL} else None


def _groups(claim: object) -> frozenset[str]:
    """Read the groups as API Gateway passes them: one text, joined by commas or spaces."""
    return frozenset(str(claim or "").strip("[]").replace(",", " ").split())


def enter(caller: Caller, method: str, route: str) -> frozenset[Role]:
    """Return the roles that open a route to a caller.

    Raises ProblemError 403 where none does; a route that the table does not name is open to nobody.
    """
    roles = ROUTES.get((method, route), frozenset()) & caller.roles
    if not roles:
        raise ProblemError(HTTPStatus.FORBIDDEN, "This is not open to your role")
    return roles


def open_case(caller: Caller, roles: frozenset[Role], case: Case | None) -> Case:
    """Return a case that the caller may open. Raises ProblemError 404 for one that is not theirs, or is none."""
    if case is None or not caller.opens(case, roles):
        raise not_yours()
    return case
