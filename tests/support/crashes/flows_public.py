"""What requesters do, as flows."""

from __future__ import annotations

from typing import Any

from tests.support.crashes.flow import Flow
from tests.support.crashes.rig import Rig
from tests.support.staff import (
    LAWYER,
    OFFICER,
    SISTER,
    FiledCase,
    ask,
    claimed,
    decide,
    file_case,
    person,
    verify,
)
from tests.support.system import Answer

KEY = "key-of-a-request-0001"
LOOK_AGAIN = {"statement": "You overlooked Mirabel."}
MORE: dict[str, Any] = {
    "facts": {"serious_illness": True},
    "contact": {"email": "new@example.org"},
    "statement": "I fell ill.",
}


def file(rig: Rig, sent: Any, key: str | None = KEY) -> Answer:  # noqa: ANN401  # a body
    """Send a request, under a key where there is one."""
    return rig.call("POST", "/requests", sent, {"Idempotency-Key": key} if key else {})


def nothing(rig: Rig) -> None:
    """Let one minute pass on an empty docket, so that the policy in force is named."""
    rig.sweep()


def own(rig: Rig) -> FiledCase:
    """A person's own request, ranked and acknowledged."""
    nothing(rig)
    return file_case(rig)


def _known(rig: Rig) -> None:
    nothing(rig)
    rig.file(person(11), KEY)
    rig.pump()


def joined(rig: Rig) -> tuple[FiledCase, dict[str, Any]]:
    """A person's own request and a sister's that joined it."""
    first = own(rig)
    rig.later(hours=1)
    hers = rig.file(person(11, requester=SISTER))
    rig.pump()
    return first, hers


def _asked(rig: Rig) -> FiledCase:
    nothing(rig)
    held = claimed(rig)
    ask(rig, OFFICER, held.case_id)
    return held


def held(rig: Rig) -> FiledCase:
    """A case that an officer has claimed."""
    nothing(rig)
    return claimed(rig)


def declined(rig: Rig) -> FiledCase:
    """A case that was declined, whose requester is verified."""
    found = held(rig)
    verify(rig, OFFICER, found.case_id, receipt=found.receipt, identity=True)
    decide(rig, OFFICER, found.case_id, outcome="declined")
    return found


def _says(what: str, sent: object) -> Any:  # noqa: ANN401  # an act
    def act(rig: Rig, found: Any) -> Answer:  # noqa: ANN401  # what was prepared
        first = found if isinstance(found, FiledCase) else found[0]
        return rig.on(first.filed, "POST", what, sent)

    return act


_LAWYERS = person(11, requester=LAWYER)
PUBLIC = [
    Flow("file", "requester", nothing, lambda rig, _: file(rig, person(11)), 201, once=True),
    Flow("file without a key", "requester", nothing, lambda rig, _: file(rig, person(11), None), 201),
    Flow("file again", "requester", _known, lambda rig, _: file(rig, person(11)), 201, once=True),
    Flow("another body, same key", "requester", _known, lambda rig, _: file(rig, _LAWYERS), 422, once=True),
    Flow("file, which joins", "requester", own, lambda rig, _: file(rig, _LAWYERS), 201, once=True),
    Flow("look up", "requester", own, lambda rig, first: rig.on(first.filed, "GET"), 200, once=True),
    Flow("update", "requester", own, _says("/updates", MORE), 202),
    Flow("answer a question", "requester", _asked, _says("/updates", MORE), 202),
    Flow("withdraw", "requester", own, _says("/withdrawal", {}), 202, once=True),
    Flow("withdraw a claimed case", "requester", held, _says("/withdrawal", {}), 202, once=True),
    Flow("withdraw one of two", "requester", joined, _says("/withdrawal", {}), 202, once=True),
    Flow("escalate", "requester", declined, _says("/escalation", LOOK_AGAIN), 202, once=True),
]
