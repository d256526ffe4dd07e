"""What a requester sends on a request, carried out as its route does: by the access code, at the time of the clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeVar

from casereview.schema.base import Record, to_milliseconds
from casereview.schema.records import Request
from casereview.usecases.services import CaseServices
from intake.authentication import admit
from intake.responses import Accepted

AnyBody = TypeVar("AnyBody", bound=Record)
Command = Callable[[CaseServices, Request, AnyBody, datetime], Accepted]


def carry_out(services: CaseServices, command: Command[AnyBody], filed: Mapping[str, str], sent: AnyBody) -> Accepted:
    """Carry a command out for the holder of a request."""
    request = admit(services, filed["receipt"], f"Bearer {filed['access_code']}")
    return command(services, request, sent, to_milliseconds(services.now()))
