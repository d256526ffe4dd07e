"""A supervisor lifts the suppression of a requester's address, with a reason; what failed there is sent again."""

from __future__ import annotations

from casereview.schema.notice_records import Suppression
from tests.support.staff import OFFICER, SUPERVISOR, FiledCase, file_case, post
from tests.support.system import System


def _bounced(system: System) -> FiledCase:
    held = file_case(system)
    (notice,) = system.notices
    bounce = {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": "ana@example.org"}]}
    system.bounce(
        {"eventType": "Bounce", "bounce": bounce, "mail": {"messageId": notice.provider_id, "tags": _tags(held)}}
    )
    return held


def _tags(held: FiledCase) -> dict[str, list[str]]:
    return {"case": [held.case_id], "notice": [f"acknowledgement-{held.receipt}"]}


def test_after_it_is_lifted_messages_are_sent_again(system: System) -> None:
    held = _bounced(system)
    assert len(system.all(Suppression, "SUPPRESSED")) == 1
    sent = len(system.outbox())
    given = {"receipt": held.receipt, "why": "Mirabel made room in the mailbox."}
    assert post(system, OFFICER, held.case_id, "unsuppress", given).status == 403
    system.work(SUPERVISOR, held.case_id, "unsuppress", given)
    system.pump()
    assert system.all(Suppression, "SUPPRESSED") == []
    assert len(system.outbox()) == sent + 1
    event = next(one for one in system.history(system.case_of(held.filed)) if one.kind == "suppression_lifted")
    assert (event.user, event.receipt, event.details) == (
        "sue",
        held.receipt,
        {"addresses": 1, "sent_again": ["acknowledgement"]},
    )
    assert "Mirabel" not in str(system.items())


def test_without_a_suppressed_address_there_is_nothing_to_lift(system: System) -> None:
    held = file_case(system)
    answer = post(system, SUPERVISOR, held.case_id, "unsuppress", {"receipt": held.receipt, "why": "x"})
    assert (answer.status, answer.json()["errors"][0]["code"]) == (409, "not_suppressed")
    assert post(system, SUPERVISOR, held.case_id, "unsuppress", {"receipt": held.receipt}).status == 422
