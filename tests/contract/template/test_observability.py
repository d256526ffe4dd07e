"""The alarms and the dashboard refer to the resources of the application's template by their names."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

from tests.support.template import FUNCTIONS, ROOT, Json, resources


def _expanded(body: Json) -> Json:
    """Return the resources with each Fn::ForEach written out, as AWS::LanguageExtensions does."""
    found: Json = {}
    for name, value in body.items():
        if not name.startswith("Fn::ForEach::"):
            found[name] = value
            continue
        variable, items, template = value
        for item in items:
            found |= json.loads(json.dumps(template).replace(f"${{{variable}}}", item))
    return found


@pytest.fixture(scope="module")
def alarms() -> dict[str, Json]:
    """Provide the properties of every alarm."""
    template = yaml_parse((ROOT / "infra/observability.yaml").read_text())
    found = _expanded(template["Resources"])
    return {name: body["Properties"] for name, body in found.items() if body["Type"] == "AWS::CloudWatch::Alarm"}


def _watched(alarms: dict[str, Json], metric: str) -> set[str]:
    """Return the values of the dimensions of the alarms on a metric."""
    return {
        str(dimension["Value"].get("Fn::Sub") if isinstance(dimension["Value"], dict) else dimension["Value"])
        for body in alarms.values()
        if body["MetricName"] == metric
        for dimension in body["Dimensions"]
    }


def _made(kind: str, name: str) -> set[str]:
    """Return the names of the resources of a type, as the observability stack refers to them."""
    return {body[name]["Fn::Sub"].replace("AWS::StackName", "ApplicationStack") for body in resources(kind).values()}


def test_every_dead_letter_queue_raises_an_alarm(alarms: dict[str, Json]) -> None:
    dead = {name for name in _made("AWS::SQS::Queue", "QueueName") if name.endswith("-dlq")}
    assert len(dead) == 4
    assert _watched(alarms, "ApproximateNumberOfMessagesVisible") == dead


def test_every_queue_has_an_alarm_for_the_age_of_its_messages(alarms: dict[str, Json]) -> None:
    working = {name for name in _made("AWS::SQS::Queue", "QueueName") if not name.endswith("-dlq")}
    assert _watched(alarms, "ApproximateAgeOfOldestMessage") == working


@pytest.mark.parametrize("metric", ["Errors", "Throttles"])
def test_every_function_has_alarms(alarms: dict[str, Json], metric: str) -> None:
    functions = _made("AWS::Lambda::Function", "FunctionName")
    assert len(functions) == len(FUNCTIONS)
    assert _watched(alarms, metric) == functions


def test_errors_stuck_items_backlog_and_a_missing_sweep_raise_alarms(alarms: dict[str, Json]) -> None:
    assert _watched(alarms, "5XXError") == {*_made("AWS::ApiGateway::RestApi", "Name"), "v1"}
    assert _watched(alarms, "Stuck") == {"prioritize"}
    assert _watched(alarms, "Asked") == {"prioritize"}
    assert alarms["SweepSilent"]["TreatMissingData"] == "breaching"


@pytest.mark.parametrize("metric", ["Stuck", "Asked"])
def test_the_code_reports_what_the_alarms_watch(metric: str) -> None:
    source = (ROOT / "functions/prioritize/prioritize/sweep.py").read_text()
    assert re.search(rf'metrics\.add_metric\("{metric}"', source)


def test_every_alarm_has_an_action(alarms: dict[str, Json]) -> None:
    assert all(body["AlarmActions"] == [{"Ref": "AlarmTopic"}] for body in alarms.values())


def test_the_dashboard_is_json_and_fits_its_grid() -> None:
    template: Any = yaml_parse((ROOT / "infra/observability.yaml").read_text())
    body = json.loads(template["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"])
    assert all(widget["x"] + widget["width"] <= 24 for widget in body["widgets"])


@pytest.mark.parametrize(("metric", "module"), [("BandsNotTaken", "bands"), ("UsualWaitsNotMade", "usual_wait")])
def test_what_no_run_of_the_night_makes_raises_an_alarm(alarms: dict[str, Json], metric: str, module: str) -> None:
    assert f'"{metric}"' in (ROOT / f"functions/prioritize/prioritize/{module}.py").read_text(encoding="utf-8")
    [alarm] = [body for body in alarms.values() if body["MetricName"] == metric]
    assert (alarm["Statistic"], alarm["Threshold"], alarm["Period"]) == ("Minimum", 0, 86400)
