"""Find the words of plain_words.toml: ``python -m infra.tooling.check_words``; ``--counts`` counts them by folder.

Documents are read without their fenced code; of Python files, comments, docstrings and other strings are read.
"""

from __future__ import annotations

import argparse
import re
import sys
import tokenize
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from infra.paths import ROOT

LIST: Final = Path("infra/tooling/plain_words.toml")
PLACES: Final = ("*.md", "docs", "functions", "infra", "shared", "tests")
"""Where texts are: patterns of files, and folders."""
_NOT_OURS: Final = {"__pycache__", "node_modules"}
WAIVER: Final = re.compile(r"\bplain: \S")
_FENCED: Final = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_TEXTS: Final = {tokenize.COMMENT, tokenize.STRING, getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING)}

Text = tuple[int, str]
"""The number of its first line, and a text."""


@dataclass(frozen=True, slots=True)
class Words:
    """The list: which words to avoid, and which places are clean."""

    pattern: re.Pattern[str]
    """Of the words and of the plain phrases that contain one."""
    advice: Mapping[str, str]
    """By word; a plain phrase has none."""
    clean: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """A word at a place."""

    path: Path
    line: int
    word: str
    advice: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.word!r}: write {self.advice}"


def words(root: Path = ROOT) -> Words:
    """Read the list."""
    table = tomllib.loads((root / LIST).read_text(encoding="utf-8"))
    advice: dict[str, str] = table["words"]
    longest_first = sorted([*advice, *table["plain"]], key=len, reverse=True)
    pattern = "|".join(map(_pattern, longest_first))
    return Words(re.compile(rf"\b(?:{pattern})\b"), advice, tuple(table["clean"]))


def _pattern(word: str) -> str:
    """Match a word at the beginning of a sentence too, and across lines; ``None`` is not the word none."""
    first, rest = word[0], re.escape(word[1:]).replace(r"\ ", r"[\s#]+")
    return f"[{first.upper()}{first}]{rest}"


def files(place: str, root: Path = ROOT) -> Iterator[Path]:
    """Find the files of a place that contain texts, in order."""
    if "*" in place or (root / place).is_file():
        yield from sorted(root.glob(place))
        return
    found = (path for path in (root / place).rglob("*") if not _NOT_OURS & set(path.parts))
    yield from sorted(path for path in found if path.suffix in {".py", ".md"} or path.match("openapi*.json"))


def findings(path: Path, avoid: Words, root: Path = ROOT) -> Iterator[Finding]:
    """Find the words to avoid in one file, except in lines that give a reason for one."""
    lines = path.read_text(encoding="utf-8").splitlines()
    for first, text in _texts(path):
        for match in avoid.pattern.finditer(text):
            line = first + text.count("\n", 0, match.start())
            word = re.sub(r"[\s#]+", " ", match.group().lower())
            if word in avoid.advice and not WAIVER.search(lines[line - 1]):
                yield Finding(path.relative_to(root), line, word, avoid.advice[word])


def _texts(path: Path) -> Iterator[Text]:
    if path.suffix != ".py":
        yield 1, _FENCED.sub(lambda code: "\n" * code.group().count("\n"), path.read_text(encoding="utf-8"))
        return
    with path.open("rb") as source:
        yield from _joined(token for token in tokenize.tokenize(source.readline) if token.type in _TEXTS)


def _joined(tokens: Iterator[tokenize.TokenInfo]) -> Iterator[Text]:
    """Join the comments of consecutive lines, across which a phrase may be wrapped."""
    first, comment = 0, ""
    for token in tokens:
        is_comment = token.type == tokenize.COMMENT
        continues = is_comment and token.line.lstrip().startswith("#")
        if comment and continues and token.start[0] == first + comment.count("\n") + 1:
            comment += f"\n{token.string}"
            continue
        if comment:
            yield first, comment
        first, comment = (token.start[0], token.string) if is_comment else (0, "")
        if not is_comment:
            yield token.start[0], token.string
    if comment:
        yield first, comment


def counts(avoid: Words, root: Path = ROOT) -> Counter[str]:
    """Count the words by folder, two levels deep."""
    found = (finding for place in PLACES for path in files(place, root) for finding in findings(path, avoid, root))
    return Counter("/".join(finding.path.parts[:-1][:2]) or finding.path.name for finding in found)


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Check the clean folders, or count the words of all; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m infra.tooling.check_words", description=__doc__)
    parser.add_argument("--counts", action="store_true", help="count the words in every folder, and fail nothing")
    parser.add_argument("places", nargs="*", help="folders or files to check; by default those that are clean")
    asked = parser.parse_args(arguments)
    avoid = words(root)
    if asked.counts:
        for folder, number in sorted(counts(avoid, root).items()):
            print(f"{number:5} {folder}")
        return 0
    places: list[str] = asked.places or list(avoid.clean)
    found = [finding for place in places for path in files(place, root) for finding in findings(path, avoid, root)]
    for finding in found:
        print(finding, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
