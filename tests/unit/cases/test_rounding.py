from __future__ import annotations

from collections import Counter
from statistics import mean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casereview.cases.rounding import TEN, Rounding

SECRET = b"a secret of 256 bits, 32 bytes.."
CELLS = [str(number) for number in range(2000)]


def rounding(draft: str = "digest", secret: bytes = SECRET) -> Rounding:
    return Rounding(secret, (draft, "ATL", "2026-11-24"))


@given(st.integers(0, 10_000), st.text(max_size=5))
def test_a_count_is_rounded_to_a_multiple_of_ten_near_it_or_not_shown(exact: int, cell: str) -> None:
    rounded = rounding().count(exact, cell)
    if rounded is None:
        assert exact < 14
    else:
        assert exact >= TEN <= rounded
        assert rounded % TEN == 0
        assert abs(rounded - exact) < TEN


@pytest.mark.parametrize("exact", range(10))
def test_no_count_below_ten_is_ever_shown(exact: int) -> None:
    assert {rounding().count(exact, cell) for cell in CELLS} == {None}


@pytest.mark.parametrize("exact", [15, 27, 40, 73, 1234])
def test_rounded_counts_are_right_on_average(exact: int) -> None:
    found = [rounding().count(exact, cell) for cell in CELLS]
    assert abs(mean(number or 0 for number in found) - exact) < 0.5


def test_the_same_question_always_has_the_same_answer() -> None:
    for exact in range(40):
        assert len({rounding().count(exact, "lanes", "detained") for _ in range(5)}) == 1


@pytest.mark.parametrize("exact", [*range(9, 30), 49])
def test_the_difference_of_two_drafts_does_not_tell_whether_one_more_case_exists(exact: int) -> None:
    """Two drafts, the second with one condition more: for most answers, both worlds can have given it.

    Before, a rounding at a fixed edge showed the difference with certainty if a base set was cut to lie at an edge.
    """

    def answers(more: int) -> Counter[tuple[int | None, int | None]]:
        pairs = ((rounding(f"{one}-a"), rounding(f"{one}-b")) for one in CELLS)
        return Counter((first.count(exact, "x"), second.count(exact + more, "x")) for first, second in pairs)

    without, with_one_more = answers(0), answers(1)
    for answer in without.keys() & with_one_more.keys():
        assert 0.4 < without[answer] / with_one_more[answer] < 2.5 or min(without[answer], with_one_more[answer]) < 60
    only_one_world = sum(number for answer, number in with_one_more.items() if answer not in without)
    assert only_one_world < 0.25 * len(CELLS)


def test_the_chance_depends_on_draft_office_day_cell_and_secret() -> None:
    table = ("digest", "ATL", "2026-11-24")
    others = [
        Rounding(SECRET, ("other", *table[1:])),
        Rounding(SECRET, ("digest", "ELP", "2026-11-24")),
        Rounding(SECRET, (*table[:2], "2026-11-25")),
        Rounding(b"another secret", table),
    ]
    found = [[each.count(25, cell) for cell in CELLS[:50]] for each in (Rounding(SECRET, table), *others)]
    assert len({tuple(each) for each in found}) == len(found)


def test_small_counts_of_a_row_are_left_out_as_those_of_zero_are() -> None:
    exact = {"none": 0, "one": 1, "nine": 9, "twenty": 20, "many": 4321}
    assert rounding().counts(exact, "lanes").keys() == {"twenty", "many"}
    assert rounding().counts(exact, "lanes")["twenty"] == rounding().count(20, "lanes", "twenty")
