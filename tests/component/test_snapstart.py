"""What a function initializes before its SnapStart snapshot: the services and the compiled policies."""

from __future__ import annotations

import importlib

import pytest
from snapshot_restore_py import get_before_snapshot

import pages.rendering
from casereview.policy.packaged import compile_packaged
from casereview.schema.base import build_records
from casereview.schema.event_records import Event
from casereview.schema.languages import LANGUAGES
from casereview.schema.notice_records import Notice
from casereview.schema.policy_records import Switch
from casereview.schema.records import Case
from casereview.schema.request_records import Request
from intake.responses import RequestStatus
from pages.rendering import prepare
from tests.support.aws_calls import record_calls
from tests.support.function_environment import environment_of
from tests.support.system import System
from tests.support.template import ROOT

PAGES = ROOT / "functions/pages/pages"
FUNCTIONS = ("intake", "prioritize", "notify", "review")


def registered() -> list[object]:
    return [entry[0] for entry in get_before_snapshot()]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_creates_its_services_before_the_snapshot(name: str) -> None:
    assert importlib.import_module(f"{name}.services").services in registered()


@pytest.mark.moto
@pytest.mark.parametrize("name", FUNCTIONS)
def test_creating_the_services_makes_no_call(name: str, system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in environment_of(name).items():
        if variable not in {"PATH", "PYTHONPATH"}:
            monkeypatch.setenv(variable, value)
    module = importlib.import_module(f"{name}.services")
    module.services.cache_clear()
    with record_calls() as calls:
        module.services()
    module.services.cache_clear()
    assert calls == []
    assert system.items() == []


def test_functions_that_rank_compile_the_policies_before_the_snapshot() -> None:
    importlib.import_module("prioritize.services")
    assert compile_packaged in registered()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_builds_the_validators_of_its_records_before_the_snapshot(name: str) -> None:
    importlib.import_module(f"{name}.services")
    assert registered().count(build_records) >= len(FUNCTIONS)


def test_the_site_reads_its_files_texts_dates_and_templates_before_the_snapshot() -> None:
    importlib.import_module("pages.app")
    assert prepare in registered()
    pages.rendering.environment.cache_clear()
    prepare()
    for language in LANGUAGES:
        templates = pages.rendering.environment(language).cache
        assert templates is not None
        assert {name for _loader, name in templates} == {file.name for file in (PAGES / "templates").iterdir()}
    assert pages.rendering.environment.cache_info().currsize == len(LANGUAGES)


def test_every_record_is_built_once_they_all_are() -> None:
    build_records()
    assert all(model.__pydantic_complete__ for model in (Case, Event, Request, Notice, Switch, RequestStatus))
