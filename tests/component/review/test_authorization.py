"""Authorization: every staff route by groups, office and state of a case, against rules that the test defines.

The rules below follow from the purpose of each role, and share no code with ``review.authorization``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from itertools import combinations, product
from typing import TYPE_CHECKING, Any, TypeVar, cast, get_args

import pytest

import review.app
from casereview.http.problems import ProblemError
from casereview.schema.event_records import Event
from casereview.schema.evidence import CaseFile, Findings
from casereview.schema.holder_commands import Nothing
from casereview.schema.records import Case, Stored
from casereview.schema.request_records import Request
from casereview.schema.vocabulary import Status
from casereview.store import keys
from casereview.store.backend import Query
from casereview.store.duty_index import DutyPlace, DutyQueues
from casereview.store.keys import Key
from casereview.store.table import Table
from casereview.store.transaction import Write
from casereview.store.verify_index import VerifyIndex, VerifyPlace
from casereview.store.worklist import ListedCase, Worklist, WorklistPlace
from infra.documents.openapi.document import routes
from review.authorization import Caller, Role, caller_from_claims, require_role
from review.call import Route
from review.routes import ROUTES
from tests.support.proofs.tally import Tally
from tests.support.system import Context, Staff, System, body, running
from tests.support.template import properties

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from casereview.store.items import Item

Address = tuple[str, str]
AnyRecord = TypeVar("AnyRecord", bound=Stored)
CASE = "/staff/cases/{case_id}"

OFFICE_WORK = {"officer", "supervisor"}
ANY_REVIEWER = {"officer", "supervisor", "sro"}
RULES: dict[Address, set[str]] = {
    # everybody with a role
    ("GET", "/staff/me"): {"officer", "supervisor", "sro", "policy"},
    # work on a case: officers and supervisors at their office, the Senior Reviewing Official on escalated cases
    ("GET", "/staff/worklist"): ANY_REVIEWER,
    ("POST", "/staff/worklist/next"): ANY_REVIEWER,
    ("POST", "/staff/lookups"): ANY_REVIEWER,
    ("GET", CASE): ANY_REVIEWER,
    ("POST", f"{CASE}/contacts"): ANY_REVIEWER,
    ("GET", f"{CASE}/requests/{{receipt}}"): ANY_REVIEWER,
    ("GET", f"{CASE}/requests/{{receipt}}/view"): ANY_REVIEWER,
    ("GET", f"{CASE}/ranking"): ANY_REVIEWER,
    ("GET", f"{CASE}/history"): ANY_REVIEWER,
    ("GET", f"{CASE}/statements"): ANY_REVIEWER,
    ("GET", f"{CASE}/notices"): ANY_REVIEWER,
    ("GET", "/staff/verifications"): ANY_REVIEWER,
    ("POST", f"{CASE}/claim"): ANY_REVIEWER,
    ("POST", f"{CASE}/release"): ANY_REVIEWER,
    ("POST", f"{CASE}/verifications"): ANY_REVIEWER,
    ("GET", f"{CASE}/draft"): ANY_REVIEWER,
    ("PUT", f"{CASE}/draft"): ANY_REVIEWER,
    ("POST", f"{CASE}/decision"): ANY_REVIEWER,
    ("POST", f"{CASE}/decision/withdrawal"): ANY_REVIEWER,
    ("POST", f"{CASE}/removal"): ANY_REVIEWER,
    ("POST", f"{CASE}/identity"): ANY_REVIEWER,
    ("POST", f"{CASE}/notes"): ANY_REVIEWER,
    ("POST", f"{CASE}/corrections"): ANY_REVIEWER,
    # only field offices
    ("POST", f"{CASE}/reissue-code"): OFFICE_WORK,
    ("POST", f"{CASE}/freeze"): OFFICE_WORK,
    ("POST", "/staff/requests"): OFFICE_WORK,
    ("POST", f"{CASE}/information-requests"): OFFICE_WORK,
    ("POST", f"{CASE}/link"): OFFICE_WORK,
    ("POST", f"{CASE}/split"): OFFICE_WORK,
    ("GET", "/staff/duties"): OFFICE_WORK,
    ("POST", f"{CASE}/duties/{{duty}}"): OFFICE_WORK,
    # only supervisors
    ("POST", f"{CASE}/transfer"): {"supervisor"},
    ("POST", f"{CASE}/assignment"): {"supervisor"},
    ("POST", f"{CASE}/approval"): {"supervisor", "sro"},
    ("POST", f"{CASE}/reopening"): {"supervisor", "sro"},
    ("GET", "/staff/approvals"): {"supervisor", "sro"},
    ("POST", f"{CASE}/withdrawals"): {"supervisor"},
    ("POST", f"{CASE}/unsuppress"): {"supervisor"},
    ("GET", "/staff/summary"): {"supervisor"},
    # only the policy office, which has access to nothing else
    ("GET", "/staff/policies"): {"policy"},
    ("POST", "/staff/policies"): {"policy"},
    ("GET", "/staff/policies/{policy_id}"): {"policy"},
    ("DELETE", "/staff/policies/{policy_id}"): {"policy"},
    ("POST", "/staff/policies/{policy_id}/preview"): {"policy"},
    ("POST", "/staff/policies/{policy_id}/approval"): {"policy"},
}
AT_HEADQUARTERS: dict[Address, set[str]] = {("POST", f"{CASE}/transfer"): {"officer"}}
"""Further roles, of staff of headquarters alone."""
CASE_ROUTES = [route for route in RULES if route[1].startswith(CASE)]
VERIFY = {route for route in CASE_ROUTES if route[0] == "GET" and not route[1].endswith("/draft")} | {
    ("POST", f"{CASE}/{what}") for what in ("contacts", "verifications", "information-requests", "notes", "corrections")
}
"""What an office may also do whose requester is to be verified, and the field office of an escalated case."""
ASSIGNMENT = ("POST", f"{CASE}/assignment")
"""In the queue of the Senior Reviewing Official, a supervisor with that role too assigns cases."""
REQUESTER = {
    ("POST", f"{CASE}/{what}") for what in ("reissue-code", "freeze", "withdrawals", "unsuppress", "duties/{duty}")
}
"""What the field office of an escalated case may also do."""
APPROVE = ("POST", f"{CASE}/approval")
"""What headquarters and the official may do with a decision that has awaited approval for too long."""

SINGLE = ["officer", "supervisor", "sro", "policy", "restricted"]
GROUPS = [
    "",
    "stranger",
    "Officer",
    *SINGLE,
    *[f"{first},{second}" for first, second in combinations(SINGLE, 2)],
    "officer,sro,restricted",
    "officer,supervisor,sro,policy,restricted",
]
OFFICES: list[str | None] = ["ATL", "ELP", None, "SRO", "HQ"]
CALLERS = [Staff("eve", groups, office) for groups in GROUPS for office in OFFICES]
ENDED = {"decided", "withdrawn", "closed"}


@dataclass(frozen=True, slots=True)
class Kept:
    """A stored case: at ATL, at headquarters, at the Senior Reviewing Official after a decision of ATL, or at MIA.

    The one at MIA has a requester whose answer named ATL, which is to verify them.
    """

    case_id: str
    status: str
    office: str
    from_office: str | None
    restricted: bool

    @property
    def asking(self) -> tuple[str, ...]:
        return ("ATL",) if self.office == "MIA" else ()


def _where(status: str) -> list[tuple[str, str | None]]:
    """Return the offices where a case with a status can be, each with the field office that decided it before."""
    at_office: list[tuple[str, str | None]] = [("ATL", None), ("HQ", None)] if status != "with_senior_official" else []
    at_official: list[tuple[str, str | None]] = [("SRO", "ATL")]
    elsewhere: list[tuple[str, str | None]] = [("MIA", None)] if status != "with_senior_official" else []
    ended = at_official if status in {"with_senior_official", "closed", "withdrawn"} else []
    return at_office + elsewhere + ended


KEPT = [
    Kept(f"{status}-{office}{'-restricted' if restricted else ''}", status, office, from_office, restricted)
    for status in get_args(Status)
    for office, from_office in _where(status)
    for restricted in (False, True)
]


class _EmptyWorklist(Worklist):
    """A worklist without places."""

    def __init__(self) -> None:
        pass

    def places(
        self, queue: str, *, limit: int, after: WorklistPlace | None = None, prefix: str = ""
    ) -> list[WorklistPlace]:
        del queue, limit, after, prefix
        return []

    def listed_cases(self, queue: str, *, after: WorklistPlace | None = None, per_page: int) -> Iterator[ListedCase]:
        del queue, after, per_page
        return iter(())


class _EmptyVerifyIndex(VerifyIndex):
    """A queue of requesters to verify without places."""

    def __init__(self) -> None:
        pass

    def places(self, office: str, *, limit: int, after: VerifyPlace | None = None) -> list[VerifyPlace]:
        del office, limit, after
        return []


class _EmptyDutyQueues(DutyQueues):
    """Queues without places."""

    def __init__(self) -> None:
        pass

    def places(self, queue: str, *, limit: int, after: DutyPlace | None = None) -> Iterator[DutyPlace]:
        del queue, limit, after
        return iter(())


class _Docket(Table):
    """A table of cases in memory, which records writes without applying them."""

    def __init__(self, events: Sequence[Event]) -> None:
        self.kept: dict[str, Case] = {}
        self.events = tuple(events)
        self.written: list[Write] = []
        self.worklist = _EmptyWorklist()
        self.verify_index = _EmptyVerifyIndex()
        self.duty_queues = _EmptyDutyQueues()
        self.request: Request | None = None
        self.current = ""
        self.leaves_out = True

    def keep(self, case: Case, kept: Kept) -> None:
        places: dict[str, object] = {"status": kept.status, "office": kept.office, "field_office": kept.from_office}
        places |= {"approve_by": case.filed_at} if kept.status == "awaiting_approval" else {}
        more = {"case_id": kept.case_id, "restricted": kept.restricted, "person": None, "asking": kept.asking}
        self.kept[kept.case_id] = case.model_copy(update={**places, **more})

    def get(self, model: type[AnyRecord], key: Key) -> AnyRecord | None:
        if model is Request and self.request:
            return cast("AnyRecord", self.request.evolve(case_id=self.current))
        found = self.kept.get(keys.case_id_of(key.pk)) if model is Case else None
        return cast("AnyRecord | None", found)

    def find(self, model: type[AnyRecord], key: Key) -> AnyRecord | None:
        return self.get(model, key)

    def batch(self, wanted: Sequence[Key]) -> list[Item]:
        del wanted
        return []

    def every(self, model: type[AnyRecord], wanted: Sequence[Key]) -> list[AnyRecord]:
        del model, wanted
        return []

    def evidence_of(self, case: Case, *, weighed: bool = False) -> CaseFile:  # noqa: ARG002  # the signature
        return CaseFile(case, (), Findings(case_id=case.case_id))

    def events_after(self, case_id: str, version: int) -> Iterator[Event]:
        del case_id
        return (event for event in self.events if event.version > version)

    def records(self, model: type[AnyRecord], query: Query) -> Iterator[AnyRecord]:
        del model, query
        return iter(())

    def several(self, model: type[AnyRecord], wanted: Sequence[Key]) -> list[AnyRecord]:
        del model, wanted
        return []

    def cases(self, case_ids: Sequence[str]) -> dict[str, Case]:
        return {case_id: self.kept[case_id] for case_id in case_ids}

    def write(self, *writes: Write) -> None:
        self.written += writes


@pytest.fixture(scope="module")
def system() -> Iterator[System]:
    """Provide a system with one case for each status and office, restricted and not."""
    with running() as found:
        filed = found.file(body(subject={"a_number": None}))
        found.pump()
        case = found.case_of(filed)
        docket = _Docket(found.history(case))
        (docket.request,) = found.requests
        for kept in KEPT:
            docket.keep(case, kept)
        found.intake = replace(found.intake, table=docket)
        yield found


def _docket(system: System) -> _Docket:
    return cast("_Docket", system.intake.table)


def _groups(caller: Staff) -> set[str]:
    return set(caller.groups.split(",")) - {""}


def _may_use(caller: Staff, route: Address) -> bool:
    """Return whether a caller has a role of the route; ``restricted`` and unknown groups are not roles."""
    return bool(_roles(caller, route))


def _roles(caller: Staff, route: Address) -> set[str]:
    """Return the roles of a caller that a route allows."""
    more = AT_HEADQUARTERS.get(route, set()) if caller.office == "HQ" else set()
    return _groups(caller) & (RULES[route] | more)


def _may_open(caller: Staff, route: Address, case: Kept) -> bool:
    """Return whether a role of the route gives the caller access to the case.

    Officers and supervisors have access to the cases of their office, and to ended cases that it decided; the official
    has access to the cases in the official's queue. A restricted case also requires the group ``restricted``. What is
    about a requester is also open to the office that decided, while the official has the case; what verifies one, also
    to the office that the answer to the request named.
    """
    roles = _roles(caller, route)
    if case.restricted and "restricted" not in _groups(caller):
        return False
    decided_here = case.from_office == "ATL" and (case.status in ENDED or route in VERIFY | REQUESTER)
    asking = "ATL" in case.asking and route in VERIFY
    own = caller.office == case.office != "SRO" or (caller.office == "ATL" and (decided_here or asking))
    overdue = case.status == "awaiting_approval" and (route == APPROVE or (route[0] == "GET" and route in VERIFY))
    headquarters = overdue and caller.office == "HQ" and "supervisor" in roles
    officials = _groups(caller) if route == ASSIGNMENT else roles
    at_official = "sro" in officials and (case.office == "SRO" or (overdue and "sro" in roles))
    return bool(roles & OFFICE_WORK and own) or headquarters or at_official


def _expected(caller: Staff, route: Address, case: Kept) -> int | None:
    """Return the status of the refusal, or None if the caller has access."""
    if not _may_use(caller, route):
        return 403
    return None if _may_open(caller, route, case) else 404


def _status(system: System, claims: Mapping[str, str] | None, route: Address, path: str) -> int:
    event = system._event(route[0], path, {} if route[0] in {"POST", "PUT"} else None, {})
    if claims is not None:
        cast("dict[str, Any]", event["requestContext"])["authorizer"] = {"claims": claims}
    found: Any = review.app.respond(system.review, event, cast("LambdaContext", Context()))
    status: int = found["statusCode"]
    return status


AUTHORIZED = {200, 201, 204, 409, 422}
"""Success, or a refusal because of the state of the case or the body, which comes after the authorization."""


def _agrees(status: int, expected: int | None) -> bool:
    return status == expected if expected else status in AUTHORIZED


def _cells(system: System, route: Address, callers: Iterable[Staff], tally: Tally) -> None:
    """Try a route with every caller on every case, and compare the status with the rules."""
    docket = _docket(system)
    for caller, case in product(callers, KEPT):
        docket.written.clear()
        docket.current = case.case_id
        path = route[1].replace("{case_id}", case.case_id).replace("{receipt}", "R").replace("{duty}", "D")
        status, expected = _status(system, caller.claims(), route, path), _expected(caller, route, case)
        with tally.case(f"{caller} {case}"):
            assert _agrees(status, expected), f"{status} instead of {expected or 'access'}"
            assert not (expected and docket.written), "wrote although refused"
    system._flush()


@pytest.mark.proof(4)
@pytest.mark.parametrize("route", CASE_ROUTES, ids=" ".join)
def test_a_route_on_a_case_allows_exactly_the_callers_of_the_rules(
    system: System, tally: Tally, route: Address
) -> None:
    """A refusal is 403 without a role of the route, else 404, and writes nothing."""
    _cells(system, route, CALLERS, tally)
    assert tally.tried == len(CALLERS) * len(KEPT) > 2000


def test_an_additional_role_is_detected(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    route, tally = ("POST", f"{CASE}/transfer"), Tally()
    monkeypatch.setattr(review.app, "require_role", lambda _caller, _roles: frozenset[Role]({"officer"}))
    _cells(system, route, [Staff("eve", "officer", "ATL")], tally)
    assert len(tally.violations) > 10


def test_access_without_the_check_of_the_office_is_detected(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    route, tally = ("GET", CASE), Tally()
    monkeypatch.setattr(Caller, "has_access", lambda *_given: True)
    _cells(system, route, [Staff("eve", "officer", "ELP")], tally)
    assert len(tally.violations) == tally.tried


@pytest.mark.proof(4)
@pytest.mark.parametrize("route", CASE_ROUTES, ids=" ".join)
def test_an_unknown_case_gets_the_same_answer_as_a_case_without_access(system: System, route: Address) -> None:
    path = route[1].replace("{case_id}", "none").replace("{receipt}", "R").replace("{duty}", "D")
    for caller in CALLERS:
        assert _status(system, caller.claims(), route, path) == (404 if _may_use(caller, route) else 403)


def _queues(caller: Staff) -> set[str]:
    """Return the offices whose worklists a caller can read."""
    own = {caller.office} if caller.office and caller.office != "SRO" and _groups(caller) & OFFICE_WORK else set()
    return own | ({"SRO"} if "sro" in _groups(caller) else set())


@pytest.mark.proof(4)
@pytest.mark.parametrize("path", ["/staff/worklist", "/staff/verifications"])
@pytest.mark.parametrize("asked", ["ATL", "ELP", "SRO", "HQ", "AT", "NONE"])
def test_a_queue_can_be_read_only_by_its_office(system: System, asked: str, path: str) -> None:
    route = ("GET", path)
    for caller in CALLERS:
        expected = 200 if _may_use(caller, route) and asked in _queues(caller) else 403
        assert _status(system, caller.claims(), route, f"{path}?office={asked}") == expected, caller


@pytest.mark.proof(4)
@pytest.mark.parametrize("asked", ["ATL", "ELP", "SRO", "HQ", ""])
def test_a_summary_can_be_read_only_by_supervisors_of_the_office_and_of_headquarters(
    system: System, asked: str
) -> None:
    route = ("GET", "/staff/summary")
    for caller in CALLERS:
        own = caller.office if caller.office != "SRO" else None
        lets_in = _may_use(caller, route) and bool(own) and (own == "HQ" or asked in {"", own})
        status = _status(system, caller.claims(), route, f"/staff/summary?office={asked}")
        assert _agrees(status, None if lets_in else 403), caller


def test_the_next_case_requires_an_office_with_a_worklist(system: System) -> None:
    route = ("POST", "/staff/worklist/next")
    for caller in CALLERS:
        lets_in = _may_use(caller, route) and _queues(caller)
        assert _status(system, caller.claims(), route, route[1]) == (204 if lets_in else 403), caller


def test_only_reviewers_can_look_up_cases(system: System) -> None:
    route = ("POST", "/staff/lookups")
    for caller in CALLERS:
        assert _status(system, caller.claims(), route, route[1]) == (422 if _may_use(caller, route) else 403), caller


def test_everybody_can_read_who_they_are_without_a_role_too(system: System) -> None:
    route = ("GET", "/staff/me")
    for caller in CALLERS:
        assert _status(system, caller.claims(), route, route[1]) == 200, caller
    nobody = system.staff(Staff("nia", ""), "GET", "/staff/me").json()
    assert (nobody["user"], nobody["roles"], nobody["restricted"]) == ("nia", [], False)


def test_only_field_offices_can_file_for_a_requester(system: System) -> None:
    route = ("POST", "/staff/requests")
    for caller in CALLERS:
        assert _status(system, caller.claims(), route, route[1]) == (422 if _may_use(caller, route) else 403), caller


@pytest.mark.proof(4)
@pytest.mark.parametrize("route", [route for route in RULES if "/policies" in route[1]], ids=" ".join)
def test_policy_routes_allow_only_the_policy_office(system: System, route: Address) -> None:
    path = route[1].replace("{policy_id}", "none")
    for caller in CALLERS:
        status = _status(system, caller.claims(), route, path)
        assert (status == 403) != _may_use(caller, route), (caller, status)
        assert status in {200, 403, 404, 422}


OFFICER = Staff("eve", "officer").claims()
NO_TOKENS: dict[str, Mapping[str, str] | None] = {
    "no authorizer": None,
    "no claims": {},
    "access token": {**OFFICER, "token_use": "access"},
    "no token_use": {name: value for name, value in OFFICER.items() if name != "token_use"},
    "no user": {**OFFICER, "cognito:username": ""},
    "no sub": {name: value for name, value in OFFICER.items() if name != "sub"},
    "empty sub": {**OFFICER, "sub": ""},
}


@pytest.mark.proof(4)
@pytest.mark.parametrize("route", RULES, ids=" ".join)
@pytest.mark.parametrize("claims", NO_TOKENS.values(), ids=NO_TOKENS)
def test_every_route_requires_an_id_token_with_a_user_id_and_name(
    system: System, route: Address, claims: Mapping[str, str] | None
) -> None:
    path = route[1].replace("{case_id}", KEPT[0].case_id).replace("{policy_id}", "none").replace("{receipt}", "R")
    assert _status(system, claims, route, path) == 401


def test_the_rules_cover_exactly_the_routes() -> None:
    registered = {(method.upper(), path) for method, path in routes(review.app.app)}
    in_template = {
        (method.upper(), path)
        for path, item in properties("StaffApi")["Body"]["paths"].items()
        for method in item
        if method != "options"
    }
    in_table = {route.address for route in ROUTES}
    assert registered == set(RULES)
    assert in_template == set(RULES)
    assert in_table == set(RULES)


def test_a_route_outside_of_the_table_is_not_found(system: System) -> None:
    everything = Staff("eve", "officer,supervisor,sro,policy,restricted")
    assert _status(system, everything.claims(), ("GET", "/staff/secrets"), "/staff/secrets") == 404


def test_a_route_without_roles_allows_no_caller() -> None:
    everything = caller_from_claims(Staff("eve", "officer,supervisor,sro,policy,restricted").claims())
    with pytest.raises(ProblemError) as refused:
        require_role(everything, frozenset())
    assert refused.value.type == "forbidden"


def test_a_route_cannot_be_defined_without_roles() -> None:
    with pytest.raises(TypeError, match="roles"):
        Route(  # type: ignore[call-arg]  # and mypy refuses it as well
            method="GET",
            path="/staff/secrets",
            body=None,
            answer=Nothing,
            status=HTTPStatus.OK,
            refusals=frozenset(),
            act=lambda _call: Nothing(),
            summary="Read secrets",
        )
