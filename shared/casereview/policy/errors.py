"""How a document is refused: each fault under the id of the check that found it, at the path of the rule at fault."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

from pydantic_core import PydanticCustomError

DocumentCheck = Literal[
    "yaml",
    "too_long",
    "missing",
    "text_missing",
    "unknown_key",
    "one_key",
    "wrong_value",
    "number_bound",
    "unknown_fact",
    "wrong_test",
    "interval_order",
    "intervals_overlap",
    "credit_bound",
    "id_twice",
    "names_shared",
    "not_total",
    "tops_first",
    "never_holds",
    "lane_shadowed",
    "unknown_policy",
]
"""The checks of a document (docs/policies.md says what each demands)."""


class Found(NamedTuple):
    """A fault of a whole document, and where in it."""

    path: tuple[int | str, ...]
    check: DocumentCheck
    message: str


def refusal(check: DocumentCheck, message: str) -> PydanticCustomError:
    """Return the error of one value, to be raised by its validator."""
    return PydanticCustomError(check, "{message}", {"message": message})


def refuse(found: Iterable[Found]) -> None:
    """Raise all faults of a document together; nothing happens where there is none."""
    faults = tuple(found)
    if faults:
        text = "; ".join(fault.message for fault in faults)
        raise PydanticCustomError("unsound", "{message}", {"message": text, "found": faults})
