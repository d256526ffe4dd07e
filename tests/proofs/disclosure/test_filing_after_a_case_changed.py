"""An unverified filer sees the same bytes, by the same calls, in whatever state another case is at the filing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import intake.routes
from casereview.schema.vocabulary import Role
from tests.support.disclosure.stories import ROLES, SOME_ROLES, Story, prove, quiet, seen_in, some_stories, stories
from tests.support.memory.recording import record_memory_calls
from tests.support.proofs.sizes import sized
from tests.support.proofs.tally import Tally
from tests.support.system import System, body

pytestmark = pytest.mark.timeout(sized(120, 900))


@pytest.mark.proof(8)
@pytest.mark.parametrize("role", sized(SOME_ROLES["before"], ROLES))
def test_a_filer_learns_nothing_of_an_earlier_case(
    role: Role, tally: Tally, record_property: Callable[[str, object], None]
) -> None:
    chosen = sized(some_stories, stories)(role, "before")
    record_property("disclosure", prove(tally, role, chosen, sized(2, 9)).rows())


INFORMATION = {
    "GET /field-offices?state=TX": "/field-offices",
    "GET /facilities?q=stew": "/facilities",
    "GET /notice?language=ht": "/notice",
    "POST /requests/checks": "/requests/checks",
}
"""The routes that answer everyone alike, by a request to each."""
PUBLISHED = "/statistics"
"""The route that answers everyone alike from what is published once a week."""


@pytest.mark.proof(8)
def test_every_other_public_route_is_compared() -> None:
    seen = seen_in(Story("no other case", "plain", quiet), "self", 1)
    compared = {one.route for one in seen}
    others = {*INFORMATION.values(), PUBLISHED}
    routes = {f"{route.method} {route.path}" for route in intake.routes.ROUTES if route.path not in others}
    assert compared == routes


@pytest.mark.proof(8)
def test_statistics_read_what_was_published_and_nothing_of_a_case(system: System) -> None:
    system.file(body())
    with record_memory_calls() as calls:
        assert system.call("GET", PUBLISHED).json()["offices"] == []
    assert [(call.action, call.partitions) for call in calls] == [("dynamodb:Query", ("USUALWAIT",))]


@pytest.mark.proof(8)
@pytest.mark.parametrize("asked", INFORMATION)
def test_public_information_needs_no_table_and_no_key(asked: str, system: System) -> None:
    method, path = asked.split(" ")
    with record_memory_calls() as calls:
        assert system.call(method, path).status == 200
    assert calls == []
