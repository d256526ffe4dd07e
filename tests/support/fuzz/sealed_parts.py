"""Sealed parts that were tampered with, or moved to another place: every reader rejects and logs them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from random import Random
from typing import Any, NamedTuple

import boto3

import intake.services
import notify.app
import notify.services
import review.services
from casereview.crypto.sealing import KmsSeal
from casereview.schema.notice_records import Notice
from casereview.schema.records import Case
from casereview.store import keys
from casereview.store.altered import digest_of
from notify.delivery import HELD
from tests.support.bodies import reasons
from tests.support.fuzz.messages import recorded_logs
from tests.support.proofs.tally import Tally
from tests.support.staff import CLEARED, OFFICER, OFFICIAL, FiledCase, ask, claimed, decide, verify
from tests.support.system import Answer, Staff, System

CANARIES = ("Zqalpha", "Zqbravo", "Zqcharlie", "Zqdelta")
"""Each of these words occurs in the sealed parts of one case only, in the order of filing; the last one in none."""
READ_RECORDS = "READS#"
"""The partition of the records of reads, which only the history decrypts."""
CONTACTS = "/contacts"
"""The path, below that of a case, of how its requesters can be reached."""
CLEARED_OFFICIAL = Staff("sol", "sro,restricted", None)


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
    """The staff members and the requesters who read a case."""

    case_id: str
    staff: Staff
    cleared: Staff
    """Who may open it also while it counts as restricted."""
    filed: tuple[Mapping[str, Any], ...]
    receipts: tuple[str, ...]
    own: str
    """The canary of the case."""

    @property
    def views(self) -> list[str]:
        """The paths, below that of the case, of what each requester is shown."""
        return [f"/requests/{receipt}/view" for receipt in self.receipts]


def _readers(system: System, held: list[FiledCase]) -> dict[str, Reader]:
    """Return the readers of each case, by its id and by its receipts."""
    found: dict[str, Reader] = {}
    for case, own in zip(sorted(system.cases, key=lambda case: case.filed_at), CANARIES, strict=False):
        staff, cleared = (OFFICER, CLEARED) if case.office == "ATL" else (OFFICIAL, CLEARED_OFFICIAL)
        filed = tuple(each.filed for each in held if each.case_id == case.case_id)
        receipts = tuple(each.receipt for each in system.requests if each.case_id == case.case_id)
        found[case.case_id] = Reader(case.case_id, staff, cleared, filed, receipts, own)
    return found | {request.receipt: found[request.case_id] for request in system.requests}


Reads = Mapping[str, Callable[[], Answer]]
"""The reads of a case, by what is read."""


def _staff_reads(system: System, reader: Reader, staff: Staff) -> Reads:
    """Return all reads of a staff member that open a sealed part, and that of the case."""
    path = f"/staff/cases/{reader.case_id}"
    requests = [f"/requests/{receipt}" for receipt in reader.receipts]
    paths = ("", "/statements", *requests, *reader.views)
    reads = {what: partial(system.staff, staff, "GET", path + what) for what in paths}
    return reads | {CONTACTS: partial(system.staff, staff, "POST", path + CONTACTS, {"why": "To call"})}


def _public_reads(system: System, reader: Reader) -> Reads:
    return {filed["receipt"]: partial(system.on, filed, "GET") for filed in reader.filed}


@contextmanager
def _unmarked_after(system: System, case_id: str) -> Iterator[None]:
    """Put back a case at the end of the context as it was before: without the mark of an altered part."""
    before = system.cloud.backend.get(keys.case(case_id))
    assert before is not None
    try:
        yield
    finally:
        system.cloud.backend.put(before)


def _words_in(answers: Iterable[Answer]) -> set[str]:
    bodies = [answer.body for answer in answers]
    return {word for word in CANARIES if any(word in body for body in bodies)}


def prove_reads(system: System, held: list[FiledCase], tally: Tally, seed: int, ways: Collection[str] = ()) -> None:
    """Replace every sealed part, and check that all readers reject it, and that its case is marked for it once.

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
                reader, value = readers[spot.owner], swap(spot, sealed, random)
                with tally.case(f"{spot.sk} {spot.name}: {name}"), _replaced(system, spot, value, sealed):
                    refused = _check_refused(system, reader, spot)
                    _check_marked_once(system, reader, spot, value, refused)
    system._flush()


class Refused(NamedTuple):
    """What the readers of a replaced part were answered."""

    finder: Callable[[], Answer]
    """A read that found the part."""
    staff: Mapping[str, Answer]
    """The answers to staff, by what is read."""


def _check_refused(system: System, reader: Reader, spot: SealedAttribute) -> Refused:
    """Check each reader by itself, of a case that is not marked yet: whoever opens the part rejects and logs it."""
    finders, staff, owners = [], {}, set()
    public = _public_reads(system, reader)
    for what, read in {**_staff_reads(system, reader, reader.staff), **public}.items():
        with _unmarked_after(system, reader.case_id), _logged() as logged:
            answer = read()
        owners |= {getattr(record, "owner", "") for record in logged}
        finders += [read] * len(logged)
        _check_entries(logged, spot)
        assert len(logged) <= 1, f"logged {len(logged)} times in one read"
        _check_words([answer], reader.own)
        assert answer.status == 200 or (what not in public and logged and _is_unreadable(answer)), what
        staff[what] = answer
    assert owners == {spot.owner}, f"logged as {owners}"
    return Refused(finders[0], staff)


def _check_marked_once(system: System, reader: Reader, spot: SealedAttribute, value: bytes, refused: Refused) -> None:
    """Check all readers after one has found the part, who alone logs it and marks the case.

    Then the case does not exist for staff without access to restricted cases, and its requesters see their own words;
    to staff with access the part is as unreadable as to who found it.
    """
    with _unmarked_after(system, reader.case_id), _logged() as logged:
        refused.finder()
        assert len(logged) == 1, f"logged {len(logged)} times"
        case = system.read(Case, keys.case(reader.case_id))
        hidden = [read() for read in _staff_reads(system, reader, reader.staff).values()]
        public = [read() for read in _public_reads(system, reader).values()]
        cleared = {what: read() for what, read in _staff_reads(system, reader, reader.cleared).items()}
        after = system.read(Case, keys.case(reader.case_id))
    assert len(logged) == 1, f"logged {len(logged)} times"
    _check_entries(logged, spot)
    assert (case.unreadable, case.restricted, case.altered) == (True, True, (f"{spot.owner}|{digest_of(value)}",))
    assert after == case
    assert {answer.status for answer in hidden} == {404}
    assert {(answer.status, answer.json()["disclosure"]) for answer in public} <= {(200, "limited")}
    assert not _words_in(hidden)
    _check_words([*public, *cleared.values()], reader.own)
    for what, answer in cleared.items():
        assert answer.status == refused.staff[what].status, f"{what}: {answer.status}"
        assert answer.status == 200 or _is_unreadable(answer)
        assert answer.body == refused.staff[what].body or what in {"", *reader.views}, f"{what} differs"


def _is_unreadable(answer: Answer) -> bool:
    return (answer.status, answer.json()["errors"][0]["code"]) == (409, "unreadable")


def _check_words(answers: Iterable[Answer], own: str) -> None:
    words = _words_in(answers) - {own}
    assert not words, f"text of another case is shown: {words}"


def _check_entries(logged: Iterable[Any], spot: SealedAttribute) -> None:
    """Check that log entries name the part, and show nothing of what is sealed."""
    entries = {(getattr(record, "part", ""), getattr(record, "owner", "")) for record in logged}
    assert entries <= {(spot.part, spot.owner)}, f"logged as {entries}"
    assert not any(word in str(vars(record)) for record in logged for word in CANARIES)


def prove_deliveries(system: System, held: list[FiledCase], tally: Tally, seed: int) -> None:
    """Replace a requester's contact, and check that a notice waits for it: none is sent, and the case is marked."""
    random, everything = Random(seed), sealed_attributes(system)  # noqa: S311  # not a secret
    notice = next(each for each in system.notices if each.receipt == held[0].receipt)
    spot = next(each for each in everything if each[:3] == (*keys.request(held[0].receipt), "contact"))
    for name, swap in replacements(system, everything).items():
        value = swap(spot, everything[spot], random)
        with (
            tally.case(f"a notice: {name}"),
            _unmarked_after(system, held[0].case_id),
            _replaced(system, spot, value, everything[spot]),
        ):
            _check_waits(system, notice, spot, value)
    system._flush()


def _check_waits(system: System, notice: Notice, spot: SealedAttribute, value: bytes) -> None:
    """Check that a notice waits at each attempt, and that the first one alone logs the part and marks the case."""
    before = len(system.outbox())
    for attempt in ("first", "again"):
        _make_pending(system, notice)
        with _logged() as logged:
            assert _send(system, notice) == 0
        assert len(system.outbox()) == before, "a notice was sent"
        assert len(logged) == (attempt == "first"), f"{attempt}: logged {len(logged)} times"
        _check_entries(logged, spot)
        waits = system.read(Notice, keys.notice(notice.case_id, notice.notice_id))
        assert (waits.state, waits.send_at, waits.sends) == ("owed", system.time + HELD, notice.sends)
        case = system.read(Case, keys.case(notice.case_id))
        assert (case.unreadable, case.altered) == (True, (f"{spot.owner}|{digest_of(value)}",))


def _make_pending(system: System, notice: Notice) -> None:
    pending = notice.model_copy(update={"state": "owed", "send_at": None, "provider_id": None})
    system.notify.table.put(pending)


def _send(system: System, notice: Notice) -> int:
    message = f'{{"schema":1,"case_id":"{notice.case_id}","notice_id":"{notice.notice_id}"}}'
    event = {"Records": [{"messageId": "1", "body": message, "eventSourceARN": "notice"}]}
    return len(notify.app.respond(system.notify, event)["batchItemFailures"])
