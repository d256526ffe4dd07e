"""Role-based access control: each row of the table of routes names its roles; all else is denied.

A caller's groups and office come from the ID token, and only administrators can change them. A route requires one of
its roles; a route on a case also requires access to that case through one of these roles. A case without access gets
the same answer as a case that does not exist.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, get_args

from casereview.cases.decisions import approval_due
from casereview.cases.lifecycle import ENDED
from casereview.http.problems import ProblemError, forbidden, no_such_case
from casereview.routing.offices import HEADQUARTERS, SENIOR_REVIEWING_OFFICIAL
from casereview.schema.records import Case

Role = Literal["officer", "supervisor", "sro", "policy"]
ROLES: Final[frozenset[Role]] = frozenset(get_args(Role))
RESTRICTED: Final = "restricted"
"""The group that adds access to restricted cases (8 USC 1367); alone it gives access to nothing."""

OFFICE_ROLES: Final[frozenset[Role]] = frozenset({"officer", "supervisor"})
"""The roles of a field office."""
REVIEWER_ROLES: Final[frozenset[Role]] = OFFICE_ROLES | {"sro"}
"""The roles that work on cases."""
SUPERVISOR_ROLES: Final[frozenset[Role]] = frozenset({"supervisor"})
OFFICIAL_ROLES: Final[frozenset[Role]] = frozenset({"sro"})
Access = Literal["work", "requester", "verify", "read", "approve", "assign"]
"""What a route does with a case, which decides who else than the office of the case has access to it.

``work``: no other office. ``requester``: something about one requester; also the office that decided, while the case is
with the Senior Reviewing Official. ``verify``: verify a requester; also an office that the answer to a request named,
while its requester is to be verified, which can read the case as well. ``approve``: answer a decision that awaits
approval; once that is overdue, also headquarters and the Senior Reviewing Official, who can read the case then.
``assign``: in the queue of the Senior Reviewing Official, a supervisor who also has the role ``sro``.
"""
_AFTERWARDS: Final[frozenset[Access]] = frozenset({"requester", "verify", "read"})
"""What the office that decided also does while the Senior Reviewing Official has the case."""
POLICY_ROLES: Final[frozenset[Role]] = frozenset({"policy"})


@dataclass(frozen=True, slots=True)
class Caller:
    """The caller, as named by an ID token that the gateway has verified."""

    id: str
    """The subject of the token (``sub``), by which staff are known: a user name can be given to another person."""
    user: str
    """The user name, which is shown."""
    office: str | None
    roles: frozenset[Role]
    restricted: bool

    def is_user(self, user_id: str | None, user: str) -> bool:
        """Return whether a stored id is that of the caller; where an older release stored none, the user name."""
        return user == self.user if user_id is None else user_id == self.id

    def took_part(self, case: Case) -> bool:
        """Return whether the caller took part in the field office's review; an older release stored user names."""
        return self.id in case.reviewers or self.user in case.reviewers

    def has_access(
        self, case: Case, roles: frozenset[Role], access: Access = "work", at: datetime | None = None
    ) -> bool:
        """Return whether one of these roles gives the caller this kind of access to a case.

        Args:
            case: The case.
            roles: The roles.
            access: The kind of access.
            at: The time, by which a decision may have awaited its approval for too long.
        """
        if case.restricted and not self.restricted:
            return False
        by = approval_due(case)
        elsewhere = at is not None and by is not None and by <= at and access in {"approve", "read"}
        return any(self._role_has_access(role, case, access, elsewhere=elsewhere) for role in roles & self.roles)

    def _role_has_access(self, role: Role, case: Case, access: Access, *, elsewhere: bool) -> bool:
        if role == "sro":
            return case.office == SENIOR_REVIEWING_OFFICIAL or elsewhere
        if access == "assign" and case.office == SENIOR_REVIEWING_OFFICIAL and "sro" in self.roles:
            return True
        if role not in OFFICE_ROLES or self.office is None:
            return False
        decided_here = case.field_office == self.office and (case.status in ENDED or access in _AFTERWARDS)
        asking = access in {"verify", "read"} and self.office in case.asking
        approving = elsewhere and role == "supervisor" and self.office == HEADQUARTERS
        return case.office == self.office or decided_here or asking or approving

    def queues(self) -> tuple[str, ...]:
        """Return the worklists that the caller can read, that of the caller's office first."""
        own = (self.office,) if self.office and self.roles & OFFICE_ROLES else ()
        return (*own, SENIOR_REVIEWING_OFFICIAL) if "sro" in self.roles else own

    def own_queue(self) -> str:
        """Return the worklist that the caller reads by default; empty if there is none."""
        return next(iter(self.queues()), "")


def caller_from_claims(claims: Mapping[str, Any]) -> Caller:
    """Return the caller that verified claims describe.

    Raises:
        ProblemError: 401 if the claims are not from an ID token, or have no user id or user name.
    """
    user_id, user = claims.get("sub"), claims.get("cognito:username")
    if claims.get("token_use") != "id" or not (isinstance(user_id, str) and isinstance(user, str) and user_id and user):
        raise ProblemError("unauthenticated")
    return staff_member(user_id, user, claims.get("custom:office"), _groups(claims.get("cognito:groups")))


def staff_member(user_id: str, user: str, office: object, groups: frozenset[str]) -> Caller:
    """Return a staff member by what the user pool says: the office and groups of a token, or of the pool itself."""
    roles: frozenset[Role] = frozenset(role for role in ROLES if role in groups)
    return Caller(user_id, user, _office(office), roles, RESTRICTED in groups)


def _office(claim: object) -> str | None:
    """Return the office; the Senior Reviewing Official's queue does not count, for it requires the role ``sro``."""
    return claim if isinstance(claim, str) and claim not in {"", SENIOR_REVIEWING_OFFICIAL} else None


def _groups(claim: object) -> frozenset[str]:
    """Return the groups, which API Gateway passes as one string, separated by commas or spaces."""
    return frozenset(str(claim or "").strip("[]").replace(",", " ").split())


def require_role(caller: Caller, roles: frozenset[Role]) -> frozenset[Role]:
    """Return those roles of a route that the caller has.

    Raises:
        ProblemError: 403 if the caller has none of them.
    """
    own = roles & caller.roles
    if not own:
        raise forbidden("role_not_allowed", "None of your roles may use this route.")
    return own


def require_access(caller: Caller, roles: frozenset[Role], case: Case | None, pointer: str) -> Case:
    """Return another case than the one in the path, if the caller works on it.

    Args:
        caller: The caller.
        roles: The caller's roles that the route allows.
        case: The case, or None if it does not exist.
        pointer: Where the body names the case.

    Raises:
        ProblemError: 404, the same for a case that does not exist and one without access.
    """
    if case is None or not caller.has_access(case, roles):
        raise no_such_case(pointer)
    return case
