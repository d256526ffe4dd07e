"""Decision tables of the packaged policies, which lawyers read and edit: one case and its expected ranking per row.

In ``facts``, a fact that is not listed is unknown. A time can be relative to ``at`` (``+36h``, ``+1ms``, ``+14d``);
convictions are joined by ``+``, each ``kind [day] [vacated] [expunged]``. Expected lists are complete, in the
document's order, joined by ``;``.
"""

from __future__ import annotations

import csv
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from casereview.policy import packaged
from casereview.policy.engine import rank
from casereview.policy.ranking import RankInput
from casereview.schema.base import EASTERN
from casereview.schema.facts import Facts

HERE = Path(__file__).parent
TABLES = (*packaged.PACKAGED, packaged.DEFAULT)
SPAN = re.compile(r"([+-])(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)ms)?")
BOOLEANS = {"yes": True, "no": False}


def rows() -> list[Any]:
    found = []
    for name in TABLES:
        with (HERE / f"{name}.csv").open(encoding="utf-8", newline="") as table:
            found += [pytest.param(name, row, id=f"{name}: {row['case']}") for row in csv.DictReader(table)]
    return found


def listed(cell: str, separator: str = ";") -> list[str]:
    return [part.strip() for part in cell.split(separator) if part.strip()]


def conviction(text: str) -> dict[str, Any]:
    kind, *rest = text.split()
    marks = {part: True for part in rest if part in {"vacated", "expunged"}}
    days = [part for part in rest if part not in marks]
    return {"kind": kind, "convicted_on": days[0] if days else None, **marks}


def value(fact: str, text: str, at: datetime) -> object:
    if fact == "convictions":
        return [] if text == "none" else [conviction(part) for part in listed(text, "+")]
    if fact == "relief_pending":
        return [] if text == "none" else listed(text, "+")
    if span := SPAN.fullmatch(text):
        sign, days, hours, milliseconds = span[1], *(int(span[i] or 0) for i in (2, 3, 4))
        moved = timedelta(days=days, hours=hours, milliseconds=milliseconds)
        moment = at + moved if sign == "+" else at - moved
        return moment.astimezone(EASTERN).date() if fact == "check_in_on" else moment
    return BOOLEANS.get(text, text)


def facts(cell: str, at: datetime) -> Facts:
    pairs = [part.split(": ", 1) for part in listed(cell)]
    return Facts.model_validate({fact: value(fact, text, at) for fact, text in pairs})


@pytest.mark.parametrize(("name", "row"), rows())
def test_a_case_is_ranked_as_its_row_states(name: str, row: dict[str, str]) -> None:
    at = datetime.fromisoformat(row["at"])
    case = RankInput(facts(row["facts"], at), "case", at, verified=frozenset(listed(row["verified"])))
    policy = packaged.compiled(name)
    found = rank(case, policy, at, None)
    credits_ = {credit.id for credit in policy.document.credits}
    assert {
        "lane": found.lane,
        "credits": [reason.rule for reason in found.reasons if reason.rule in credits_],
        "categories": [f"{category.id} {category.mode}" for category in found.categories],
        "approvals": list(found.approvals),
        "factors": [factor.id for factor in found.factors],
        "flags": list(found.flags),
    } == {
        "lane": row["lane"],
        **{column: listed(row[column]) for column in ("credits", "categories", "approvals", "factors", "flags")},
    }


@pytest.mark.parametrize("name", TABLES)
def test_every_rule_has_a_row_in_which_it_holds_and_one_in_which_it_does_not(name: str) -> None:
    with (HERE / f"{name}.csv").open(encoding="utf-8", newline="") as table:
        held = [set(re.split(r"[ ;]+", " ".join(row.values()))) for row in csv.DictReader(table)]
    document = packaged.packaged(name)
    sections = (document.lanes, document.credits, document.categories, document.approvals, document.factors)
    rules = [rule.id for section in (*sections, packaged.flags().flags) for rule in section]
    assert [rule for rule in rules if not any(rule in row for row in held)] == []
    assert [rule for rule in rules if all(rule in row for row in held)] == []
