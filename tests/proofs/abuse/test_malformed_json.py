"""Malformed, oversized, deeply nested or ambiguous JSON to every route with a body: rejected, and nothing is stored."""

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
MALFORMED: dict[str, tuple[int, str]] = {
    "cut off": (400, PLAIN[:-1]),
    "two values": (400, PLAIN + PLAIN),
    "a list": (400, "[]"),
    "a text": (400, '"x"'),
    "null": (400, "null"),
    "true": (400, "true"),
    "a duplicate key": (400, '{"why": "a", "why": "b"}'),
    "a duplicate key with an escape": (400, '{"why": "a", "\\u0077hy": "b"}'),
    "a nested duplicate key": (400, '{"facts": {"custody": "detained", "custody": "unknown"}}'),
    "NaN": (400, '{"why": NaN}'),
    "Infinity": (400, '{"why": Infinity}'),
    "a very long number": (400, '{"case_version": ' + "9" * 5000 + "}"),
    "just too deep": (400, '{"why": ' + "[" * 17 + "]" * 17 + "}"),
    "deeply nested lists": (400, "[" * 100_000),
    "deeply nested objects": (400, '{"a":' * 50_000),
    "just too large": (413, '{"why": "' + "x" * (MAX_BYTES - 10) + '"}'),
    "an unpaired surrogate": (422, '{"why": "\\ud800"}'),
    "an unpaired surrogate in a key": (422, '{"\\udc00": 1}'),
    "an unknown field": (422, '{"__proto__": {"admin": true}}'),
    "a field with a bidirectional override": (422, '{"\u202ehctaw": 1}'),
}


class Post(NamedTuple):
    """A route with a body, and a function that sends one."""

    path: str
    send: Callable[[str], Answer]


def posts(system: System) -> Iterator[Post]:
    """Yield all routes with a body, called with access to a request and a claimed case."""
    held = claimed(system)
    for path in sorted(route.path for route in PUBLIC if route.method == "POST"):
        what = path.removeprefix("/requests/{receipt}")
        yield Post(path, _with_access_code(system, held.filed, what) if "{" in path else _unauthenticated(system, path))
    for route in sorted((route for route in STAFF if route.method == "POST"), key=lambda route: route.path):
        where = route.path.replace("{case_id}", held.case_id).replace("{policy_id}", "2021-09-30-guidelines")
        yield Post(route.path, _by_staff(system, Staff("omar", min(route.roles - {"sro"})), where))


def _with_access_code(system: System, filed: Any, what: str) -> Callable[[str], Answer]:  # noqa: ANN401  # as System.on
    return lambda raw: system.on(filed, "POST", what, raw)


def _unauthenticated(system: System, path: str) -> Callable[[str], Answer]:
    return lambda raw: system.call("POST", path, raw)


def _by_staff(system: System, user: Staff, path: str) -> Callable[[str], Answer]:
    return lambda raw: system.staff(user, "POST", path, raw)


def prove_rejections(system: System, tally: Tally) -> None:
    """Send all malformed bodies to every route, and check the status and that nothing is stored."""
    for post in posts(system):
        before = system.items()
        for name, (status, raw) in MALFORMED.items():
            with tally.case(f"POST {post.path}: {name}"):
                answer = post.send(raw)
                assert (answer.status, answer.content_type) == (status, "application/problem+json"), answer.status
                assert answer.json()["errors"]
        with tally.case(f"POST {post.path}: the table afterwards"):
            assert system.items() == before, "something was stored"
    system._flush()


@pytest.mark.proof(7)
def test_every_route_rejects_malformed_json(tally: Tally) -> None:
    with fast_system() as system:
        prove_rejections(system, tally)
    assert tally.tried >= len(MALFORMED) * len([route for route in STAFF if route.method == "POST"])


# ---- deliberate defects


def _violations() -> list[str]:
    tally = Tally()
    with fast_system() as system:
        prove_rejections(system, tally)
    return tally.violations


def test_a_parser_that_accepts_any_json_is_detected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(casereview.http.validation, "read_object", json.loads)
    found = _violations()
    for name in ("cut off", "a duplicate key", "just too deep", "just too large"):
        assert any(violation.split(": ")[1] == name for violation in found), name


def test_a_route_that_stores_before_it_validates_is_detected(monkeypatch: pytest.MonkeyPatch) -> None:
    body = Call.body

    def stored_first(call: Call[Any]) -> Any:  # noqa: ANN401  # as Call.body
        name = call.model.__name__ if call.model else ""
        call.services.table.backend.put({"pk": {"S": "X"}, "sk": {"S": name}})
        return body(call)

    monkeypatch.setattr(Call, "body", stored_first)
    assert any("something was stored" in violation for violation in _violations())
