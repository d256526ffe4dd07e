"""Each delivery event of a text message, as AWS documents it: what becomes of notice and number.

``text_events.csv`` has a row for each file of ``text_events``, and two for the one whose effect a parameter sets; its
columns are those of ``mail_events.csv``, with what is done next for a requester who gave a number only, and for one who
gave an e-mail address too.
"""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore.session import get_session

from casereview.schema.duty_records import Duty
from casereview.schema.notice_records import Notice, Suppression
from casereview.store import keys
from notify.text_events import KNOWN
from tests.support.notices import file_and_rank, metric_count, process_message, rank_case_of, reload, sent_for
from tests.support.system import System

HERE = Path(__file__).parent
NUMBER = "+14255550156"
CHANNELS = {"email": "e-mail", "sms": "the same number"}


def rows() -> list[dict[str, str]]:
    with (HERE / "text_events.csv").open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table))


def named(row: dict[str, str]) -> str:
    return f"{row['event']}, unknown counts as {row['unknown_counts_as']}"


def read(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((HERE / "text_events" / f"{name}.json").read_text(encoding="utf-8"))
    return event


def sent(system: System, row: dict[str, str], event: dict[str, Any], **contact: str) -> Notice:
    """Send a notice to the number of an event, and write its tags into the context of the event."""
    system.notify = replace(system.notify, sms_unknown_failed=row["unknown_counts_as"] == "failed")
    notice = file_and_rank(system, requester={"contact": {"phone": NUMBER, "preferred": "sms", **contact}})
    process_message(system, notice)
    notice = reload(system, notice)
    assert notice.state == "sent"
    tags = {"case": notice.case_id, "notice": notice.notice_id, "attempt": str(notice.sends)}
    event |= {"messageId": notice.provider_id, "context": event["context"] | tags}
    return notice


def next_act(system: System, notice: Notice) -> str:
    """Return what is done next about a notice."""
    after = reload(system, notice)
    if after.state == "owed":
        assert after.send_at is not None
        system.time = max(system.time, after.send_at)
        before = {(one.channel, one.raw) for one in sent_for(system, notice)}, len(sent_for(system, notice))
        process_message(system, notice)
        assert len(sent_for(system, notice)) == before[1] + 1
        new = [one for one in sent_for(system, notice) if (one.channel, one.raw) not in before[0]]
        return CHANNELS[new[0].channel if new else "sms"]
    duties = [duty.kind for duty in system.all(Duty, "DUTY") if duty.case_id == notice.case_id]
    assert ("telephone" in rank_case_of(system, notice).flags) == bool(duties)
    return str(duties[0]) if duties else "nothing"


def test_the_table_has_a_row_for_each_event_that_the_service_model_of_botocore_names() -> None:
    model = get_session().get_service_model("pinpoint-sms-voice-v2")
    kinds = {kind for kind in model.shape_for("EventType").metadata["enum"] if kind.startswith("TEXT_")}
    assert kinds - {"TEXT_ALL"} == KNOWN
    assert {read(row["event"])["eventType"] for row in rows()} == KNOWN


@pytest.mark.parametrize("raw", [False, True], ids=["in an envelope", "raw"])
@pytest.mark.parametrize("row", rows(), ids=named)
def test_an_event_has_the_effect_that_the_table_states(
    system: System, row: dict[str, str], capsys: pytest.CaptureFixture[str], *, raw: bool
) -> None:
    event = read(row["event"])
    notice = sent(system, row, event)
    capsys.readouterr()
    assert system.deliver_event(event, raw=raw) == {"batchItemFailures": []}
    assert metric_count(capsys, "SetUpFault") == (row["metric"] == "SetUpFault")
    after = reload(system, notice)
    assert (after.state, after.why or "") == (row["state"], row["why"])
    suppression = system.notify.table.get(Suppression, keys.suppression(system.notify.macs.address(NUMBER)))
    assert (suppression.why if suppression else "") == row["suppressed"]
    assert next_act(system, notice) == row["next"]


@pytest.mark.parametrize("row", rows(), ids=named)
def test_an_e_mail_address_is_used_where_the_table_states_it(system: System, row: dict[str, str]) -> None:
    event = read(row["event"])
    notice = sent(system, row, event, email="ana@example.org")
    assert system.deliver_event(event) == {"batchItemFailures": []}
    assert next_act(system, notice) == row["next_with_mail"]


@pytest.mark.parametrize("row", rows(), ids=named)
def test_an_event_that_comes_twice_has_no_other_effect(system: System, row: dict[str, str]) -> None:
    event = read(row["event"])
    sent(system, row, event)
    system.deliver_event(event)
    before = system.items()
    system.later(minutes=5)
    assert system.deliver_event(event) == {"batchItemFailures": []}
    assert system.items() == before


@pytest.mark.parametrize(
    "context", [{}, {"case": "none", "notice": "none"}, {"case": "x", "notice": "y", "attempt": "1"}]
)
def test_an_event_of_no_known_notice_still_suppresses_the_number(system: System, context: dict[str, str]) -> None:
    event = read("text-invalid") | {"context": context}
    assert system.deliver_event(event) == {"batchItemFailures": []}
    assert system.notify.table.get(Suppression, keys.suppression(system.notify.macs.address(NUMBER)))


def test_an_event_without_its_number_goes_to_the_dead_letter_queue(system: System) -> None:
    event = read("text-invalid")
    del event["destinationPhoneNumber"]
    assert system.deliver_event(event)["batchItemFailures"]
