"""Draw the lifecycle of a case from its table: ``python -m infra.documents.lifecycle``; ``--check`` fails on drift."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, get_args

from casereview.cases.lifecycle import ENDED, LIVE, OPEN, QUEUED, TRANSITIONS, StatusChange
from casereview.http.routes import Address
from casereview.schema.vocabulary import EventKind, Status
from infra.documents.command import Document, run
from infra.paths import ROOT

PATH: Final = Path("docs/lifecycle.md")

STATES: Final[Mapping[Status, str]] = {
    "received": "Filed; not ranked yet.",
    "in_line": "In its office's worklist; no officer has claimed it.",
    "in_review": "Claimed by an officer until the lease expires.",
    "information_needed": "Waiting for an answer; the clock of the first look is stopped, except in the top lanes.",
    "awaiting_approval": "Decided by its officer; a supervisor must approve. Requesters see `in_review`.",
    "decided": "The field office has decided; the requester may ask for the Senior Reviewing Official.",
    "with_senior_official": "Escalated: in the worklist `SRO`, claimed or not.",
    "withdrawn": "All requests were withdrawn.",
    "closed": "The Senior Reviewing Official has decided, or the case was linked to another.",
}
EVENTS: Final[Mapping[EventKind, str]] = {
    "filed": "A request opens the case.",
    "joined": "Another request about the same person.",
    "updated": "A requester sends facts, a contact or a statement.",
    "ranked": "Its rank changed: by facts, time or policy.",
    "undeliverable": "A notice could not be delivered; the office is asked to telephone or to write.",
    "handed_over": "The requester wants a call or a letter: the office tells what a notice says.",
    "claimed": "An officer claims it, which counts as a look while the lease lasts. A case that waits for an answer can"
    " be claimed in a top lane.",
    "assigned": "A supervisor gives it to an officer, who then holds the claim; another officer's claim ends.",
    "released": "Its officer returns it; where no work was done, the first look is due again.",
    "lease_ended": "The lease expired without work on the case; where no work was done before, the first look is due"
    " again.",
    "verified": "An officer confirms or refutes a fact, an identity or an authority. An officer without access to"
    " restricted cases who marks a case as protected loses the claim.",
    "information_asked": "An officer asks the requester; the claim ends.",
    "resumed": "The answer arrived, and the case returns to the officer who asked; or the time for it is over, or that"
    " officer has no access to the case any more, and it goes in line.",
    "transferred": "A supervisor, or an officer of headquarters, sends it to another office, or an officer verified a"
    " place there; the claim ends, the clock continues.",
    "removal_recorded": "The person was removed; after a request this is a safety event.",
    "noted": "An officer records a call, a visit, a referral or a remark.",
    "linked": "A case without A-number is joined to an open case, which keeps its state.",
    "split": "A request that was joined by mistake gets a case of its own.",
    "code_reissued": "A requester gets a new access code, and a message informs the requester.",
    "code_frozen": "An access code shows the request alone, until it is reissued.",
    "requester_checked": "One officer confirms or refutes a requester; a second one must agree.",
    "proof_asked": "A requester who is not verified is asked for proof, from the catalog of questions.",
    "identity_corrected": "Staff correct the A-number, name or birth date of requests; the person's guard follows.",
    "guard_moved": "The person is verified in a case beside another one, which passes the person's later requests on.",
    "suppression_lifted": "A supervisor permits messages to an address again.",
    "escalation_kept": "A requester asks for the Senior Reviewing Official; it takes effect at the verification.",
    "withdrawal_asked": "A withdrawal waits for a supervisor, because staff filed the request or reissued its code.",
    "withdrawal_cancelled": "Such a withdrawal is taken back, or a supervisor does not confirm it.",
    "withdrawal_undone": "A withdrawal is taken back within 72 hours; a case that it ended is open again.",
    "decision_proposed": "Decided, and the policy requires approvals.",
    "decision_returned": "Not approved, or a ranking sees material news or another policy: returned to its author.",
    "decision_withdrawn": "Its author takes it back.",
    "approval_given": "One of several approvals is given; others are still open.",
    "duty_done": "People at the office did what they had to: carried out, told, called, wrote or translated.",
    "decided": "Decided; the outcome `withdrawn` confirms that no live request remains.",
    "approved": "The last approval is given, by a supervisor who is not the author.",
    "escalated": "The requester asks for the Senior Reviewing Official.",
    "official_decided": "Overridden or upheld; the outcome `withdrawn` confirms that no live request remains.",
    "remanded": "Sent back to the field office.",
    "withdrawn": "A requester withdraws. The case ends if that was its only request, it is in no top lane and the"
    " person is not detained; else an officer confirms.",
    "corrected": "A supervisor, or the author, undoes an act: a removal, a link, a verification of facts, a refutation"
    " of a requester, a question. A link that is undone opens the linked case again.",
    "reopened": "A supervisor returns it to the worklist because circumstances changed; what the Senior Reviewing"
    " Official decided, the official does, or a supervisor who names what changed.",
}
_CASE: Final = "/staff/cases/{case_id}"
_POLICY: Final = "/staff/policies/{policy_id}"
_CORRECTION: Final = "`POST …/corrections`"
UNDONE_BY: Final[Mapping[Address, str]] = {
    ("POST", "/staff/worklist/next"): "`POST …/release`",
    (
        "POST",
        "/staff/requests",
    ): "its requester withdraws it; `POST …/split` or `POST …/link` moves it to the right case",
    ("POST", f"{_CASE}/claim"): "`POST …/release`",
    ("POST", f"{_CASE}/release"): "`POST …/claim`",
    ("POST", f"{_CASE}/transfer"): "`POST …/transfer`, back",
    ("POST", f"{_CASE}/removal"): f"{_CORRECTION}: the safety event goes, unless another removal is recorded",
    ("POST", f"{_CASE}/link"): f"{_CORRECTION}: the case is open again, and its requests return; later `POST …/split`",
    ("POST", f"{_CASE}/split"): "`POST …/link` of the new case",
    ("POST", f"{_CASE}/corrections"): "the same act again",
    ("POST", f"{_CASE}/identity"): "`POST …/identity`, with what it was before",
    ("POST", f"{_CASE}/reopening"): "a decision",
    ("POST", f"{_CASE}/decision"): "while it waits for an approval, `POST …/decision/withdrawal` by its author, or"
    " `POST …/approval` with `approve: false`; later `POST …/reopening`, or an escalation",
    ("POST", f"{_CASE}/decision/withdrawal"): "a decision",
    ("PUT", f"{_CASE}/draft"): "`PUT …/draft`",
    ("POST", f"{_CASE}/assignment"): "`POST …/assignment`, or `POST …/release`",
    ("POST", f"{_CASE}/notes"): "another note",
    (
        "POST",
        f"{_CASE}/duties/{{duty}}",
    ): "`POST …/corrections`: the duty is open again; for contact that is not safe, its holder says that it is",
    ("POST", f"{_CASE}/approval"): "`POST …/reopening`; after a refusal, a new decision",
    (
        "POST",
        f"{_CASE}/verifications",
    ): f"of facts, a protection mark among them: {_CORRECTION}, or a new verification; a"
    f" confirmation of a requester: a refutation; a refutation: {_CORRECTION}, or new proof and a confirmation",
    (
        "POST",
        f"{_CASE}/information-requests",
    ): f"{_CORRECTION}: the question is taken back, and who was asked is informed",
    ("POST", "/staff/lookups"): "nothing to undo: a search, which is recorded",
    ("POST", f"{_CASE}/contacts"): "nothing to undo: a read, which is recorded",
    ("POST", f"{_CASE}/reissue-code"): "`POST …/reissue-code`",
    ("POST", f"{_CASE}/freeze"): "`POST …/reissue-code`",
    ("POST", f"{_CASE}/withdrawals"): "a confirmation: its requester takes the withdrawal back within 72 hours, later"
    " `POST …/reopening`; a cancellation: its requester withdraws again",
    ("POST", f"{_CASE}/unsuppress"): "an address that fails again is suppressed again",
    ("POST", "/staff/policies"): "the author replaces the draft, or another person refuses it",
    ("DELETE", _POLICY): "the draft is sent again",
    ("POST", f"{_POLICY}/preview"): "nothing to undo: a preview changes no case",
    ("POST", f"{_POLICY}/approval"): "an amendment that takes the policy out of force; after a refusal, a new draft",
}
"""What undoes each act of staff, by its route; every route that changes something has an entry."""
_HEAD: Final = """\
# The lifecycle of a case

Written by `make lifecycle` from `shared/casereview/cases/lifecycle.py`; `make check` fails where the two differ. A
requester with full disclosure sees these states. A verified third party sees `received`, `in_review` or `decided`;
whoever is not verified never sees more than `received`.
"""


_UNDOING: Final = """\
## What undoes an act of staff

Each with a reason, which is sealed. A correction names the event that it undoes by its version in the history
(`GET …/history`), where the event stays, with `corrected_by`. An event is corrected once, by a supervisor of the case
or by its author, and as long as nothing depends on it: a link only while no request of it has ended or moved on. What
requesters were informed of is news to them again.
"""


def text() -> str:
    """Return the document."""
    parts = (_HEAD, "## States\n", _diagram(), _states(), "## Events\n", _events(), _UNDOING, _undone())
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
        "*open*: a field office must decide, and new requests about the person join; *live*: a field office or the"
        " Senior Reviewing Official must decide; *queued*: in a worklist; *ended*: no decision is pending.\n"
    )
    return "\n".join(["| state | is | what it means |", "|---|---|---|", *rows, "", note])


def _groups(state: Status) -> Iterator[str]:
    for name, states in (("open", OPEN), ("live", LIVE), ("queued", QUEUED), ("ended", ENDED)):
        if state in states:
            yield name


def _events() -> str:
    rows = [f"| `{kind}` | {_moving(kind)} | {_staying(kind)} | {EVENTS[kind]} |" for kind in TRANSITIONS]
    return "\n".join(["| event | moves | or stays in | what it means |", "|---|---|---|---|", *rows, ""])


def _undone() -> str:
    rows = [f"| `{method} {path}` | {how} |" for (method, path), how in UNDONE_BY.items()]
    return "\n".join(["| act | what undoes it |", "|---|---|", *rows, ""])


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


DOCUMENT: Final = Document(PATH, "lifecycle", lambda _present: text())


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Write or check the document below a directory, and return the exit code."""
    return run(DOCUMENT, arguments, root)


if __name__ == "__main__":
    sys.exit(main())
