"""The acts on a case that need no more than a few fields, as a table; each can be found by its name in the address."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final, Literal, NamedTuple

from casereview.web.api_answer import ApiAnswer
from casereview.web.browser import PageAnswer
from desk import words
from desk.visit import Visit

Shape = Literal["text", "area", "choice", "date", "moment"]


class Field(NamedTuple):
    """A field of a form."""

    name: str
    """Its place in the body."""
    label: str
    shape: Shape = "text"
    options: Mapping[str, str] = {}
    required: bool = True
    hint: str = ""


WHY: Final = Field("why", "Why", "area", hint="It is kept in the history of the case.")


class Act(NamedTuple):
    """An act on a case."""

    title: str
    rest: str
    """The path in the staff API, below the case."""
    fields: tuple[Field, ...]
    roles: tuple[str, ...] = ("officer", "supervisor", "sro")
    undone_by: str | None = None
    """How it is taken back; None if it cannot be, and then the page says what follows."""
    follows: str = ""
    """What cannot be taken back."""
    shows_answer: bool = False
    """Whether a page shows what was asked for, such as contacts; else the case is shown again."""


_RECEIPT: Final = Field("receipt", "Receipt")
ACTS: Final[Mapping[str, Act]] = {
    "release": Act("Give the case back to the line", "/release", (), undone_by="Claim it again."),
    "note": Act(
        "Write a note",
        "/notes",
        (
            Field("kind", "Kind", "choice", {"note": "Note", "call": "Call", "visit": "Visit", "referral": "Referral"}),
            Field("with", "With", required=False),
            Field("text", "Text", "area"),
        ),
        undone_by="A later note corrects it.",
    ),
    "contacts": Act(
        "Open the contacts",
        "/contacts",
        (WHY,),
        follows="That you opened them, and why, stays in the history.",
        shows_answer=True,
    ),
    "transfer": Act(
        "Transfer to another office",
        "/transfer",
        (Field("office", "Code of the office"), WHY),
        ("supervisor",),
        undone_by="The other office transfers it back.",
    ),
    "assign": Act(
        "Assign to a colleague", "/assignment", (Field("to", "User"), WHY), ("supervisor",), undone_by="Assign again."
    ),
    "identity": Act(
        "Correct who the case is about",
        "/identity",
        (
            Field("receipt", "Receipt", required=False, hint="Where a case has several requests."),
            Field("a_number", "A-number", required=False),
            Field("given_name", "Given name", required=False),
            Field("family_name", "Family name", required=False),
            Field("born_on", "Date of birth", required=False, hint="1980-02-03, or the year."),
            WHY,
        ),
        undone_by="Correct it again.",
    ),
    "removal": Act(
        "Record that the person was removed",
        "/removal",
        (Field("removed_at", "When", "moment"), WHY),
        undone_by="A correction in the history.",
    ),
    "link": Act(
        "Link with another case of the same person",
        "/link",
        (Field("case_id", "The other case"), WHY),
        ("supervisor",),
        undone_by="A correction in the history.",
    ),
    "split": Act(
        "Split a request off into a case of its own",
        "/split",
        (_RECEIPT, WHY),
        ("supervisor",),
        undone_by="Link the two cases.",
    ),
    "freeze": Act(
        "Freeze a receipt",
        "/freeze",
        (_RECEIPT, WHY),
        ("officer", "supervisor"),
        follows="Whoever has the code is shown nothing more. A new code needs a proof of who the holder is.",
    ),
    "reissue-code": Act(
        "Give a new access code",
        "/reissue-code",
        (_RECEIPT, Field("proof", "What proof you saw", "choice", words.PROOFS), WHY),
        ("officer", "supervisor"),
        follows="The old code opens nothing any more. The new one is shown once, to be read out; the holder is told.",
        shows_answer=True,
    ),
    "withdrawals": Act(
        "Answer a withdrawal that waits",
        "/withdrawals",
        (_RECEIPT, Field("confirm", "The holder", "choice", {"yes": "withdraws", "no": "does not withdraw"}), WHY),
        ("supervisor",),
        follows="A confirmed withdrawal ends the request.",
    ),
    "unsuppress": Act(
        "Send messages to a receipt's address again",
        "/unsuppress",
        (_RECEIPT, WHY),
        ("supervisor",),
        undone_by="Messages that do not arrive stop it again.",
    ),
    "reopening": Act(
        "Reopen the case",
        "/reopening",
        (WHY,),
        ("supervisor", "sro"),
        undone_by="Decide it again.",
    ),
    "take-back": Act(
        "Take back your decision",
        "/decision/withdrawal",
        (WHY,),
        undone_by="Decide again.",
    ),
    "correct": Act(
        "Correct an act of the history",
        "/corrections",
        (Field("event", "Number of the event", hint="It stands in the history."), WHY),
        undone_by="Do it again.",
    ),
}
"""The acts by their name in the address of their page."""
_ANSWERS: Final = {"yes": True, "no": False}


def offered(visit: Visit) -> dict[str, Act]:
    """Return the acts that the roles of the user allow."""
    return {name: act for name, act in ACTS.items() if visit.has(*act.roles)}


def blank(visit: Visit) -> PageAnswer:
    """Show the form of an act."""
    found = offered(visit).get(visit.places["act"])
    return _form(visit, found) if found else visit.not_found()


def act(visit: Visit) -> PageAnswer:
    """Do it."""
    found = offered(visit).get(visit.places["act"])
    if found is None:
        return visit.not_found()
    named = {field.name: visit.form[field.name] for field in found.fields if field.name in visit.form}
    body: dict[str, object] = dict(named)
    if named.get("confirm") in _ANSWERS:
        body["confirm"] = _ANSWERS[named["confirm"]]
    if named.get("event", "").isdecimal():
        body["event"] = int(named["event"])
    answer = visit.api.post(visit.of_case(found.rest), body)
    if not answer.ok:
        return _form(visit, found, answer.status, answer)
    if found.shows_answer:
        return visit.show("given", act=found, given=answer.body, case_id=visit.places["case"])
    return visit.go(f"cases/{visit.places['case']}", visit.places["act"])


def _form(visit: Visit, found: Act, status: int = HTTPStatus.OK, problem: ApiAnswer | None = None) -> PageAnswer:
    return visit.show(
        "act", status, act=found, act_name=visit.places["act"], case_id=visit.places["case"], problem=problem
    )
