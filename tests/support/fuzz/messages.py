"""What no producer of ours would send, on every queue and from the schedule: counted as failed, and nothing changed."""

from __future__ import annotations

import json
import logging
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import strategies as st

import notify.app
import notify.services
import prioritize.app
import prioritize.services
from tests.support.fuzz.examples import try_many
from tests.support.fuzz.parsers import JSON, TEXTS
from tests.support.proofs.tally import Tally
from tests.support.system import Context, System, body

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

_IDS = st.one_of(st.just("NONE"), st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", max_size=70), TEXTS, JSON)


def _fields(*names: str) -> st.SearchStrategy[dict[str, Any]]:
    """Make objects of these fields, some of them missing, and of others."""
    known = st.fixed_dictionaries({}, optional=dict.fromkeys(names, _IDS) | {"schema": st.just(1) | JSON})
    return st.builds(lambda some, more: {**more, **some}, known, st.dictionaries(TEXTS, JSON, max_size=1))


def _sent(objects: st.SearchStrategy[Any]) -> st.SearchStrategy[str]:
    return st.one_of(objects.map(json.dumps), TEXTS, JSON.map(json.dumps))


_RECIPIENTS = st.lists(st.fixed_dictionaries({}, optional={"emailAddress": JSON.filter(lambda v: type(v) is not str)}))
"""None of which has an address; one that has is a true report, and is believed."""
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
    "rank": _sent(_fields("case_id")),
    "rank, of previews": _sent(_fields("preview", "office")),
    "notice": _sent(_fields("case_id", "notice_id")),
    "delivery": _sent(st.fixed_dictionaries({"Message": _sent(_EVENTS)}) | JSON),
}
DUTIES: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {}, optional={"duty": _IDS, "Records": st.just([])}
) | st.dictionaries(TEXTS, JSON)


LOGGERS = (notify.services.logger, prioritize.services.logger)


class _Heard(logging.Handler):
    """Keeps what functions log."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@contextmanager
def heard(*loggers: Any) -> Iterator[list[logging.LogRecord]]:  # noqa: ANN401  # Powertools' loggers
    """Keep what functions log."""
    listener = _Heard()
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


def messages(system: System, queue: str, tally: Tally, examples: int) -> None:
    """Put what is no message on a queue, between two that are: those are done, and it fails alone or says nothing."""
    system.file(body())
    system.pump()
    before, worker = system.items(), _worker(system, queue)
    good = json.dumps({"schema": 1, "case_id": "NONE", **({} if queue.startswith("rank") else {"notice_id": "NONE"})})
    good = json.dumps({"Message": json.dumps({"eventType": "Send"})}) if queue == "delivery" else good

    def tried(sent: str) -> None:
        with tally.case(f"{queue}: {sent!r}"), heard(*LOGGERS) as logged:
            bodies = {"1": good, "2": sent, "3": good}
            records = [{"messageId": name, "body": text, "eventSourceARN": queue} for name, text in bodies.items()]
            failed = [each["itemIdentifier"] for each in worker({"Records": records})["batchItemFailures"]]
            assert failed in ([], ["2"])
            assert [record.getMessage() for record in logged] == ["a message failed"] * len(failed)
            assert system.items() == before

    try_many(BODIES[queue], examples, tried)
    system._flush()


def duties(system: System, tally: Tally, examples: int) -> None:
    """Ask prioritize for what is no duty: it fails, says so without a word of what was asked, and changes nothing."""
    before = system.items()

    def tried(event: dict[str, Any]) -> None:
        with tally.case(f"duty {event!r}"), heard(*LOGGERS) as logged:
            failed = not _does(system, event)
            assert failed == ("Records" not in event)
            assert [record.getMessage() for record in logged] == ["a duty failed"] * failed
            assert system.items() == before

    known = ["sweep", "redrive", "snapshot"]
    try_many(DUTIES.filter(lambda event: event.get("duty") not in known), examples, tried)


def _does(system: System, event: dict[str, Any]) -> bool:
    """Tell whether the handler did not fail."""
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings(action="ignore"):  # that nothing is counted
        patch.setattr(prioritize.app, "services", lambda: system.prioritize)
        try:
            prioritize.app.handler(event, cast("LambdaContext", Context()))
        except prioritize.app.FailedError:
            return False
    return True
