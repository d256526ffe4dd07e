"""Authenticate a requester by the access code.

A wrong receipt and a wrong code get the same answer, after the same calls to AWS.
"""

from __future__ import annotations

import hmac
from urllib.parse import unquote

from casereview.http.problems import no_such_request
from casereview.runtime.invocation import concerns
from casereview.schema.identifiers import CODE_SYMBOLS, canonical_receipt, parse_identifier
from casereview.schema.request_records import Request
from casereview.schema.typed_text import fold
from casereview.store import keys
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

    Args:
        services: The table and the MACs.
        receipt: The receipt, as it was sent.
        authorization: The header ``Authorization``, which should have the access code as a bearer token.

    Raises:
        ProblemError: 404 for an unknown receipt, a wrong code or a missing one.
    """
    receipt = canonical_receipt(receipt)[:_LIMIT]
    request = services.table.get(Request, keys.request(receipt))
    code = services.macs.code(receipt, request.epoch, request.mac_key) if request else services.macs.code(receipt)
    right = hmac.compare_digest(code.encode(), _bearer_token(authorization).encode())
    if request is None or not right:
        raise no_such_request()
    concerns(case_id=request.case_id)
    return request
