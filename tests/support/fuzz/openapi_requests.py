"""Requests generated from an OpenAPI document and sent to the running local API; responses are checked against it.

Every operation is called with valid and with invalid data: once with an existing path and a valid code or token, so
that the data is validated, and once with generated ones.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from requests import Session
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from casereview.http.json_body import read_object
from infra.paths import ROOT
from tests.support.fuzz.examples import try_many
from tests.support.local.local_system import Local, eventually
from tests.support.proofs.tally import Tally

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
_BACKGROUND = ("SNAPSHOTS", "POLICYIN_FORCE", "POLICYSWITCH")
"""Keys of items that the schedule writes independently of requests."""
_LOOK_UPS = "LOOKUPS#"
"""In the key of the counter of an officer's look-ups, which counts those that found nothing, too."""


@dataclass(frozen=True, slots=True)
class Access:
    """Path parameters of an existing resource, and headers that give access to it."""

    path: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


Operation = Any
"""An operation of a document, as schemathesis represents it; schemathesis exports no name for the type."""


def operations(document: str) -> Iterator[Operation]:
    """Yield the operations of a committed document."""
    schema = schemathesis.openapi.from_path(ROOT / "docs" / document)
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        yield found.ok()


class TableWatch:
    """Checks whether the contents of the table change."""

    def __init__(self, local: Local) -> None:
        self._local = local
        self._known: dict[str, Any] | None = None

    def _now(self) -> dict[str, Any]:
        found = {item["pk"]["S"] + item["sk"]["S"]: item for item in self._local.items()}
        return {key: item for key, item in found.items() if not key.startswith(_BACKGROUND) and _LOOK_UPS not in key}

    def before(self) -> None:
        """Record the contents, after all pending work of accepted requests is done."""
        if self._known is None:
            eventually(self._local.at_rest)
            self._known = self._now()

    def changed(self) -> None:
        """Note that a request was accepted, which may have changed the contents."""
        self._known = None

    def must_be_as_before(self) -> None:
        """Check that the contents have not changed.

        Raises:
            AssertionError: An item was added, changed or removed.
        """
        known, self._known = self._known, None
        assert known is not None
        found = self._now()
        touched = [key for key in known.keys() | found.keys() if known.get(key) != found.get(key)]
        assert not touched, f"stored although refused: {sorted(touched)}"
        self._known = known


@dataclass(frozen=True, slots=True)
class Explorer:
    """Calls the operations of one API of a running system."""

    local: Local
    table: TableWatch
    tally: Tally
    session: Session = field(default_factory=Session)

    def explore(self, operation: Operation, examples: int, access: Access | None = None) -> None:
        """Call an operation with valid and with invalid data; each response is a case.

        Args:
            operation: The operation.
            examples: The number of calls with valid data, and with invalid data.
            access: Gives access to the resource; by default, path and headers are generated.
        """
        self.table.changed()
        fixed: dict[str, Any] = {}
        if access:
            fixed = {"path_parameters": dict(access.path) or None, "headers": dict(access.headers) or None}
        for mode in MODES:
            generated = () if access else (*operation.path_parameters, *operation.headers)
            if mode is GenerationMode.NEGATIVE and not (operation.body or operation.query or generated):
                continue  # nothing could be invalid
            try_many(operation.as_strategy(generation_mode=mode, **fixed), examples, self._try)

    def _try(self, case: Any) -> None:  # noqa: ANN401  # a Case of schemathesis
        self.table.before()
        response = case.call(base_url=self.local.address, session=self.session)
        with self.tally.case(case.as_curl_command()):
            if response.status_code < 300:  # accepted
                self.table.changed()
            else:
                self.table.must_be_as_before()
            assert "Traceback" not in response.text
            _check_response(case, response)


def _check_response(case: Any, response: Any) -> None:  # noqa: ANN401  # of schemathesis
    """Check a response against the document.

    Whether invalid data was accepted is not checked if the application reads the data differently: a blank parameter
    counts as missing, and control characters are removed from text.
    """
    blank = any(value in ("", None, [], {}) for value in (case.query or {}).values())
    accepted = [negative_data_rejection] if response.status_code < 300 and not blank and not _is_cleaned(case) else []
    try:
        case.validate_response(response, checks=[*CHECKS, *accepted])
    except FailureGroup as found:
        raise AssertionError("; ".join(f"{type(each).__name__}: {each}" for each in found.exceptions)) from None


def _is_cleaned(case: Any) -> bool:  # noqa: ANN401  # of schemathesis
    """Return whether characters are removed from the texts of a body before they are validated."""
    return isinstance(case.body, dict) and read_object(json.dumps(case.body)) != case.body
