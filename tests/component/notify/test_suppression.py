"""Suppressed addresses that staff allow again: what failed there is sent again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from casereview.notices.catalog import VERSIONS
from casereview.schema.notice_records import Notice, Suppression
from casereview.store import keys
from casereview.store.transaction import RefusedError, put_new
from casereview.usecases.suppressions import LiftedSuppression, lift_suppression
from notify.window import WINDOW
from tests.support.notices import add_pending_notice, file_and_rank, process_message, reload, request_of, sent_for
from tests.support.system import System


def _suppress(system: System, *addresses: str) -> None:
    macs = system.notify.macs
    for address in addresses:
        record = Suppression(address=macs.address(address), mac_key=macs.key, since=system.time, why="complaint")
        system.notify.table.write(put_new(record))


def _is_suppressed(system: System, address: str) -> bool:
    key = keys.suppression(system.notify.macs.address(address))
    return system.notify.table.get(Suppression, key) is not None


def _file(system: System, address: str) -> Notice:
    return file_and_rank(system, requester={"contact": {"email": address, "language": "es"}})


def _bounce(system: System, notice: Notice, address: str) -> None:
    bounce = {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": address}]}
    tags = {"case": [notice.case_id], "notice": [notice.notice_id]}
    assert system.bounce({"eventType": "Bounce", "bounce": bounce, "mail": {"tags": tags}}) == {"batchItemFailures": []}


def _lift(system: System, notice: Notice) -> LiftedSuppression:
    """Lift the suppression of the addresses of a requester, as a route of staff does."""
    found = lift_suppression(system.intake, request_of(system, notice), system.time)
    if found.writes:
        system.intake.table.write(*found.writes)
    return found


def test_after_the_suppression_is_lifted_what_failed_is_sent_again(shared: System) -> None:
    acknowledgement = _file(shared, "again@example.org")
    process_message(shared, acknowledgement)
    _bounce(shared, acknowledgement, "again@example.org")
    news = add_pending_notice(shared, acknowledgement, "news")
    process_message(shared, news)
    assert [reload(shared, notice).why for notice in (acknowledgement, news)] == ["bounced", "suppressed"]
    shared.later(days=WINDOW.days + 4)
    lifted = _lift(shared, acknowledgement)
    assert lifted.addresses == 1
    assert not _is_suppressed(shared, "again@example.org")
    assert {notice.notice_id for notice in lifted.notices} == {acknowledgement.notice_id, news.notice_id}
    for notice in lifted.notices:
        assert reload(shared, notice) == notice
        assert (notice.state, notice.why, notice.send_at) == ("owed", None, shared.time)
        process_message(shared, notice)
        assert reload(shared, notice).state == "sent"
    assert len(sent_for(shared, news)) == 3


def test_a_notice_that_is_sent_again_is_given_up_after_a_window_of_its_own(shared: System) -> None:
    notice = _file(shared, "window@example.org")
    _suppress(shared, "window@example.org")
    process_message(shared, notice)
    shared.later(days=10)
    _lift(shared, notice)
    shared.time += WINDOW + timedelta(seconds=1)
    process_message(shared, notice)
    assert (reload(shared, notice).state, reload(shared, notice).why) == ("undeliverable", "expired")


def test_the_newest_notice_of_each_template_is_sent_again(shared: System) -> None:
    first = _file(shared, "newest@example.org")
    _suppress(shared, "newest@example.org")
    later = [
        first.evolve(notice_id=f"news-{number}", template="news", created_at=first.created_at + timedelta(days=number))
        for number in (2, 1)
    ]
    for notice in later:
        shared.notify.table.write(put_new(notice))
    for notice in (first, *later):
        process_message(shared, notice)
        assert reload(shared, notice).why == "suppressed"
    lifted = _lift(shared, first)
    assert {notice.notice_id for notice in lifted.notices} == {first.notice_id, "news-2"}
    assert len(lifted.writes) <= 2 + len(VERSIONS)
    assert reload(shared, later[1]).state == "undeliverable"


@pytest.mark.parametrize("why", ["expired", "refused", "unsafe", None])
def test_what_did_not_fail_because_of_the_address_stays_as_it_is(shared: System, why: str | None) -> None:
    notice = _file(shared, f"other-{why}@example.org")
    _suppress(shared, f"other-{why}@example.org")
    changed = notice.model_copy(update={"state": "undeliverable" if why else "sent", "why": why, "send_at": None})
    shared.notify.table.put(changed)
    assert _lift(shared, notice).notices == ()
    assert reload(shared, notice) == changed


def test_both_addresses_of_a_contact_are_allowed_again(shared: System) -> None:
    contact = {"email": "both@example.org", "phone": "+1 202 555 0155", "language": "es"}
    notice = file_and_rank(shared, requester={"contact": contact})
    _suppress(shared, "both@example.org", "+12025550155", "else@example.org")
    assert _lift(shared, notice).addresses == 2
    assert not _is_suppressed(shared, "both@example.org")
    assert not _is_suppressed(shared, "+12025550155")
    assert _is_suppressed(shared, "else@example.org")


def test_without_a_suppressed_address_nothing_is_written(shared: System) -> None:
    notice = _file(shared, "free@example.org")
    assert _lift(shared, notice) == LiftedSuppression(0, (), ())


def test_another_suppression_that_was_written_meanwhile_stays(shared: System) -> None:
    notice = _file(shared, "twice@example.org")
    _suppress(shared, "twice@example.org")
    found = lift_suppression(shared.intake, request_of(shared, notice), shared.time)
    shared.cloud.remove(keys.suppression(shared.notify.macs.address("twice@example.org")))
    shared.later(seconds=1)
    _suppress(shared, "twice@example.org")
    with pytest.raises(RefusedError):
        shared.intake.table.write(*found.writes)
    assert _is_suppressed(shared, "twice@example.org")
