"""Checks that a full day covers every route, scheduled duty and kind of message."""

from __future__ import annotations

import re
from typing import get_args

from pydantic import ValidationError

from casereview.schema.messages import Hint, ScheduledDuty
from infra.documents.openapi.document import Api, routes
from tests.support.proofs.tally import Tally
from tests.support.recorded_system import Exchange, Watched


def expect_every_route(day: Watched, who: str, api: Api, tally: Tally) -> None:
    """Expect a successful call of every route of an API."""
    done = [each for each in day.exchanges if each.who == who and each.status < 300]
    for method, path in routes(api.resolver):
        tally.expect(f"{method} {path}", holds=any(is_request_to(each, method, path) for each in done))


def is_request_to(exchange: Exchange, method: str, path: str) -> bool:
    """Return whether an exchange is a request to a route."""
    pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))
    return exchange.method.lower() == method and re.fullmatch(pattern, exchange.path) is not None


def expect_every_kind_of_work(day: Watched, tally: Tally) -> None:
    """Expect every scheduled duty, and a processed message of every kind."""
    for duty in get_args(ScheduledDuty.model_fields["duty"].annotation):
        tally.expect(f"duty {duty}", holds=duty in day.duties)
    for kind in Hint.__subclasses__():
        tally.expect(f"message {kind.__name__}", holds=any(_is(kind, body) for body in day.worked))


def _is(kind: type[Hint], body: str) -> bool:
    try:
        kind.model_validate_json(body)
    except ValidationError:
        return False
    return True
