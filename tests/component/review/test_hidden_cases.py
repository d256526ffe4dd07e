"""To staff without access to restricted cases, no list and no count tells whether there are any.

Every route that lists or counts is asked in two worlds, which differ in restricted cases alone. The answers must be the
same bytes. The random parts of cursors and ids are fixed, so that nothing else differs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from casereview.cases.flags import flags_of, known_flags
from casereview.cases.rounding import Rounding
from casereview.store.worklist import ListedCase, Worklist
from review.routes import ROUTES
from tests.support.clouds import MemoryCloud
from tests.support.policy.drafts import AUTHOR, DETAINED, EARLIER, draft, preview_silently, publish, send
from tests.support.staff import OFFICER, SUPERVISOR, claimed, file_case
from tests.support.system import Answer, Staff, System, running

if TYPE_CHECKING:
    from casereview.store.items import Item

VISIBLE = 16
AT_HOME: dict[str, Any] = {"custody": "not_detained", "facility": None, "residence": {"state": "GA"}}
HIDDEN: list[dict[str, Any]] = [
    {"removal_soon": True, "claims_us_citizenship": True},
    {"serious_illness": True},
    {"serious_illness": True, "disability": True},
    {},
    {"removal_order": "final", **AT_HOME},
    AT_HOME,
]
"""The facts of restricted cases: before all others, between them, and after them."""
DRAFT = draft("mine", (DETAINED, "    when: {any: [{custody: {is: detained}}, {serious_illness: {is: true}}]}\n"))
USERS = [
    OFFICER,
    SUPERVISOR,
    AUTHOR,
    Staff("pat", "policy,supervisor"),
    Staff("sam", "sro", None),
    Staff("bea", "officer,supervisor,sro"),
    Staff("tess", "supervisor", "HQ"),
]
WORKLIST_QUERIES = [
    "",
    *(f"limit={limit}" for limit in (1, 2, 3, VISIBLE - 1, VISIBLE, VISIBLE + 1)),
    "lane=detained",
    "lane=imminent_removal",
    "lane=citizenship_claim&lane=other",
    "flag=restricted",
    "flag=verify",
    "status=in_line&limit=4",
    "unclaimed=true&limit=3",
    "claimed_by=me",
    "overdue=true",
]
QUERIES: Mapping[str, list[str]] = {"/staff/worklist": WORKLIST_QUERIES, "/staff/policies": [""]}
"""The queries of each route; of any other route, that for the office."""


class Worlds(NamedTuple):
    """One system, and the items of its table without and with restricted cases."""

    system: System
    without: list[Item]
    with_hidden: list[Item]

    def enter(self, items: list[Item]) -> None:
        cloud = self.system.cloud
        assert isinstance(cloud, MemoryCloud)
        cloud.backend.clear()
        for item in items:
            cloud.backend.put(item)
        for services in (self.system.intake, self.system.prioritize):
            services.policies.registry(fresh=True)


@pytest.fixture(scope="module")
def worlds() -> Iterator[Worlds]:
    with running("memory") as system:
        for number in range(1, VISIBLE - 1):
            facts = AT_HOME if number % 5 == 0 else {"serious_illness": number % 4 == 0}
            file_case(system, number, facts=facts)
        claimed(system, VISIBLE - 1)
        file_case(system, VISIBLE, facts={"removal_soon": True})
        publish(system, EARLIER)
        send(system, DRAFT)
        without, now = system.items(), system.time
        for number, facts in enumerate(HIDDEN, start=500):
            system.time = now - timedelta(hours=number - 500)
            file_case(system, number, facts={**facts, "relief_pending": ["vawa"]})
        assert sum(case.restricted for case in system.cases) == len(HIDDEN)
        flags = {flag for case in system.cases for flag in flags_of(case)}
        assert flags <= known_flags(system.intake.policies.compiled_policies()), "a filter would refuse the others"
        with_hidden = system.items()
        system.time = now + timedelta(hours=6)
        yield Worlds(system, without, with_hidden)


@contextmanager
def nothing_random() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("casereview.crypto.cursors.secrets.token_bytes", bytes)
        patch.setattr("review.policies.publication.secrets.token_hex", "0".zfill)
        yield


Answers = dict[tuple[str, ...], tuple[int, str]]


def lists_and_counts(system: System, user: Staff) -> Answers:
    """Ask every route that lists or counts, with all pages, for the office of the user."""
    found: Answers = {}
    for route in ROUTES:
        if route.method != "GET" or "{case_id}" in route.path:
            continue
        path = route.path.replace("{policy_id}", "mine")
        plain = f"office={user.office or 'SRO'}" if "office" in route.parameters else ""
        for query in QUERIES.get(route.path, [plain]):
            cursor: str | None = ""
            while cursor is not None:
                asked = "&".join(part for part in (query, cursor) if part)
                answer = system.staff(user, "GET", f"{path}?{asked}")
                found[user.user, path, asked] = (answer.status, answer.body)
                more = answer.json().get("next") if answer.status == 200 else None
                cursor = f"cursor={more}" if more else None
    return found


def of_all_users(system: System) -> Answers:
    with nothing_random():
        system.duty("snapshot")
        preview_silently(system, "mine")
        system.sweep()
        return {asked: answer for user in USERS for asked, answer in lists_and_counts(system, user).items()}


def every_next(system: System, user: Staff) -> Answers:
    """Claim cases until none is left."""
    found: Answers = {}
    for number in range(VISIBLE + len(HIDDEN) + 1):
        answer = system.staff(user, "POST", "/staff/worklist/next", {})
        found["next", str(number)] = (answer.status, answer.body)
        if answer.status != 200:
            return found
    raise AssertionError


def differences(worlds: Worlds, ask: Callable[[System], Answers]) -> list[tuple[str, ...]]:
    """Return what is answered differently in the two worlds."""
    now, both = worlds.system.time, list[Answers]()
    for items in (worlds.without, worlds.with_hidden):
        worlds.enter(items)
        worlds.system.time = now
        both.append(ask(worlds.system))
    one, other = both
    assert {status for status, _body in one.values()} >= {200}
    assert 400 not in {status for status, _body in one.values()}
    return [asked for asked in {**one, **other} if one.get(asked) != other.get(asked)]


def test_lists_counts_pages_and_previews_are_the_same_bytes(worlds: Worlds) -> None:
    assert differences(worlds, of_all_users) == []


def test_the_worlds_are_not_the_same_to_staff_with_access(worlds: Worlds) -> None:
    cleared = [Staff("cleo", "supervisor,restricted"), Staff("pia", "policy,restricted", None)]
    monitored = pytest.MonkeyPatch()
    monitored.setattr(f"{__name__}.USERS", cleared)
    try:
        found = differences(worlds, of_all_users)
    finally:
        monitored.undo()
    assert {path for _user, path, _query in found} >= {"/staff/worklist", "/staff/summary", "/staff/policies"}


@pytest.mark.parametrize("user", [OFFICER, Staff("bea", "officer,supervisor,sro")])
def test_the_next_cases_are_the_same_bytes(worlds: Worlds, user: Staff) -> None:
    assert differences(worlds, lambda system: every_next(system, user)) == []


def test_a_hidden_case_is_answered_like_one_that_does_not_exist(worlds: Worlds) -> None:
    worlds.enter(worlds.with_hidden)
    hidden = next(case for case in worlds.system.cases if case.restricted)
    for route in ROUTES:
        if "{case_id}" not in route.path:
            continue
        sent: object = {} if route.method == "POST" else None
        answers = list[Answer]()
        for case_id in (hidden.case_id, "Z" * len(hidden.case_id)):
            path = route.path.replace("{case_id}", case_id).replace("{receipt}", "0000-0000-0000-0000-0")
            answers.append(worlds.system.staff(Staff("bea", "officer,supervisor,sro"), route.method, path, sent))
        assert answers[0] == answers[1], route.address


# ---- what the comparison finds


@pytest.mark.parametrize("name", ["position", "listed_cases", "policies", "summary", "preview"])
def test_a_route_that_counts_or_lists_restricted_cases_is_found(
    worlds: Worlds, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    position, listed_cases = Worklist.position, Worklist.listed_cases

    def counts_all(worklist: Worklist, queue: str, rank: str, *, restricted: bool) -> int | None:
        return position(worklist, queue, rank, restricted=restricted or True)

    def lists_all(worklist: Worklist, *args: Any, **more: Any) -> Iterator[ListedCase]:  # noqa: ANN401  # as the original
        return (listed._replace(restricted=False) for listed in listed_cases(worklist, *args, **more))

    ask: Callable[[System], Answers] = of_all_users
    match name:
        case "position":
            monkeypatch.setattr(Worklist, "position", counts_all)
            ask = lambda system: every_next(system, OFFICER)  # noqa: E731  # one of two
        case "listed_cases":
            monkeypatch.setattr(Worklist, "listed_cases", lists_all)
        case "policies":
            monkeypatch.setattr("review.policies.views.counts_for", lambda _caller, snapshot: snapshot)
        case "summary":
            monkeypatch.setattr("review.summary.counts_for", lambda _caller, snapshot: snapshot)
        case "preview":
            monkeypatch.setattr("casereview.cases.preview._is_hidden", lambda *_: False)
            monkeypatch.setattr(Rounding, "count", lambda _rounding, exact, *_cell: 10 * exact or None)
    assert differences(worlds, ask)
