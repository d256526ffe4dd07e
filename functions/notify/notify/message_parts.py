"""Into how many parts the network splits a text message: the sending rate of AWS End User Messaging counts them.

A part has 140 bytes: 160 characters of the GSM 03.38 alphabet, or 70 UTF-16 units of any other. A message of several
parts has 153 or 67 in each, because each says which one it is. Source: "SMS character limits" of its user guide.
"""

from __future__ import annotations

from math import ceil
from typing import Final

_ALPHABET: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_ESCAPED: Final = frozenset("\f^{}\\[~]|€")
"""Characters that take the room of two."""
_GSM: Final = (160, 153)
_UTF_16: Final = (70, 67)


def parts_of(text: str) -> int:
    """Return the number of parts of a text message."""
    if set(text) <= _ALPHABET | _ESCAPED:
        length, (alone, each) = len(text) + sum(one in _ESCAPED for one in text), _GSM
    else:
        length, (alone, each) = len(text.encode("utf-16-le")) // 2, _UTF_16
    return 1 if length <= alone else ceil(length / each)
