"""Pages of a case's history, texts and notices: bounded in number and bytes, however much a case holds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import merge
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from casereview.crypto.sealing import Part
from casereview.http.problems import malformed
from casereview.schema.base import Unrecognized, rfc3339
from casereview.schema.event_records import Event, Read
from casereview.schema.evidence import Text
from casereview.schema.notice_records import Notice
from casereview.store import keys
from casereview.store.backend import Between, Query
from casereview.usecases.sealed_text import open_sealed, open_text
from review.cases.recorded_reads import recorded
from review.cases.session import CaseSession
from review.paging import Paging
from review.schema.history_responses import EventRead, History, NoticePage, NoticeRead, StatementRead, Statements

if TYPE_CHECKING:
    from pydantic import JsonValue

MAX_BYTES: Final = 700_000
"""The most bytes of text on one page; one text more may follow, and an answer stays below 1 MB."""
_LAST: Final = "~"
"""Sorts after every version, id and time."""


def read_history(session: CaseSession, limit: int, cursor: str) -> History:
    """Return a page of the events and reads of a case, oldest first; the read of the first page is recorded.

    Raises:
        ProblemError: 404 without access to the case; 400 for a bad cursor.
    """
    session.case()
    paging, place = _opened(session, "history", cursor)
    after_event, after_read = place.get("event", 0), str(place.get("read", ""))
    if not isinstance(after_event, int):
        raise malformed("cursor", "invalid_cursor", "is not a valid cursor")
    table = session.services.table
    events = table.events_after(session.case_id, after_event)
    first, last = keys.read(session.case_id, f"{after_read}{_LAST}" if after_read else ""), keys.read("", _LAST)
    reads = table.records(Read, Query(first.pk, sort_key=Between(first.sk, last.sk), consistent=False))
    both: Iterator[Event | Read] = merge(events, reads, key=lambda one: one.at)
    shown = list(islice(both, limit + 1))
    page = shown[:limit]
    for one in page:
        if isinstance(one, Event):
            after_event = one.version
        else:
            after_read = one.read_id
    more = paging.seal({"event": after_event, "read": after_read}) if len(shown) > limit else None
    found = tuple(_events(session, page))
    return History(case_id=session.case_id, events=found, next=more)


def _events(session: CaseSession, page: Sequence[Event | Read]) -> Iterator[EventRead]:
    versions = [one.version for one in page if isinstance(one, Event)]
    table, case_id = session.services.table, session.case_id
    corrected = table.corrections(case_id, versions[0], versions[-1]) if versions else {}
    for one in page:
        yield _event(one, corrected.get(one.version)) if isinstance(one, Event) else _read(session, one)


def _read(session: CaseSession, read: Read) -> EventRead:
    why = open_sealed(session.services.seal, "why", session.case_id, read.sealed) if read.sealed else {}
    details = {"what": read.what, **why}
    return EventRead(at=read.at, kind="read", version=None, actor="officer", user=read.user, details=details)


def _event(event: Event, corrected_by: int | None) -> EventRead:
    return EventRead(
        at=event.at,
        kind=event.kind,
        version=event.version,
        actor=event.actor,
        user=event.user,
        receipt=event.receipt,
        changes=event.changes,
        filing=event.filing,
        verification=event.verification,
        ranking=event.ranking,
        details=event.details,
        corrected_by=corrected_by,
    )


class _Said(NamedTuple):
    """A text, or the words that an older release sealed in an event, with its place in time."""

    place: str
    text: Text | Event


def read_statements(session: CaseSession, limit: int, cursor: str) -> Statements:
    """Return a page of what requesters and staff wrote about a case, oldest first.

    Raises:
        ProblemError: 404 without access to the case; 400 for a bad cursor.
    """
    case = session.case()
    paging, place = _opened(session, "statements", cursor)
    after = str(place.get("after", ""))
    owners = [session.case_id, *(one.receipt for one in session.file(case).claims)]
    found = merge(*(_texts(session, owner, after) for owner in owners), _in_events(session, after))
    items: list[StatementRead] = []
    size = 0
    for said in found:
        if len(items) == limit or size > MAX_BYTES:
            return Statements(case_id=session.case_id, items=tuple(items), next=paging.seal({"after": after}))
        items.append(_statement(session, said.text))
        size += len(json.dumps(items[-1].words, ensure_ascii=False).encode())
        after = said.place
    return Statements(case_id=session.case_id, items=tuple(items), next=None)


def _texts(session: CaseSession, owner: str, after: str) -> Iterator[_Said]:
    first, last = keys.text(owner, f"{after}{_LAST}" if after else ""), keys.text(owner, _LAST)
    query = Query(first.pk, sort_key=Between(first.sk, last.sk), limit=25)
    return (_Said(text.text_id, text) for text in session.services.table.records(Text, query))


def _in_events(session: CaseSession, after: str) -> Iterator[_Said]:
    """Yield the words that a release before this one sealed in the events of a case; none in a case of this one."""
    first = session.services.table.get(Event, keys.event(session.case_id, 1))
    if first is None or "office" in first.details:
        return
    for event in session.services.table.events_after(session.case_id, 0):
        place = f"{rfc3339(event.at)}-{event.version:08d}"
        if event.sealed and place > after:
            yield _Said(place, event)


_SEALED_PARTS: Final[dict[str, Part]] = {
    "updated": "update",
    "escalated": "escalation",
    "information_asked": "asked",
    "decision_proposed": "decision",
    "decided": "decision",
    "official_decided": "decision",
    "remanded": "decision",
}
"""The part as which an older release sealed the words of an event; those of other kinds are reasons (``why``)."""


def _statement(session: CaseSession, said: Text | Event) -> StatementRead:
    return StatementRead(at=said.at, kind=said.kind, receipt=said.receipt, user=said.user, words=_words(session, said))


def _words(session: CaseSession, said: Text | Event) -> dict[str, Any]:
    if isinstance(said, Text):
        return open_text(session.services.seal, said)
    if said.sealed is None or isinstance(said.kind, Unrecognized):  # how an unknown kind was sealed is unknown
        return {}
    part = _SEALED_PARTS.get(said.kind, "why")
    owner = said.receipt if part in {"update", "escalation"} and said.receipt else session.case_id
    return open_sealed(session.services.seal, part, owner, said.sealed)


def read_notices(session: CaseSession, limit: int, cursor: str) -> NoticePage:
    """Return a page of the notices of a case with the state of their delivery.

    Raises:
        ProblemError: 404 without access to the case; 400 for a bad cursor.
    """
    session.case()
    paging, place = _opened(session, "notices", cursor)
    after = str(place.get("after", ""))
    first, last = keys.notice(session.case_id, f"{after}!" if after else ""), keys.notice("", _LAST)
    query = Query(first.pk, sort_key=Between(first.sk, last.sk), limit=limit + 1)
    shown = list(islice(session.services.table.records(Notice, query), limit + 1))
    page = shown[:limit]
    more = paging.seal({"after": page[-1].notice_id}) if len(shown) > limit else None
    return NoticePage(case_id=session.case_id, items=tuple(_notices(page)), next=more)


def _notices(notices: Iterable[Notice]) -> Iterator[NoticeRead]:
    for notice in notices:
        yield NoticeRead(
            receipt=notice.receipt,
            template=notice.template,
            state=notice.state,
            why=notice.why,
            created_at=notice.created_at,
        )


def _opened(
    session: CaseSession, what: Literal["history", "statements", "notices"], cursor: str
) -> tuple[Paging, Mapping[str, JsonValue]]:
    """Return the cursors of a list and the place in it, empty at its beginning; the read of the first page is recorded.

    Raises:
        ProblemError: 400 for a bad cursor.
    """
    paging = Paging(session.services, session.caller, f"GET /staff/cases/{{case_id}}/{what}", (session.case_id,))
    place = paging.open(cursor) or {}
    if not place:
        recorded(session, "history" if what == "history" else "case")
    return paging, place
