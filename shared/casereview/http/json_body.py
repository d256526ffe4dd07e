"""Read JSON as a careful clerk would: no duplicate keys, no bottomless nesting, no broken Unicode, nothing hidden."""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from typing import NoReturn
from unicodedata import category

from casereview.http.problems import Fault, ProblemError, malformed, unprocessable
from casereview.schema.text import without_tricks

MAX_BYTES = 256 * 1024
MAX_DEPTH = 16
_HALF = re.compile("[\ud800-\udfff]")
_UNSEEN = {"Cc", "Cf", "Zs", "Zl", "Zp"}
"""General categories of Unicode whose characters show nothing: of such alone is no text."""

Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None


class _DuplicateKeyError(ValueError):
    """The same key twice in one object."""


def _pairs(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _DuplicateKeyError
    return found


def _not_json(_token: str) -> NoReturn:
    message = "no JSON number"
    raise ValueError(message)


def escape(key: str) -> str:
    """Write a key as a part of a JSON Pointer, without characters that cannot be sent."""
    return without_tricks(key).replace("~", "~0").replace("/", "~1")[:80]


def _clean(value: Json, pointer: str, depth: int) -> Json:
    """Return the value with blank texts as null; they are missing."""
    if depth > MAX_DEPTH:
        raise malformed(pointer, "is nested too deeply")
    if isinstance(value, str):
        return _clean_text(value, pointer)
    if isinstance(value, list):
        return [_clean(item, f"{pointer}/{index}", depth + 1) for index, item in enumerate(value)]
    if isinstance(value, dict):
        return _clean_object(value, pointer, depth)
    return value


def _clean_object(value: dict[str, Json], pointer: str, depth: int) -> dict[str, Json]:
    return {_whole(key, pointer): _clean(item, f"{pointer}/{escape(key)}", depth + 1) for key, item in value.items()}


def _clean_text(value: str, pointer: str) -> str | None:
    text = without_tricks(_whole(value, pointer)).strip()
    return text if any(category(symbol) not in _UNSEEN for symbol in text) else None


def _whole(text: str, pointer: str) -> str:
    if _HALF.search(text):
        raise unprocessable(Fault(pointer, "holds half of a character"))
    return text


def _decode(raw: bytes | str) -> str:
    try:
        data = raw.encode() if isinstance(raw, str) else raw
        if len(data) > MAX_BYTES:
            fault = Fault("", "may have 256 KB at most")
            raise ProblemError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The request is too large", fault)
        return data.decode()
    except UnicodeError:
        raise malformed("", "is not UTF-8") from None


def read_object(raw: bytes | str) -> dict[str, Json]:
    """Return the JSON object in a request body.

    Raises ProblemError: 413 over 256 KB; 400 where it is not JSON, not an object, nested deeper than 16 or has
    duplicate keys; 422 for text that is no Unicode.
    """
    try:
        value = json.loads(_decode(raw), object_pairs_hook=_pairs, parse_constant=_not_json)
    except _DuplicateKeyError:
        raise malformed("", "has the same key twice in one object") from None
    except (ValueError, RecursionError):
        raise malformed("", "is not JSON") from None
    if not isinstance(value, dict):
        raise malformed("", "must be a JSON object")
    return _clean_object(value, "", 0)


def canonical(value: Json) -> bytes:
    """Return the one form in which equal JSON values are equal bytes."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
