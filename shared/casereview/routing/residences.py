"""Find the county of a residence by what people type: the names of state and county, a ZIP code, a city.

Outside Texas, California and New York the state alone decides, so counties, cities and the counties of ZIP codes are
known in these three states only. What can be one of several counties is kept as all of them where one field office is
responsible for all; where it is not, the county is unknown and is asked for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import Final, NamedTuple

from casereview.routing.areas import OR, areas, responsible
from casereview.routing.names import plain, words
from casereview.routing.states import find_state, trailing_state
from casereview.routing.tables import rows
from casereview.schema.typed_text import read_zip

_SPANISH: Final = ("condado", "de")
_KINDS: Final = frozenset({"borough", "county", "municipio", "of", "parish", "the"})
"""Words in and around the name of a county that do not tell it from others."""


class Home(NamedTuple):
    """A residence as the tables know it."""

    state: str | None
    """The two-letter code."""
    county: str | None
    """The published name of the county; or of several, joined by ``OR``, for which one office is responsible."""


@cache
def _counties() -> dict[tuple[str, str], tuple[str, ...]]:
    """Return the published names of counties by state and key: several where one name stands for several."""
    found: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for name, state, county in rows("county_names"):
        for key in _keys(name):
            found[state, key][county] = None
    for state, each in areas().items():
        for area in each:
            for key in _keys(area.county):
                found[state, key] = {area.county: None}
    return {key: tuple(names) for key, names in found.items() if all(key) and all(names)}


def _keys(name: str) -> tuple[str, str]:
    """Return the keys of a county's name: as it stands, and without the words that say what it is."""
    known = words(name)
    if known[:2] == _SPANISH:
        known = known[2:]
    return "".join(known), "".join(word for word in known if word not in _KINDS)


def _named(state: str | None, text: str | None) -> tuple[str, ...]:
    """Return the counties of a state that a text names, without or with the name of the state behind it."""
    if not (state and text):
        return ()
    keys = [key for each in _readings(state, text) for key in (*_keys(each), plain(each))]
    return next((_counties()[state, key] for key in keys if (state, key) in _counties()), ())


def _readings(state: str, text: str) -> tuple[str, ...]:
    """Return a name of a place as it was typed, and without the name of its state behind it."""
    ends = trailing_state(text.replace(",", " "))
    return (text, ends[0]) if ends and ends[1] == state else (text,)


def find_county(state: str | None, text: str | None) -> str | None:
    """Return the published name of a county.

    Args:
        state: The two-letter code of its state.
        text: Its name, with or without its kind, or a usual one: a borough of New York City, an abbreviation.

    Returns:
        The name, or the names joined by ``OR`` where the text stands for several counties; None if it is unknown or
        its state belongs to one office.
    """
    return OR.join(_named(state, text)) or None


@cache
def _zips() -> dict[str, list[tuple[frozenset[str], str, tuple[str, ...]]]]:
    """Return what is known of the ZIP codes that begin with three digits: last two digits, state and counties."""
    found = defaultdict(list)
    for prefix, endings, state, counties in rows("zip_codes"):
        found[prefix].append((_endings(endings), state, tuple(filter(None, counties.split(";")))))
    return found


def _endings(text: str) -> frozenset[str]:
    """Return the last two digits of the ZIP codes that a cell lists, such as ``01-05 17``."""
    bounds = [each.split("-") for each in text.split()]
    return frozenset(f"{number:02}" for each in bounds for number in range(int(each[0]), int(each[-1]) + 1))


def zip_digits(text: str) -> str | None:
    """Return the five digits of a ZIP code, with or without four more; None if the text is no ZIP code."""
    found = read_zip(text)
    return found[0] if found else None


def zip_places(text: str | None) -> dict[str, tuple[str, ...]]:
    """Return the states of a ZIP code, each with its counties where the table knows them; none for an unknown one.

    The state with the most addresses is first.
    """
    digits = zip_digits(text) if text else None
    if digits is None:
        return {}
    return {state: counties for endings, state, counties in _zips()[digits[:3]] if digits[3:] in endings}


@cache
def _cities() -> dict[tuple[str, str], tuple[str, ...]]:
    """Return the counties of the cities of the states that several offices share."""
    return {
        (state, key): tuple(counties.split(";"))
        for state, counties, cities in rows("cities")
        for city in cities.split(";")
        for key in (plain(city), "".join(words(city)))
    }


def _of_city(state: str | None, text: str | None) -> tuple[str, ...]:
    """Return the counties of a city, or of a borough of New York City that is named as one."""
    if not (state and text):
        return ()
    keys = [(state, key) for each in _readings(state, text) for key in (plain(each), "".join(words(each)))]
    named = next((_cities()[key] for key in keys if key in _cities()), ())
    return named or next((_counties()[key] for key in keys if key in _counties()), ())


def find_home(state: str | None, county: str | None, zip_code: str | None, city: str | None, on: date) -> Home:
    """Return a residence as the tables know it on a day.

    The county comes first; the ZIP code narrows what it leaves open, then the city. What contradicts what comes before
    it is not used.

    Args:
        state: A state as it was typed.
        county: A county as it was typed.
        zip_code: A ZIP code, of five or nine digits.
        city: A city as it was typed.
        on: The day for which the field offices are looked up.
    """
    places = zip_places(zip_code)
    known = find_state(state) or _only_state(places, on) or _state_behind(county) or _state_behind(city)
    found: set[str] = set()
    for counties in (_named(known, county), places.get(known or "", ()), _of_city(known, city)):
        found = (found & set(counties)) or found or set(counties)
    names = OR.join(sorted(found))
    return Home(known, names if names and len(responsible(known, names, on)) == 1 else None)


def _only_state(places: dict[str, tuple[str, ...]], on: date) -> str | None:
    """Return the state of a ZIP code; of two states, that with the most addresses, if one office has both."""
    offices = {responsible(state, OR.join(counties), on) for state, counties in places.items()}
    return next(iter(places)) if len(places) == 1 or (places and len(offices) == 1) else None


def _state_behind(text: str | None) -> str | None:
    """Return the state that the name of a county or city ends with, after a comma."""
    name, comma, state = (text or "").rpartition(",")
    return find_state(state) if comma and name.strip() else None


def offices_of_zip(zip_code: str, on: date) -> tuple[str, ...]:
    """Return the codes of the offices that can be responsible for a ZIP code on a day, sorted; none if unknown."""
    return tuple(sorted(set(_offices(zip_places(zip_code), on))))


def _offices(places: dict[str, tuple[str, ...]], on: date) -> Iterable[str]:
    for state, counties in places.items():
        yield from responsible(state, OR.join(counties), on)
