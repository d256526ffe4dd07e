"""The worklist: the open cases of an office by rank, with the reasons for each place.

To a caller without access to restricted cases, these do not exist: they take no position, end no page and stand in no
cursor. So the answer is the same whether there are such cases or not.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import chain, islice
from typing import Final, NamedTuple

from casereview.http.problems import forbidden
from casereview.schema.base import to_milliseconds
from casereview.store.worklist import ListedCase, WorklistPlace
from casereview.usecases.services import CaseServices
from review.authorization import Caller
from review.paging import Paging
from review.schema.responses import Worklist, WorklistItem
from review.worklist_filters import Selection

_ROUTE: Final = "GET /staff/worklist"
_PER_QUERY: Final = 500
"""The number of index entries that one query reads while filters are in use."""
_MAX_LISTED: Final = 5000
"""The maximum number of index entries that the caller may see and one page is chosen from."""
_MAX_CASES: Final = 500
"""The maximum number of cases that are read for one page."""
_BATCH: Final = 100
"""The maximum number of cases that are read at once."""


class _Candidate(NamedTuple):
    """A case that the index lists and the filters may select, with its position among those the caller sees."""

    listed: ListedCase
    position: int


def page(services: CaseServices, caller: Caller, selection: Selection) -> Worklist:
    """Return a page of an office's worklist, including claimed and waiting cases.

    A page can have fewer cases than its limit although more follow: where filters select few cases of many.

    Args:
        services: The table and the policies.
        caller: The caller.
        selection: The office, the filters, the number of cases and the cursor.

    Raises:
        ProblemError: 403 for a worklist that the caller cannot read; 400 for an invalid cursor.
    """
    if selection.office not in caller.queues():
        raise forbidden("other_office", "This office is not yours.")
    return _Page(services, caller, selection).read()


class _Page:
    """One page while it is read."""

    def __init__(self, services: CaseServices, caller: Caller, selection: Selection) -> None:
        self._services = services
        self._caller = caller
        self._selection = selection
        self._now: datetime = to_milliseconds(services.now())
        self._paging = Paging(services, caller, _ROUTE, (selection.office, *selection.filters.as_texts()))
        self._items: dict[str, WorklistItem] = {}
        self._last: tuple[WorklistPlace, int] | None = None
        """The last place that was considered, and its position."""
        self._is_cut = False
        """Whether the search ended before the worklist did."""

    def read(self) -> Worklist:
        """Read cases until the page is full, the worklist ends, or enough was read."""
        after, position = self._start()
        candidates = self._candidates(after, position)
        read = 0
        while len(self._items) < self._selection.limit and read < _MAX_CASES:
            wanted = _BATCH if self._selection.filters.flags else self._selection.limit - len(self._items)
            batch = list(islice(candidates, min(wanted, _BATCH)))
            if not batch:
                break
            read += len(batch)
            candidates = chain(self._take(batch), candidates)
        more = next(candidates, None) is not None or self._is_cut
        return Worklist(items=tuple(self._items.values()), next=self._cursor() if more else None)

    def _start(self) -> tuple[WorklistPlace | None, int]:
        place = self._paging.open(self._selection.cursor)
        if place is None:
            return None, 0
        return WorklistPlace(str(place["rank"]), str(place["case_id"])), int(str(place["position"]))

    def _cursor(self) -> str | None:
        if self._last is None:
            return None
        place, position = self._last
        return self._paging.seal({"rank": place.rank, "case_id": place.case_id, "position": position})

    def _candidates(self, after: WorklistPlace | None, position: int) -> Iterator[_Candidate]:
        """Yield the cases of the index that the caller may see and the filters may select."""
        filters, seen = self._selection.filters, 0
        per_page = _PER_QUERY if filters.any else self._selection.limit + 1
        for listed in self._services.table.worklist.listed_cases(
            self._selection.office, after=after, per_page=per_page
        ):
            if listed.restricted and not self._caller.restricted:
                continue
            if seen == _MAX_LISTED:
                self._is_cut = True
                return
            seen, position = seen + 1, position + 1
            if filters.may_select(listed, self._now):
                yield _Candidate(listed, position)
            else:
                self._last = listed.place, position

    def _take(self, batch: list[_Candidate]) -> Iterator[_Candidate]:
        """Read the cases of a batch and add those that are selected; return what is left when the page is full."""
        cases = self._services.table.cases([candidate.listed.place.case_id for candidate in batch])
        for number, (listed, position) in enumerate(batch):
            if len(self._items) == self._selection.limit:
                return iter(batch[number:])
            self._last = listed.place, position
            case = cases.get(listed.place.case_id)
            if case is None or case.case_id in self._items or not self._is_selected(case):
                continue
