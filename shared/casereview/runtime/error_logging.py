"""Log an error by its type and location, never by its message, which can contain personal data."""

from __future__ import annotations

from pathlib import Path
from traceback import extract_tb
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from aws_lambda_powertools import Logger

_DEPTH = 5
"""The maximum number of causes in a log entry."""


def describe_error(error: BaseException) -> dict[str, str]:
    """Return the log fields of an error: its type, the file and line that raised it, and the types of its causes."""
    frames = extract_tb(error.__traceback__)
    where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    causes = {"causes": ", ".join(_causes(error))} if _cause(error) else {}
    return {"error": type(error).__name__, "where": where, **causes}


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


def _cause(error: BaseException) -> BaseException | None:
    return error.__cause__ or error.__context__


def _causes(error: BaseException) -> list[str]:
    """Return the types of the causes of an error, nearest first, at most ``_DEPTH``.

    They distinguish errors with the same type: a rejected KMS call also surfaces as SealBrokenError.
    """
    found: list[str] = []
    cause = _cause(error)
    while cause is not None and len(found) < _DEPTH:
        found.append(type(cause).__name__)
        cause = _cause(cause)
    return found
