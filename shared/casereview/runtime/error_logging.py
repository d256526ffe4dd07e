"""Log an error by what diagnoses it, and never by its message or values, which can contain personal data."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from traceback import extract_tb
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from casereview.runtime.invocation import log_ids

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from aws_lambda_powertools import Logger

_DEPTH = 5
"""The maximum number of causes in a log entry."""
_CODE: Final = re.compile(r"[A-Za-z0-9_.:-]{1,80}")
"""What error codes, operations and request ids of AWS are made of; anything else is left out."""


def describe_error(error: BaseException) -> dict[str, str]:
    """Return the log fields of an error.

    Returns:
        ``error``, ``where`` and ``causes``: its type, the file and line that raised it, and the types of its causes. Of
        an error of AWS, or one that it caused: ``code``, ``operation``, ``status`` (of HTTP), ``aws_request_id`` and,
        of a cancelled transaction, ``reasons``, a code for each write. ``request_id`` of Lambda, ``api_request_id`` of
        API Gateway, and the ids of the record that is worked on (``casereview.runtime.invocation``).
    """
    frames = extract_tb(error.__traceback__)
    where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    causes = list(_causes(error))
    named = {"causes": ", ".join(type(cause).__name__ for cause in causes)} if causes else {}
    return {"error": type(error).__name__, "where": where, **named, **_codes([error, *causes]), **log_ids()}


def _codes(chain: list[BaseException]) -> dict[str, str]:
    """Return what AWS said of the first of its errors in a chain, else the code of an error of the application."""
    for error in chain:
        if isinstance(error, ClientError):
            found = {name: str(value) for name, value in _of_aws(error).items() if value}
            return {name: value for name, value in found.items() if all(map(_CODE.fullmatch, value.split(", ")))}
    codes = (str(getattr(error, "code", "")) for error in chain)
    return next(({"code": code} for code in codes if _CODE.fullmatch(code)), {})


def _of_aws(error: ClientError) -> Mapping[str, object]:
    response: Mapping[str, Any] = error.response
    metadata = response.get("ResponseMetadata", {})
    return {
        "code": response.get("Error", {}).get("Code"),
        "operation": error.operation_name,
        "status": metadata.get("HTTPStatusCode"),
        "aws_request_id": metadata.get("RequestId"),
        "reasons": ", ".join(str(one.get("Code")) for one in response.get("CancellationReasons", ())),
    }


class SuppressAndLog:
    """A context manager that logs any ``Exception`` of its body and suppresses it; ``failed`` tells whether it did.

    KeyboardInterrupt and SystemExit are not suppressed.
    """

    def __init__(self, logger: Logger, message: str, **more: str) -> None:
        """Prepare the log entry.

        Args:
            logger: the logger to use.
            message: the message of the log entry.
            more: additional fields of the log entry.
        """
        self.failed = False
        self._logger = logger
        self._message = message
        self._more = more

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _traceback: TracebackType | None
    ) -> bool:
        if not isinstance(error, Exception):
            return False
        self.failed = True
        self._logger.error(self._message, extra={**describe_error(error), **self._more})
        return True


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield the causes of an error, nearest first, at most ``_DEPTH``.

    They distinguish errors with the same type: a call that KMS rejects also surfaces as an error of the SDK.
    """
    cause = error.__cause__ or error.__context__
    for _ in range(_DEPTH):
        if cause is None:
            return
        yield cause
        cause = cause.__cause__ or cause.__context__
