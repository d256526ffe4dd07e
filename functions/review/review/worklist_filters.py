"""Which part of which worklist a request asks for: the office, the filters, and the size of the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from casereview.cases.first_look import is_overdue
from casereview.cases.flags import FLAGS_OF_CASES, flags_of, known_flags
from casereview.cases.lifecycle import QUEUED
from casereview.http.problems import malformed
from casereview.schema.records import Case
from casereview.schema.typed_text import by_word, find_word
from casereview.store.worklist import ListedCase
from casereview.usecases.services import CaseServices
from review.authorization import Caller
from review.cases.session import holds
from review.paging import DEFAULT_LIMIT, read_limit

_MAX_VALUES: Final = 20
"""How often a filter may repeat."""
_MAX_LENGTH: Final = 128
"""The maximum length of the name of a user."""
PARAMETERS: Final = {
    **dict.fromkeys(("lane", "status", "flag"), _MAX_VALUES),
    **dict.fromkeys(("office", "limit", "cursor", "claimed_by", "overdue", "unclaimed"), 1),
}
"""The parameters, and how often each may be given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a case must have to be listed: one of the values of each filter that is given."""

    lanes: frozenset[str] = frozenset()
    statuses: frozenset[str] = frozenset()
    flags: frozenset[str] = frozenset()
    claimed_by: str | None = None
    """A user name."""
    me: Caller | None = None
    """The caller, to select the cases that they have claimed themselves."""
    overdue: bool = False
    unclaimed: bool = False

    @property
    def any(self) -> bool:
        """Return whether there is any filter."""
        return self != Filters()

    def may_select(self, listed: ListedCase, now: datetime) -> bool:
        """Return whether to read a case that the index lists; the index does not have all flags."""
        flagged = not self.flags or not self.flags.isdisjoint({*listed.flags, *FLAGS_OF_CASES})
        late = listed.first_look_at is not None and listed.first_look_at <= now
        return flagged and self._select(listed.lane, listed.status, listed.claimed_by, overdue=late)

    def selects(self, case: Case, now: datetime, *, same_person: bool) -> bool:
        """Return whether a case is to be listed."""
        flagged = not self.flags or not self.flags.isdisjoint(flags_of(case, same_person=same_person))
        mine = self.me is None or holds(case, self.me)
        late = is_overdue(case, now)
        return flagged and mine and self._select(case.lane, case.status, case.claimed_by, overdue=late)

    def _select(self, lane: str | None, status: str | None, claimed_by: str | None, *, overdue: bool) -> bool:
        return (
            (not self.lanes or lane in self.lanes)
            and (not self.statuses or status in self.statuses)
            and (self.claimed_by is None or claimed_by == self.claimed_by)
            and (overdue or not self.overdue)
            and not (self.unclaimed and claimed_by is not None)
        )

    def as_texts(self) -> tuple[str, ...]:
        """Return the filters as texts, the same for the same filters in any order; a cursor is bound to them."""
        named = {"lane": self.lanes, "status": self.statuses, "flag": self.flags}
        several = [f"{name}={value}" for name, values in named.items() for value in sorted(values)]
        user = [] if self.claimed_by is None else [f"claimed_by={'' if self.me else self.claimed_by}"]
        switches = {"overdue": self.overdue, "unclaimed": self.unclaimed}
        return (*several, *user, *(name for name, is_on in switches.items() if is_on))


@dataclass(frozen=True, slots=True)
class Selection:
    """A page of a worklist that a request asks for."""

    office: str
    filters: Filters = Filters()
    limit: int = DEFAULT_LIMIT
    cursor: str = ""


def read_selection(services: CaseServices, caller: Caller, parameters: Mapping[str, Sequence[str]]) -> Selection:
    """Read the query of a request for a page.

    Args:
        services: The policies, which name the lanes.
        caller: The caller, whose office is the default.
        parameters: All values of each parameter.

    Raises:
        ProblemError: 400 for an invalid value.
    """
    one = {name: values[0] for name, values in parameters.items() if values}
    filters = Filters(
        lanes=_among(parameters, "lane", lambda: _lanes(services)),
        statuses=_among(parameters, "status", lambda: QUEUED),
        flags=_among(parameters, "flag", lambda: known_flags(services.policies.compiled_policies())),
        claimed_by=_user(one.get("claimed_by"), caller),
        me=caller if one.get("claimed_by") == "me" else None,
        overdue=_switch(one, "overdue"),
        unclaimed=_switch(one, "unclaimed"),
    )
    office = one.get("office", "").upper() or caller.own_queue()
    return Selection(office, filters, read_limit(one.get("limit")), one.get("cursor", ""))


def _among(parameters: Mapping[str, Sequence[str]], name: str, allowed: Callable[[], frozenset[str]]) -> frozenset[str]:
    """Return the values of a filter, each of which must be allowed."""
    stated = parameters.get(name, ())
    words = by_word(allowed()) if stated else {}
    values = frozenset(find_word(words, value) or "" for value in stated)
    if "" in values:
        raise malformed(name, "not_allowed", f"must be a {name} that cases in a worklist can have")
    return values


def _lanes(services: CaseServices) -> frozenset[str]:
    return frozenset(lane.id for policy in services.policies.compiled_policies() for lane in policy.lanes)


def _user(value: str | None, caller: Caller) -> str | None:
    if value is None:
        return None
    if not 0 < len(value) <= _MAX_LENGTH:
        raise malformed("claimed_by", "invalid_value", "must be `me` or a user")
    return caller.user if value == "me" else value


def _switch(parameters: Mapping[str, str], name: str) -> bool:
    if name not in parameters:
        return False
    if parameters[name].lower() != "true":
        raise malformed(name, "not_allowed", "must be `true`")
    return True
