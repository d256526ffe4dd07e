"""Nobody gets in: every staff route by groups, office and state of a case, against rules written down for the test.

The rules below are written down from what the roles are for, and share no line with ``review.authorization``.
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
from casereview.schema.records import Case, CaseFile, Event, Read, Stored
from casereview.schema.submission import Nothing
from casereview.schema.vocabulary import Status
from casereview.store import keys
from casereview.store.keys import Key
from casereview.store.table import Table
from casereview.store.transaction import Write
from casereview.store.worklist import Worklist, WorklistPlace
from infra.documents.openapi.document import routes
from review.authorization import Caller, Role, caller_from_claims, require_role
from review.call import Route
from review.routes import ROUTES
from tests.support.proofs.tally import Tally
from tests.support.system import Context, Staff, System, body, running
from tests.support.template import properties

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

Address = tuple[str, str]
AnyRecord = TypeVar("AnyRecord", bound=Stored)
CASE = "/staff/cases/{case_id}"

OFFICE_WORK = {"officer", "supervisor"}
ANY_REVIEWER = {"officer", "supervisor", "sro"}
RULES: dict[Address, set[str]] = {
    # the work on a case: officers and supervisors in their office, the Senior Reviewing Official on escalated ones
    ("GET", "/staff/worklist"): ANY_REVIEWER,
    ("POST", "/staff/worklist/next"): ANY_REVIEWER,
    ("GET", CASE): ANY_REVIEWER,
    ("GET", f"{CASE}/contacts"): ANY_REVIEWER,
    ("GET", f"{CASE}/ranking"): ANY_REVIEWER,
    ("GET", f"{CASE}/history"): ANY_REVIEWER,
    ("POST", f"{CASE}/claim"): ANY_REVIEWER,
    ("POST", f"{CASE}/release"): ANY_REVIEWER,
    ("POST", f"{CASE}/verifications"): ANY_REVIEWER,
    ("POST", f"{CASE}/decision"): ANY_REVIEWER,
    ("POST", f"{CASE}/removal"): ANY_REVIEWER,
    ("POST", f"{CASE}/reissue-code"): ANY_REVIEWER,
    # what a field office alone does
    ("POST", "/staff/requests"): OFFICE_WORK,
    ("POST", f"{CASE}/information-requests"): OFFICE_WORK,
    ("POST", f"{CASE}/link"): OFFICE_WORK,
    ("POST", f"{CASE}/split"): OFFICE_WORK,
    ("POST", f"{CASE}/reopening"): OFFICE_WORK,
    # what a supervisor has besides
    ("POST", f"{CASE}/transfer"): {"supervisor"},
    ("POST", f"{CASE}/approval"): {"supervisor"},
    ("GET", "/staff/summary"): {"supervisor"},
    # the policy office has its documents and nothing else, and no other role has them
    ("GET", "/staff/policies"): {"policy"},
    ("POST", "/staff/policies"): {"policy"},
    ("GET", "/staff/policies/{policy_id}"): {"policy"},
    ("POST", "/staff/policies/{policy_id}/preview"): {"policy"},
    ("POST", "/staff/policies/{policy_id}/approval"): {"policy"},
}
CASE_ROUTES = [route for route in RULES if route[1].startswith(CASE)]

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
    """A case as it lies in the table: at ATL, or from ATL at the Senior Reviewing Official."""

    case_id: str
    status: str
    office: str
    from_office: str | None
    restricted: bool


def _where(status: str) -> list[tuple[str, str | None]]:
    """Return where a case in a state can be: what was decided at ATL comes to the official, and may end there."""
    at_office: list[tuple[str, str | None]] = [("ATL", None)] if status != "with_senior_official" else []
    at_official: list[tuple[str, str | None]] = [("SRO", "ATL")]
    return at_office + (at_official if status in {"with_senior_official", "closed", "withdrawn"} else [])


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


class _Docket(Table):
    """Cases in memory, each as it would lie in the table: what is written is remembered and changes nothing."""

    def __init__(self, events: Sequence[Event]) -> None:
        self.kept: dict[str, Case] = {}
        self.events = tuple(events)
        self.written: list[Write] = []
        self.worklist = _EmptyWorklist()

    def keep(self, case: Case, kept: Kept) -> None:
        places = {"status": kept.status, "office": kept.office, "field_office": kept.from_office}
        more = {"case_id": kept.case_id, "restricted": kept.restricted, "person": None}
        self.kept[kept.case_id] = case.model_copy(update={**places, **more})

    def get(self, model: type[AnyRecord], key: Key) -> AnyRecord | None:
        found = self.kept.get(keys.case_id_of(key.pk)) if model is Case else None
        return cast("AnyRecord | None", found)

    def case_file(self, case_id: str) -> CaseFile | None:
        found = self.kept.get(case_id)
        return CaseFile(found, self.events, ()) if found else None

    def cases(self, case_ids: Sequence[str]) -> dict[str, Case]:
        return {case_id: self.kept[case_id] for case_id in case_ids}

    def reads(self, case_id: str) -> list[Read]:
        del case_id
        return []

    def write(self, *writes: Write) -> None:
        self.written += writes


@pytest.fixture(scope="module")
def system() -> Iterator[System]:
    """A system whose docket is kept in memory: one real case in every state, restricted or not."""
    with running() as found:
        filed = found.file(body(subject={"a_number": None}))
        found.pump()
        case = found.case_of(filed)
        docket = _Docket(found.history(case))
        for kept in KEPT:
            docket.keep(case, kept)
        found.intake = replace(found.intake, table=docket)
        yield found


def _docket(system: System) -> _Docket:
    return cast("_Docket", system.intake.table)


def _groups(caller: Staff) -> set[str]:
    return set(caller.groups.split(",")) - {""}


def _may_use(caller: Staff, route: Address) -> bool:
    """A role opens a route; ``restricted`` by itself opens none, and a group that nobody knows neither."""
    return bool(_groups(caller) & RULES[route])


def _may_open(caller: Staff, route: Address, case: Kept) -> bool:
    """One of the roles that open the route must give access to the case.

    An officer or supervisor opens what is in the own office, and what was decided there and has ended since; the
    official what is in the official's queue. A restricted case needs the group besides.
    """
    roles = _groups(caller) & RULES[route]
    if case.restricted and "restricted" not in _groups(caller):
        return False
    ended_elsewhere = case.status in ENDED and case.from_office == "ATL"
    own = caller.office == "ATL" and (case.office == "ATL" or ended_elsewhere)
    return bool(roles & OFFICE_WORK and own) or ("sro" in roles and case.office == "SRO")


def _expected(caller: Staff, route: Address, case: Kept) -> int | None:
    """Return the status of a refusal, or None for who is let in."""
    if not _may_use(caller, route):
        return 403
    return None if _may_open(caller, route, case) else 404


def _status(system: System, claims: Mapping[str, str] | None, route: Address, path: str) -> int:
    event = system._event(route[0], path, {} if route[0] == "POST" else None, {})
    if claims is not None:
        cast("dict[str, Any]", event["requestContext"])["authorizer"] = {"claims": claims}
    found: Any = review.app.respond(system.intake, event, cast("LambdaContext", Context()))
    status: int = found["statusCode"]
    return status


LET_IN = {200, 201, 204, 409, 422}
"""Done, or refused for the state of the case or for what was sent: only somebody who was let in learns that."""


def _agrees(status: int, expected: int | None) -> bool:
    return status == expected if expected else status in LET_IN


def _cells(system: System, route: Address, callers: Iterable[Staff], tally: Tally) -> None:
    """Try a route on every case by every caller: each is a cell of the table, and a case of the proof."""
    docket = _docket(system)
    for caller, case in product(callers, KEPT):
        docket.written.clear()
        path = route[1].replace("{case_id}", case.case_id) + ("?why=x" if route[1].endswith("contacts") else "")
        status, expected = _status(system, caller.claims(), route, path), _expected(caller, route, case)
        with tally.case(f"{caller} {case}"):
            assert _agrees(status, expected), f"{status} instead of {expected or 'being let in'}"
            assert not (expected and docket.written), "wrote although refused"
    system._flush()


@pytest.mark.proof(4)
@pytest.mark.parametrize("route", CASE_ROUTES, ids=" ".join)
def test_a_route_on_a_case_lets_in_whom_the_rules_name_and_nobody_else(
    system: System, tally: Tally, route: Address
) -> None:
    """Refusals are 403 for a role that has no such route, else 404, and write nothing."""
    _cells(system, route, CALLERS, tally)
    assert tally.tried == len(CALLERS) * len(KEPT) > 2000


def test_a_role_too_many_is_found(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    route, tally = ("POST", f"{CASE}/transfer"), Tally()
    monkeypatch.setattr(review.app, "require_role", lambda _caller, _roles: frozenset[Role]({"officer"}))
    _cells(system, route, [Staff("eve", "officer", "ATL")], tally)
    assert len(tally.violations) > 10


def test_a_case_that_is_opened_to_any_office_is_found(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    route, tally = ("GET", CASE), Tally()
    monkeypatch.setattr(Caller, "has_access", lambda *_given: True)
    _cells(system, route, [Staff("eve", "officer", "ELP")], tally)
    assert len(tally.violations) == tally.tried


@pytest.mark.proof(4)
@pytest.mark.parametrize("route", CASE_ROUTES, ids=" ".join)
def test_a_case_that_is_none_is_answered_as_one_that_is_not_yours(system: System, route: Address) -> None:
    path = route[1].replace("{case_id}", "none") + ("?why=x" if route[1].endswith("contacts") else "")
    for caller in CALLERS:
        assert _status(system, caller.claims(), route, path) == (404 if _may_use(caller, route) else 403)


def _queues(caller: Staff) -> set[str]:
    """Return whose worklists a caller has; that of the official is no field office's."""
    own = {caller.office} if caller.office and caller.office != "SRO" and _groups(caller) & OFFICE_WORK else set()
    return own | ({"SRO"} if "sro" in _groups(caller) else set())


@pytest.mark.proof(4)
@pytest.mark.parametrize("asked", ["ATL", "ELP", "SRO", "HQ", "atl", "NONE"])
def test_a_worklist_is_open_to_its_own_office_alone(system: System, asked: str) -> None:
    route = ("GET", "/staff/worklist")
    for caller in CALLERS:
        expected = 200 if _may_use(caller, route) and asked in _queues(caller) else 403
        assert _status(system, caller.claims(), route, f"/staff/worklist?office={asked}") == expected, caller


@pytest.mark.proof(4)
@pytest.mark.parametrize("asked", ["ATL", "ELP", "SRO", "HQ"])
def test_a_summary_is_open_to_supervisors_of_the_office_alone(system: System, asked: str) -> None:
    route = ("GET", "/staff/summary")
    for caller in CALLERS:
        lets_in = _may_use(caller, route) and caller.office == asked and asked != "SRO"
        status = _status(system, caller.claims(), route, f"/staff/summary?office={asked}")
        assert _agrees(status, None if lets_in else 403), caller


def test_the_next_case_is_for_who_has_a_worklist(system: System) -> None:
    route = ("POST", "/staff/worklist/next")
    for caller in CALLERS:
        lets_in = _may_use(caller, route) and _queues(caller)
        assert _status(system, caller.claims(), route, route[1]) == (204 if lets_in else 403), caller


def test_filing_for_somebody_is_field_offices_work(system: System) -> None:
    route = ("POST", "/staff/requests")
    for caller in CALLERS:
        assert _status(system, caller.claims(), route, route[1]) == (422 if _may_use(caller, route) else 403), caller


@pytest.mark.proof(4)
@pytest.mark.parametrize("route", [route for route in RULES if "/policies" in route[1]], ids=" ".join)
def test_policies_are_the_policy_offices_alone(system: System, route: Address) -> None:
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
}


@pytest.mark.proof(4)
@pytest.mark.parametrize("route", RULES, ids=" ".join)
@pytest.mark.parametrize("claims", NO_TOKENS.values(), ids=NO_TOKENS)
def test_only_an_id_token_of_a_named_user_opens_anything(
    system: System, route: Address, claims: Mapping[str, str] | None
) -> None:
    path = route[1].replace("{case_id}", KEPT[0].case_id).replace("{policy_id}", "none")
    assert _status(system, claims, route, path) == 401


def test_every_route_has_a_rule_and_every_rule_a_route() -> None:
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


def test_a_route_that_the_table_does_not_name_is_open_to_nobody(system: System) -> None:
    everything = Staff("eve", "officer,supervisor,sro,policy,restricted")
    assert _status(system, everything.claims(), ("GET", "/staff/secrets"), "/staff/secrets") == 404


def test_a_route_without_roles_is_open_to_nobody() -> None:
    everything = caller_from_claims(Staff("eve", "officer,supervisor,sro,policy,restricted").claims())
    with pytest.raises(ProblemError) as refused:
        require_role(everything, frozenset())
    assert refused.value.type == "forbidden"


def test_a_route_that_names_no_roles_cannot_be_written() -> None:
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
