"""What names of facilities say, however they are typed, and which facilities are suggested."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from casereview.routing.areas import OR
from casereview.routing.facilities import Facility, all_names, by_reference, office_of, referred
from casereview.routing.names import plain
from casereview.routing.offices import offices
from casereview.routing.places import Place, find_place, suggested

TODAY = date(2026, 11, 30)
NAMES = sorted({name for name, _reference in all_names()})
STATES = sorted({each.state for each in by_reference().values() if each.state})
ACCENTS = ("", "\u0301", "\u0308", "\u0303", "\u200b", "\u200e", "\u00ad")


@st.composite
def typed(draw: st.DrawFn) -> tuple[str, str]:
    """Return a name of the tables, and the same in other case, width, accents and spaces around its words."""
    name = draw(st.sampled_from(NAMES))
    letters = []
    for letter in name:
        if letter == " ":
            letters.append(draw(st.sampled_from((" ", "  ", "\t", "\u00a0", " \u200b", "\u3000"))))
            continue
        changed = draw(st.sampled_from((letter, letter.lower(), letter.upper())))
        if letter.isascii() and letter.isalnum() and draw(st.booleans()):
            changed = chr(ord(changed) + 0xFEE0)
        letters.append(changed + (draw(st.sampled_from(ACCENTS)) if letter.isalpha() else ""))
    before, after = draw(st.sampled_from(("", " ", "\ufeff"))), draw(st.sampled_from(("", " ", ".", "!")))
    return name, before + "".join(letters) + after


@given(typed(), st.none() | st.sampled_from(STATES))
def test_case_width_accents_spaces_and_invisible_characters_change_nothing(
    names: tuple[str, str], state: str | None
) -> None:
    name, variant = names
    assert find_place(variant, TODAY, state) == find_place(name, TODAY, state)


@given(st.sampled_from(NAMES), st.none() | st.sampled_from(STATES), st.dates(date(2015, 1, 1), date(2030, 1, 1)))
def test_a_name_says_one_facility_or_several_and_an_office_only_if_it_has_them_all(
    name: str, state: str | None, on: date
) -> None:
    place = find_place(name, on, state)
    found = (place.facility,) if place.facility else place.candidates
    assert bool(place.facility) != bool(place.candidates)
    if place.office:
        assert {each.office(on) for each in found} == {place.office}
    elif place.facility is None and state is None:
        assert len({each.office(on) for each in found}) > 1 or found[0].office(on) is None
    if place.reference:
        assert {each.reference for each in referred(place.reference)} == {each.reference for each in found}
        assert office_of(place.reference, on) == place.office


@given(st.text(max_size=250), st.none() | st.sampled_from(STATES))
def test_any_text_says_facilities_of_the_tables_or_nothing(text: str, state: str | None) -> None:
    place = find_place(text, TODAY, state)
    assert isinstance(place, Place)
    assert place.office is None or place.office in offices()


def test_facilities_in_use_that_share_a_name_are_never_resolved_without_a_state() -> None:
    shared: dict[str, set[str]] = {}
    for name, reference in all_names():
        if by_reference()[reference].last_seen >= "2025":
            shared.setdefault(plain(name), set()).add(reference)
    contested = {name: found for name, found in shared.items() if len(found) > 1}
    assert len(contested) > 10
    for name, found in contested.items():
        place = find_place(name, TODAY)
        assert place.facility is None
        assert found <= {each.reference for each in place.candidates}


def names_of(found: tuple[Facility, ...]) -> list[str]:
    return [each.name for each in found]


def test_names_that_begin_with_the_text_are_suggested_first_the_newest_first() -> None:
    found = suggested("stew")
    assert found[0].code == "STWRTGA"
    found = suggested("el paso")
    begun = [each for each in found if plain(each.name).startswith("elpaso")]
    assert list(found[: len(begun)]) == begun
    assert [each.last_seen for each in begun] == sorted((each.last_seen for each in begun), reverse=True)


def test_a_word_a_town_a_code_and_a_name_of_the_news_suggest_a_facility() -> None:
    for text in ("mesa det", "lumpkin", "stwrtg", "alligator", "st. cl", "saint cl"):
        assert suggested(text)
    assert names_of(suggested("alligator")) == ["Florida Soft-Sided Facility"]
    assert "STWRTGA" in {each.code for each in suggested("lumpkin")}


def test_at_most_twenty_facilities_are_suggested_in_a_state_or_everywhere() -> None:
    assert len(suggested("county")) == 20
    assert {each.state for each in suggested("county", "GA")} == {"GA"}
    assert suggested("??") == suggested("\u200b\u200b") == suggested("no such place") == ()


def test_a_stored_fact_can_name_several_facilities_of_one_office() -> None:
    place = find_place("Folkston", TODAY)
    assert place.reference == OR.join(("FIPCAGA", "FIPCDGA", "FIPCMGA"))
    assert office_of(place.reference, TODAY) == "ATL"
    assert office_of("FIPCAGA or UNKNOWN", TODAY) == "ATL"
    assert office_of("UNKNOWN", TODAY) is office_of(None, TODAY) is None
