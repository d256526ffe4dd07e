"""Work a table as the release whose code is on the path: read one request per line, and write one answer per line.

It runs in a process of its own, with the code of the other release (``tests.support.releases.two_releases``). Each
request brings what changed in the table and the queues, and the time; each answer takes it back: both releases work one
table. Only what the releases have in common is used: the handlers, and the memory of ``tests.support`` behind them.
"""

from __future__ import annotations

import base64
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

import casereview.store.items  # noqa: F401  # with it come the modules of all records
from casereview.cases.due import DUE_FIELDS
from casereview.schema.base import Record
from casereview.schema.records import Stored
from casereview.store.keys import Key
from tests.support.system import Staff, System, running

if TYPE_CHECKING:
    from tests.support.clouds import MemoryCloud

_BYTES = "$bytes"


def as_json(value: object) -> str:
    """Return a value as one line of JSON; bytes are marked."""
    return json.dumps(value, default=lambda found: {_BYTES: base64.b64encode(bytes(found)).decode()})


def from_json(line: str) -> Any:  # noqa: ANN401  # any value
    """Return what a line of JSON holds."""
    return json.loads(line, object_hook=lambda found: base64.b64decode(found[_BYTES]) if _BYTES in found else found)


class Exchange:
    """Tells another system what changed in this one, and takes from it what changed there."""

    def __init__(self, cloud: MemoryCloud) -> None:
        self._cloud = cloud
        self._told: dict[Any, Any] = {}

    def changes(self, time: datetime) -> dict[str, Any]:
        """Return the items that changed since the last exchange, all messages, what was sent since, and the time."""
        now = dict(self._cloud.backend.contents)
        written = [item for key, item in now.items() if self._told.get(key) is not item]
        removed = [[*key] for key in self._told if key not in now]
        self._told = now
        messages = {url: [message.body for message in found] for url, found in self._cloud._queues.queues.items()}
        sent = {"mails": [*self._cloud._mail.sent], "texts": [*self._cloud._texts.sent]}
        return {"written": written, "removed": removed, "messages": messages, **sent, "time": time.isoformat()}

    def take(self, changes: dict[str, Any], *, sent: bool) -> None:
        """Make the changes; ``sent``: what was sent is kept, else it is left to the other system."""
        for item in changes["written"]:
            self._cloud.backend.put(item)
        for pk, sk in changes["removed"]:
            self._cloud.remove(Key(pk, sk))
        self._told = dict(self._cloud.backend.contents)
        for url, bodies in changes["messages"].items():
            self._cloud.sqs.purge_queue(QueueUrl=url)
            for body in bodies:
                self._cloud.sqs.send_message(QueueUrl=url, MessageBody=body)
        if sent:
            self._cloud._mail.sent.extend(changes["mails"])
            self._cloud._texts.sent.extend(tuple(found) for found in changes["texts"])
        else:
            self._cloud._mail.sent.clear()
            self._cloud._texts.sent.clear()

    def begin_again(self) -> None:
        """Empty the system: another one begins."""
        self._cloud.clear()
        self._told = {}


def share_key(cloud: MemoryCloud, key: bytes) -> None:
    """Let a system seal and open with a key that another system has too."""
    cloud._seal._cipher = AESGCM(key)  # type: ignore[attr-defined]  # the seal in memory has it


def _below(model: type[Record]) -> Iterator[type[Record]]:
    for child in model.__subclasses__():
        yield child
        yield from _below(child)


def schemas() -> dict[str, Any]:
    """Return the JSON schema of every stored record of this release, by name."""
    return {model.__name__: model.model_json_schema() for model in _below(Stored)}


def names() -> list[str]:
    """Return the names of all fields that a record of this release has, and of all due work that it does."""
    fields = {field.alias or name for model in _below(Record) for name, field in model.model_fields.items()}
    return sorted(fields | {name for work in DUE_FIELDS.values() for name in work})


def foreign_modules(root: Path) -> list[str]:
    """Return the modules of the project that were loaded from elsewhere than a folder."""
    packages = ("casereview", "intake", "prioritize", "notify", "review", "infra", "tests")
    files = {name: getattr(module, "__file__", None) for name, module in sys.modules.items()}
    own = {name: file for name, file in files.items() if file and name.partition(".")[0] in packages}
    return sorted(name for name, file in own.items() if not Path(file).resolve().is_relative_to(root.resolve()))


def _invoke(system: System, name: str, given: list[Any]) -> object:
    if name == "staff":
        user, *rest = given
        user = {name: value for name, value in user.items() if name in {f.name for f in fields(Staff)}}
        found: Any = system.staff(Staff(**user), *rest)
        return [found.status, found.content_type, found.body]
    if name == "call":
        found = system.call(*given)
        return [found.status, found.content_type, found.body]
    if name == "employ":
        system.employ(Staff(*given))
        return None
    return getattr(system, name)(*given)


def main() -> None:
    """Answer until the input ends. What a handler raises is an answer too: its type and text."""
    about = {"schemas": schemas(), "names": names(), "foreign": foreign_modules(Path.cwd())}
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # logs and metrics go to the log
    with running("memory") as system:
        cloud: Any = system.cloud
        exchange = Exchange(cloud)
        for line in sys.stdin:
            asked = from_json(line)
            if asked["name"] == "begin":
                exchange.begin_again()
                share_key(cloud, asked["key"])
                told = about
            else:
                exchange.take(asked["changes"], sent=False)
                system.time = datetime.fromisoformat(asked["changes"]["time"])
                told = _invoked(system, asked["name"], asked["given"])
                told["changes"] = exchange.changes(system.time)
            print(as_json(told), file=answers, flush=True)


def _invoked(system: System, name: str, given: list[Any]) -> dict[str, Any]:
    try:
        return {"result": _invoke(system, name, given)}
    except Exception as error:  # noqa: BLE001  # the test says what was raised
        return {"raised": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    main()
