"""Filter criteria of event source mappings (the part of EventBridge's patterns that queues can use)."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

Json = Any


class FilterError(ValueError):
    """A pattern that is not known here."""


def matches_any(patterns: Iterable[Mapping[str, Json]], record: Mapping[str, Json]) -> bool:
    """Whether a record matches one of the patterns; a JSON body is looked into, as Lambda does."""
    subject = {**record, "body": _parsed(record["body"])}
    return any(_matches(pattern, subject) for pattern in patterns)


def _parsed(body: str) -> Json:
    try:
        return json.loads(body)
    except ValueError:
        return body


def _matches(pattern: Mapping[str, Json], subject: Json) -> bool:
    if not isinstance(subject, Mapping):
        return False
    return all(
        _matches(wanted, subject.get(key)) if isinstance(wanted, Mapping) else _value_matches(wanted, key, subject)
        for key, wanted in pattern.items()
    )


def _value_matches(wanted: list[Json], key: str, subject: Mapping[str, Json]) -> bool:
    return any(_rule_matches(rule, key in subject, subject.get(key)) for rule in wanted)


def _rule_matches(rule: Json, present: bool, value: Json) -> bool:  # noqa: FBT001
    if not isinstance(rule, Mapping):
        return present and bool(value == rule)
    match next(iter(rule.items())):
        case "exists", bool(wanted):
            return present is wanted
        case "prefix", str(prefix):
            return isinstance(value, str) and value.startswith(prefix)
        case "suffix", str(suffix):
            return isinstance(value, str) and value.endswith(suffix)
        case "equals-ignore-case", str(text):
            return isinstance(value, str) and value.lower() == text.lower()
        case "anything-but", unwanted:
            return present and value not in (unwanted if isinstance(unwanted, list) else [unwanted])
    raise FilterError(f"filter rule {json.dumps(rule)} is not known to the local run")
