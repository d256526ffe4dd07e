"""Compare the disciplines, find the staffing that holds the targets, and write the page with its pictures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from statistics import quantiles
from typing import Any

from tests.bench.queueing import svg, world
from tests.bench.queueing.lines import disciplines
from tests.bench.queueing.office import Office
from tests.bench.queueing.world import DAYS, START, Matter, Staffing

LANES = ("citizenship_claim", "imminent_removal", "detained", "final_order", "other")
TARGET = 0.95
"""The share of cases looked at in time that holds a target."""
_SHORT = Staffing(officers=4)
"""Too few for all that comes, so that it shows who bears it."""
_HOUSE = "every k-th for the lower"
_END = START + timedelta(days=DAYS)
_WAITING = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Waits:
    """How long the cases of a lane waited for their first look."""

    cases: int
    median: float
    """Hours, as all numbers here; of one still waiting, until the end."""
    p95: float
    longest: float
    in_time: float
    """The share looked at by the target of the lane, sixty days where it has none."""
    unseen: int


def waits(office: Office) -> dict[str, Waits]:
    """Return the waits by the lane in which a case was last."""
    return {
        lane: _waits([matter for matter in office.matters if matter.lane == lane and _counts(matter)]) for lane in LANES
    }


def _counts(matter: Matter) -> bool:
    """Leave out who was moved to another office before anyone could look."""
    return not (matter.leaves_at and matter.looked_at is None and matter.leaves_at < _END)


def _waits(matters: list[Matter]) -> Waits:
    hours = [((matter.looked_at or _END) - _begins(matter)) / timedelta(hours=1) for matter in matters]
    due = [(matter, matter.target_by or matter.filed_at + _WAITING) for matter in matters]
    judged = [(matter.looked_at or _END) <= by for matter, by in due if matter.looked_at or by <= _END]
    cuts = quantiles(hours, n=20)
    return Waits(
        len(matters),
        cuts[9],
        cuts[18],
        max(hours),
        sum(judged) / len(judged) if judged else 0.0,
        sum(matter.looked_at is None for matter in matters),
    )


def _begins(matter: Matter) -> datetime:
    """Return since when a case waits in its lane here."""
    return max(matter.lane_since or matter.comes_at, matter.comes_at)


def compare(staffing: Staffing, seed: int = 1) -> dict[str, Office]:
    """Run every discipline over the same arrivals."""
    return {name: Office(discipline, staffing, seed).run() for name, discipline in disciplines().items()}


def holds(office: Office, lanes: tuple[str, ...] = LANES) -> bool:
    """Tell whether every lane's target is held."""
    found = waits(office)
    return all(found[lane].in_time >= TARGET for lane in lanes)


def staffing(seed: int = 1, most: int = 9) -> list[dict[str, Any]]:
    """Return, for numbers of officers with and without somebody on duty at all hours, the shares looked at in time."""
    rows = []
    for on_duty in (0, 1, 2):
        for officers in range(3, most + 1):
            office = Office(disciplines()[_HOUSE], Staffing(officers, on_duty), seed).run()
            found = waits(office)
            shares = {lane: round(found[lane].in_time, 3) for lane in LANES}
            rows.append({"officers": officers, "on_duty": on_duty, "shares": shares, "holds": holds(office)})
    return rows


def write(folder: Path, seed: int = 1) -> dict[str, Any]:
    """Run everything, write docs/queueing.md with its pictures, and return the figures."""
    offices = compare(_SHORT, seed)
    found = {name: waits(office) for name, office in offices.items()}
    rows = staffing(seed)
    (folder / "queueing-waits.svg").write_text(_picture_of_waits(found), encoding="utf-8")
    (folder / "queueing-lines.svg").write_text(_picture_of_lines(offices), encoding="utf-8")
    (folder / "queueing.md").write_text(_page(found, rows), encoding="utf-8")
    enough = [row for row in rows if row["holds"]]
    return {
        "in_time": {
            name: {lane: round(each.in_time, 3) for lane, each in lanes.items()} for name, lanes in found.items()
        },
        "enough": {key: enough[0][key] for key in ("officers", "on_duty")} if enough else None,
    }


def _picture_of_waits(found: dict[str, dict[str, Waits]]) -> str:
    groups = {lane: {name: lanes[lane].p95 for name, lanes in found.items()} for lane in LANES}
    ticks = {0.1: "6 min", 1: "1 h", 4: "4 h", 24: "1 d", 168: "7 d", 336: "14 d", 1440: "60 d", 2880: "120 d"}
    return svg.bars("Waiting for a first look, 95th percentile, by lane", groups, ticks)


def _picture_of_lines(offices: dict[str, Office]) -> str:
    lower = ("final_order", "other")
    series = {
        name: [sum(lengths.get(lane, 0) for lane in lower) for _at, lengths in office.waiting]
        for name, office in offices.items()
    }
    return svg.curves("Cases of the lower lanes that wait, day by day", series, "cases waiting")


def _page(found: dict[str, dict[str, Waits]], rows: list[dict[str, Any]]) -> str:
    intro = f"""# Who waits how long

Written by `make bench` (tests/bench/queueing), a simulation over the real engine: each case is ranked, and ranked again
when its rank can change. One large office: {world.PER_DAY} requests a day, {world.LAUNCH} times that in the first
{world.LAUNCH_DAYS} days, {world.DAYS} days; the mix of lanes is that of the synthetic docket.

**Assumptions** that a pilot must replace: a first look takes {world.REVIEW_HOURS * 60:.0f} minutes on average,
{world.BROKEN_OFF:.0%} of claims end without one, {world.MOVED_A_DAY:.0%} of the detained are moved each day; officers
work eight hours on weekdays, and those on duty take the top lanes alone, at all hours.

## Too few officers: who bears it

{_SHORT.officers} officers and {_SHORT.on_duty} on duty, less than the load needs. Waiting for a first look, in hours.

| discipline | lane | cases | median | 95 % | longest | in time | not seen |
|---|---|---:|---:|---:|---:|---:|---:|
"""
    table = [
        f"| {name} | {lane} | {each.cases} | {each.median:.1f} | {each.p95:.1f} | {each.longest:.0f}"
        f" | {each.in_time:.0%} | {each.unseen} |"
        for name, lanes in found.items()
        for lane, each in lanes.items()
    ]
    return intro + "\n".join([*table, "", *_conclusion(found), "", *_staffing(rows), ""])


def _conclusion(found: dict[str, dict[str, Waits]]) -> list[str]:
    first, strict, house = (found[name] for name in ("first come", "strict lanes", _HOUSE))
    starved = strict["other"]
    return f"""\
![Waiting times by lane](queueing-waits.svg)

![Cases of the lower lanes that wait](queueing-lines.svg)

- **First come** knows no danger: {first["imminent_removal"].in_time:.0%} of `imminent_removal` were in time.
- **Strict lanes** starve the lowest: {starved.in_time:.0%} of `other` were looked at in sixty days, and
  {starved.unseen} of {starved.cases} were never.
- **Credits** change the order within a lane and leave the lanes as they are.
- **Every k-th for the lower lanes** lets the lowest move: {house["other"].in_time:.0%} of `other` in time, while the
  detained come to {house["detained"].in_time:.0%} (strict: {strict["detained"].in_time:.0%}). It shares a shortage; it
  makes no officer.""".split("\n")


def _staffing(rows: list[dict[str, Any]]) -> list[str]:
    enough = [row for row in rows if row["holds"]]
    head = f"| officers | on duty | {' | '.join(LANES)} | all hold |"
    lines = [_row(row) for row in rows]
    found = (
        f"**{enough[0]['officers']} officers and {enough[0]['on_duty']} on duty** hold every target"
        f" in {TARGET:.0%} of cases"
        if enough
        else "None of these hold every target"
    )
    return [
        "## What staffing holds the targets",
        "",
        f"{found}: four hours in the top lanes, at any hour of the week; 14 days for the detained; where a lane has no",
        "target, the sixty days after which the policy counts a wait as overdue. Without somebody on duty at night and",
        "on weekends no number of officers holds four hours.",
        "",
        head,
        f"|---:|---:|{'---:|' * len(LANES)}---|",
        *lines,
    ]


def _row(row: dict[str, Any]) -> str:
    shares = " | ".join(f"{row['shares'][lane]:.0%}" for lane in LANES)
    return f"| {row['officers']} | {row['on_duty']} | {shares} | {'yes' if row['holds'] else 'no'} |"
