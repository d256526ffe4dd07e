"""The staff API, called over HTTPS with the user's own token: the authorizer of its gateway stays the gate."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode

import urllib3

from casereview.runtime.invocation import ANSWERING, seconds_left
from casereview.web.api_answer import ApiAnswer

CONNECT: Final = 2.0
LONGEST: Final = 18.0
"""Seconds that one call of the staff API may take, which itself ends within 15."""
LEAST: Final = 1.0
"""Seconds that must be left for a call to begin, beside those for the answer: the desk answers whatever happens."""


FAILED: Final = ApiAnswer(HTTPStatus.SERVICE_UNAVAILABLE, {"title": "The system does not answer. Try again."})
"""Stands for every error that is not an answer of the staff API."""


class StaffApi:
    """The staff API.

    Args:
        http: makes the calls.
        address: the address of the API.
        token: the ID token of the user.
    """

    def __init__(self, http: urllib3.PoolManager, address: str, token: str) -> None:
        self._http = http
        self._address = address
        self._token = token

    def get(self, path: str, query: Mapping[str, str | Sequence[str]] | None = None) -> ApiAnswer:
        """Read something."""
        asked = f"?{urlencode(query, doseq=True)}" if query else ""
        return self._send("GET", path + asked, None)

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> ApiAnswer:
        """Do something."""
        return self._send("POST", path, body or {})

    def put(self, path: str, body: Mapping[str, Any]) -> ApiAnswer:
        """Store something."""
        return self._send("PUT", path, body)

    def delete(self, path: str) -> ApiAnswer:
        """Delete something."""
        return self._send("DELETE", path, None)

    def _send(self, method: str, path: str, body: Mapping[str, Any] | None) -> ApiAnswer:
        left = seconds_left() - ANSWERING
        if left < LEAST:
            return FAILED
        headers = {"Authorization": f"Bearer {self._token}", "Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            answer = self._http.request(
                method,
                f"{self._address}/staff{path}",
                body=None if body is None else json.dumps(body).encode(),
                headers=headers,
                timeout=urllib3.Timeout(connect=CONNECT, total=min(LONGEST, left)),
                retries=False,
                redirect=False,
            )
            found = json.loads(answer.data) if answer.data else {}
        except (urllib3.exceptions.HTTPError, ValueError):
            return FAILED
        return ApiAnswer(answer.status, found if isinstance(found, dict) else {})
