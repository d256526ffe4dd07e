"""Several requests in one table, for people who help many."""

from __future__ import annotations

from typing import Any, Final

from casereview.web.browser import PageAnswer
from pages.pair import look_up as ask_status
from pages.pair import read_pair
from pages.visit import Visit

MOST: Final = 50
"""The lines that are looked up; the others are ignored."""


def blank(visit: Visit) -> PageAnswer:
    """Ask for pairs of receipt and code."""
    return visit.page.show("several", form={}, rows=[])


def look_up(visit: Visit) -> PageAnswer:
    """Show where each request stands."""
    lines = [line for line in visit.form.get("pairs", "").splitlines() if line.strip()]
    return visit.page.show("several", form=visit.form, rows=[_row(visit, line) for line in lines[:MOST]])


def _row(visit: Visit, line: str) -> dict[str, Any]:
    """Return what a line of a receipt and a code leads to; the two may be parted by any space, comma or tab."""
    receipt, _, code = line.replace(",", " ").replace("\t", " ").strip().partition(" ")
    pair, errors = read_pair({"receipt": receipt, "code": code.strip()})
    if pair is None:
        return {"receipt": receipt, "found": None, "error": next(iter(errors.values()))}
    answer = ask_status(visit, pair)
    error = "" if answer.ok else "pair_not_found" if answer.problem == "not-found" else "try_again"
    return {"receipt": pair.receipt, "found": answer.body if answer.ok else None, "error": error}
