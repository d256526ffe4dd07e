"""Draw the lifecycle of a case from its table: ``python -m infra.documents.lifecycle``; with ``--check``, tell of drift."""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, get_args

from casereview.cases.lifecycle import ENDED, LIVE, OPEN, QUEUED, TRANSITIONS, StatusChange
from casereview.schema.vocabulary import EventKind, Status
from infra.paths import ROOT

PATH: Final = Path("docs/lifecycle.md")

STATES: Final[Mapping[Status, str]] = {
    "received": "Filed, and not ranked yet.",
    "in_line": "Stands in its office's worklist; nobody holds it.",
    "in_review": "An officer holds it for the length of a lease.",
    "information_needed": "An answer is awaited; the clock of the first look stands still, but for the top lanes.",
    "awaiting_approval": "Decided by its officer; a supervisor's approval is awaited. Requesters see `in_review`.",
    "decided": "The field office has decided; the requester may ask for the Senior Reviewing Official.",
    "with_senior_official": "Escalated: in the worklist `SRO`, held or not.",
    "withdrawn": "No request is left.",
    "closed": "The Senior Reviewing Official has decided, or the case was joined to another.",
}
EVENTS: Final[Mapping[EventKind, str]] = {
    "filed": "A request opens the case.",
    "joined": "Another request about the same person.",
    "updated": "A requester sends facts, a contact or a statement.",
    "ranked": "Its place changed: facts, time or policy.",
    "undeliverable": "A notice did not arrive; the office is told to telephone.",
    "claimed": "An officer takes it up: a look at it while the claim lasts. One that waits for an answer can be taken"
    " up in a top lane.",
    "released": "Its holder gives it back; where nothing was done with it, its first look is owed again.",
    "lease_ended": "The lease is over without work on the case; where none was done before, its first look is owed"
    " again.",
    "verified": "An officer establishes or refutes a fact, an identity, an authority. Who marks a case as protected"
    " without access to such cases gives it back.",
    "information_asked": "An officer asks; the claim ends.",
    "resumed": "The answer came, or the policy's days are over.",
    "transferred": "A supervisor sends it to another office; a claim ends, the clock runs on.",
    "removal_recorded": "The person was removed; after a request that is a safety event.",
    "linked": "A case without A-number is joined to an open one, which stays as it is.",
    "split": "A request that was wrongly joined gets a case of its own.",
    "code_reissued": "A requester gets a new access code.",
    "decision_proposed": "Decided, and the policy asks for an approval.",
    "decision_returned": "Not approved, or another policy is in force: back to its author.",
    "decided": "Decided; `withdrawn` confirms that no request is left.",
    "approved": "Approved by a supervisor who is not the author.",
    "escalated": "The requester asks for the Senior Reviewing Official.",
    "official_decided": "Overridden or upheld; `withdrawn` confirms that no request is left.",
    "remanded": "Sent back to the field office.",
    "withdrawn": "A requester withdraws; the case ends with its only request, else an officer confirms.",
    "reopened": "An officer puts it into the line again, on changed circumstances.",
}
_HEAD: Final = """\
# The lifecycle of a case

Drawn by `python -m infra.documents.lifecycle` from `shared/casereview/cases/lifecycle.py`; `make check` fails where the two differ.
Requesters see these states in their look-up, and without full disclosure never more than `received`.
"""


def text() -> str:
    """Return the document."""
    parts = (_HEAD, "## States\n", _diagram(), _states(), "## Events\n", _events())
    return "\n".join(parts)


def _diagram() -> str:
    """Draw what moves a case; what leaves it in its state is in the table below."""
    labels: dict[StatusChange, list[EventKind]] = defaultdict(list)
    for kind, moves in TRANSITIONS.items():
        for before, after in moves:
            if before != after:
                labels[before, after].append(kind)
    states = get_args(Status)
    ordered = sorted(labels, key=lambda move: (states.index(move[0]) if move[0] else -1, states.index(move[1])))
    lines = [f"    {before or '[*]'} --> {after} : {', '.join(labels[before, after])}" for before, after in ordered]
    return "\n".join(["```mermaid", "stateDiagram-v2", *lines, "```", ""])


def _states() -> str:
    rows = [f"| `{state}` | {', '.join(_groups(state))} | {STATES[state]} |" for state in get_args(Status)]
    note = (
        "*open*: a field office owes a decision, and new requests about the person join; *live*: somebody owes one;"
        " *queued*: in a worklist; *ended*: nobody owes anything.\n"
    )
    return "\n".join(["| state | is | what it means |", "|---|---|---|", *rows, "", note])


def _groups(state: Status) -> Iterator[str]:
    for name, states in (("open", OPEN), ("live", LIVE), ("queued", QUEUED), ("ended", ENDED)):
        if state in states:
            yield name


def _events() -> str:
    rows = [f"| `{kind}` | {_moving(kind)} | {_staying(kind)} | {EVENTS[kind]} |" for kind in TRANSITIONS]
    return "\n".join(["| event | moves | or stays in | what it means |", "|---|---|---|---|", *rows, ""])


def _moving(kind: EventKind) -> str:
    by_target: dict[Status, list[Status | None]] = defaultdict(list)
    for before, after in _in_order(kind):
        if before != after:
            by_target[after].append(before)
    return "; ".join(f"{_names(before)} → `{after}`" for after, before in by_target.items())


def _staying(kind: EventKind) -> str:
    return _names([after for before, after in _in_order(kind) if before == after])


def _in_order(kind: EventKind) -> list[StatusChange]:
    states: tuple[Status | None, ...] = (None, *get_args(Status))
    return sorted(TRANSITIONS[kind], key=lambda move: (states.index(move[1]), states.index(move[0])))


def _names(states: Sequence[Status | None]) -> str:
    """Name states; a whole group by its name."""
    for name, group in (("any", LIVE | ENDED), ("live", LIVE), ("queued", QUEUED), ("open", OPEN), ("ended", ENDED)):
        if set(states) == group:
            return f"*{name}*"
    return ", ".join(f"`{state}`" if state else "nothing" for state in states)


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Write or check the document below a directory, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m infra.documents.lifecycle", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail where the document differs")
    check: bool = parser.parse_args(arguments).check
    path = root / PATH
    if not check:
        path.write_text(text(), encoding="utf-8")
    elif not path.is_file() or path.read_text(encoding="utf-8") != text():
        print(f"{PATH} differs from what the code says: run `make lifecycle` and commit it", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
