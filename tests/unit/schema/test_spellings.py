"""A thousand spellings of codes, numbers and dates: at least 99 % are folded to their value, none to another one."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from casereview.schema.error_codes import invalid_value
from casereview.schema.fields import PastDate, Phone
from casereview.schema.identifiers import (
    ALPHABET,
    CODE_SYMBOLS,
    RECEIPT_SYMBOLS,
    canonical_a_number,
    check_symbol,
    group,
    parse_identifier,
)

EACH = 250
LEAST = 0.99
_INVISIBLE = [
    "",
    "\u200b",
    "\u200e",
    "\u200f",
    "\u202a",
    "\u202c",
    "\u2060",
    "\u2066",
    "\u2069",
    "\ufeff",
    "\u00ad",
    "\ufe0f",
]
_SPACES = ["", " ", "\u00a0", "\u2009", "\t", "\u3000"]
_DASHES = ["-", "\u2010", "\u2011", "\u2012", "\u2013", "\u2014", "\u2212", "\ufe63", "\uff0d"]
_ZEROS = [0x30, 0x660, 0x6F0, 0x966, 0xA66, 0x9E6, 0xE50, 0xFF10]
_AROUND = [
    ("", ""),
    ("", "."),
    ("(", ")"),
    ("\u2068", "\u2069"),
    ("\u2067", "\u2069."),
    (" ", "\u00a0"),
    ("\ufeff", ""),
]


def _digits(text: str, zero: int) -> str:
    return "".join(chr(zero + int(symbol)) if symbol.isdigit() else symbol for symbol in text)


@st.composite
def _written(draw: st.DrawFn, parts: list[str], gaps: list[str], around: list[tuple[str, str]]) -> str:
    """Write the parts with one kind of digits, case and gap, and something invisible at any place."""
    text = draw(st.sampled_from(gaps)).join(_digits(part, draw(st.sampled_from(_ZEROS))) for part in parts)
    text = text.lower() if draw(st.booleans()) else text
    place = draw(st.integers(0, len(text)))
    before, after = draw(st.sampled_from(around))
    return before + text[:place] + draw(st.sampled_from(_INVISIBLE)) + text[place:] + after


@st.composite
def _identifiers(draw: st.DrawFn, symbols: int) -> tuple[str, str]:
    plain = draw(st.text(ALPHABET, min_size=symbols, max_size=symbols))
    value = group(plain + check_symbol(plain))
    return value, draw(_written(value.split("-"), [*_DASHES, *_SPACES], _AROUND))


@st.composite
def _a_numbers(draw: st.DrawFn) -> tuple[str, str]:
    digits = f"{draw(st.integers(1, 999_999_999)):09d}"
    letter = draw(st.sampled_from(["", "A", "A ", "A#", "A#: ", "A-", "A No. ", "\u0410", "\uff21"]))
    parts = [letter + digits[:3], digits[3:6], digits[6:]]
    return f"A{digits}", draw(_written(parts, [*_DASHES, *_SPACES, "."], _AROUND))


@st.composite
def _dates(draw: st.DrawFn) -> tuple[str, str]:
    value = draw(st.dates(date(1900, 1, 1), date(2026, 1, 1))).isoformat()
    gaps = [*_DASHES, *(f" {dash} " for dash in _DASHES)]
    around = [(before, after) for before, after in _AROUND if "." not in after and "(" not in before]
    return value, draw(_written(value.split("-"), gaps, around))


@st.composite
def _phones(draw: st.DrawFn) -> tuple[str, str]:
    area = draw(st.sampled_from(["202", "404", "787", "915", "973"]))
    line = f"{draw(st.integers(0, 9999)):04d}"
    prefix = draw(st.sampled_from(["", "1", "+1", "+1 "]))
    extension = draw(st.sampled_from(["", "", " ext. 45", " x45", " #45", ";ext=45"]))
    around = [(before, after) for before, after in _AROUND if not (extension and after.strip())]
    parts = [prefix + area, "555", line + extension]
    return f"+1{area}555{line}{';ext=45' if extension else ''}", draw(
        _written(parts, [*_DASHES, *_SPACES, "."], around)
    )


def _parsed(symbols: int) -> Callable[[str], str]:
    def read(text: str) -> str:
        found = parse_identifier(text, symbols)
        if found is None:
            raise invalid_value("no_such_request")
        return found

    return read


def _validated(kind: Any) -> Callable[[str], str]:  # noqa: ANN401  # any field
    return lambda text: str(TypeAdapter(kind).validate_python(text))


KINDS: dict[str, tuple[st.SearchStrategy[tuple[str, str]], Callable[[str], str]]] = {
    "receipts": (_identifiers(RECEIPT_SYMBOLS), _parsed(RECEIPT_SYMBOLS)),
    "access codes": (_identifiers(CODE_SYMBOLS), _parsed(CODE_SYMBOLS)),
    "A-numbers": (_a_numbers(), canonical_a_number),
    "dates": (_dates(), _validated(PastDate)),
    "telephones": (_phones(), _validated(Phone)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_spellings_are_folded_to_their_value_and_never_to_another(kind: str) -> None:
    spellings, read = KINDS[kind]
    found: Counter[str] = Counter()
    refused: list[tuple[str, str]] = []

    @settings(
        max_examples=EACH,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(spellings)
    def tried(pair: tuple[str, str]) -> None:
        value, written = pair
        try:
            assert read(written) == value, (written, value)
            found["folded"] += 1
        except ValidationError as error:
            refused.append((error.errors()[0]["type"], ascii(written)))
        except ValueError as error:
            refused.append((getattr(error, "type", "refused"), ascii(written)))

    tried()
    total = found["folded"] + len(refused)
    sys.stdout.write(f"{kind}: {found['folded']} of {total} folded; refused: {refused}\n")
    assert total >= EACH * 0.9
    assert found["folded"] >= LEAST * total
