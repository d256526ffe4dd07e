"""Of a mistyped pair, the one that is wrong is told from its check symbol alone."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Final

from casereview.schema.identifiers import (
    ALPHABET,
    CODE_SYMBOLS,
    RECEIPT_SYMBOLS,
    check_symbol,
    group,
)
from pages.pair import read_pair

ERRORS: Final = 1_000
CHANCE: Final = Random(20_210_305)  # noqa: S311  # a test that is the same each time


def identifier(symbols: int) -> str:
    plain = "".join(CHANCE.choice(ALPHABET) for _ in range(symbols))
    return plain + check_symbol(plain)


def mistyped(text: str) -> str:
    """Return a text with another symbol in one place, or without the symbol there, or with one more."""
    place = CHANCE.randrange(len(text))
    other = CHANCE.choice([each for each in ALPHABET + "U" if each != text[place]])
    before, after = text[:place], text[place + 1 :]
    return CHANCE.choice([before + other + after] * 3 + [before + after, before + other + text[place] + after])


def test_each_of_a_thousand_errors_is_told_of_the_field_that_has_it() -> None:
    told: Counter[bool] = Counter()
    for _ in range(ERRORS):
        right = {"receipt": identifier(RECEIPT_SYMBOLS), "code": identifier(CODE_SYMBOLS)}
        name = CHANCE.choice(sorted(right))
        typed = {each: group(mistyped(text) if each == name else text) for each, text in right.items()}
        told[read_pair(typed) == (None, {name: f"{name}_wrong"})] += 1
        assert read_pair(right)[1] == {}
    assert told == {True: ERRORS}
