"""The alarms and the dashboard refer to the resources of the application's template by their names."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

from tests.support.template import FACES, FUNCTIONS, ROOT, Json, resources, texts


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
        if body.get("MetricName") == metric
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
    assert len(functions) == len((*FUNCTIONS, *FACES))
    assert _watched(alarms, metric) == functions


def test_errors_stuck_items_backlog_and_a_missing_sweep_raise_alarms(alarms: dict[str, Json]) -> None:
    assert _watched(alarms, "5XXError") == {*_made("AWS::ApiGateway::RestApi", "Name"), "v1"}
    assert _watched(alarms, "Stuck") == {"prioritize"}
    assert _watched(alarms, "Asked") == {"prioritize"}
    assert alarms["SweepSilent"]["TreatMissingData"] == "breaching"


def test_an_item_that_cannot_be_read_raises_an_alarm_in_every_function(alarms: dict[str, Json]) -> None:
    assert _watched(alarms, "Unreadable") == {"intake", "prioritize", "notify", "review"}
    source = (ROOT / "shared/casereview/store/unreadable.py").read_text()
    assert re.search(r'metrics\.add_metric\("Unreadable"', source)


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
    [alarm] = [body for body in alarms.values() if body.get("MetricName") == metric]
    assert (alarm["Statistic"], alarm["Threshold"], alarm["Period"]) == ("Minimum", 0, 86400)


METRIC = re.compile(r"""(?:add_metric|single_metric)\(\s*"(\w+)\"""")


def emitted() -> set[str]:
    """Return the names of all metrics that the code emits."""
    sources = [path for folder in ("functions", "shared/casereview") for path in (ROOT / folder).rglob("*.py")]
    return {name for path in sources for name in METRIC.findall(path.read_text(encoding="utf-8"))}


def named_in(value: object) -> set[str]:
    """Return the words in the texts of a value, at any depth."""
    return {word for text in texts(value) for word in re.findall(r"\w+", text)}


def dashboard() -> Json:
    template: Any = yaml_parse((ROOT / "infra/observability.yaml").read_text())
    found: Json = json.loads(template["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"])
    return found


ALARMING = {
    "Stuck",
    "Asked",
    "NotSwept",
    "WorklistsNotWalked",
    "BandsNotTaken",
    "UsualWaitsNotMade",
    "OfficesNotCounted",
    "TargetMissed",
    "VerificationMissed",
    "RemovalAfterRequest",
    "LookupsBounded",
    "Retried",
    "Sent",
    "Undeliverable",
    "SetUpFault",
    "Unreadable",
    "QuotaExceeded",
}
"""The metrics that an alarm watches. The others show on the dashboard what happens without a fault, or what the alarms
of the APIs and queues report as well."""


def test_every_metric_of_the_code_has_an_alarm_or_is_on_the_dashboard(alarms: dict[str, Json]) -> None:
    shown = named_in(dashboard())
    assert emitted() - named_in(list(alarms.values())) <= shown
    assert emitted() & named_in(list(alarms.values())) >= ALARMING


def test_every_metric_that_is_watched_or_shown_is_emitted(alarms: dict[str, Json]) -> None:
    watched = {
        one["MetricName"]
        for body in alarms.values()
        for one in (body, *(query.get("MetricStat", {}).get("Metric", {}) for query in body.get("Metrics", ())))
        if one.get("Namespace") == "CaseReview"
    }
    asked = set(re.findall(r"SUM\((\w+)\)", json.dumps(alarms)))
    assert watched | asked == ALARMING
    assert watched | asked <= emitted()


@pytest.mark.parametrize("name", ["Retried", "Undeliverable"])
def test_a_share_of_failed_messages_is_compared_with_what_was_sent(alarms: dict[str, Json], name: str) -> None:
    queries = {one["Id"]: one for one in alarms[name]["Metrics"]}
    assert queries["bad"]["MetricStat"]["Metric"]["MetricName"] == name
    assert queries["sent"]["MetricStat"]["Metric"]["MetricName"] == "Sent"
    assert [one["Id"] for one in queries.values() if one["ReturnData"]] == ["share"]


@pytest.mark.parametrize(
    ("metric", "module"),
    [("TargetMissed", "prioritize/prioritize/worker"), ("VerificationMissed", "prioritize/prioritize/worker")],
)
def test_a_query_names_the_dimensions_that_the_code_gives(alarms: dict[str, Json], metric: str, module: str) -> None:
    source = (ROOT / f"functions/{module}.py").read_text(encoding="utf-8")
    block = source[source.index(f'single_metric("{metric}"') :].split("\n\n")[0]
    given = {"service", *re.findall(r'add_dimension\("(\w+)"', block)}
    [asked] = re.findall(r"SCHEMA\(CaseReview, ([^)]*)\)", alarms[metric]["Metrics"][0]["Expression"])
    assert set(asked.split(", ")) == given
