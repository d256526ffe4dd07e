"""Malformed messages on every queue and from the schedule: they fail, and change nothing."""

from __future__ import annotations

import json
import logging
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast, get_args

import pytest
from hypothesis import strategies as st

import notify.app
import notify.services
import prioritize.app
import prioritize.services
from casereview.schema.messages import ScheduledDuty
from tests.support.fuzz.examples import try_many
from tests.support.fuzz.parsers import JSON, TEXTS
from tests.support.proofs.tally import Tally
from tests.support.system import Context, System, body

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

_IDS = st.one_of(st.just("NONE"), st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", max_size=70), TEXTS, JSON)


def _objects(*names: str) -> st.SearchStrategy[dict[str, Any]]:
    """Make objects with these fields, some of them missing, and with unknown fields."""
    known = st.fixed_dictionaries({}, optional=dict.fromkeys(names, _IDS) | {"schema": st.just(1) | JSON})
    return st.builds(lambda some, more: {**more, **some}, known, st.dictionaries(TEXTS, JSON, max_size=1))


def _bodies(objects: st.SearchStrategy[Any]) -> st.SearchStrategy[str]:
    return st.one_of(objects.map(json.dumps), TEXTS, JSON.map(json.dumps))


_RECIPIENTS = st.lists(st.fixed_dictionaries({}, optional={"emailAddress": JSON.filter(lambda v: type(v) is not str)}))
"""Recipients without an address; with an address, the event would be valid and have an effect."""
_EVENTS = st.fixed_dictionaries(
    {},
    optional={
        "eventType": st.sampled_from(["Bounce", "Complaint", "Reject", "Delivery", "Send"]) | JSON,
        "notificationType": JSON,
        "bounce": st.fixed_dictionaries(
            {}, optional={"bounceType": st.just("Permanent") | JSON, "bouncedRecipients": _RECIPIENTS | JSON}
        )
        | JSON,
        "complaint": st.fixed_dictionaries({}, optional={"complainedRecipients": _RECIPIENTS | JSON}) | JSON,
        "mail": st.fixed_dictionaries(
            {},
            optional={
                "tags": st.dictionaries(st.sampled_from(["case", "notice"]), st.lists(_IDS, max_size=2) | JSON) | JSON
            },
        )
        | JSON,
    },
)
BODIES: Mapping[str, st.SearchStrategy[str]] = {
    "rank": _bodies(_objects("case_id")),
    "rank, of previews": _bodies(_objects("preview", "office")),
    "notice": _bodies(_objects("case_id", "notice_id")),
    "delivery": _bodies(st.fixed_dictionaries({"Message": _bodies(_EVENTS)}) | JSON),
}
DUTIES: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {}, optional={"duty": _IDS, "Records": st.just([])}
) | st.dictionaries(TEXTS, JSON)


LOGGERS = (notify.services.logger, prioritize.services.logger)


class _LogRecorder(logging.Handler):
    """Records log entries."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@contextmanager
def recorded_logs(*loggers: Any) -> Iterator[list[logging.LogRecord]]:  # noqa: ANN401  # Powertools' loggers
    """Record the log entries of loggers in the context."""
    listener = _LogRecorder()
    for logger in loggers:
        logger.addHandler(listener)
    try:
        yield listener.records
    finally:
        for logger in loggers:
            logger.removeHandler(listener)


def _worker(system: System, queue: str) -> Callable[[dict[str, Any]], Any]:
    if queue.startswith("rank"):
        return lambda event: prioritize.app.respond(system.prioritize, event)
    return lambda event: notify.app.respond(system.notify, event)


def prove_messages(system: System, queue: str, tally: Tally, examples: int) -> None:
    """Send malformed messages between valid ones; check that they alone fail or are ignored, and change nothing."""
    system.file(body())
    system.pump()
    before, worker = system.items(), _worker(system, queue)
    valid = json.dumps({"schema": 1, "case_id": "NONE", **({} if queue.startswith("rank") else {"notice_id": "NONE"})})
    valid = json.dumps({"Message": json.dumps({"eventType": "Send"})}) if queue == "delivery" else valid

    def tried(sent: str) -> None:
        with tally.case(f"{queue}: {sent!r}"), recorded_logs(*LOGGERS) as logged:
            bodies = {"1": valid, "2": sent, "3": valid}
            records = [{"messageId": name, "body": text, "eventSourceARN": queue} for name, text in bodies.items()]
            failed = [each["itemIdentifier"] for each in worker({"Records": records})["batchItemFailures"]]
            assert failed in ([], ["2"])
            assert [record.getMessage() for record in logged] == ["a message failed"] * len(failed)
            assert system.items() == before

    try_many(BODIES[queue], examples, tried)
    system._flush()


def prove_duties(system: System, tally: Tally, examples: int) -> None:
    """Invoke prioritize with unknown tasks; check that it fails, logs nothing of the event, and changes nothing."""
    before = system.items()

    def tried(event: dict[str, Any]) -> None:
        with tally.case(f"duty {event!r}"), recorded_logs(*LOGGERS) as logged:
            failed = not _succeeds(system, event)
            assert failed == ("Records" not in event)
            assert [record.getMessage() for record in logged] == ["a duty failed"] * failed
            assert system.items() == before

    known = get_args(ScheduledDuty.model_fields["duty"].annotation)
    try_many(DUTIES.filter(lambda event: event.get("duty") not in known), examples, tried)


def _succeeds(system: System, event: dict[str, Any]) -> bool:
    """Return whether the handler succeeded."""
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings(action="ignore"):  # of metrics without values
        patch.setattr(prioritize.app, "services", lambda: system.prioritize)
        try:
            prioritize.app.handler(event, cast("LambdaContext", Context()))
        except prioritize.app.FailedError:
            return False
    return True
