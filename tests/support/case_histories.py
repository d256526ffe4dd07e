"""Build histories of cases, and generate random ones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from casereview.cases.assessment import Assessment, InForce, assess
from casereview.evidence.fold import SECOND, Folded, fold
from casereview.policy.packaged import compiled
from casereview.schema.event_records import Event, Filing, Verification
from casereview.schema.evidence import CaseFile, Findings
from casereview.schema.facts import Conviction, Facts
from casereview.schema.notice_records import Notice
from casereview.schema.records import Case
from casereview.schema.vocabulary import Authority, Role
from casereview.store.folding import lane_of

NOW = datetime(2022, 1, 18, 17, tzinfo=UTC)
"""18 January 2022, noon Eastern time; the guidelines of 2021 are in force."""
POLICIES = ("2021-02-18-interim", "2021-09-30-guidelines", "2025-01-20-order", "default")


def event(version: int, at: datetime = NOW, **fields: Any) -> Event:  # noqa: ANN401  # any field
    return Event.model_validate(
        {"case_id": "CASE", "version": version, "at": at, "kind": "filed", "actor": "requester", **fields}
    )


def filed(  # noqa: PLR0913  # the fields of a filing
    version: int,
    receipt: str,
    role: Role,
    facts: Facts,
    *,
    authority: Authority = "none",
    marks: tuple[str, ...] = (),
    at: datetime = NOW,
) -> Event:
    """Return the event of a new request: version 1 opens the case, later ones join it."""
    filing = Filing(role=role, authority=authority, opened=version == 1, marks=marks)
    return event(version, at, receipt=receipt, filing=filing, claims=facts)


def updated(version: int, receipt: str, facts: Facts, at: datetime = NOW) -> Event:
    return event(version, at, kind="updated", receipt=receipt, claims=facts)


def established(version: int, facts: Facts, at: datetime = NOW, *, refuted: bool = False) -> Event:
    """Return an officer's verification of facts."""
    verdict = Verification(verdict="refuted" if refuted else "confirmed", about="facts")
    return event(version, at, kind="verified", actor="officer", user="a", verification=verdict, claims=facts)


def recognised(version: int, receipt: str, at: datetime = NOW, *, refuted: bool = False, second: bool = False) -> Event:
    """Return an officer's verification of the identity of a requester; ``second`` as restricted cases need it."""
    verdict = Verification(verdict="refuted" if refuted else "confirmed", about="identity")
    fields = {"verification": verdict, "receipt": receipt, "details": {SECOND: second}}
    return event(version, at, kind="verified", actor="officer", user="a", **fields)


def withdrawn(version: int, receipt: str, at: datetime = NOW, *, dropped: bool = True) -> Event:
    """Return the withdrawal of a request; what a dropped one said no longer counts."""
    return event(version, at, kind="withdrawn", receipt=receipt, details={"dropped": dropped})


def linked(target: Sequence[Event], source: Sequence[Event], at: datetime) -> list[Event]:
    """Return the history of a case after another was linked to it: the other's events are appended and renumbered."""
    last = target[-1].version
    brought = [
        said.model_copy(
            update={
                "version": last + number,
                "said_in": said.said_in or "SOURCE",
                "filing": said.filing and said.filing.model_copy(update={"opened": False}),
                "receipt": said.receipt and f"S{said.receipt}",
            }
        )
        for number, said in enumerate(source, 1)
    ]
    return [*target, *brought, event(last + len(source) + 1, at, kind="linked", actor="officer", user="a")]


def undelivered(version: int, receipt: str, at: datetime = NOW) -> Event:
    """Return the event of a notice that could not be delivered to a requester."""
    return event(version, at, kind="undeliverable", actor="system", receipt=receipt)


def reached(version: int, receipt: str, *, may_be_called: bool = True, new_address: bool = False) -> Event:
    """Return the update of a contact."""
    details = {"may_be_called": may_be_called, "new_address": new_address}
    return event(version, kind="updated", receipt=receipt, details=details)


def split_off(version: int, receipt: str) -> Event:
    return event(version, kind="split", actor="officer", user="a", receipt=receipt)


def file_of(events: Sequence[Event], policy: str = POLICIES[1], **fields: Any) -> CaseFile:  # noqa: ANN401
    """Return the case of a history, not ranked yet, with its folded words."""
    first = events[0]
    spoken = [event.at for event in events[1:] if event.claims and event.verification is None]
    requests = {event.receipt for event in events if event.filing}
    plain = {
        "case_id": "CASE",
        "version": len(events),
        "status": "received",
        "status_since": first.at,
        "office": "ATL",
        "filed_at": first.at,
        "words_at": max(spoken, default=None),
        "requests": len(requests) or 1,
        "live": len(requests) or 1,
    }
    case = Case.model_validate({**plain, **fields})
    before = Folded({}, Findings(case_id="CASE"))
    claims, findings = fold(before, events, lane_of(case, compiled(policy)))
    ordered = sorted(claims.values(), key=lambda one: (not one.filing.opened, one.filed_at))
    return CaseFile(case, tuple(one.evolve(office=one.office or "ATL") for one in ordered), findings)


def assessed(events: Sequence[Event], now: datetime = NOW, policy: str = POLICIES[1], **fields: Any) -> Assessment:  # noqa: ANN401
    return assess(file_of(events, policy, **fields), InForce(compiled(policy), None), now)


def notice(**fields: object) -> Notice:
    plain = {
        "case_id": "CASE",
        "notice_id": "acknowledgement-R1",
        "office": "ATL",
        "receipt": "R1",
        "template": "acknowledgement",
        "version": 1,
        "language": "es",
        "created_at": NOW,
    }
    return Notice.model_validate({**plain, **fields})


def queued(number: int = 1, **fields: Any) -> Case:  # noqa: ANN401  # any field
    """Return a case in the worklist of Atlanta, with a rank in the order of its number."""
    plain = {"case_id": f"C{number}", "status": "in_line", "rank": f"02.1.{number:03d}.C{number}", "version": 1}
    return file_of([filed(1, "R1", "self", Facts())], **{**plain, **fields}).case


maybe = st.none() | st.booleans()
_days = st.none() | st.dates(date(2003, 1, 1), date(2022, 1, 18)) | st.just(date(2012, 2, 29))
_soon = st.integers(-100, 1000).map(lambda hours: NOW + timedelta(hours=hours))
DATED = {"removal_at": st.none() | _soon, "check_in_on": st.none() | _soon.map(datetime.date)}
"""Facts that expire or become urgent: a date that has passed, or is near."""
UNDATED: dict[str, st.SearchStrategy[Any]] = {
    "custody": st.sampled_from([None, "detained", "not_detained"]),
    "detained_on": _days,
    "facility": st.sampled_from([None, "STWRTGA", "EPC"]),
    "removal_order": st.sampled_from([None, "final", "none"]),
    "removal_soon": maybe,
    "birth_year": st.sampled_from([None, 1940, 1947, 1980, 2010]),
    "entered_on": _days,
    "entry": st.sampled_from([None, "unlawful", "admitted"]),
    "convictions": st.none() | st.lists(st.builds(Conviction, kind=st.just("felony")), max_size=1).map(tuple),
    "serious_illness": maybe,
    "pregnant": maybe,
    "minor_children": st.sampled_from([None, 0, 2]),
    "sole_caregiver": maybe,
    "relief_pending": st.sampled_from([None, (), ("asylum",)]),
    "claims_us_citizenship": maybe,
}
PROTECTED = {"protected": st.sampled_from([True])}


def claims(*kinds: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Facts]:
    """Generate the facts of one statement: a selection of them, some stated as unknown (None)."""
    optional = {name: values for kind in kinds for name, values in kind.items()}
    return st.fixed_dictionaries({}, optional=optional).map(lambda stated: Facts(**stated))


@st.composite
def histories(
    draw: st.DrawFn,
    stated: st.SearchStrategy[Facts],
    longest: int = 6,
    kinds: Sequence[str] = ("joined", "updated", "established", "recognised"),
) -> list[Event]:
    """Generate a history: a filing, then joins, updates and verifications, up to 30 hours apart."""
    roles: st.SearchStrategy[Role] = st.sampled_from(["self", "family", "attorney"])
    found = [filed(1, "R1", draw(roles), draw(stated), at=NOW - timedelta(hours=200))]
    known = ["R1"]
    for version in range(2, draw(st.integers(2, longest)) + 1):
        at = found[-1].at + timedelta(hours=draw(st.integers(0, 30)))
        kind = draw(st.sampled_from(kinds))
        if kind == "joined":
            known.append(f"R{version}")
            found.append(filed(version, known[-1], draw(roles), draw(stated), at=at))
        elif kind == "updated":
            found.append(updated(version, draw(st.sampled_from(known)), draw(stated), at))
        elif kind == "established":
            found.append(established(version, draw(stated), at, refuted=draw(st.booleans())))
        else:
            found.append(recognised(version, draw(st.sampled_from(known)), at, refuted=draw(st.booleans())))
    return found


@st.composite
def beside_strangers(
    draw: st.DrawFn,
    stated: st.SearchStrategy[Facts],
    kinds: Sequence[str] = ("joined", "updated", "established", "recognised"),
    longest: int = 5,
) -> tuple[list[Event], list[Event]]:
    """Generate a history, and the same with what up to three unverified strangers say at any time after its filing."""
    own = draw(histories(stated, longest, kinds))
    last = own[-1].at - own[0].at
    hours = st.integers(0, last // timedelta(hours=1) + 24)
    strangers = [f"S{number}" for number in range(draw(st.integers(1, 3)))]
    roles: st.SearchStrategy[Role] = st.sampled_from(["self", "family", "attorney"])
    others: list[Event] = []
    for receipt in strangers:
        at = own[0].at + timedelta(hours=draw(hours))
        others.append(filed(2, receipt, draw(roles), draw(stated), at=at))
        for _ in range(draw(st.integers(0, 3))):
            at += timedelta(hours=draw(st.integers(0, 30)))
            end = draw(st.sampled_from(["updated", "updated", "updated", "withdrawn", "refuted"]))
            made = {"withdrawn": withdrawn(2, receipt, at), "refuted": recognised(2, receipt, at, refuted=True)}
            others.append(made.get(end) or updated(2, receipt, draw(stated), at))
    together = sorted([*own, *others], key=lambda event: event.at)
    numbered = [event.evolve(version=number) for number, event in enumerate(together, 1)]
    receipts = {event.receipt for event in own}
    return [event for event in numbered if event.receipt in receipts], numbered
