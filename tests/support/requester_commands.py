"""Run a command of the public API on a filed request: authenticated by its access code, at the time of the clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeVar

from casereview.schema.base import Record, to_milliseconds
from casereview.schema.request_records import Request
from casereview.usecases.services import CaseServices
from intake.authentication import authenticate
from intake.responses import Accepted

AnyBody = TypeVar("AnyBody", bound=Record)
Command = Callable[[CaseServices, Request, AnyBody, datetime], Accepted]


def run_command(services: CaseServices, command: Command[AnyBody], filed: Mapping[str, str], sent: AnyBody) -> Accepted:
    """Authenticate the requester and run a command on the request."""
    request = authenticate(services, filed["receipt"], f"Bearer {filed['access_code']}")
    return command(services, request, sent, to_milliseconds(services.now()))
