"""Every function alike, each with only the environment it uses."""

from __future__ import annotations

import pytest

import casereview.usecases.services
import notify.services
import prioritize.services
from casereview.runtime.settings import Settings
from tests.support.template import FUNCTIONS, ROOT, Json, properties, resources

POWERTOOLS = {"POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE", "POWERTOOLS_LOG_LEVEL"}
ENVIRONMENT: dict[str, set[str]] = {
    "intake": {"TABLE_NAME", "RANK_QUEUE_URL", "NOTICE_QUEUE_URL", "SEALING_KEY_ARN", "MAC_KEY_ARN"},
    "review": {"TABLE_NAME", "RANK_QUEUE_URL", "NOTICE_QUEUE_URL", "SEALING_KEY_ARN", "MAC_KEY_ARN"},
    "prioritize": {"TABLE_NAME", "RANK_QUEUE_URL", "NOTICE_QUEUE_URL", "OFFICE_MAIL"},
    "notify": {
        "TABLE_NAME",
        "RANK_QUEUE_URL",
        "SEALING_KEY_ARN",
        "MAC_KEY_ARN",
        "MAIL_FROM",
        "MAIL_CONFIGURATION_SET",
        "DELIVERY_QUEUE_ARN",
        "LOOKUP_URL",
        "OFFICE_MAIL",
    },
}
SETTINGS: dict[str, type[Settings]] = {
    "intake": casereview.usecases.services.CaseServicesSettings,
    "review": casereview.usecases.services.CaseServicesSettings,
    "prioritize": prioritize.services.PrioritizeSettings,
    "notify": notify.services.NotifySettings,
}


def _function(name: str) -> Json:
    return properties(f"{name.capitalize()}Function")


def _variables(name: str) -> Json:
    found: Json = _function(name)["Environment"]["Variables"]
    return found


def test_there_is_no_other_function() -> None:
    assert set(resources("AWS::Lambda::Function")) == {f"{name.capitalize()}Function" for name in FUNCTIONS}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_starts_from_a_snapshot_of_its_published_version(name: str) -> None:
    body = _function(name)
    assert (body["Runtime"], body["Architectures"]) == ("python3.13", ["arm64"])
    assert body["Handler"] == f"{name}.app.handler"
    assert body["SnapStart"] == {"ApplyOn": "PublishedVersions"}
    alias = properties(f"{name.capitalize()}FunctionAliaslive")
    assert alias["Name"] == "live"
    assert alias["FunctionName"] == {"Ref": f"{name.capitalize()}Function"}


def test_whatever_calls_a_function_calls_its_published_version() -> None:
    """Only published versions have a snapshot, and only the alias can be rolled back."""
    aliases = [{"Ref": f"{name.capitalize()}FunctionAliaslive"} for name in FUNCTIONS]
    assert all(body["FunctionName"] in aliases for body in resources("AWS::Lambda::EventSourceMapping").values())
    assert all(body["Target"]["Arn"] in aliases for body in resources("AWS::Scheduler::Schedule").values())
    assert all(body["FunctionName"] in aliases for body in resources("AWS::Lambda::Permission").values())


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_gets_exactly_the_environment_it_uses(name: str) -> None:
    assert set(_variables(name)) == ENVIRONMENT[name] | POWERTOOLS
    assert _variables(name)["POWERTOOLS_SERVICE_NAME"] == name
    assert _variables(name)["POWERTOOLS_METRICS_NAMESPACE"] == "CaseReview"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_code_reads_exactly_the_environment_it_gets(name: str) -> None:
    assert {field.upper() for field in SETTINGS[name].model_fields} == ENVIRONMENT[name]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_environments_and_snapshots_are_encrypted(name: str) -> None:
    assert _function(name)["KmsKeyArn"] == {"Fn::GetAtt": ["AtRestKey", "Arn"]}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_logs_json_to_a_group_that_is_kept(name: str) -> None:
    group = f"{name.capitalize()}LogGroup"
    assert _function(name)["LoggingConfig"] == {"LogFormat": "JSON", "LogGroup": {"Ref": group}}


def test_every_log_group_is_encrypted_and_has_an_end() -> None:
    for body in resources("AWS::Logs::LogGroup").values():
        assert body["RetentionInDays"] == {"Ref": "LogRetentionDays"}
        assert body["KmsKeyId"] == {"Fn::GetAtt": ["AtRestKey", "Arn"]}


def test_workers_report_which_messages_failed() -> None:
    sources = {
        (str(body["FunctionName"]["Ref"]), str(body["EventSourceArn"]["Fn::GetAtt"][0])): body
        for body in resources("AWS::Lambda::EventSourceMapping").values()
    }
    assert set(sources) == {
        ("PrioritizeFunctionAliaslive", "RankQueue"),
        ("NotifyFunctionAliaslive", "NoticeQueue"),
        ("NotifyFunctionAliaslive", "DeliveryQueue"),
    }
    for body in sources.values():
        assert body["BatchSize"] == 10
        assert body["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert body["ScalingConfig"]["MaximumConcurrency"] >= 2


def test_schedules_ask_prioritize_for_a_sweep_and_for_snapshots() -> None:
    asked = {
        str(body["Target"]["Input"]): (body["ScheduleExpression"], body["Target"]["Arn"])
        for body in resources("AWS::Scheduler::Schedule").values()
    }
    prioritize = {"Ref": "PrioritizeFunctionAliaslive"}
    assert asked == {
        '{"duty": "sweep"}': ({"Ref": "SweepRate"}, prioritize),
        '{"duty": "snapshot"}': ("rate(5 minutes)", prioritize),
    }


def test_what_a_schedule_cannot_hand_over_is_kept() -> None:
    for body in resources("AWS::Scheduler::Schedule").values():
        assert body["Target"]["RetryPolicy"] == {"MaximumEventAgeInSeconds": 60, "MaximumRetryAttempts": 1}
        assert body["Target"]["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": ["SweepDeadLetterQueue", "Arn"]}}


def test_the_layer_holds_what_the_lock_names() -> None:
    """One lock for the layer, the tests and the local run."""
    assert (ROOT / "shared/requirements.txt").read_text() == "-r ../requirements/runtime.txt\n"
