"""Identifiers: the A-number that the government issues, and the receipts, access codes and case ids of this system."""

from __future__ import annotations

import re
import secrets
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, StringConstraints, WithJsonSchema

from casereview.schema.base import rfc3339
from casereview.schema.error_codes import invalid_value
from casereview.schema.typed_text import fold, letters_and_digits, with_latin_letters

_A_NUMBER = re.compile("(?:A|USCISA?|(?:A|ALIEN|ALIENREGISTRATION|USCIS)(?:NUMBER|NO)A?)?([0-9]{7,9})")
_FULL_A_NUMBER = 9
"""Digits of an A-number that is issued now; older ones have seven or eight."""
_SEPARATORS = re.compile("[- #.:,_/()\u2116]")
_SIGNS = r"[\s\-#.:,_/()]"

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base32: no I, L, O or U, so that it can be read aloud and copied by hand."""
_READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0"})
_GROUP = 4

RECEIPT_SYMBOLS = 16
"""80 bits; a check symbol follows them."""
CODE_SYMBOLS = 24
"""120 bits; a check symbol follows them."""
CASE_ID_SYMBOLS = 16


def canonical_a_number(text: str) -> str:
    """Return an A-number in its canonical form: ``A`` and nine digits, padded with zeros.

    Args:
        text: 7 to 9 digits of any script, with or without the ``A``, in any of the printed forms. There is no check
            digit.

    Raises:
        ValueError: The text has another form, or all digits are zero. The message does not repeat the text.
    """
    found = _A_NUMBER.fullmatch(_plain_a_number(text))
    if not found or not int(found[1]):
        raise invalid_value("not_an_a_number")
    return "A" + found[1].zfill(_FULL_A_NUMBER)


def _plain_a_number(text: str) -> str:
    return _SEPARATORS.sub("", with_latin_letters(fold(text)).upper())


def is_short_a_number(text: str) -> bool:
    """Return whether a valid A-number has fewer than nine digits: a digit may be missing."""
    return sum(map(str.isdigit, _plain_a_number(text))) < _FULL_A_NUMBER


ANumber = Annotated[
    str,
    StringConstraints(max_length=200),
    AfterValidator(canonical_a_number),
    WithJsonSchema(
        {
            "title": "ANumber",
            "description": "A, if written, and 7 to 9 digits, not all zeros; spaces and signs such as - # : between"
            " them. Digits, dashes and letters of other scripts and widths are read too.",
            "type": "string",
            "maxLength": 200,
            "pattern": rf"^{_SIGNS}*([Aa]{_SIGNS}*)?([0-9]{_SIGNS}*){{7,9}}$",
            "not": {"pattern": "^[^1-9]*$"},
        }
    ),
]


def _written(title: str, description: str, symbols: int) -> WithJsonSchema:
    """Return the JSON Schema of an identifier with this many symbols and a check symbol, in groups of four."""
    full, rest = divmod(symbols, _GROUP)
    one = f"[{ALPHABET}]"
    pattern = f"^({one}{{{_GROUP}}}-){{{full}}}{one}{{{rest + 1}}}$"
    return WithJsonSchema({"title": title, "description": description, "type": "string", "pattern": pattern})


Receipt = Annotated[str, _written("Receipt", "Names a request; it alone opens nothing.", RECEIPT_SYMBOLS)]
AccessCode = Annotated[str, _written("AccessCode", "Opens the request, with its receipt.", CODE_SYMBOLS)]


def check_symbol(symbols: str) -> str:
    """Return the Luhn mod 32 check symbol, which detects any single wrong symbol and nearly all transpositions."""
    total = 0
    for place, symbol in enumerate(reversed(symbols)):
        value = ALPHABET.index(symbol) * (2 if place % 2 == 0 else 1)
        total += value // 32 + value % 32
    return ALPHABET[-total % 32]


def encode_identifier(data: bytes, symbols: int) -> str:
    """Encode the first ``5 * symbols`` bits of data in base32 with a check symbol, in groups of four."""
    number = int.from_bytes(data, "big") >> (len(data) * 8 - 5 * symbols)
    text = "".join(ALPHABET[number >> shift & 31] for shift in range(5 * (symbols - 1), -1, -5))
    return group(text + check_symbol(text))


def group(text: str) -> str:
    """Return the text in groups of four, joined by hyphens."""
    return "-".join(text[start : start + _GROUP] for start in range(0, len(text), _GROUP))


def parse_identifier(text: str, symbols: int) -> str | None:
    """Return an identifier that a person typed in its canonical form, or None if it is not valid.

    Only letters and digits count: case, signs between and after them, script and width do not.
    """
    plain = letters_and_digits(text).translate(_READ_AS)
    if len(plain) != symbols + 1 or any(symbol not in ALPHABET for symbol in plain):
        return None
    return group(plain) if check_symbol(plain[:-1]) == plain[-1] else None


def canonical_receipt(text: str) -> str:
    """Return a receipt that a person typed in its canonical form; any other text is unchanged."""
    return parse_identifier(text, RECEIPT_SYMBOLS) or text


def canonical_case_id(text: str) -> str:
    """Return a case id that a person typed in its canonical form; any other text is unchanged."""
    plain = letters_and_digits(text).translate(_READ_AS)
    return plain if is_case_id(plain) else text


_USCIS_RECEIPT = re.compile(r"[A-Z]{3}[0-9]{10}")


def is_uscis_receipt(text: str) -> bool:
    """Return whether a text is a receipt number of USCIS in its canonical form: three letters and ten digits."""
    return _USCIS_RECEIPT.fullmatch(text) is not None


def canonical_uscis_receipt(text: str) -> str:
    """Return a receipt number of USCIS in its canonical form; any other text is unchanged."""
    plain = letters_and_digits(text)
    return plain if is_uscis_receipt(plain) else text


def new_receipt() -> str:
    """Return a random receipt."""
    return encode_identifier(secrets.token_bytes(16), RECEIPT_SYMBOLS)


def new_case_id() -> str:
    """Return a random case id of 80 bits, which officers see and requesters do not."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CASE_ID_SYMBOLS))


def is_case_id(text: str) -> bool:
    """Return whether a text can be the id of a case."""
    return len(text) == CASE_ID_SYMBOLS and set(text) <= set(ALPHABET)


def new_duty_id(kind: str) -> str:
    """Return a random id of a duty, which begins with its kind."""
    return f"{kind}-{secrets.token_hex(8)}"


def new_timed_id(at: datetime) -> str:
    """Return an id that sorts by a time, with 32 random bits that tell apart what happens at the same millisecond."""
    return f"{rfc3339(at)}-{secrets.token_hex(4)}"
