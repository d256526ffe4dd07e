"""Sealed parts that were changed, or put where they do not belong: every reader refuses, says so, and tells nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from random import Random
from typing import Any, NamedTuple

import boto3

import intake.services
import notify.app
import notify.services
import review.services
from casereview.crypto.sealing import KmsSeal
from casereview.schema.records import Notice
from casereview.store import keys
from tests.support.fuzz.messages import heard
from tests.support.proofs.tally import Tally
from tests.support.staff import OFFICER, OFFICIAL, FiledCase, ask, claimed, decide, verify
from tests.support.system import Staff, System

WORDS = ("Zqalpha", "Zqbravo", "Zqcharlie", "Zqdelta")
"""Each occurs in the sealed parts of one case."""
NOT_READ = "READS#"
"""Who read a case, and why: opened by the history alone."""


class Spot(NamedTuple):
    """A sealed attribute of an item."""

    pk: str
    sk: str
    name: str

    def key(self) -> dict[str, Any]:
        return {"pk": {"S": self.pk}, "sk": {"S": self.sk}}


def world(system: System) -> list[FiledCase]:
    """Make two persons' cases with every kind of sealed part, one decided and one asked, each with words of its own."""
    found = []
    for number, word in ((21, "Zqalpha"), (22, "Zqbravo")):
        held = claimed(system, number, subject={"given_name": word}, grounds=f"{word} grounds")
        sent = {"contact": {"phone": "+1 202 555 0123"}, "statement": f"{word} statement"}
        assert system.on(held.filed, "POST", "/updates", sent).status == 202
        system.pump()
        verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
        found.append(held)
    decide(system, OFFICER, found[0].case_id, reasons_for_requester="Zqalpha reasons")
    assert system.on(found[0].filed, "POST", "/escalation", {"statement": "Zqalpha escalates"}).status == 202
    decide(system, OFFICER, claimed(system, 23, subject={"given_name": "Zqcharlie"}).case_id)
    ask(system, OFFICER, found[1].case_id)
    system.pump()
    return found


def spots(system: System) -> dict[Spot, bytes]:
    """Return every sealed attribute that lies in the table, but for reads."""
    return {
        Spot(item["pk"]["S"], item["sk"]["S"], name): value["B"]
        for item in system.items()
        for name, value in item.items()
        if name in {"sealed", "contact"} and "B" in value and not item["pk"]["S"].startswith(NOT_READ)
    }


@contextmanager
def _put(system: System, spot: Spot, value: bytes, own: bytes) -> Iterator[None]:
    """Put bytes in the place of a sealed part, for a while."""
    _set(system, spot, value)
    try:
        yield
    finally:
        _set(system, spot, own)


def _set(system: System, spot: Spot, value: bytes) -> None:
    system.dynamodb.update_item(
        TableName=system.table,
        Key=spot.key(),
        UpdateExpression="SET #name = :value",
        ExpressionAttributeNames={"#name": spot.name},
        ExpressionAttributeValues={":value": {"B": value}},
    )


Swaps = Mapping[str, Callable[[Spot, bytes, Random], bytes]]


def swaps(system: System, everything: Mapping[Spot, bytes]) -> Swaps:
    """Return ways to put something else in the place of a sealed part."""
    seal, client = system.intake.seal, boto3.client("kms")
    foreign = KmsSeal(client.create_key()["KeyMetadata"]["Arn"])

    def other(of_same_kind: bool) -> Callable[[Spot, bytes, Random], bytes]:  # noqa: FBT001
        def swap(spot: Spot, _sealed: bytes, random: Random) -> bytes:
            found = [
                blob
                for there, blob in everything.items()
                if there.pk != spot.pk and (there.name == spot.name and there.sk[:5] == spot.sk[:5]) == of_same_kind
            ]
            return random.choice(found)

        return swap

    return {
        "a byte changed": lambda _spot, sealed, random: _changed(sealed, random),
        "cut short": lambda _spot, sealed, random: sealed[: random.randrange(len(sealed))],
        "more behind it": lambda _spot, sealed, _random: sealed + b"x",
        "never sealed": lambda _spot, _sealed, _random: b'{"given_name": "Zqdelta"}',
        "the same part of another": other(of_same_kind=True),
        "another part of another": other(of_same_kind=False),
        "sealed by another key": lambda _spot, _sealed, _random: foreign.close("request", "R", b"{}"),
        "another receipt in its context": lambda _spot, _sealed, _random: seal.close("request", "R", b"{}"),
        "another part in its context": lambda spot, _sealed, _random: seal.close(
            "escalation", spot.pk.partition("#")[2], b"{}"
        ),
    }


def _changed(sealed: bytes, random: Random) -> bytes:
    found = bytearray(sealed)
    found[random.randrange(len(found))] ^= random.randrange(1, 256)
    return bytes(found)


def _logged() -> AbstractContextManager[list[Any]]:
    return heard(intake.services.logger, review.services.logger, notify.services.logger)


class Reader(NamedTuple):
    """Who opens the parts of a case."""

    case_id: str
    staff: Staff
    filed: tuple[Mapping[str, Any], ...]


def _readers(system: System, held: list[FiledCase]) -> dict[str, Reader]:
    """Return who reads what belongs to a case, by its id and by its receipts."""
    found: dict[str, Reader] = {}
    for case in system.cases:
        staff = OFFICER if case.office == "ATL" else OFFICIAL
        filed = tuple(each.filed for each in held if each.case_id == case.case_id)
        found[case.case_id] = Reader(case.case_id, staff, filed)
    return found | {request.receipt: found[request.case_id] for request in system.requests}


def _read_all(system: System, reader: Reader) -> list[str]:
    """Let everyone read who would open a part; return the answers that were given."""
    path = f"/staff/cases/{reader.case_id}"
    answers = [system.staff(reader.staff, "GET", path + what) for what in ("", "/contacts?why=To call")]
    answers += [system.on(filed, "GET") for filed in reader.filed]
    return [answer.body for answer in answers if answer.status == 200]


def replay(system: System, held: list[FiledCase], tally: Tally, seed: int, ways: Collection[str] = ()) -> None:
    """Put something else in the place of every sealed part, in every way (or those named), and let everybody read."""
    random, everything, readers = Random(seed), spots(system), _readers(system, held)  # noqa: S311  # choices of a test
    for name, swap in swaps(system, everything).items():
        for spot, sealed in everything.items():
            if not ways or name in ways:
                with (
                    tally.case(f"{spot.sk} {spot.name}: {name}"),
                    _put(system, spot, swap(spot, sealed, random), sealed),
                ):
                    _must_refuse(system, readers[spot.pk.partition("#")[2]])
    system._flush()


def _must_refuse(system: System, reader: Reader) -> None:
    with _logged() as logged:
        told = _read_all(system, reader)
    words = {word for word in WORDS if any(word in body for body in told)}
    assert len(words) <= 1, f"words of another are told: {words}"
    kinds = {getattr(record, "error", "") for record in logged}
    assert kinds == {"SealBrokenError"}, f"refused and logged as {kinds}"
    assert not any(word in record.getMessage() for record in logged for word in WORDS)


def deliveries(system: System, held: list[FiledCase], tally: Tally, seed: int) -> None:
    """Put something else in the place of a requester's contact: no message goes to anybody."""
    random, everything = Random(seed), spots(system)  # noqa: S311  # choices of a test
    notice = next(each for each in system.notices if each.receipt == held[0].receipt)
    spot = Spot(*keys.request(held[0].receipt), "contact")
    for name, swap in swaps(system, everything).items():
        with (
            tally.case(f"a message: {name}"),
            _put(system, spot, swap(spot, everything[spot], random), everything[spot]),
            _logged() as logged,
        ):
            before = len(system.outbox())
            _owe(system, notice)
            assert _deliver(system, notice) == 1
            assert len(system.outbox()) == before
            assert {getattr(record, "error", "") for record in logged} == {"SealBrokenError"}
    system._flush()


def _owe(system: System, notice: Notice) -> None:
    owed = notice.model_copy(update={"state": "owed", "send_at": None, "provider_id": None})
    system.notify.table.put(owed)


def _deliver(system: System, notice: Notice) -> int:
    message = f'{{"schema":1,"case_id":"{notice.case_id}","notice_id":"{notice.notice_id}"}}'
    event = {"Records": [{"messageId": "1", "body": message, "eventSourceARN": "notice"}]}
    return len(notify.app.respond(system.notify, event)["batchItemFailures"])
