"""The operations that are measured: each prepared on a system of its own, then one event of one function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias, cast

import intake.app
import notify.app
import prioritize.app
import review.app
from casereview.schema.records import Case
from casereview.store.policy_in_force import bring_in_force
from tests.bench.metering import Spent, metered
from tests.bench.prose import narrative
from tests.support.bodies import granted, reasons
from tests.support.standing import recognized
from tests.support.system import Context, Staff, System, body

Event: TypeAlias = dict[str, Any]
OFFICER = Staff("officer")
SUPERVISOR = Staff("supervisor", "supervisor")
PAGE = 50
SWITCHED = 200
"""Cases that the measured switch walks over, in one tick, and ranks."""
KEY = "an-idempotency-key"


@dataclass(frozen=True, slots=True)
class Operation:
    """One event of a function, on a system prepared for it."""

    function: str
    prepare: Callable[[System], Event]


def run(system: System, function: str, event: Event) -> Any:  # noqa: ANN401  # what handlers return
    """Have a function answer an event."""
    context = cast("Any", Context())
    answers: Mapping[str, Callable[[], Any]] = {
        "intake": lambda: intake.app.respond(system.intake, event, context),
        "review": lambda: review.app.respond(system.review, event, context),
        "prioritize": lambda: prioritize.app.respond(system.prioritize, event),
        "notify": lambda: notify.app.respond(system.notify, event),
    }
    found = answers[function]()
    system._flush()
    return found


def filing() -> Event:
    """Return a body with a narrative of 1 KB."""
    return body(grounds=narrative(1024), facts={"entered_on": "2006-05-01", "us_citizen_children": 2})


def api(system: System, method: str, path: str, sent: object = None, **headers: str) -> Event:
    """Return an event of the public API."""
    return system._event(method, path, sent, headers)


def staff(system: System, user: Staff, method: str, path: str, sent: object = None) -> Event:
    """Return an event of the staff API."""
    event = system._event(method, path, sent, {})
    cast("dict[str, Any]", event["requestContext"])["authorizer"] = {"claims": user.claims()}
    return event


def message(text: str) -> Event:
    """Return an event of a queue with one message."""
    return {"Records": [{"messageId": "1", "body": text, "eventSourceARN": "queue"}]}


def _named(system: System) -> None:
    """Let the first tick name the policy in force, and read the registry as is done each ten seconds."""
    system.sweep()
    for services in (system.prioritize, system.intake):
        services.policies.registry(fresh=True)


def ranked(system: System) -> tuple[dict[str, Any], Case]:
    """File a request and have it ranked and acknowledged."""
    filed = system.file(filing())
    system.pump()
    _named(system)
    return filed, system.case_of(filed)


def _submit(system: System) -> Event:
    return api(system, "POST", "/requests", filing())


def _submit_duplicate(system: System) -> Event:
    system.file(filing(), KEY)
    return api(system, "POST", "/requests", filing(), **{"Idempotency-Key": KEY})


def _status(system: System) -> Event:
    filed, _case = ranked(system)
    recognized(system, filed)
    path = f"/requests/{filed['receipt']}"
    return api(system, "GET", path, None, Authorization=f"Bearer {filed['access_code']}")


def _rank_changed(system: System) -> Event:
    filed = system.file(filing())
    _named(system)
    return message(f'{{"schema": 1, "case_id": "{system.case_of(filed).case_id}"}}')


def _rank_unchanged(system: System) -> Event:
    _filed, case = ranked(system)
    return message(f'{{"schema": 1, "case_id": "{case.case_id}"}}')


def _notice(system: System) -> Event:
    system.file(filing())
    (notice,) = system.notices
    return message(f'{{"schema": 1, "case_id": "{notice.case_id}", "notice_id": "{notice.notice_id}"}}')


def people(number: int) -> Event:
    """Return the body of one of many persons."""
    return body(subject={"a_number": f"A{number:09d}"}, facts={"us_citizen_children": number % 3})


def _worklist_page(system: System) -> Event:
    for number in range(1, PAGE + 1):
        system.file(people(number))
    system.pump()
    _named(system)
    return staff(system, OFFICER, "GET", f"/staff/worklist?office=ATL&limit={PAGE}")


def _claim(system: System) -> Event:
    _filed, case = ranked(system)
    return staff(system, OFFICER, "POST", f"/staff/cases/{case.case_id}/claim", {})


def _decide(system: System) -> Event:
    _filed, case = ranked(system)
    claimed = system.work(OFFICER, case.case_id, "claim")
    decision = {
        "outcome": "granted",
        "granted": granted("granted"),
        **reasons(narrative(400)),
        "internal_reasons": narrative(400),
        "factors": [],
        "policy": system.policy_id(),
        "case_version": claimed["case_version"],
    }
    return staff(system, OFFICER, "POST", f"/staff/cases/{case.case_id}/decision", decision)


def _sweep_idle(system: System) -> Event:
    ranked(system)
    return {"duty": "sweep"}


def _switch_walk(system: System) -> Event:
    before_the_switch(system)
    bring_in_force(system.prioritize.policies, system.prioritize.table, system.time)
    return {"duty": "sweep"}


OPERATIONS: Mapping[str, Operation] = {
    "submit": Operation("intake", _submit),
    "submit_duplicate": Operation("intake", _submit_duplicate),
    "status": Operation("intake", _status),
    "rank_changed": Operation("prioritize", _rank_changed),
    "rank_unchanged": Operation("prioritize", _rank_unchanged),
    "notice": Operation("notify", _notice),
    "worklist_page": Operation("review", _worklist_page),
    "claim": Operation("review", _claim),
    "decide": Operation("review", _decide),
    "sweep_idle": Operation("prioritize", _sweep_idle),
    "switch_walk": Operation("prioritize", _switch_walk),
}
SWITCH = datetime(2025, 1, 20, 5, tzinfo=UTC)
"""When the order of 20 January 2025 replaces the guidelines."""


def spent(name: str, system: System) -> Spent:
    """Return what one operation costs on a fresh system. Raises AssertionError where it fails."""
    if name == "switch":
        return switch(system)
    operation = OPERATIONS[name]
    event = operation.prepare(system)
    with metered() as found:
        answer = run(system, operation.function, event)
    check(answer)
    return found


def check(answer: Any) -> None:  # noqa: ANN401  # what handlers return
    """Raise AssertionError where an event was not answered as it should be."""
    if isinstance(answer, dict):
        assert not answer.get("batchItemFailures"), answer
        assert answer.get("statusCode", 200) < 300, answer  # success


def before_the_switch(system: System) -> None:
    """File and rank some hundred requests, and let another policy take effect that no tick has seen yet."""
    system.time = SWITCH - timedelta(hours=1)
    for number in range(1, SWITCHED + 1):
        system.file(people(number))
    system.pump()
    _named(system)
    system.time = SWITCH + timedelta(seconds=20)


def idle_year(system: System) -> Spent:
    """Return what a year of daily sweeps costs over a case with a verified holder that no date and no target changes."""
    filed = system.file(body(facts={"custody": "not_detained", "facility": None, "residence": {"state": "GA"}}))
    recognized(system, filed)
    system.pump()
    _named(system)
    with metered() as found:
        for _ in range(365):
            system.later(days=1)
            check(run(system, "prioritize", {"duty": "sweep"}))
    return found


def switch(system: System) -> Spent:
    """Return what a policy switch costs that finds some hundred open cases, all of which it ranks again."""
    before_the_switch(system)
    with metered() as found:
        for _ in range(4):
            run(system, "prioritize", {"duty": "sweep"})
            system.pump()
            system.later(seconds=60)
    for polled in ("sqs.ReceiveMessage", "sqs.DeleteMessage"):  # the event source's, of which a batch needs one each
        del found.calls[polled]
    digests = {case.digest for case in system.cases}
    assert digests == {system.prioritize.policies.governing(system.time)[0].digest}
    return found
