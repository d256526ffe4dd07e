"""Names are compared however they are written; they say nothing without a birth year."""

from __future__ import annotations

import pytest

from casereview.schema.names import comparable_name, has_full_name


@pytest.mark.parametrize(
    ("given", "family"),
    [
        ("José María", "Peña-Núñez"),
        ("JOSE MARIA", "PENA NUNEZ"),
        ("  maría  josé ", "núñez  peña"),
        ("Peña Núñez", "José María"),
        ("Jos\u0065\u0301 Mar\u00eda", "Pen\u0303a,Nu\u0301n\u0303ez"),
        ("José María Peña", "Núñez"),
    ],
)
def test_case_accents_spaces_and_order_do_not_matter(given: str, family: str) -> None:
    assert comparable_name(given, family, 1980) == "jose maria nunez pena|1980"


@pytest.mark.parametrize(
    ("given", "family", "year"), [("Ana", "Ruiz", None), (None, None, 1980), ("", "…", 1980), ("Ana", "Ruiz", 0)]
)
def test_a_name_without_letters_or_a_year_is_not_compared(given: str | None, family: str | None, year: int) -> None:
    assert comparable_name(given, family, year) is None


def test_other_names_and_years_differ() -> None:
    found = {
        comparable_name(*one)
        for one in [("Ana", "Ruiz", 1980), ("Ana", "Ruiz", 1981), ("Anna", "Ruiz", 1980), ("Ana Ruiz", None, 1980)]
    }
    assert found == {"ana ruiz|1980", "ana ruiz|1981", "anna ruiz|1980"}


def test_names_of_other_scripts_keep_their_letters() -> None:
    assert comparable_name("Анна", "Иванова", 1980) == "анна иванова|1980"
    assert comparable_name("陳", "大文", 1980) == "大文 陳|1980"


@pytest.mark.parametrize(
    ("given", "family"), [("Suharto", None), (None, "Suharto"), ("Suharto", "suharto"), ("FNU", "Suharto")]
)
def test_an_only_name_is_the_same_wherever_it_is_written(given: str | None, family: str | None) -> None:
    assert comparable_name(given, family, 1980, is_only=True) == "suharto|1980"


def test_a_name_that_is_a_placeholder_alone_is_not_compared() -> None:
    assert comparable_name("FNU", "LNU", 1980, is_only=True) is None


def test_a_whole_name_is_given_and_family_name_or_the_only_one() -> None:
    assert has_full_name({"given_name": "Ana", "family_name": "Ruiz"})
    assert has_full_name({"given_name": "Suharto", "one_name": True})
    assert has_full_name({"family_name": "Suharto", "one_name": True})
    assert not has_full_name({"given_name": "Ana", "one_name": False})
    assert not has_full_name({"one_name": True})
