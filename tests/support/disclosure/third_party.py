"""A verified third party beside the person: what she and the office do in pairs of worlds that must look the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from tests.support.disclosure import filer
from tests.support.disclosure.other_case import A_NUMBER, RITA, ROSA, RUTH, OtherCase, file_other, verify_requester
from tests.support.disclosure.worlds import START, Difference, Seen, at_start, differences, world
from tests.support.docket import bodies
from tests.support.staff import LAWYER
from tests.support.system import body

ADDRESS: Final = "sister@example.org"
IN_GEORGIA: Final[Mapping[str, object]] = {
    "custody": "not_detained",
    "facility": None,
    "residence": {"state": "GA"},
}
SUBMISSION: Final = body(
    requester={
        "role": "family",
        "name": "Eva Example",
        "authority": "form_60_001",
        "contact": {"email": ADDRESS, "language": "en", "safe_to_contact": True},
    },
    subject={"a_number": A_NUMBER},
    facts=IN_GEORGIA,
)
SLOT: Final = timedelta(minutes=20)
"""The time between two acts; all are done before the first lease ends."""


@dataclass(frozen=True, slots=True)
class Pair:
    """What happens in two worlds, slot by slot, and for how many days the third party goes on looking.

    Attributes:
        one: The acts in the first world; ``-`` for none.
        other: The acts in the second world.
        days: The number of days.
    """

    one: tuple[str, ...]
    other: tuple[str, ...]
    days: int = 0


_DECIDED: Final = ("verify", "claim", "decide")
PAIRS: Final[Mapping[str, Pair]] = {
    "received or in line, here or elsewhere": Pair(("-",), ("transfer",), 2),
    "a question to the person": Pair(("verify", "claim", "-"), ("verify", "claim", "ask")),
    "a question to the person, and her answer": Pair(
        ("verify", "claim", "-", "-"), ("verify", "claim", "ask", "answer")
    ),
    "a question in words of the catalogue to another": Pair(("join", "claim", "-"), ("join", "claim", "ask_proof")),
    "a decision that awaits approval": Pair(("claim", "-"), ("claim", "propose")),
    "a decision that was returned": Pair(("claim", "-", "-"), ("claim", "propose", "return_it")),
    "a decision that was returned and proposed again": Pair(
        ("claim", "-", "-", "-"), ("claim", "propose", "return_it", "propose")
    ),
    "the second look": Pair((*_DECIDED, "-", "-"), (*_DECIDED, "escalate", "claim_as_official"), 2),
    "the second look after an approval": Pair(
        ("verify", "claim", "propose", "approve", "-"), ("verify", "claim", "propose", "approve", "escalate"), 2
    ),
    "another request": Pair(("-", "-", "claim"), ("join", "answer", "claim")),
    "a lawyer, and who verified her": Pair(("-", "-", "claim"), ("lawyer", "verify", "claim")),
    "another lane": Pair(("-", "claim"), ("lift", "claim")),
    "verified facts": Pair(("claim", "-"), ("claim", "verify_facts")),
    "a request that is split off": Pair(("-", "-"), ("join", "split")),
    "a case that is linked": Pair(("-",), ("link",)),
    "her withdrawal": Pair(("-",), ("withdraw",), 2),
    "a removal": Pair(("claim", "-"), ("claim", "remove")),
    "how many people are ahead": Pair(("-",), ("crowd_the_office",), 9),
    "protection, once claimed": Pair(("claim", "-"), ("claim", "protect")),
    "what becomes of a case since it is restricted": Pair(
        ("claim", "protect", "-", "-", "-"), ("claim", "protect", "verify", "decide", "escalate"), 3
    ),
    "what becomes of a case that was decided and is restricted": Pair(
        (*_DECIDED, "-", "-", "-"), (*_DECIDED, "escalate", "protect", "uphold"), 3
    ),
}
"""Pairs of worlds that differ in what a verified third party must not see."""


class _Office(OtherCase):
    """The person's case, with further acts."""

    def answer(self) -> None:
        assert self.system.on(self.filed, "POST", "/updates", {"statement": "In Macon."}).status == 202
        self.system.settle(2)

    def ask_proof(self) -> None:
        request = next(one for one in self.system.requests if one.role == "family" and not one.verified)
        given = {"to": [request.receipt], "codes": ["prove_authority"]}
        self.system.work(RITA, self.case_id, "information-requests", given)

    def return_it(self) -> None:
        self.system.work(ROSA, self.case_id, "approval", {"approve": False, "why": "Not yet."})

    def approve(self) -> None:
        self.system.work(ROSA, self.case_id, "approval", {"approve": True, "why": "I agree."})

    def claim_as_official(self) -> None:
        self.system.work(RUTH, self.case_id, "claim")

    def lawyer(self) -> None:
        verify_requester(self.system, self.file(requester=LAWYER))

    def verify_facts(self) -> None:
        given = {"facts": {"removal_order": "final"}, "verdict": "confirmed", "why": "The order."}
        self.system.work(RITA, self.case_id, "verifications", given)
        self.system.pump()

    def protect(self) -> None:
        assert self.system.on(self.filed, "POST", "/updates", {"facts": {"relief_pending": ["vawa"]}}).status == 202
        self.system.pump()

    def crowd_the_office(self) -> None:
        """File for forty people in the lane of this case; after a week they count, and the lane has bands."""
        for given in bodies(40, now=START):
            self.system.file({**given, "facts": IN_GEORGIA})
        self.system.pump()


def watch(days: int, acts: tuple[str, ...]) -> list[Seen]:
    """Return all that a verified third party sees in the world of some acts, and on some days after them."""
    with world() as here:
        here.addresses = frozenset({ADDRESS})
        office = _Office(here, file_other(here, "plain").filed)
        office.rank()
        at_start(here)
        mine = filer.file(here, "filing", SUBMISSION, filer.KEY)
        here.work()
        with here.acting("others"):
            verify_requester(here.system, mine.filed)
        mine.look_up("at first")
        for number, act in enumerate(acts, 1):
            here.system.time = START + number * SLOT
            if act != "-":
                with here.acting("others"):
                    getattr(office, act)()
                    here.system.pump()
            mine.look_up(f"after act {number}")
        here.system.time = START + (len(acts) + 1) * SLOT
        for day in range(1, days + 1):
            here.pass_day()
            mine.look_up(f"on day {day}")
        _write(mine)
        return here.seen


def _write(mine: filer.Holder) -> None:
    mine.update("words", statement="I know more.", facts={"serious_illness": True})
    mine.update("a contact", contact={"phone": "+1 202 555 0123"})
    mine.look_up("after the updates")
    for number in (1, 2):
        mine(f"escalation {number}", "POST", "/escalation", {"statement": "Look again."})
        mine.look_up(f"after escalation {number}")
    mine("withdrawal", "POST", "/withdrawal", {})
    mine.look_up("after the withdrawal")


def told_apart(pair: Pair) -> list[Difference]:
    """Return the acts by which a verified third party could tell two worlds apart."""
    return list(differences(watch(pair.days, pair.one), watch(pair.days, pair.other)))
