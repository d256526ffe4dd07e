"""The tour as a section of a Markdown page, and whether the section is what a run gives.

Two runs differ in receipts, codes, case ids, tokens and times. Those are masked before two sections are compared:
a time or a token by its kind; an identifier by its kind and the order in which it first occurs, so that a step that
answers about another request or case than the steps before is still a difference.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from textwrap import fill
from typing import Final

from infra.tour.answers import shown
from infra.tour.shell import command, preamble
from infra.tour.walk import Taken

BEGIN: Final = "<!-- tour: written by `python -m infra.tour --write README.md` -->"
END: Final = "<!-- /tour -->"
_WIDTH: Final = 120
_SYMBOL: Final = "[0-9A-HJKMNP-TV-Z]"
_VARYING: Final = re.compile(
    rf"""
    (?P<time>   \b \d{{4}}-\d{{2}}-\d{{2}}T\d{{2}}:\d{{2}}:\d{{2}} (?:\.\d+)? (?:Z|[+-]\d{{2}}:\d{{2}}) )
  | (?P<token>  \b eyJ[\w.-]+ )
  | (?P<code>   \b (?:{_SYMBOL}{{4}}-){{6}}{_SYMBOL} \b )
  | (?P<receipt>\b (?:{_SYMBOL}{{4}}-){{4}}{_SYMBOL} \b )
  | (?P<case>   \b {_SYMBOL}{{16}} \b )
  | (?P<duty>   (?<=-) [0-9a-f]{{16}} \b )
    """,
    re.VERBOSE,
)
_WITHOUT_NUMBER: Final = frozenset({"time", "token"})


class MarkersError(ValueError):
    """The page has no place for the tour."""


def section(taken: Iterable[Taken]) -> str:
    """Return the steps that were taken as Markdown."""
    parts = [_code("sh", preamble())]
    for number, each in enumerate(taken, 1):
        parts += [fill(f"**{number}.** {each.step.sentence}", _WIDTH), _code("sh", command(each.step))]
        parts.append(_code("", shown(each.answer, each.step.shows)))
    return "\n\n".join(parts)


def _code(language: str, text: str) -> str:
    return f"```{language}\n{text}\n```"


def between_markers(page: str) -> str:
    """Return the section that a page has.

    Raises:
        MarkersError: The markers are missing.
    """
    return _parts(page)[1].strip("\n")


def with_section(page: str, new: str) -> str:
    """Return a page with another section.

    Raises:
        MarkersError: The markers are missing.
    """
    before, _old, after = _parts(page)
    return f"{before}{BEGIN}\n{new}\n{END}{after}"


def _parts(page: str) -> tuple[str, str, str]:
    before, begin, rest = page.partition(BEGIN)
    old, end, after = rest.partition(END)
    if not begin or not end:
        raise MarkersError(f"the markers {BEGIN} and {END} are missing")
    return before, old, after


def masked(text: str) -> str:
    """Replace what varies from run to run by names such as ``<receipt 1>`` and ``<time>``."""
    known: dict[tuple[str, str], str] = {}
    counts: dict[str, int] = {}

    def name(found: re.Match[str]) -> str:
        kind = str(found.lastgroup)
        if kind in _WITHOUT_NUMBER:
            return f"<{kind}>"
        if (kind, found[0]) not in known:
            counts[kind] = counts.get(kind, 0) + 1
            known[kind, found[0]] = f"<{kind} {counts[kind]}>"
        return known[kind, found[0]]

    return _VARYING.sub(name, text)


def differences(old: str, new: str) -> list[str]:
    """Return the lines of a unified diff of two sections, masked; none where only what varies differs."""
    before, after = masked(old).splitlines(), masked(new).splitlines()
    return list(difflib.unified_diff(before, after, "page", "run", lineterm=""))
