"""Role-based access control: each row of the table of routes names its roles, and there is no other way in.

A caller's groups and office come from the ID token, which only administrators write. A role opens a route; on a
case it must also give access to that case. A case that a caller may not open is answered as one that does not exist.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from casereview.cases.lifecycle import ENDED
from casereview.http.problems import ProblemError, forbidden, no_such_case
from casereview.routing.offices import SENIOR_REVIEWING_OFFICIAL
from casereview.schema.records import Case

Role = Literal["officer", "supervisor", "sro", "policy"]
ROLES: Final[frozenset[Role]] = frozenset(get_args(Role))
RESTRICTED: Final = "restricted"
"""The group that is added to another: it opens restricted cases (8 USC 1367)."""

OFFICE: Final[frozenset[Role]] = frozenset({"officer", "supervisor"})
"""The roles of a field office."""
REVIEWER: Final[frozenset[Role]] = OFFICE | {"sro"}
"""All who work on cases."""
SUPERVISOR: Final[frozenset[Role]] = frozenset({"supervisor"})
POLICY: Final[frozenset[Role]] = frozenset({"policy"})


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
        return role in OFFICE and self.office is not None and (case.office == self.office or decided_here)

    def queues(self) -> frozenset[str]:
        """Return the worklists that are this caller's."""
        own = {self.office} if self.office and self.roles & OFFICE else set()
        return frozenset(own | ({SENIOR_REVIEWING_OFFICIAL} if "sro" in self.roles else set()))


def caller_of(claims: Mapping[str, Any]) -> Caller:
    """Return the caller of verified claims.

    Raises:
        ProblemError: 401 for claims that are not those of an ID token of a named user.
    """
    user = claims.get("cognito:username")
    if claims.get("token_use") != "id" or not isinstance(user, str) or not user:
        raise ProblemError("unauthenticated")
    groups = _groups(claims.get("cognito:groups"))
    roles: frozenset[Role] = frozenset(role for role in ROLES if role in groups)
    return Caller(user, _office(claims.get("custom:office")), roles, RESTRICTED in groups)


def _office(claim: object) -> str | None:
    """Read the office; the Senior Reviewing Official's queue is no office of anybody: the role opens it."""
    return claim if isinstance(claim, str) and claim not in {"", SENIOR_REVIEWING_OFFICIAL} else None


def _groups(claim: object) -> frozenset[str]:
    """Read the groups as API Gateway passes them: one text, joined by commas or spaces."""
    return frozenset(str(claim or "").strip("[]").replace(",", " ").split())


def enter(caller: Caller, roles: frozenset[Role]) -> frozenset[Role]:
    """Return the roles of a route that its caller has.

    Raises:
        ProblemError: 403 where the caller has none of them.
    """
    own = roles & caller.roles
    if not own:
        raise forbidden("role_not_allowed", "None of your roles may use this route.")
    return own


def open_case(caller: Caller, roles: frozenset[Role], case: Case | None, pointer: str = "") -> Case:
    """Return a case that the caller may open, named at a pointer.

    Raises:
        ProblemError: 404, the same for a case that does not exist and one that the caller may not open.
    """
    if case is None or not caller.opens(case, roles):
        raise no_such_case(pointer)
    return case
