"""The page of the data model has every record as the code stores it."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest

import casereview.schema
from casereview.schema.records import Stored
from casereview.store.items import from_item, to_item
from casereview.store.record_keys import key_of
from infra.documents.data_model import PATH, main, text
from infra.documents.data_model_examples import EXAMPLES, PLACEHOLDERS


def stored_models() -> set[type[Stored]]:
    names = {one.name for one in iter_modules(casereview.schema.__path__)} - {"messages"}  # those go through queues
    modules = [import_module(f"casereview.schema.{name}") for name in names]
    found = [value for module in modules for value in vars(module).values()]
    return {value for value in found if isinstance(value, type) and issubclass(value, Stored) and value is not Stored}


def test_the_committed_document_is_current() -> None:
    assert main(["--check"]) == 0


def test_the_check_fails_for_a_changed_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "docs").mkdir()
    assert main([], tmp_path) == 0
    assert main(["--check"], tmp_path) == 0
    path = tmp_path / PATH
    path.write_text(path.read_text(encoding="utf-8").replace("EVENT#", "ENTRY#"), encoding="utf-8")
    assert main(["--check"], tmp_path) == 1
    assert "make data-model" in capsys.readouterr().err


def test_every_kind_of_record_has_an_example() -> None:
    assert {type(record) for record in EXAMPLES} == stored_models()


@pytest.mark.parametrize("record", EXAMPLES, ids=lambda record: "/".join(key_of(record)))
def test_an_example_survives_a_round_trip(record: Stored) -> None:
    assert from_item(type(record), to_item(record)) == record


def test_the_table_of_keys_has_patterns_instead_of_examples() -> None:
    keys = text().partition("## Keys")[2].partition("## Indexes")[0]
    assert [value for value in PLACEHOLDERS if f"#{value}" in keys] == []
    assert "`CASE#<case>` | `EVENT#<version, six digits>`" in keys


def test_no_example_contains_sealed_data() -> None:
    assert '"sealed": "<sealed>"' in text()
