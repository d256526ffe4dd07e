from __future__ import annotations

from datetime import UTC

import pytest
from pydantic import ValidationError

from casereview.runtime.settings import Settings, now


class Some(Settings):
    table_name: str
    origination: str = ""


def test_each_field_is_the_variable_of_its_name_in_capitals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TABLE_NAME", "cases")
    monkeypatch.setenv("table_name", "no")
    monkeypatch.setenv("UNRELATED", "x")
    assert Some.from_environment() == Some(table_name="cases", origination="")


def test_a_missing_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TABLE_NAME", raising=False)
    with pytest.raises(ValidationError, match="table_name"):
        Some.from_environment()


def test_settings_do_not_change(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TABLE_NAME", "cases")
    with pytest.raises(ValidationError, match="frozen"):
        Some.from_environment().table_name = "other"  # type: ignore[misc]  # it is frozen


def test_the_clock_is_in_utc() -> None:
    assert now().tzinfo is UTC
