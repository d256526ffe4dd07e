"""How hard an English text is to read: Flesch-Kincaid grade, words of sentences, sentences of paragraphs."""

from __future__ import annotations

import re
from typing import Final

_SENTENCE: Final = re.compile(r"(?<=[.?!:;])[”\"]?\s+(?=[A-Z“])")
_WORD: Final = re.compile(r"[A-Za-z][A-Za-z\u2019'-]*")
_VOWELS: Final = re.compile("[aeiouy]+")
_SILENT: Final = re.compile("[^aeiouyl]e$|[^aeiouytd]ed$|[^aeiouyscxzgh]es$|[aeiouy]le$")
_ABBREVIATED: Final = {
    "U.S.": "US",
    "A-number": "anumber",
    "a.m.": "am",
    "p.m.": "pm",
    "e-mail": "email",
    "E-mail": "Email",
}


def sentences(text: str) -> list[list[str]]:
    """Return the words of each sentence of a text; a number is no word, and a colon ends a sentence too."""
    for long, short in _ABBREVIATED.items():
        text = text.replace(long, short)
    found = [_WORD.findall(part) for part in _SENTENCE.split(text)]
    return [words for words in found if words]


def syllables(word: str) -> int:
    """Return about how many syllables a word has: its groups of vowels, but for a silent e. Letters count as one."""
    if "-" in word:
        return sum(syllables(part) for part in word.split("-") if part) or 1
    if word.isupper():
        return 1
    plain = word.casefold()
    parted = sum(plain.count(pair) for pair in ("ia", "io", "ua", "iu")) - len(re.findall("[ct]i[oa]", plain))
    return max(1, len(_VOWELS.findall(plain)) - bool(_SILENT.search(plain)) + parted)


def grade(text: str) -> float:
    """Return the Flesch-Kincaid grade of a text (Kincaid et al. 1975)."""
    found = sentences(text)
    words = [word for sentence in found for word in sentence]
    return 0.39 * len(words) / len(found) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59
