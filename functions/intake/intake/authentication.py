"""Authenticate a requester by the access code.

A wrong receipt and a wrong code get the same answer, after the same calls to AWS.
"""

from __future__ import annotations

import hmac
from typing import NamedTuple
from urllib.parse import unquote

from casereview.http.problems import ProblemError, no_such_request
from casereview.runtime.invocation import concerns
from casereview.schema.base import to_milliseconds
from casereview.schema.identifiers import CODE_SYMBOLS, canonical_receipt, parse_identifier
from casereview.schema.request_records import Request
from casereview.schema.typed_text import fold
from casereview.store import keys
from casereview.store.recheck import mark
from casereview.store.unreadable import UnreadableError
from casereview.usecases.services import CaseServices

_LIMIT = 64


def _bearer_token(authorization: str | None) -> str:
    scheme, _, token = fold(unquote(_decoded(authorization or ""))).partition(" ")
    return parse_identifier(token, CODE_SYMBOLS) or "" if scheme.lower() == "bearer" else ""


def _decoded(header: str) -> str:
    """Return a header whose bytes are UTF-8, but were read as Latin-1; HTTP does not say which."""
    try:
        return header.encode("latin-1").decode()
    except UnicodeError:
        return header


def authenticate(services: CaseServices, receipt: str, authorization: str | None) -> Request:
    """Return the request with this receipt, if the access code is right: one read and one MAC in every case.

    A request that cannot be read is one that does not exist, except for who has its code.

    Args:
        services: The table and the MACs.
        receipt: The receipt, as it was sent.
        authorization: The header ``Authorization``, which should have the access code as a bearer token.

    Raises:
        ProblemError: 404 for an unknown receipt, a wrong code or a missing one; 503 for the right code of a request
            that cannot be read.
    """
    receipt = canonical_receipt(receipt)[:_LIMIT]
    found = _read(services, receipt)
    code = services.macs.code(receipt, found.epoch, found.mac_key) if found else services.macs.code(receipt)
    right = hmac.compare_digest(code.encode(), _bearer_token(authorization).encode())
    if found is None or not right:
        raise no_such_request()
    if found.case_id:
        concerns(case_id=found.case_id)
    if isinstance(found, Request):
        return found
    if found.case_id:
        mark(services.table, found.case_id, to_milliseconds(services.now()))
    raise ProblemError("busy")


class _Unreadable(NamedTuple):
    """What proves an access code, of a request that cannot be read."""

    epoch: int
    mac_key: str | None
    """None for the current key."""
    case_id: str | None


def _read(services: CaseServices, receipt: str) -> Request | _Unreadable | None:
    """Return the request of a receipt, or None if nothing is stored that an access code could be compared with."""
    try:
        return services.table.get(Request, keys.request(receipt))
    except UnreadableError as error:
        mac_key, epoch = error.item.get("mac_key", {}).get("S"), error.item.get("epoch", {}).get("N", "")
        return _Unreadable(int(epoch), mac_key, error.case_id) if epoch.isdigit() else None
