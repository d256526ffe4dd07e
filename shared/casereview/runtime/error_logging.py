"""What a log may say of an error: its kind and where it arose, never its text, which may hold data."""

from __future__ import annotations

from pathlib import Path
from traceback import extract_tb
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from aws_lambda_powertools import Logger

_DEPTH = 5


def describe(error: BaseException) -> dict[str, str]:
    """Return the kind of an error, the last place in our code or a library's that raised it, and what lies behind."""
    frames = extract_tb(error.__traceback__)
    where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    causes = {"causes": ", ".join(_causes(error))} if _behind(error) else {}
    return {"error": type(error).__name__, "where": where, **causes}


class Contained:
    """Keeps an error to what is done inside, whatever it is, and logs what may be said of it.

    What ends the process (KeyboardInterrupt, SystemExit) is not kept.
    """

    def __init__(self, logger: Logger, message: str, **more: str) -> None:
        """Log such a message, with more fields."""
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
        self._logger.error(self._message, extra={**describe(error), **self._more})
        return True


def _behind(error: BaseException) -> BaseException | None:
    return error.__cause__ or error.__context__


def _causes(error: BaseException) -> list[str]:
    """Return the kinds of the errors behind an error, nearest first: what a key refused looks like a broken seal."""
    found: list[str] = []
    cause = _behind(error)
    while cause is not None and len(found) < _DEPTH:
        found.append(type(cause).__name__)
        cause = _behind(cause)
    return found
