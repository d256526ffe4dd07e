"""Find the detention facilities that a typed name can mean.

People leave out what kind of facility it is, or say another kind; the news call many by their town. So names are
compared in four ways, the closest first. Several facilities that match are narrowed by the state, then to those in use
since 2025; what is left is told, and never resolved by a guess.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Final, NamedTuple

from casereview.routing.facilities import Facility, all_names, by_reference, with_code
from casereview.routing.names import plain, words
from casereview.routing.states import trailing_state

_RECENT: Final = "2025"
"""Facilities seen in this year or later go before others of the same name."""
_PARENTHESES: Final = re.compile(r"\([^)]*\)?")
_SEPARATORS: Final = re.compile(r"[,;()\n]| - ")
_STREET_OR_COUNTY: Final = re.compile(r"\d|\b(?:county|co|parish)\b", re.IGNORECASE)
_ZIP: Final = re.compile(r"[\s,]*\d{5}(-\d{4})?\s*$", re.ASCII)
_KINDS: Final = frozenset({
    "adult", "and", "at", "cdf", "center", "civil", "complex", "contract", "correction", "correctional", "corrections",
    "department", "detention", "dro", "enforcement", "ero", "facility", "federal", "for", "house", "ice", "igsa",
    "immigrant", "immigration", "institution", "ipc", "jail", "jails", "justice", "law", "of", "office", "prison",
    "processing", "public", "residential", "safety", "secure", "service", "services", "sheriff", "sheriffs", "spc",
    "the", "unit",
    "cadeia", "carcel", "centro", "de", "del", "detencao", "detansyon", "detencion", "inmigracion", "prision", "prizon",
    "procesamiento", "sant",
})  # fmt: skip
"""Words that say of what kind a facility is. People and lists use one for another; some say it in their language."""
_BODIES: Final = frozenset({
    "city", "condado", "county", "fci", "fdc", "fmc", "mcc", "mdc", "metro", "metropolitan", "municipal", "parish",
    "penitentiary", "regional", "state", "transition", "transitional", "us", "usp",
})  # fmt: skip
"""Words that say who runs a facility, which people leave out."""


_LOCAL: Final = frozenset({"city", "county", "municipal", "parish", "police", "sheriff", "sheriffs"})
"""Words of names that many places of the country have, on no list of ICE."""


def _whole(name: str) -> set[str]:
    """Return the keys of a name as it stands, with its abbreviations and without them."""
    return {plain(name), "".join(words(name))}


def _without_parentheses(name: str) -> set[str]:
    """Return the keys of a name without what it has in parentheses."""
    return _whole(_PARENTHESES.sub(" ", name))


def _without(name: str, left_out: frozenset[str]) -> set[str]:
    return {"".join(word for word in words(_PARENTHESES.sub(" ", name)) if word not in left_out)}


def _without_kinds(name: str) -> set[str]:
    """Return the key of a name without the words that say what kind of facility it is."""
    return _without(name, _KINDS)


def _without_bodies(name: str) -> set[str]:
    """Return the key of a name without its kind and without the kind of body that runs it, such as county."""
    return _without(name, _KINDS | _BODIES)


_Keys = Callable[[str], Iterable[str]]
_Index = Mapping[str, Mapping[str, Facility]]
"""Facilities by a key of their names, and by their references."""


def _indexed(keys: _Keys, names: Iterable[tuple[str, str]]) -> _Index:
    found: dict[str, dict[str, Facility]] = defaultdict(dict)
    known = by_reference()
    for name, reference in names:
        for key in keys(name):
            found[key][reference] = known[reference]
    found.pop("", None)
    return found


@cache
def _named(keys: _Keys) -> _Index:
    return _indexed(keys, all_names())


@cache
def _named_or_in_town() -> _Index:
    towns = ((facility.city, reference) for reference, facility in by_reference().items())
    return _indexed(_without_bodies, (*all_names(), *towns))


class _Comparison(NamedTuple):
    """A way to compare a typed name with those of the tables."""

    keys: _Keys
    known: Callable[[], _Index]
    loose: bool = False
    """Whether it finds a facility of another name, by a part of the name or by the town."""

    def find(self, text: str) -> list[Facility]:
        """Return the facilities of which a key is one of the text's."""
        found: dict[str, Facility] = {}
        for key in self.keys(text):
            found |= self.known().get(key, {})
        return list(found.values())


_EXACT: Final = (
    _Comparison(_whole, lambda: _named(_whole)),
    _Comparison(_without_parentheses, lambda: _named(_without_parentheses)),
)
_OTHER_KINDS: Final = _Comparison(_without_kinds, lambda: _named(_without_kinds))
_PART: Final = _Comparison(_without_bodies, _named_or_in_town, loose=True)
_COMPARISONS: Final = (*_EXACT, _OTHER_KINDS, _PART)
_BY_PART: Final = (*_EXACT, _PART)
"""The ways to compare a name that may be that of a place."""


class _Reading(NamedTuple):
    """One way to read a typed text: the name of a facility, and what follows it."""

    name: str
    state: str | None = None
    """The state that the text ends with, in which the facility lies."""
    towns: frozenset[str] = frozenset()
    """What stands between name and state, as plain text, but for street and county: the town of the facility."""

    def allows(self, facility: Facility) -> bool:
        """Return whether what follows the name fits a facility."""
        return self.state in {None, facility.state} and self.towns <= {plain(facility.city)}


def _readings(text: str) -> Iterator[_Reading]:
    """Yield the ways to read a text: as a name with town and state behind it, and as a name alone."""
    before, state = trailing_state(_ZIP.sub("", text)) or (text, None)
    name, *parts = [part for part in _SEPARATORS.split(before) if plain(part)] or [""]
    if state or parts:
        towns = frozenset(plain(part) for part in parts if not _STREET_OR_COUNTY.search(part))
        yield _Reading(name, state, towns)
    yield _Reading(text)


class Found(NamedTuple):
    """The facilities that a typed text can mean."""

    facilities: tuple[Facility, ...]
    """The newest first."""
    elsewhere: bool = False
    """Whether none lies in the given state, and the name is one that many places have: another may be meant."""


def facilities_named(text: str, state: str | None) -> Found:
    """Return the facilities that a typed text can mean.

    Args:
        text: A code; or a name, also with the town and the state of the facility behind it.
        state: The two-letter code of a state that may be the facility's.
    """
    coded = with_code(plain(text).upper())
    if coded:
        return Found((coded,))
    exact = _matching(_EXACT, _Reading(text), state)
    if exact and state in {None, exact[0].state}:
        return Found(exact if state or "(" in text else _with_namesakes(text, exact))
    for reading in _readings(text):
        found = _matching(_BY_PART if _is_bare(reading.name) else _COMPARISONS, reading, state)
        if found:
            usual = found == exact and exact[0].last_seen >= _RECENT
            here = reading.state or state in {None, found[0].state}
            return Found(found, elsewhere=not (here or usual) and not _LOCAL.isdisjoint(words(text)))
    return Found(())


def _is_bare(name: str) -> bool:
    """Return whether a name says no kind of facility, so that it may be that of a place."""
    return not _whole(name).isdisjoint(_without_kinds(name))


def _with_namesakes(text: str, exact: tuple[Facility, ...]) -> tuple[Facility, ...]:
    """Add the facilities in use of any kind, where the text says no kind, or those that it names are out of use."""
    if exact[0].last_seen >= _RECENT and not _is_bare(text):
        return exact
    others = [each for each in _OTHER_KINDS.find(text) if each.last_seen >= _RECENT and each not in exact]
    return tuple(sorted((*exact, *others), key=lambda each: each.last_seen, reverse=True))


def _matching(comparisons: Sequence[_Comparison], reading: _Reading, state: str | None) -> tuple[Facility, ...]:
    """Return the facilities of the closest way to compare names that has any.

    Where a state is given and has none of them, another way may find one there: but a loose one never takes the place
    of the one facility that has the name.
    """
    nearest: tuple[Facility, ...] = ()
    for comparison in comparisons:
        found = _narrowed([each for each in comparison.find(reading.name) if reading.allows(each)], state)
        if found and state in {None, found[0].state} and not (comparison.loose and len(nearest) == 1):
            return found
        nearest = nearest or found
    return nearest


def _narrowed(found: list[Facility], state: str | None) -> tuple[Facility, ...]:
    """Return those in the state, if there are any, and of them those seen lately; the newest first."""
    here = [each for each in found if each.state == state] or found
    lately = [each for each in here if each.last_seen >= _RECENT] or here
    return tuple(sorted(lately, key=lambda each: each.last_seen, reverse=True))
