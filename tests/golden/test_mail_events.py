"""Each event of SES, as AWS documents it and as its mailbox simulator causes it: what becomes of notice and address.

``mail_events.csv`` has a row for each file of ``mail_events``: the state of the notice, why it is undeliverable,
whether the address is suppressed and why, the metric that rings an alarm, and what is done next: for a requester who
gave an e-mail address only, and for one who gave a telephone number too.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from casereview.schema.duty_records import Duty
from casereview.schema.notice_records import Notice, Suppression
from casereview.store import keys
from notify.mail_events import KNOWN
from tests.support.notices import file_and_rank, metric_count, process_message, rank_case_of, reload, sent_for
from tests.support.system import System

HERE = Path(__file__).parent
PHONE = "+12025550143"
CHANNELS = {"email": "the same address", "sms": "text message"}


def rows() -> list[dict[str, str]]:
    with (HERE / "mail_events.csv").open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table))


def read(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((HERE / "mail_events" / f"{name}.json").read_text(encoding="utf-8"))
    return event


def sent(system: System, event: dict[str, Any], **contact: str) -> Notice:
    """Send a notice to the address of an event, and write its tags into the event."""
    [address] = event["mail"]["destination"]
    notice = file_and_rank(system, requester={"contact": {"email": address, **contact}})
    process_message(system, notice)
    notice = reload(system, notice)
    tags = {"case": [notice.case_id], "notice": [notice.notice_id], "attempt": [str(notice.sends)]}
    event["mail"] |= {"messageId": notice.provider_id, "tags": event["mail"]["tags"] | tags}
    return notice


def next_act(system: System, notice: Notice) -> str:
    """Return what is done next about a notice."""
    after = reload(system, notice)
    if after.state == "owed":
        assert after.send_at is not None
        system.time = max(system.time, after.send_at)
        before = len(sent_for(system, notice))
        process_message(system, notice)
        assert len(sent_for(system, notice)) == before + 1
        return CHANNELS[sent_for(system, notice)[-1].channel]
    duties = [duty.kind for duty in system.all(Duty, "DUTY") if duty.case_id == notice.case_id]
    assert ("telephone" in rank_case_of(system, notice).flags) == bool(duties)
    return str(duties[0]) if duties else "nothing"


def test_the_table_has_a_row_for_each_event_and_an_event_of_each_type() -> None:
    files = {file.stem for file in (HERE / "mail_events").glob("*.json")}
    assert {row["event"] for row in rows()} == files
    assert {read(name)["eventType"] for name in files} == KNOWN


@pytest.mark.parametrize("raw", [False, True], ids=["in an envelope", "raw"])
@pytest.mark.parametrize("row", rows(), ids=lambda row: row["event"])
def test_an_event_has_the_effect_that_the_table_states(
    system: System, row: dict[str, str], capsys: pytest.CaptureFixture[str], *, raw: bool
) -> None:
    event = read(row["event"])
    [address] = event["mail"]["destination"]
    notice = sent(system, event)
    capsys.readouterr()
    assert system.deliver_event(event, raw=raw) == {"batchItemFailures": []}
    assert metric_count(capsys, "SetUpFault") == (row["metric"] == "SetUpFault")
    after = reload(system, notice)
    assert (after.state, after.why or "") == (row["state"], row["why"])
    suppression = system.notify.table.get(Suppression, keys.suppression(system.notify.macs.address(address)))
    assert (suppression.why if suppression else "") == row["suppressed"]
    assert len(system.all(Suppression, "SUPPRESSED")) == bool(row["suppressed"])
    assert next_act(system, notice) == row["next"]


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["event"])
def test_a_telephone_number_is_used_where_the_table_states_it(system: System, row: dict[str, str]) -> None:
    event = read(row["event"])
    notice = sent(system, event, phone=PHONE)
    assert system.deliver_event(event) == {"batchItemFailures": []}
    assert next_act(system, notice) == row["next_with_telephone"]


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["event"])
def test_an_event_that_comes_twice_has_no_other_effect(system: System, row: dict[str, str]) -> None:
    event = read(row["event"])
    sent(system, event)
    system.deliver_event(event)
    before = system.items()
    system.later(minutes=5)
    assert system.deliver_event(event) == {"batchItemFailures": []}
    if row["metric"] != "SetUpFault":
        assert system.items() == before
