"""JSON that is none, or too large, too deep or ambiguous, to every route that takes a body: refused, nothing stored."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

import casereview.http.json_body
import casereview.http.validation
from casereview.http.json_body import MAX_BYTES
from intake.routes import ROUTES as PUBLIC
from review.call import Call
from review.routes import ROUTES as STAFF
from tests.support.large_dockets import fast_system
from tests.support.proofs.tally import Tally
from tests.support.staff import claimed
from tests.support.system import Answer, Staff, System

PLAIN = json.dumps({"statement": "x", "why": "x"})
UNREADABLE: dict[str, tuple[int, str]] = {
    "cut off": (400, PLAIN[:-1]),
    "two values": (400, PLAIN + PLAIN),
    "a list": (400, "[]"),
    "a text": (400, '"x"'),
    "null": (400, "null"),
    "true": (400, "true"),
    "a key twice": (400, '{"why": "a", "why": "b"}'),
    "a key twice by its escape": (400, '{"why": "a", "\\u0077hy": "b"}'),
    "a key twice inside": (400, '{"facts": {"custody": "detained", "custody": "unknown"}}'),
    "no number": (400, '{"why": NaN}'),
    "no end": (400, '{"why": Infinity}'),
    "a number longer than any": (400, '{"case_version": ' + "9" * 5000 + "}"),
    "just too deep": (400, '{"why": ' + "[" * 17 + "]" * 17 + "}"),
    "bottomless": (400, "[" * 100_000),
    "bottomless objects": (400, '{"a":' * 50_000),
    "just too large": (413, '{"why": "' + "x" * (MAX_BYTES - 10) + '"}'),
    "half a character": (422, '{"why": "\\ud800"}'),
    "half a character in a key": (422, '{"\\udc00": 1}'),
    "an unknown field": (422, '{"__proto__": {"admin": true}}'),
    "a field with a turned name": (422, '{"\u202ehctaw": 1}'),
}


class Post(NamedTuple):
    """A route that takes a body, and who sends it there."""

    path: str
    send: Callable[[str], Answer]


def posts(system: System) -> Iterator[Post]:
    """Go through all routes that take a body, on a case that its caller holds and a request that is its own."""
    held = claimed(system)
    for path in sorted(route.path for route in PUBLIC if route.method == "POST"):
        what = path.removeprefix("/requests/{receipt}")
        yield Post(path, _public(system, held.filed, what) if "{" in path else _anybody(system, path))
    for route in sorted((route for route in STAFF if route.method == "POST"), key=lambda route: route.path):
        where = route.path.replace("{case_id}", held.case_id).replace("{policy_id}", "2021-09-30-guidelines")
        yield Post(route.path, _by_staff(system, Staff("omar", min(route.roles)), where))


def _public(system: System, filed: Any, what: str) -> Callable[[str], Answer]:  # noqa: ANN401  # as System.on
    return lambda raw: system.on(filed, "POST", what, raw)


def _anybody(system: System, path: str) -> Callable[[str], Answer]:
    return lambda raw: system.call("POST", path, raw)


def _by_staff(system: System, user: Staff, path: str) -> Callable[[str], Answer]:
    return lambda raw: system.staff(user, "POST", path, raw)


def refusals(system: System, tally: Tally) -> None:
    """Send everything unreadable to every route: the status, a problem, and nothing stored."""
    for post in posts(system):
        before = system.items()
        for name, (status, raw) in UNREADABLE.items():
            with tally.case(f"POST {post.path}: {name}"):
                answer = post.send(raw)
                assert (answer.status, answer.content_type) == (status, "application/problem+json"), answer.status
                assert answer.json()["errors"]
        with tally.case(f"POST {post.path}: the table afterwards"):
            assert system.items() == before, "something was stored"
    system._flush()


@pytest.mark.proof(7)
def test_no_route_takes_what_cannot_be_read(tally: Tally) -> None:
    with fast_system() as system:
        refusals(system, tally)
    assert tally.tried >= len(UNREADABLE) * len([route for route in STAFF if route.method == "POST"])


# ---- the proof is shown to fail


def _violations() -> list[str]:
    tally = Tally()
    with fast_system() as system:
        refusals(system, tally)
    return tally.violations


def test_a_reader_that_takes_any_json_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(casereview.http.validation, "read_object", json.loads)
    found = _violations()
    for name in ("cut off", "a key twice", "just too deep", "just too large"):
        assert any(violation.split(": ")[1] == name for violation in found), name


def test_a_route_that_stores_before_it_reads_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Call.body

    def stored_first(call: Call[Any]) -> Any:  # noqa: ANN401  # as Call.body
        name = call.model.__name__ if call.model else ""
        call.services.table.backend.put({"pk": {"S": "X"}, "sk": {"S": name}})
        return whole(call)

    monkeypatch.setattr(Call, "body", stored_first)
    assert any("something was stored" in violation for violation in _violations())
