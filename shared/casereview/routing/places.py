"""What a typed name of a detention facility says: one facility, or several, and the field office in which they lie."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Final, NamedTuple

from casereview.routing.areas import OR
from casereview.routing.facilities import Facility, all_names, by_reference
from casereview.routing.facility_names import facilities_named
from casereview.routing.names import plain, words

_MOST: Final = 12
"""Candidates that a stored fact names; a name that more facilities share says too little."""
_SUGGESTIONS: Final = 20


class Place(NamedTuple):
    """What a typed name of a detention facility says."""

    facility: Facility | None
    """The one facility that is meant."""
    candidates: tuple[Facility, ...]
    """Those that can be meant where it is not certain which, the newest first; else empty."""
    office: str | None
    """The field office of the facility, or the one in which all candidates lie; None where neither decides."""

    @property
    def reference(self) -> str | None:
        """What a stored fact says: the facility; or all candidates, joined by ``OR``, if they lie in one office."""
        if self.facility:
            return self.facility.reference
        if self.office is None or len(self.candidates) > _MOST:
            return None
        return OR.join(sorted(each.reference for each in self.candidates))


def find_place(text: str | None, on: date, state: str | None = None) -> Place:
    """Return what a typed name or code of a facility says on a day.

    Args:
        text: A code, or a name as people type it: in any case, with or without the kind of the facility, its town and
            state.
        on: The day for which the field offices are looked up.
        state: The two-letter code of a state that may be that of the facility. It decides between facilities of one
            name. Where none of them lies in it, a name of one in use is still found, and any but that of a local jail:
            there may be another of that name in the state.

    Returns:
        The facility; or the candidates; or neither, where the tables do not have the name.
    """
    found, elsewhere = facilities_named(text, state) if text else ((), False)
    offices = {each.office(on) for each in found}
    if elsewhere or len(offices) != 1:
        return Place(None, found, None)
    office = offices.pop()
    return Place(found[0], (), office) if len(found) == 1 else Place(None, found, office)


def find_facility(text: str | None, on: date, state: str | None = None) -> Facility | None:
    """Return the facility that a typed name or code means, or None if it means none, or can mean several."""
    return find_place(text, on, state).facility


@cache
def _beginnings() -> dict[str, set[str]]:
    """Return, for each facility by its reference, the plain texts by whose beginning it is suggested."""
    found = {reference: {plain(reference), plain(each.city)} for reference, each in by_reference().items()}
    for name, reference in all_names():
        spelled = words(name)
        found[reference] |= {plain(name), *("".join(spelled[first:]) for first in range(len(spelled)))}
    return found


def suggested(typed: str, state: str | None = None) -> tuple[Facility, ...]:
    """Return the facilities to suggest while somebody types: at most 20.

    Args:
        typed: The beginning of a name or of a word in it, of a town, or of a code.
        state: The two-letter code of the state in which they lie; None for all.

    Returns:
        First those whose name begins with the text, then the others; the newest first.
    """
    wanted = tuple({plain(typed), "".join(words(typed))} - {""})
    begun = [
        facility
        for reference, facility in by_reference().items()
        if state in {None, facility.state} and any(each.startswith(wanted) for each in _beginnings()[reference])
    ]
    begun.sort(key=lambda each: each.name)
    begun.sort(key=lambda each: each.last_seen, reverse=True)
    begun.sort(key=lambda each: not plain(each.name).startswith(wanted))
    return tuple(begun[:_SUGGESTIONS])
