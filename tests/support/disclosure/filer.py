"""What an unverified filer does over two weeks: every route, right and wrong, while the world goes on."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from casereview.schema.vocabulary import Role
from tests.support.disclosure.other_case import A_NUMBER
from tests.support.disclosure.worlds import World
from tests.support.system import body

ADDRESS: Final = "filer@example.org"
KEY: Final = "the-key-of-this-filer"

_DETAINED: Final[dict[str, Any]] = {"custody": "detained", "facility": "STWRTGA"}
_AT_HOME: Final[dict[str, Any]] = {"custody": "not_detained", "facility": None, "residence": {"state": "GA"}}
FACTS: Final[Mapping[Role, dict[str, Any]]] = {
    "self": _AT_HOME,
    "attorney": _DETAINED,
    "accredited_representative": {**_AT_HOME, "relief_pending": ["u_visa"]},
    "family": {**_DETAINED, "removal_soon": True},
    "advocate": {**_AT_HOME, "removal_order": "final", "residence": {"state": "TX", "county": "El Paso"}},
    "other": {"custody": "unknown", "facility": None},
}
"""What a filer of each role says about the person: every lane, two offices, and the headquarters."""


def submission(role: Role, a_number: str | None = A_NUMBER) -> dict[str, Any]:
    """Return the request of an unverified filer."""
    contact = {"email": ADDRESS, "language": "en", "safe_to_contact": True}
    requester = {"role": role, "name": "A Filer", "authority": "none", "contact": contact}
    return body(requester=requester, subject={"a_number": a_number}, facts=FACTS[role])


@dataclass(frozen=True, slots=True)
class Holder:
    """The observed actor, who holds a receipt with its code."""

    world: World
    receipt: str
    code: str

    def __call__(self, act: str, method: str, what: str = "", given: object = None, code: str | None = None) -> None:
        headers = {"Authorization": f"Bearer {self.code if code is None else code}"}
        self.world.observe(act, method, f"/requests/{self.receipt}{what}", given, headers)

    @property
    def filed(self) -> dict[str, str]:
        """The receipt and the code, as in the answer to the filing."""
        return {"receipt": self.receipt, "access_code": self.code}

    def look_up(self, when: str) -> None:
        self(f"look-up {when}", "GET")

    def update(self, what: str, **given: Any) -> None:  # noqa: ANN401  # any field
        self(f"update: {what}", "POST", "/updates", given)


def file(here: World, act: str, given: object, key: str) -> Holder:
    """File a request as the observed actor."""
    answer = here.observe(act, "POST", "/requests", given, {"Idempotency-Key": key})
    found = json.loads(answer[2])
    return Holder(here, found["receipt"], found["access_code"])


Meanwhile = Callable[[Mapping[str, Any]], None]
"""What others do after the filing, which is given; it takes less than half a day."""


def run(here: World, given: dict[str, Any], days: int, meanwhile: Meanwhile | None = None) -> None:
    """Do all that an unverified filer can do, over some days.

    Args:
        here: The world, at the time at which the filer acts first.
        given: The request.
        days: How many days pass before the filer withdraws.
        meanwhile: What others do between the filing and the filer's next act.
    """
    mine = file(here, "filing", given, KEY)
    noon = here.system.time + timedelta(hours=12)
    here.work()
    if meanwhile:
        meanwhile(mine.filed)
    assert here.system.time < noon
    here.system.time = noon
    here.work()
    _first_day(here, mine, given)
    for day in range(1, days + 1):
        here.pass_day()
        mine.look_up(f"on day {day}")
        if day in _LATER:
            mine.update(f"on day {day}", **_LATER[day])
            mine.look_up(f"after the update of day {day}")
        if day == 2:
            second = file(here, "a second filing", {**given, "grounds": "Again."}, f"{KEY}-2")
            second.look_up("of the second request")
    _withdraw(here, mine)
    file(here, "the first filing, repeated in the end", given, KEY)


_LATER: Final[Mapping[int, dict[str, Any]]] = {
    1: {"facts": {"minor_children": 2, "serious_illness": True}},
    2: {"statement": "I wait."},
    3: {"facts": {"claims_us_citizenship": True}},
    4: {"facts": {"removal_at": "2021-07-20", "custody": None}},
}


def _first_day(here: World, mine: Holder, given: dict[str, Any]) -> None:
    file(here, "the same filing again", given, KEY)
    here.observe("its key, another body", "POST", "/requests", {**given, "grounds": "x"}, {"Idempotency-Key": KEY})
    mine.look_up("at once")
    here.work()
    mine.look_up("after the ranking")
    mine("a wrong code", "GET", code="0000-0000-0000-0000-0000-0000-0")
    here.observe("a wrong receipt", "GET", "/requests/0000-0000-0000-0000-0", None, {"Authorization": "Bearer x"})
    mine("withdrawal at once", "POST", "/withdrawal", {})
    mine.look_up("after the withdrawal at once")
    here.work()
    mine("taking it back at once", "POST", "/withdrawal", {"undo": True})
    mine.look_up("after taking it back at once")
    here.work()
    mine.update("no body")
    mine.update("words", statement="One thing more.")
    mine.update("what lifts the lane", facts={"removal_soon": True})
    mine.update("what lowers it", facts={"removal_soon": False, "custody": "not_detained"})
    mine.update("a contact", contact={"phone": "+1 202 555 0123"})
    here.work()
    mine.look_up("after the updates")
    mine("escalation", "POST", "/escalation", {"statement": "Look again."})
    here.work()
    mine.look_up("after the escalation")


def _withdraw(here: World, mine: Holder) -> None:
    mine("withdrawal", "POST", "/withdrawal", {})
    mine.look_up("after the withdrawal")
    mine("a second withdrawal", "POST", "/withdrawal", {})
    mine.update("after the withdrawal", statement="Too late.")
    mine("escalation after the withdrawal", "POST", "/escalation", {"statement": "Look again."})
    here.work()
    mine("taking the withdrawal back", "POST", "/withdrawal", {"undo": True})
    mine.look_up("after taking it back")
    here.pass_day()
    mine.update("on the day after", statement="I go on.")
    mine("another withdrawal", "POST", "/withdrawal", {})
    for _ in range(4):
        here.pass_day()
    mine("taking it back too late", "POST", "/withdrawal", {"undo": True})
    mine.look_up("in the end")
