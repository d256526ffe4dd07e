"""Sealed parts that were tampered with, or moved to another place: every reader rejects and logs them."""

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
from casereview.schema.notice_records import Notice
from casereview.store import keys
from tests.support.bodies import reasons
from tests.support.fuzz.messages import recorded_logs
from tests.support.proofs.tally import Tally
from tests.support.staff import OFFICER, OFFICIAL, FiledCase, ask, claimed, decide, verify
from tests.support.system import Staff, System

CANARIES = ("Zqalpha", "Zqbravo", "Zqcharlie", "Zqdelta")
"""Each of these words occurs in the sealed parts of one case only."""
READ_RECORDS = "READS#"
"""The partition of the records of reads, which only the history decrypts."""


class SealedAttribute(NamedTuple):
    """A sealed attribute of an item."""

    pk: str
    sk: str
    name: str
    part: str
    """What a log entry names it by."""

    @property
    def owner(self) -> str:
        """The receipt or case that it belongs to."""
        return self.pk.partition("#")[2]

    def key(self) -> dict[str, Any]:
        return {"pk": {"S": self.pk}, "sk": {"S": self.sk}}


def make_cases(system: System) -> list[FiledCase]:
    """File cases with every kind of sealed part, each with a canary of its own, and return two of them.

    One is decided; for the other, information is requested.
    """
    found = []
    for number, word in ((21, "Zqalpha"), (22, "Zqbravo")):
        held = claimed(system, number, subject={"given_name": word}, grounds=f"{word} grounds")
        sent = {"contact": {"phone": "+1 202 555 0123"}, "statement": f"{word} statement"}
        assert system.on(held.filed, "POST", "/updates", sent).status == 202
        system.pump()
        verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
        found.append(held)
    decide(system, OFFICER, found[0].case_id, **reasons("Zqalpha reasons"))
    assert system.on(found[0].filed, "POST", "/escalation", {"statement": "Zqalpha escalates"}).status == 202
    decide(system, OFFICER, claimed(system, 23, subject={"given_name": "Zqcharlie"}).case_id)
    ask(system, OFFICER, found[1].case_id)
    system.pump()
    return found


def sealed_attributes(system: System) -> dict[SealedAttribute, bytes]:
    """Return every sealed attribute in the table, except in records of reads."""
    return {
        SealedAttribute(item["pk"]["S"], item["sk"]["S"], name, _part_of(item, name)): value["B"]
        for item in system.items()
        for name, value in item.items()
        if name in {"sealed", "contact"} and "B" in value and not item["pk"]["S"].startswith(READ_RECORDS)
    }


def _part_of(item: Mapping[str, Any], name: str) -> str:
    """Return what a sealed attribute of an item is called: a text says it itself."""
    return str(item["part"]["S"]) if "part" in item else {"sealed": "request"}.get(name, name)


@contextmanager
def _replaced(system: System, spot: SealedAttribute, value: bytes, own: bytes) -> Iterator[None]:
    """Replace a sealed part within the context."""
    _set(system, spot, value)
    try:
        yield
    finally:
        _set(system, spot, own)


def _set(system: System, spot: SealedAttribute, value: bytes) -> None:
    system.dynamodb.update_item(
        TableName=system.table,
        Key=spot.key(),
        UpdateExpression="SET #name = :value",
        ExpressionAttributeNames={"#name": spot.name},
        ExpressionAttributeValues={":value": {"B": value}},
    )


Replacements = Mapping[str, Callable[[SealedAttribute, bytes, Random], bytes]]


def replacements(system: System, everything: Mapping[SealedAttribute, bytes]) -> Replacements:
    """Return the kinds of replacements for a sealed part."""
    seal, client = system.intake.seal, boto3.client("kms")
    foreign = KmsSeal(client.create_key()["KeyMetadata"]["Arn"])

    def other(of_same_kind: bool) -> Callable[[SealedAttribute, bytes, Random], bytes]:  # noqa: FBT001
        def swap(spot: SealedAttribute, _sealed: bytes, random: Random) -> bytes:
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
        "a byte appended": lambda _spot, sealed, _random: sealed + b"x",
        "never sealed": lambda _spot, _sealed, _random: b'{"given_name": "Zqdelta"}',
        "the same part of another": other(of_same_kind=True),
        "another part of another": other(of_same_kind=False),
        "sealed by another key": lambda _spot, _sealed, _random: foreign.close("request", "R", b"{}"),
        "another receipt in its context": lambda _spot, _sealed, _random: seal.close("request", "R", b"{}"),
        "another part in its context": lambda spot, _sealed, _random: seal.close(
            "contact" if spot.pk.startswith("TEXTS#") else "escalation", spot.owner, b"{}"
        ),
    }


def _changed(sealed: bytes, random: Random) -> bytes:
    found = bytearray(sealed)
    found[random.randrange(len(found))] ^= random.randrange(1, 256)
    return bytes(found)


def _logged() -> AbstractContextManager[list[Any]]:
    return recorded_logs(intake.services.logger, review.services.logger, notify.services.logger)


class Reader(NamedTuple):
    """The staff member and the requesters who read a case."""

    case_id: str
    staff: Staff
    filed: tuple[Mapping[str, Any], ...]


def _readers(system: System, held: list[FiledCase]) -> dict[str, Reader]:
    """Return the readers of each case, by its id and by its receipts."""
    found: dict[str, Reader] = {}
    for case in system.cases:
        staff = OFFICER if case.office == "ATL" else OFFICIAL
        filed = tuple(each.filed for each in held if each.case_id == case.case_id)
        found[case.case_id] = Reader(case.case_id, staff, filed)
    return found | {request.receipt: found[request.case_id] for request in system.requests}


def _responses_to(system: System, reader: Reader) -> list[str]:
    """Read a case as staff and as its requesters: each is shown what can be read, or staff that it cannot be read.

    Returns:
        The bodies of all responses.
    """
    path = f"/staff/cases/{reader.case_id}"
    staff = [system.staff(reader.staff, "GET", path + what) for what in ("", "/statements")]
    staff.append(system.staff(reader.staff, "POST", f"{path}/contacts", {"why": "To call"}))
    public = [system.on(filed, "GET") for filed in reader.filed]
    refused = [answer for answer in staff if answer.status != 200]
    assert {(answer.status, answer.json()["errors"][0]["code"]) for answer in refused} <= {(409, "unreadable")}
    assert {answer.status for answer in public} <= {200}
    return [answer.body for answer in staff + public]


def prove_reads(system: System, held: list[FiledCase], tally: Tally, seed: int, ways: Collection[str] = ()) -> None:
    """Replace every sealed part, and check that all readers reject it.

    Args:
        system: The system.
        held: The cases of ``make_cases``.
        tally: Counts the cases.
        seed: The seed of the random generator.
        ways: The kinds of replacements; by default, all.
    """
    everything, readers = sealed_attributes(system), _readers(system, held)
    random = Random(seed)  # noqa: S311  # not a secret
    for name, swap in replacements(system, everything).items():
        for spot, sealed in everything.items():
            if not ways or name in ways:
                with (
                    tally.case(f"{spot.sk} {spot.name}: {name}"),
                    _replaced(system, spot, swap(spot, sealed, random), sealed),
                ):
                    _check_refused(system, readers[spot.owner], spot)
    system._flush()


def _check_refused(system: System, reader: Reader, spot: SealedAttribute) -> None:
    with _logged() as logged:
        bodies = _responses_to(system, reader)
    words = {word for word in CANARIES if any(word in body for body in bodies)}
    assert len(words) <= 1, f"text of another case is shown: {words}"
    owners = {getattr(record, "owner", "") for record in logged}
    assert owners == {spot.owner}, f"logged as {owners}"
    assert {record.part for record in logged} == {spot.part}
    for receipt in (filed["receipt"] for filed in reader.filed if filed["receipt"] == spot.owner):
        with _logged() as refused:
            answer = system.staff(reader.staff, "GET", f"/staff/cases/{reader.case_id}/requests/{receipt}")
        assert answer.status == 200 or spot.part in {getattr(record, "part", "") for record in refused}
    assert not any(word in str(vars(record)) for record in logged for word in CANARIES)


def prove_deliveries(system: System, held: list[FiledCase], tally: Tally, seed: int) -> None:
    """Replace a requester's contact, and check that no notice is sent."""
    random, everything = Random(seed), sealed_attributes(system)  # noqa: S311  # not a secret
    notice = next(each for each in system.notices if each.receipt == held[0].receipt)
    spot = next(each for each in everything if each[:3] == (*keys.request(held[0].receipt), "contact"))
    for name, swap in replacements(system, everything).items():
        with (
            tally.case(f"a notice: {name}"),
            _replaced(system, spot, swap(spot, everything[spot], random), everything[spot]),
            _logged() as logged,
        ):
            before = len(system.outbox())
            _make_pending(system, notice)
            assert _send(system, notice) == 1
            assert len(system.outbox()) == before
            assert {getattr(record, "error", "") for record in logged} == {"SealBrokenError"}
    system._flush()


def _make_pending(system: System, notice: Notice) -> None:
    pending = notice.model_copy(update={"state": "owed", "send_at": None, "provider_id": None})
    system.notify.table.put(pending)


def _send(system: System, notice: Notice) -> int:
    message = f'{{"schema":1,"case_id":"{notice.case_id}","notice_id":"{notice.notice_id}"}}'
    event = {"Records": [{"messageId": "1", "body": message, "eventSourceARN": "notice"}]}
    return len(notify.app.respond(system.notify, event)["batchItemFailures"])
