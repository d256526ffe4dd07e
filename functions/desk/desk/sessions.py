"""Sessions in their table: the key is the digest of the cookie, the contents are sealed under a key from the cookie.

Every write names the version that was read, so an ended session does not come back and of two refreshes one wins.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from desk.sealing import key_of, new_cookie, open_sealed, seal
from desk.session_records import Held, Pending, Session

if TYPE_CHECKING:
    from types_boto3_dynamodb.client import DynamoDBClient
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef

SIGN_IN_LASTS: Final = timedelta(minutes=30)
"""How long a sign-in may take; what was typed before it is kept as long."""
IDLE: Final = timedelta(minutes=30)
"""After so long without a request a session ends."""
LONGEST: Final = timedelta(hours=10)
"""A session ends so long after the sign-in, whatever its user does."""
_PENDING: Final = "pending"
_KEPT: Final = timedelta(hours=1)
"""An ended session stays so long: who sends a form into it is known, and what was typed is kept."""
_LEASE: Final = timedelta(seconds=10)
_TOUCHED: Final = timedelta(minutes=1)
"""The use of a session is written down at most so often."""


class Sessions:
    """The table of sessions.

    Args:
        client: calls DynamoDB.
        table: the name of the table.
    """

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def begin(self, value: Pending | Session, at: datetime) -> str:
        """Store a sign-in that begins, or a session; returns its new cookie."""
        cookie = new_cookie()
        idle, longest = (SIGN_IN_LASTS, SIGN_IN_LASTS) if isinstance(value, Pending) else (IDLE, LONGEST)
        held = Held(value=value, version=1, idle_until=at + idle, ends_at=at + longest)
        self._client.put_item(
            TableName=self._table, Item=_item(cookie, held), ConditionExpression="attribute_not_exists(pk)"
        )
        return cookie

    def read(self, cookie: str) -> Held | None:
        """Return what is held for a cookie, ended or not; None if there is nothing that it opens."""
        answer = self._client.get_item(TableName=self._table, Key=_key(cookie), ConsistentRead=True)
        item = answer.get("Item")
        if item is None:
            return None
        plain = open_sealed(cookie, bytes(item["sealed"]["B"]))
        if plain is None:
            return None
        model = Pending if item["kind"]["S"] == _PENDING else Session
        return Held(
            value=model.model_validate_json(plain),
            version=int(item["version"]["N"]),
            idle_until=_time(item["idle_until"]),
            ends_at=_time(item["ends_at"]),
        )

    def change(self, cookie: str, held: Held, value: Session, at: datetime) -> Held | None:
        """Replace what a session holds, and end a lease; None if somebody else changed it, or it has ended."""
        changed = Held(value=value, version=held.version + 1, idle_until=at + IDLE, ends_at=held.ends_at)
        return changed if self._write(_item(cookie, changed), held) else None

    def touch(self, cookie: str, held: Held, at: datetime) -> None:
        """Write down that a session is in use, if that was not done just now."""
        if held.idle_until > at + IDLE - _TOUCHED:
            return
        self._update(
            cookie,
            "SET idle_until = :until",
            "attribute_exists(pk) AND idle_until < :until",
            {":until": _number(at + IDLE)},
        )

    def lease(self, cookie: str, held: Held, at: datetime) -> bool:
        """Take the right to refresh the tokens of a session for ten seconds; False if somebody else has it."""
        return self._update(
            cookie,
            "SET lease_until = :until",
            "version = :version AND (attribute_not_exists(lease_until) OR lease_until < :now)",
            {":until": _number(at + _LEASE), ":now": _number(at), ":version": {"N": str(held.version)}},
        )

    def end(self, cookie: str) -> None:
        """Delete what is held for a cookie."""
        self._client.delete_item(TableName=self._table, Key=_key(cookie))

    def _write(self, item: dict[str, Any], held: Held) -> bool:
        try:
            self._client.put_item(
                TableName=self._table,
                Item=item,
                ConditionExpression="version = :version",
                ExpressionAttributeValues={":version": {"N": str(held.version)}},
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def _update(self, cookie: str, change: str, condition: str, values: dict[str, Any]) -> bool:
        try:
            self._client.update_item(
                TableName=self._table,
                Key=_key(cookie),
                UpdateExpression=change,
                ConditionExpression=condition,
                ExpressionAttributeValues=values,
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True


def _key(cookie: str) -> dict[str, Any]:
    return {"pk": {"S": key_of(cookie)}}


def _item(cookie: str, held: Held) -> dict[str, Any]:
    plain = held.value.model_dump_json().encode()
    return {
        **_key(cookie),
        "kind": {"S": _PENDING if isinstance(held.value, Pending) else "session"},
        "version": {"N": str(held.version)},
        "sealed": {"B": seal(cookie, plain)},
        "idle_until": _number(held.idle_until),
        "ends_at": _number(held.ends_at),
        "expires_at": _number(held.ends_at + _KEPT),
    }


def _number(at: datetime) -> dict[str, Any]:
    return {"N": str(int(at.timestamp()))}


def _time(attribute: AttributeValueTypeDef) -> datetime:
    return datetime.fromtimestamp(int(attribute["N"]), UTC)
