"""Requests made from an OpenAPI document and sent to the running local API, each answer held against the document.

Every operation is tried with data that the document allows and with data that it does not, once with an
address and a code or token that hold, so that the data is looked at, and once with all of it made up.
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
"""What the schedule writes by itself, whatever anybody asks."""


@dataclass(frozen=True, slots=True)
class Holding:
    """An address that exists, and headers that open it."""

    path: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


Operation = Any
"""An operation of a document, as schemathesis reads it; it ships no name for its type."""


def operations(document: str) -> Iterator[Operation]:
    """Go through the operations of a committed document."""
    schema = schemathesis.openapi.from_path(ROOT / "docs" / document)
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        yield found.ok()


class Table:
    """What lies in the table, and whether it stays."""

    def __init__(self, local: Local) -> None:
        self._local = local
        self._known: dict[str, Any] | None = None

    def _now(self) -> dict[str, Any]:
        found = {item["pk"]["S"] + item["sk"]["S"]: item for item in self._local.items()}
        return {key: item for key, item in found.items() if not key.startswith(_BACKGROUND)}

    def before(self) -> None:
        """Remember what is there, once all that was accepted before is done."""
        if self._known is None:
            eventually(self._local.at_rest)
            self._known = self._now()

    def changed(self) -> None:
        """Take it that something was accepted."""
        self._known = None

    def must_be_as_before(self) -> None:
        """Refuse any change."""
        known, self._known = self._known, None
        assert known is not None
        found = self._now()
        touched = [key for key in known.keys() | found.keys() if known.get(key) != found.get(key)]
        assert not touched, f"stored although refused: {sorted(touched)}"
        self._known = known


@dataclass(frozen=True, slots=True)
class Explorer:
    """Tries the operations of one API of a running system."""

    local: Local
    table: Table
    tally: Tally
    session: Session = field(default_factory=Session)

    def explore(self, operation: Operation, examples: int, holding: Holding | None = None) -> None:
        """Try an operation in both modes, so many times each; each answer is a case."""
        self.table.changed()
        fixed: dict[str, Any] = {}
        if holding:
            fixed = {"path_parameters": dict(holding.path) or None, "headers": dict(holding.headers) or None}
        for mode in MODES:
            if mode is GenerationMode.NEGATIVE and holding and not (operation.body or operation.query):
                continue  # nothing is left to be wrong
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
            _hold(case, response)


def _hold(case: Any, response: Any) -> None:  # noqa: ANN401  # of schemathesis
    """Hold an answer to the document, which may not have allowed the request.

    A blank parameter is a missing one, and a body is judged as it is read: without what is cut or dropped from texts.
    """
    blank = any(value in ("", None, [], {}) for value in (case.query or {}).values())
    accepted = [negative_data_rejection] if response.status_code < 300 and not blank and not _is_cleaned(case) else []
    try:
        case.validate_response(response, checks=[*CHECKS, *accepted])
    except FailureGroup as found:
        raise AssertionError("; ".join(f"{type(each).__name__}: {each}" for each in found.exceptions)) from None


def _is_cleaned(case: Any) -> bool:  # noqa: ANN401  # of schemathesis
    """Tell whether something is dropped from the texts of a body before they are judged."""
    return isinstance(case.body, dict) and read_object(json.dumps(case.body)) != case.body
