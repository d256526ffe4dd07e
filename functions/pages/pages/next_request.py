"""The next request after one was filed: by the same representative, or with the same helper.

The browser carries what is taken over in the forms; nothing of the person is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from pages.form import kept

Fields = list[tuple[str, str]]
_REPRESENTATIVES: Final = frozenset({"attorney", "accredited_representative"})
_OF_THIS_CASE: Final = frozenset({"requester.own_reference", "requester.relationship"})
_HELPER: Final = "requester.prepared_by."


class NextRequest(NamedTuple):
    """What the next request begins with."""

    representative: Fields
    """The part of the same representative; empty if none filed."""
    helper: Fields
    """Who helped to type."""


def taken_over(form: Mapping[str, str]) -> Fields:
    """Return the fields of a filed form that the receipt carries on, with the mark that it was filed just now."""
    prefix = "requester." if form.get("requester.role") in _REPRESENTATIVES else _HELPER
    return [("after", "filing"), *_beginning(form, prefix)]


def following(form: Mapping[str, str]) -> NextRequest | None:
    """Return what the next request begins with; None where none was filed just now."""
    if form.get("after") != "filing":
        return None
    represents = form.get("requester.role") in _REPRESENTATIVES
    return NextRequest(_beginning(form, "requester.") if represents else [], _beginning(form, _HELPER))


def _beginning(form: Mapping[str, str], prefix: str) -> Fields:
    return [(name, value) for name, value in kept(form, _OF_THIS_CASE) if name.startswith(prefix)]
