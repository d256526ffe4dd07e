"""Write docs/data-model.md, the keys, indexes and items of the table, from the code: ``make data-model``."""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import yaml

from casereview.schema.records import Stored
from casereview.store.items import plain_fields, to_item
from casereview.store.record_keys import key_of
from infra.documents.command import Document, run
from infra.documents.data_model_examples import EXAMPLES, PLACEHOLDERS
from infra.documents.openapi.schemas import attribute_docstrings
from infra.paths import ROOT

PATH: Final = Path("docs/data-model.md")
_HEAD: Final = """\
# Data model

One DynamoDB table holds everything. This page is generated (`make data-model`) from the records
(`shared/casereview/schema/*records.py`), the keys (`shared/casereview/store/keys.py`), their items
(`shared/casereview/store/items.py`) and `template.yaml`; `make check` fails where it differs. Every value is invented.

- A record is a frozen pydantic model. What is `None` has no attribute.
- Every item has `schema`, the version of its form. Records are written strictly and read leniently
  ([decision 11](decisions/0011-lenient-reading.md)).
- Times are text in UTC with milliseconds, which sorts as time does.
- `<sealed>` is a binary attribute that is encrypted under the sealing key; `<digest>` is an HMAC.
- Nothing in a key or index identifies a person: A-numbers and addresses are MACs, ids are random.
- Items are found by key or index, never by a scan, and no decision rests on an index, which may lag.
"""
_DERIVED: Final = """\
`queue`, `first_look_at`, `due_at`, `due_shard`, `verify_office` and `look_at` are computed on each write and dropped on
reading. `due` is the map
of due work, from a name to an instant; `due_at` is the earliest of them
([decision 2](decisions/0002-due-index.md)). An item that was given up after eight attempts is in the shard `stuck`.
"""
_FLAT: Final = """\
The values `first_look`, `hold` and `decision` of a case are stored as attributes of the item itself, so that an index
can project them.
"""


class _Loader(yaml.SafeLoader):
    """Reads a template without evaluating its functions."""


_Loader.add_multi_constructor("!", lambda _loader, _suffix, _node: None)


def text() -> str:
    """Return the document."""
    parts = ("## Keys\n", *_keys(), "## Indexes\n", *_indexes(), _DERIVED, "## Items\n", _FLAT, *_items())
    return "\n".join((_HEAD, *parts))


def _by_model() -> dict[type[Stored], list[Stored]]:
    found: dict[type[Stored], list[Stored]] = {}
    for record in EXAMPLES:
        found.setdefault(type(record), []).append(record)
    return found


def _keys() -> Iterator[str]:
    yield "| record | pk | sk | indexes | what it is |"
    yield "|---|---|---|---|---|"
    for model, (record, *_others) in _by_model().items():
        name, key = model.__name__, key_of(record)
        where = f"`{_pattern(key.pk)}` | `{_pattern(key.sk)}` | {', '.join(_indexes_of(record))}"
        yield f"| [{name}](#{name.lower()}) | {where} | {_purpose(model)} |"
    yield ""


def _pattern(key: str) -> str:
    """Return a key with placeholders for the values of the example."""
    for value, placeholder in PLACEHOLDERS.items():
        key = key.replace(value, placeholder)
    return key


def _indexes_of(record: Stored) -> Iterator[str]:
    item = to_item(record)
    for index in _definition()["GlobalSecondaryIndexes"]:
        if all(part["AttributeName"] in item for part in index["KeySchema"]):
            yield f"{index['IndexName']}"


def _purpose(model: type[Stored]) -> str:
    return _markdown((inspect.getdoc(model) or "").partition("\n")[0])


def _markdown(text: str) -> str:
    return " ".join(text.replace("``", "`").split())


def _indexes() -> Iterator[str]:
    yield "| index | hash key | sort key | other attributes |"
    yield "|---|---|---|---|"
    for index in _definition()["GlobalSecondaryIndexes"]:
        first, second = (f"`{part['AttributeName']}`" for part in index["KeySchema"])
        others = ", ".join(f"`{name}`" for name in index["Projection"].get("NonKeyAttributes", ()))
        yield f"| `{index['IndexName']}` | {first} | {second} | {others} |"
    yield ""


def _definition() -> dict[str, Any]:
    template = (ROOT / "template.yaml").read_text(encoding="utf-8")
    table: dict[str, Any] = yaml.load(template, _Loader)["Resources"]["Table"]["Properties"]  # noqa: S506  # safe loader
    return table


def _items() -> Iterator[str]:
    for model, records in _by_model().items():
        yield f"### {model.__name__}\n\n{_purpose(model)}\n"
        yield from (f"```json\n{_item(record)}\n```\n" for record in records)
        yield from _attributes(model)


def _item(record: Stored) -> str:
    fields = plain_fields(to_item(record))
    key = {name: fields.pop(name) for name in ("pk", "sk")}
    return json.dumps(key | dict(sorted(fields.items())), indent=2, ensure_ascii=False, default=_binary)


def _binary(value: object) -> str:
    return f"<{value.decode()}>" if isinstance(value, bytes) else str(value)


def _attributes(model: type[Stored]) -> Iterator[str]:
    """List the attributes that are explained in the code."""
    explained = attribute_docstrings(model)
    yield from (f"- `{name}`: {_markdown(meaning)}" for name, meaning in explained.items())
    if explained:
        yield ""


DOCUMENT: Final = Document(PATH, "data-model", lambda _present: text())


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Write or check the document below a directory, and return the exit code."""
    return run(DOCUMENT, arguments, root)


if __name__ == "__main__":
    sys.exit(main())
