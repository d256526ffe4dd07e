"""A system with thirty cases and an item of every kind of record, and one item of it made unreadable in turn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from casereview.schema.base import rfc3339
from casereview.schema.records import Case, Stored
from casereview.store import keys
from casereview.store.items import attribute, from_item
from casereview.store.keys import Key
from casereview.store.record_keys import RECORDS, key_of
from casereview.store.unreadable import UnreadableError
from tests.support.policy.drafts import AUTHOR, approve, draft, send
from tests.support.staff import (
    AT_HOME,
    CLEARED,
    LAWYER,
    OFFICER,
    SISTER,
    FiledCase,
    ask,
    decide,
    file_case,
    person,
    post,
    verify,
)
from tests.support.system import System

if TYPE_CHECKING:
    from casereview.store.items import Item

START: Final = datetime.fromisoformat("2025-01-18T12:00:00-05:00")
"""Two days before a policy comes into force, so that a switch has run."""
CASES: Final = 30
_BY_PHONE: Final = {"phone": "+12025550123", "preferred": "phone", "language": "en"}
BOUNCED: Final = "zoe@example.org"
WAYS: Final = ("unknown field", "missing field", "wrong type", "newer schema")


@dataclass(slots=True)
class Docket:
    """The system, the case with an item of every kind that cases have, and what is stored of all."""

    system: System
    bad: FiledCase
    """The case whose items are damaged; a lawyer filed it, and a sister joined it."""
    protected: FiledCase
    """A case that an officer marked as protected."""
    others: list[FiledCase]
    secrets: Mapping[str, Mapping[str, Any]]
    """The answers to the requests of the damaged case, by receipt."""
    _saved: list[Item] = field(default_factory=list)
    _saved_at: datetime = START

    def save(self) -> None:
        """Keep the table and the time."""
        self._saved, self._saved_at = self.system.items(), self.system.time

    def restore(self) -> None:
        """Restore the table and the time as they were saved, with empty queues."""
        self.system.cloud.clear()
        for item in self._saved:
            self.system.cloud.backend.put(item)
        self.system.time = self._saved_at

    def key_of_kind(self, kind: type[Stored], case: FiledCase | None = None) -> Key:
        """Return the key of an item of a kind: of the damaged case where cases have such items."""
        own = case or self.bad
        found = list(self._keys_of(kind))
        assert found, f"the docket has no {kind.__name__}"
        receipts = {str(one["receipt"]) for one in self.secrets.values()} if case is None else {own.receipt}
        marks = {own.case_id, *receipts, *self._persons(own)}
        return next((key for key in found if any(mark in f"{key.pk}|{key.sk}" for mark in marks)), found[0])

    def _persons(self, held: FiledCase) -> Iterator[str]:
        case = self.system.read(Case, keys.case(held.case_id))
        if case.person:
            yield case.person

    def _keys_of(self, kind: type[Stored]) -> Iterator[Key]:
        for item in sorted(self._saved, key=lambda one: (one["pk"]["S"], one["sk"]["S"])):
            key = Key(item["pk"]["S"], item["sk"]["S"])
            if kind_of(item) is kind:
                yield key

    def damage(self, kind: type[Stored], key: Key, way: str) -> None:
        """Change one item in one of the ways."""
        item = self.system.cloud.backend.get(key)
        assert item is not None
        name = required(kind, item)
        changed: Item = dict(item)
        if way == "unknown field":
            changed["colour"] = attribute({"deep": ["red", 1, None]})
        elif way == "missing field":
            del changed[name]
        elif way == "wrong type":
            changed[name] = attribute({"wrong": ["type", {"of": 1}]})
        else:
            changed |= {"schema": attribute(99), f"{name}_of_next": changed.pop(name)}
        self.system.cloud.backend.put(changed)


def kind_of(item: Item) -> type[Stored] | None:
    """Return the kind of record that an item is: the one whose key it has."""
    key = Key(item["pk"]["S"], item["sk"]["S"])
    for kind in RECORDS:
        try:
            if key_of(from_item(kind, item)) == key:
                return kind
        except UnreadableError:
            continue
    return None


def required(kind: type[Stored], item: Item) -> str:
    """Return the attribute of an item without which it cannot be read as its kind."""
    for name in sorted(item.keys() - {"pk", "sk", "schema"} - _INDEXED):
        try:
            from_item(kind, {other: value for other, value in item.items() if other != name})
        except UnreadableError:
            return name
    msg = f"a {kind.__name__} requires no attribute"
    raise AssertionError(msg)


_INDEXED: Final = frozenset(name for pair in keys.ATTRIBUTES.values() for name in pair)


def docket(system: System) -> Docket:
    """Fill a system; every kind of record is among what it stores."""
    system.time = START
    system.sweep()
    bad = file_case(system, 101, **_named(101), requester=LAWYER)
    joined = system.file(person(101, **_named(101, given="Maria"), requester={**SISTER, "contact": _BY_PHONE}))
    system.pump()
    protected = file_case(system, 102, **_named(102))
    others = [
        file_case(system, number, **_named(number), facts=AT_HOME if number % 3 else {})
        for number in range(103, 101 + CASES)
    ]
    _work_on(system, bad, str(joined["receipt"]))
    _protect(system, protected)
    _decide_some(system, others)
    system.later(days=3)
    system.settle(5)
    _bounce(system)
    _publish(system)
    for duty in ("snapshot", "bands", "usual_wait"):
        system.duty(duty)
    system.pump()
    found = Docket(system, bad, protected, others, {"lawyer": bad.filed, "sister": joined})
    found.save()
    return found


def _named(number: int, given: str = "") -> dict[str, Any]:
    """Return a name that no other person has."""
    given = given or f"Given{chr(65 + number % 26)}{chr(65 + number // 26)}"
    return {"subject": {"given_name": given, "family_name": f"Family{chr(65 + number % 26)}{chr(65 + number // 26)}"}}


def _work_on(system: System, held: FiledCase, joined: str) -> None:
    post(system, OFFICER, held.case_id, "claim", {})
    verify(system, OFFICER, held.case_id, receipt=held.receipt, authority="g28")
    verify(system, OFFICER, held.case_id, facts={"pregnant": True})
    removal = system.work(OFFICER, held.case_id, "removal", {"removed_at": rfc3339(system.time), "why": "Reported."})
    system.work(OFFICER, held.case_id, "corrections", {"event": removal["case_version"], "why": "Another person."})
    system.work(OFFICER, held.case_id, "notes", {"with": "requester", "kind": "call", "text": "They called."})
    ask(system, OFFICER, held.case_id)
    assert system.on(held.filed, "POST", "/updates", {"statement": "Here it is."}).status == 202
    system.settle(2)
    drafted = system.staff(OFFICER, "PUT", f"/staff/cases/{held.case_id}/draft", {"text": "I think."})
    assert drafted.status == 200, drafted.body
    asked = {"receipt": joined, "why": "She called."}
    assert system.staff(OFFICER, "POST", "/staff/lookups", asked).status == 200
    assert system.staff(OFFICER, "GET", f"/staff/cases/{held.case_id}").status == 200


def _protect(system: System, held: FiledCase) -> None:
    assert post(system, CLEARED, held.case_id, "claim", {}).status == 200
    verify(system, CLEARED, held.case_id, facts={"protected": True})
    system.pump()


def _decide_some(system: System, others: list[FiledCase]) -> None:
    for held in others[:2]:
        assert post(system, OFFICER, held.case_id, "claim", {}).status == 200
        verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
        given = [{"what": "release", "conditions": None}]
        decide(system, OFFICER, held.case_id, granted=given)


def _bounce(system: System) -> None:
    bounced = {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": BOUNCED}]}
    system.bounce({"eventType": "Bounce", "bounce": bounced, "mail": {}})


def _publish(system: System) -> None:
    for name in ("approved", "mine"):
        send(system, draft(name, since="2040-01-01T00:00:00Z"))
        previewed = system.staff(AUTHOR, "POST", f"/staff/policies/{name}/preview", {})
        assert previewed.status == 202, previewed.body
        system.pump()
    approve(system, "approved")
