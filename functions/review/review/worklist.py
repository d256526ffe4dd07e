"""The worklist: the open cases of an office by rank, with the reasons for each place.

To a caller without access to restricted cases, these do not exist: they take no position, end no page and stand in no
cursor. So the answer is the same whether there are such cases or not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from casereview.http.problems import forbidden
from casereview.schema.base import to_milliseconds
from casereview.schema.records import Case
from casereview.store.worklist import MAX_POSITION, ListedCase, WorklistPlace
from casereview.usecases.services import CaseServices
from review.authorization import Caller
from review.paging import Paging
from review.schema.responses import Worklist, WorklistItem
from review.worklist_filters import Selection
from review.worklist_items import is_visible, item_of, same_person

if TYPE_CHECKING:
    from pydantic import JsonValue

_ROUTE: Final = "GET /staff/worklist"
_PER_QUERY: Final = 500
"""The number of index entries that one query reads where filters are given."""
_MAX_LISTED: Final = 5000
"""The maximum number of index entries that one page is chosen from; restricted ones that are hidden do not count."""
_BATCH: Final = 100
"""The number of cases that are read at once where filters are given."""


class _End(NamedTuple):
    """Where a page ends: a place, and its position among the cases that the caller sees."""

    place: WorklistPlace | None = None
    position: int = 0


class _Candidate(NamedTuple):
    """A case in the index that the caller may see and the filters may select."""

    listed: ListedCase
    end: _End


def page(services: CaseServices, caller: Caller, selection: Selection) -> Worklist:
    """Return a page of an office's worklist, including claimed and waiting cases.

    A page can have fewer cases than its limit although others follow: where filters select few cases of many.

    Args:
        services: The table and the policies.
        caller: The caller.
        selection: The office, the filters, the number of cases and the cursor.

    Raises:
        ProblemError: 403 for a worklist that the caller cannot read; 400 for an invalid cursor.
    """
    if selection.office not in caller.queues():
        raise forbidden("other_office", "This office is not yours.")
    return _PageReader(services, caller, selection).read()


class _PageReader:
    """Reads one page."""

    def __init__(self, services: CaseServices, caller: Caller, selection: Selection) -> None:
        self._services = services
        self._caller = caller
        self._selection = selection
        self._now: datetime = to_milliseconds(services.now())
        self._paging = Paging(services, caller, _ROUTE, (selection.office, *selection.filters.as_texts()))
        self._cut: _End | None = None
        """Where the search ended, if it ended before the worklist."""

    def read(self) -> Worklist:
        """Read cases in batches until the page is full or the search ends."""
        items: dict[str, WorklistItem] = {}
        limit, end = self._selection.limit, self._start()
        candidates = self._candidates(end)
        while batch := list(islice(candidates, _BATCH if self._selection.filters.any else limit)):
            cases = self._services.table.cases([listed.place.case_id for listed, _end in batch])
            beside = same_person(self._services, self._caller, cases.values())
            for listed, own_end in batch:
                if len(items) == limit:
                    return self._worklist(items, end)
                case, end = cases.get(listed.place.case_id), own_end
                if case and case.case_id not in items and self._is_selected(case, beside):
                    position = end.position if end.position <= MAX_POSITION else None
                    same = case.case_id in beside
                    items[case.case_id] = item_of(self._services, case, position, self._now, same_person=same)
            if len(items) == limit and next(candidates, None):
                return self._worklist(items, end)
            if len(items) == limit:
                break
        return self._worklist(items, self._cut)

    def _candidates(self, start: _End) -> Iterator[_Candidate]:
        """Yield candidates in rank order, up to the end of the worklist or of the search."""
        filters, position = self._selection.filters, start.position
        entries = self._services.table.worklist.listed_cases(
            self._selection.office,
            after=start.place,
            per_page=_PER_QUERY if filters.any else self._selection.limit + 1,
        )
        seen = (listed for listed in entries if self._caller.restricted or not listed.restricted)
        for number, listed in enumerate(seen, start=1):
            position += 1
            if filters.may_select(listed, self._now):
                yield _Candidate(listed, _End(listed.place, position))
            if number == _MAX_LISTED:
                self._cut = _End(listed.place, position)
                return

    def _is_selected(self, case: Case, beside: Collection[str]) -> bool:
        visible = is_visible(case, self._caller, self._selection.office)
        return visible and self._selection.filters.selects(case, self._now, same_person=case.case_id in beside)

    def _start(self) -> _End:
        place = self._paging.open(self._selection.cursor)
        return _read_end(place) if place else _End()

    def _worklist(self, items: Mapping[str, WorklistItem], end: _End | None) -> Worklist:
        """Return the page; ``end`` is None if no case follows."""
        cursor = self._paging.seal(_written_end(end.place, end.position)) if end and end.place else None
        return Worklist(items=tuple(items.values()), next=cursor)


def _written_end(place: WorklistPlace, position: int) -> Mapping[str, JsonValue]:
    return {"rank": place.rank, "case_id": place.case_id, "position": position}


def _read_end(place: Mapping[str, object]) -> _End:
    return _End(WorklistPlace(str(place["rank"]), str(place["case_id"])), int(str(place["position"])))
