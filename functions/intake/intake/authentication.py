"""Authenticate a requester by the access code. Wrong receipts and wrong codes are answered alike, by the same calls."""

from __future__ import annotations

import hmac

from casereview.http.problems import no_such_request
from casereview.schema.identifiers import CODE_SYMBOLS, RECEIPT_SYMBOLS, read
from casereview.schema.records import Request
from casereview.store import keys
from casereview.usecases.services import CaseServices

_LIMIT = 64


def _presented(authorization: str | None) -> str:
    scheme, _, token = (authorization or "").partition(" ")
    return read(token[:_LIMIT], CODE_SYMBOLS) or "" if scheme.lower() == "bearer" else ""


def admit(services: CaseServices, receipt: str, authorization: str | None) -> Request:
    """Return the request whose code was presented: one read and one MAC, whatever was wrong.

    Raises:
        ProblemError: 404 for an unknown receipt, a wrong code or none.
    """
    receipt = read(receipt[:_LIMIT], RECEIPT_SYMBOLS) or receipt[:_LIMIT]
    request = services.table.get(Request, keys.request(receipt))
    code = services.macs.code(receipt, request.epoch, request.mac_key) if request else services.macs.code(receipt)
    right = hmac.compare_digest(code.encode(), _presented(authorization).encode())
    if request is None or not right:
        raise no_such_request()
    return request
