"""Find a state by its code, or by the names that people use."""

from __future__ import annotations

import pytest

from casereview.routing.states import find_state, trailing_state


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("TX", "TX"),
        (" tx ", "TX"),
        ("t\u200bx", "TX"),
        ("\uff34\uff38", "TX"),
        ("Texas", "TX"),
        ("TEXAS.", "TX"),
        ("Tejas", "TX"),
        ("State of Texas", "TX"),
        ("Estado de Texas", "TX"),
        ("Texas, USA", "TX"),
        ("Texas, United States", "TX"),
        ("TX - Texas", "TX"),
        ("Texas (TX)", "TX"),
        ("Georgia", "GA"),
        ("N. Carolina", "NC"),
        ("north carolina", "NC"),
        ("W. Va.", "WV"),
        ("New  York", "NY"),
        ("Nueva York", "NY"),
        ("Commonwealth of Pennsylvania", "PA"),
        ("Puerto Rico", "PR"),
        ("P.R.", "PR"),
        ("D.C.", "DC"),
        ("Washington, D.C.", "DC"),
        ("Washington", "WA"),
        ("Hawai\u02bbi", "HI"),
        ("U.S. Virgin Islands", "VI"),
        ("Guam", "GU"),
        ("", None),
        (None, None),
        ("ZZ", None),
        ("TX, GA", None),
        ("USA", None),
        ("the state", None),
    ],
)
def test_a_state_is_found_by_its_code_and_its_usual_names(text: str | None, code: str | None) -> None:
    assert find_state(text) == code


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Lumpkin, GA", ("Lumpkin,", "GA")),
        ("Stewart Detention Center Georgia", ("Stewart Detention Center", "GA")),
        ("Newark New Jersey", ("Newark", "NJ")),
        ("Alexandria, W. Va.", ("Alexandria,", "WV")),
        ("Georgia", None),
        ("Krome", None),
        ("", None),
    ],
)
def test_a_state_that_follows_a_name_is_split_off(text: str, found: tuple[str, str] | None) -> None:
    assert trailing_state(text) == found
