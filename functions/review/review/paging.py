"""Pages of lists: the cursors of the staff API, bound to the caller, the route and what selects the list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from casereview.crypto.cursors import InvalidCursorError
from casereview.http.problems import malformed
from casereview.usecases.services import CaseServices
from review.authorization import Caller

if TYPE_CHECKING:
    from pydantic import JsonValue

LIMIT: Final = range(1, 101)
DEFAULT_LIMIT: Final = 50


@dataclass(frozen=True, slots=True)
class Paging:
    """The cursors of one list, for one caller."""

    services: CaseServices
    caller: Caller
    route: str
    """The method and path of the route, without values."""
    selection: tuple[str, ...]
    """What else selects the list: an office, a case, filters; in a fixed order."""

    def seal(self, place: Mapping[str, JsonValue]) -> str:
        """Return the cursor of a place in the list."""
        return self.services.cursors.seal(place, *self._bound())

    def open(self, cursor: str) -> Mapping[str, JsonValue] | None:
        """Return the place in a cursor; None for an empty one, which stands for the beginning.

        Raises:
            ProblemError: 400 for a cursor that was altered, or that is of another list or caller.
        """
        if not cursor:
            return None
        try:
            return self.services.cursors.open(cursor, *self._bound())
        except InvalidCursorError:
            raise malformed("cursor", "invalid_cursor", "is not a valid cursor") from None

    def _bound(self) -> tuple[str, ...]:
        access = "restricted" if self.caller.restricted else ""
        return self.route, self.caller.id, access, *self.selection


def read_limit(text: str | None) -> int:
    """Return the parameter ``limit``: how many items a page has at most; 50 without it.

    Raises:
        ProblemError: 400 for anything but a number from 1 to 100.
    """
    if text is None:
        return DEFAULT_LIMIT
    if not (text.isascii() and text.isdigit() and int(text[:9]) in LIMIT):
        raise malformed("limit", "invalid_value", f"must be a number from {LIMIT[0]} to {LIMIT[-1]}")
    return int(text)
