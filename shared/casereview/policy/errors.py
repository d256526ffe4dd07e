"""Faults of a policy document: the ids of the checks, and the errors that validators raise."""

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
"""The ids of the checks of a document; docs/policies.md describes each."""


class UnlocatedFault(NamedTuple):
    """A fault with its path in the document; ``loader.locate`` adds the line."""

    path: tuple[int | str, ...]
    check: DocumentCheck
    message: str


def value_fault(check: DocumentCheck, message: str) -> PydanticCustomError:
    """Return the error that the validator of a single value raises."""
    return PydanticCustomError(check, "{message}", {"message": message})


def raise_faults(found: Iterable[UnlocatedFault]) -> None:
    """Raise all faults of a document in one error.

    Raises:
        PydanticCustomError: if there is any fault.
    """
    faults = tuple(found)
    if faults:
        text = "; ".join(fault.message for fault in faults)
        raise PydanticCustomError("unsound", "{message}", {"message": text, "found": faults})
