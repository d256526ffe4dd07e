"""What staff without access to restricted cases are answered, in an office that has such a case and in one without."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from review.routes import ROUTES
from tests.support.disclosure.other_case import A_NUMBER, OtherCase, file_other
from tests.support.disclosure.worlds import PAUSE, Difference, Seen, World, at_start, differences, world
from tests.support.system import Staff, body

OFFICER: Final = Staff("omar", "officer")
USERS: Final = (OFFICER, Staff("sue", "supervisor"), Staff("sam", "sro", None), Staff("bea", "officer,supervisor,sro"))
VISIBLE: Final[tuple[dict[str, Any], ...]] = (
    {"custody": "detained", "facility": "STWRTGA"},
    {"custody": "detained", "facility": "STWRTGA", "serious_illness": True},
    {"custody": "detained", "facility": "STWRTGA", "removal_soon": True},
    {"custody": "not_detained", "facility": None, "residence": {"state": "GA"}},
    {"custody": "not_detained", "facility": None, "residence": {"state": "GA"}, "removal_order": "final"},
    {"custody": "detained", "facility": "STWRTGA", "claims_us_citizenship": True},
)
"""The facts of the cases that everyone in the office can open."""
_WORKLIST: Final = (
    "",
    "&limit=1",
    "&limit=3",
    "&lane=other",
    "&lane=detained&lane=imminent_removal&limit=2",
    "&flag=verify",
    "&flag=identity_unverified",
    "&status=in_review&limit=2",
    "&unclaimed=true&limit=2",
    "&claimed_by=me",
    "&overdue=true",
)
QUERIES: Final[Mapping[str, tuple[str, ...]]] = {
    "/staff/me": (),
    "/staff/approvals": ("",),
    "/staff/duties": ("", "kind=tell_the_person"),
    "/staff/worklist": _WORKLIST,
    "/staff/verifications": ("",),
    "/staff/summary": ("",),
}
"""The queries of each route that lists or counts, after the office."""
NO_CASE, NO_RECEIPT = "Z" * 16, "0000-0000-0000-0000-0"
WHY: Final = {"why": "To see."}


def listing_routes() -> set[str]:
    """Return the routes that list or count cases of an office, the policy office's apart."""
    return {route.path for route in ROUTES if route.method == "GET" and "{" not in route.path} - {"/staff/policies"}


class _Desk:
    """An observed staff member."""

    def __init__(self, here: World, user: Staff) -> None:
        self._here, self._user = here, user

    def __call__(self, act: str, method: str, path: str, given: object = None, *, what: str = "") -> dict[str, Any]:
        """Send a request, and keep the answer; ``what`` replaces a path that differs between the worlds."""
        with self._here.acting("observed"):
            answer = self._here.system.staff(self._user, method, path, given)
        route = f"{method} {what or path.partition('?')[0]}"
        self._here.keep(f"{self._user.user}: {act}", route, (answer.status, answer.content_type, answer.body))
        found: dict[str, Any] = answer.json() if answer.status == 200 else {}
        return found

    def pages(self, path: str, query: str) -> None:
        """Read all pages of a list."""
        cursor, number = "", 0
        while True:
            number += 1
            found = self(f"page {number} of {path}{query}", "GET", f"{path}?office={self._office}{query}{cursor}")
            if not found.get("next"):
                return
            cursor = f"&cursor={found['next']}"

    @property
    def _office(self) -> str:
        return self._user.office or "SRO"


def _asks(here: World, hidden: OtherCase | None, own: str) -> None:
    """Let each user ask all that lists, counts or names cases; ``own`` is a case that all may open."""
    for user in USERS:
        desk = _Desk(here, user)
        for path in sorted(listing_routes() & QUERIES.keys()):
            for query in QUERIES[path] or ("",):
                desk.pages(path, query)
        case_id, receipt = (hidden.case_id, hidden.filed["receipt"]) if hidden else (NO_CASE, NO_RECEIPT)
        for route in ROUTES:
            if "{case_id}" in route.path:
                path = route.path.replace("{case_id}", case_id).replace("{receipt}", receipt)
                sent: object = None if route.method == "GET" else {}
                desk("a hidden case", route.method, path, sent, what=route.path)
        case = f"/staff/cases/{own}"
        desk("a link to it", "POST", f"{case}/link", {"case_id": case_id, **WHY})
        desk("its request", "POST", f"{case}/split", {"receipt": receipt, **WHY})
        desk("its request, looked up", "POST", "/staff/lookups", {"receipt": receipt, **WHY})
        desk("its person, looked up", "POST", "/staff/lookups", {"a_number": A_NUMBER, **WHY})
        desk("its person, in another case", "POST", f"{case}/identity", {"a_number": A_NUMBER, **WHY})
        desk("its request, read", "GET", f"{case}/requests/{receipt}", what=f"{case}/requests/{{receipt}}")


def watch(state: str | None, days: int) -> list[Seen]:
    """Return what staff are answered over some days, with a restricted case that reaches a state, or without one."""
    with world() as here:
        filed = [_file_visible(here, number, facts) for number, facts in enumerate(VISIBLE, 20)]
        here.system.pump()
        own = here.system.case_of(filed[3]).case_id
        hidden = None
        if state is not None:
            hidden = file_other(here, "restricted")
            hidden.reach(state)
            here.each_day.append(hidden.carry_on)
        at_start(here)
        here.work()
        here.pass_day()
        for day in range(days):
            here.system.time += PAUSE
            _asks(here, hidden, own)
            _Desk(here, OFFICER)(f"next on day {day}", "POST", "/staff/worklist/next", {})
            here.pass_day()
        return here.seen


def _file_visible(here: World, number: int, facts: dict[str, Any]) -> dict[str, Any]:
    with here.acting("visible"):
        subject = {"a_number": None if number == 23 else f"A000-000-0{number}"}
        return here.system.file(body(requester={"role": "family"}, subject=subject, facts=facts))


def told_apart(states: Iterable[str], days: int) -> Iterator[tuple[str, list[Difference]]]:
    """Yield for each state what staff could tell by that there is a restricted case in it."""
    expected = watch(None, days)
    for state in states:
        yield state, list(differences(expected, watch(state, days)))
