"""Settings read from the environment."""

from __future__ import annotations

from datetime import UTC

import pytest
from pydantic import ValidationError

from casereview.runtime.settings import Settings, now


class ExampleSettings(Settings):
    """Settings with a required and an optional variable."""

    table_name: str
    origination: str = ""


def test_each_field_is_read_from_the_variable_of_its_name_in_upper_case(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TABLE_NAME", "cases")
    monkeypatch.setenv("table_name", "no")
    monkeypatch.setenv("UNRELATED", "x")
    assert ExampleSettings.from_environment() == ExampleSettings(table_name="cases", origination="")


def test_a_missing_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TABLE_NAME", raising=False)
    with pytest.raises(ValidationError, match="table_name"):
        ExampleSettings.from_environment()


def test_settings_are_frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TABLE_NAME", "cases")
    with pytest.raises(ValidationError, match="frozen"):
        ExampleSettings.from_environment().table_name = "other"  # type: ignore[misc]  # it is frozen


def test_the_clock_is_in_utc() -> None:
    assert now().tzinfo is UTC
