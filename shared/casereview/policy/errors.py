"""How a document is refused: each fault under the id of the check that found it, at the path of the rule at fault."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from pydantic_core import PydanticCustomError


class Found(NamedTuple):
    """A fault of a whole document, and where in it."""

    path: tuple[int | str, ...]
    check: str
    message: str


def refusal(check: str, message: str) -> PydanticCustomError:
    """Return the error of one value, to be raised by its validator."""
    return PydanticCustomError(check, "{message}", {"message": message})


def refuse(found: Iterable[Found]) -> None:
    """Raise all faults of a document together; nothing happens where there is none."""
    faults = tuple(found)
    if faults:
        text = "; ".join(fault.message for fault in faults)
        raise PydanticCustomError("unsound", "{message}", {"message": text, "found": faults})
