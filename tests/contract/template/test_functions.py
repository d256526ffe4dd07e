"""The functions in the template: runtime, environment, logs, event sources and schedules."""

from __future__ import annotations

import math

import pytest

import casereview.usecases.services
import desk.app
import notify.services
import pages.app
import prioritize.services
import review.services
from casereview.runtime.settings import Settings
from tests.support.template import FACES, FUNCTIONS, ROOT, Json, actions, properties, resources, translated

POWERTOOLS = {"POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE", "POWERTOOLS_LOG_LEVEL"}
ENVIRONMENT: dict[str, set[str]] = {
    "intake": {"TABLE_NAME", "RANK_QUEUE_URL", "NOTICE_QUEUE_URL", "SEALING_KEY_ARN", "MAC_KEY_ARN"},
    "review": {"TABLE_NAME", "RANK_QUEUE_URL", "NOTICE_QUEUE_URL", "SEALING_KEY_ARN", "MAC_KEY_ARN", "USER_POOL_ID"},
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
        "SMS_COUNTRIES",
        "SMS_CONFIGURATION_SET",
        "SMS_IDENTITY",
        "SMS_MAX_PRICE",
        "SMS_TIME_TO_LIVE",
        "SMS_UNKNOWN",
        "SENDING_RATE",
        "SMS_SENDING_RATE",
        "NOTICE_CONCURRENCY",
    },
    "pages": {"PUBLIC_API_FUNCTION", "OFFICE_HOURS"},
    "desk": {"SESSION_TABLE", "STAFF_API_URL", "SIGN_IN_URL", "DESK_URL", "CLIENT_ID", "CLIENT_SECRET"},
}
ALL = (*FUNCTIONS, *FACES)
SETTINGS: dict[str, type[Settings]] = {
    "intake": casereview.usecases.services.CaseServicesSettings,
    "review": review.services.ReviewSettings,
    "prioritize": prioritize.services.PrioritizeSettings,
    "notify": notify.services.NotifySettings,
    "pages": pages.app.PagesSettings,
    "desk": desk.app.DeskSettings,
}


def _function(name: str) -> Json:
    return properties(f"{name.capitalize()}Function")


def _variables(name: str) -> Json:
    found: Json = _function(name)["Environment"]["Variables"]
    return found


def test_the_template_has_exactly_these_functions() -> None:
    assert set(resources("AWS::Lambda::Function")) == {f"{name.capitalize()}Function" for name in ALL}


@pytest.mark.parametrize("name", ALL)
def test_a_function_starts_from_a_snapshot_of_its_published_version(name: str) -> None:
    body = _function(name)
    assert (body["Runtime"], body["Architectures"]) == ("python3.13", ["arm64"])
    assert body["Handler"] == f"{name}.app.handler"
    assert body["SnapStart"] == {"ApplyOn": "PublishedVersions"}
    alias = properties(f"{name.capitalize()}FunctionAliaslive")
    assert alias["Name"] == "live"
    assert alias["FunctionName"] == {"Ref": f"{name.capitalize()}Function"}


def test_every_caller_of_a_function_invokes_its_alias() -> None:
    """Only a published version has a snapshot, and only an alias can be rolled back."""
    aliases = [{"Ref": f"{name.capitalize()}FunctionAliaslive"} for name in ALL]
    assert all(body["FunctionName"] in aliases for body in resources("AWS::Lambda::EventSourceMapping").values())
    assert all(body["Target"]["Arn"] in aliases for body in resources("AWS::Scheduler::Schedule").values())
    assert all(body["FunctionName"] in aliases for body in resources("AWS::Lambda::Permission").values())


@pytest.mark.parametrize("name", ALL)
def test_a_function_has_exactly_the_variables_that_it_uses(name: str) -> None:
    assert set(_variables(name)) == ENVIRONMENT[name] | POWERTOOLS
    assert _variables(name)["POWERTOOLS_SERVICE_NAME"] == name
    assert _variables(name)["POWERTOOLS_METRICS_NAMESPACE"] == "CaseReview"


@pytest.mark.parametrize("name", ALL)
def test_the_settings_read_exactly_the_variables_of_the_function(name: str) -> None:
    assert {field.upper() for field in SETTINGS[name].model_fields} == ENVIRONMENT[name]


@pytest.mark.parametrize("name", ALL)
def test_environments_and_snapshots_are_encrypted(name: str) -> None:
    assert _function(name)["KmsKeyArn"] == {"Fn::GetAtt": ["AtRestKey", "Arn"]}


@pytest.mark.parametrize("name", ALL)
def test_a_function_logs_json_to_its_log_group(name: str) -> None:
    group = f"{name.capitalize()}LogGroup"
    assert _function(name)["LoggingConfig"] == {"LogFormat": "JSON", "LogGroup": {"Ref": group}}


def test_every_log_group_is_encrypted_and_expires() -> None:
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
        assert body["ScalingConfig"]["MaximumConcurrency"] in (20, 2, {"Ref": "NoticeConcurrency"})


def test_schedules_invoke_prioritize_for_each_duty_but_the_operators() -> None:
    asked = {
        str(body["Target"]["Input"]): (body["ScheduleExpression"], body.get("ScheduleExpressionTimezone"))
        for body in resources("AWS::Scheduler::Schedule").values()
    }
    assert asked == {
        '{"duty": "sweep"}': ({"Ref": "SweepRate"}, None),
        '{"duty": "snapshot"}': ("rate(5 minutes)", None),
        '{"duty": "bands"}': ("cron(15 3-5 * * ? *)", "America/New_York"),
        '{"duty": "usual_wait"}': ("cron(30 3-5 ? * MON *)", "America/New_York"),
    }
    prioritize = {"Ref": "PrioritizeFunctionAliaslive"}
    assert all(body["Target"]["Arn"] == prioritize for body in resources("AWS::Scheduler::Schedule").values())


def test_a_failed_schedule_goes_to_the_dead_letter_queue() -> None:
    for body in resources("AWS::Scheduler::Schedule").values():
        assert body["Target"]["RetryPolicy"] == {"MaximumEventAgeInSeconds": 60, "MaximumRetryAttempts": 1}
        assert body["Target"]["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": ["SweepDeadLetterQueue", "Arn"]}}


def test_the_layer_installs_the_locked_versions() -> None:
    """The layer, the tests and the local run use the same lock."""
    assert (ROOT / "shared/requirements.txt").read_text() == "-r ../requirements/runtime.txt\n"


def _invoked_by() -> dict[str, str]:
    """Return the function that each queue invokes."""
    return {
        str(body["EventSourceArn"]["Fn::GetAtt"][0]): str(body["FunctionName"]["Ref"]).split("Function")[0].lower()
        for body in resources("AWS::Lambda::EventSourceMapping").values()
    }


def _functions_sent_to(name: str) -> set[str]:
    """Return the functions that a function can invoke by way of a queue."""
    return {to for queue, to in _invoked_by().items() if "sqs:SendMessage" in actions(name, queue)}


def _reached(name: str) -> set[str]:
    """Return the functions that a function can invoke by way of queues, in any number of steps."""
    reached: set[str] = set()
    while more := {to for one in {name, *reached} for to in _functions_sent_to(one)} - reached:
        reached |= more
    return reached


@pytest.mark.parametrize("name", FUNCTIONS)
def test_lambda_does_not_stop_work_that_goes_on_through_a_queue(name: str) -> None:
    """Lambda stops a chain of invocations after about 16, unless each function in the circle allows it."""
    in_a_circle = name in _reached(name)
    assert in_a_circle == (name in {"prioritize", "notify"})
    assert _function(name).get("RecursiveLoop") == ("Allow" if in_a_circle else None)


def test_the_workers_of_notices_use_the_sending_rate_and_no_more() -> None:
    """A worker takes about 0.14 seconds for a notice, beyond what it waits for its share of the rate."""
    parameters = translated()["Parameters"]
    rate, workers = (parameters[name]["Default"] for name in ("SendingRate", "NoticeConcurrency"))
    assert workers == math.ceil(rate / 7)
    [source] = [
        body
        for body in resources("AWS::Lambda::EventSourceMapping").values()
        if body["EventSourceArn"]["Fn::GetAtt"][0] == "NoticeQueue"
    ]
    assert source["ScalingConfig"]["MaximumConcurrency"] in ({"Ref": "NoticeConcurrency"}, workers)
