"""What tests do with a system, whether it runs in their process or in others."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from casereview.schema.records import Case, Stored
from casereview.schema.request_records import Request
from casereview.store import keys
from casereview.store.items import from_item

if TYPE_CHECKING:
    from casereview.store.items import Item
    from casereview.store.keys import Key


class AnyAnswer(Protocol):
    """A response of an API."""

    @property
    def status(self) -> int:
        """The HTTP status."""

    @property
    def body(self) -> str | bytes:
        """The body as it was sent."""

    def json(self) -> Any:  # noqa: ANN401  # a test knows what it asked for
        """The body, parsed."""


_ANSWER = TypeVar("_ANSWER", bound=AnyAnswer)
_RECORD = TypeVar("_RECORD", bound=Stored)


class AnySystem(ABC, Generic[_ANSWER]):
    """A system with a public API and a table."""

    @abstractmethod
    def call(self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None) -> _ANSWER:
        """Send one request to the public API."""

    @abstractmethod
    def items(self) -> Sequence[Item]:
        """Return all items of the table, in stored form."""

    @abstractmethod
    def read(self, model: type[_RECORD], key: Key) -> _RECORD:
        """Return a record of the table, which must exist."""

    def file(self, body: object, key: str | None = None) -> dict[str, Any]:
        """File a request, which must be accepted, and return the response body."""
        answer = self.call("POST", "/requests", body, {"Idempotency-Key": key} if key else {})
        assert answer.status == 201, answer.body
        found: dict[str, Any] = answer.json()
        return found

    def on(self, filed: Mapping[str, str], method: str, what: str = "", body: object = None) -> _ANSWER:
        """Call a route of a receipt with its access code."""
        headers = {"Authorization": f"Bearer {filed['access_code']}"}
        return self.call(method, f"/requests/{filed['receipt']}{what}", body, headers)

    def all(self, model: type[_RECORD], sort_key: str) -> list[_RECORD]:
        """Return the records whose sort keys begin so; of ``CASE`` only cases, not what finds them by a person."""
        found = ((item["sk"]["S"], item) for item in self.items())
        return [
            from_item(model, item)
            for sk, item in found
            if sk.startswith(sort_key) and (sort_key != "CASE" or sk == "CASE")
        ]

    def case_of(self, filed: Mapping[str, str]) -> Case:
        """Return the case of a request as it is stored."""
        return self.read(Case, keys.case(self.read(Request, keys.request(filed["receipt"])).case_id))
