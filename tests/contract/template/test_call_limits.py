"""Every AWS call of a function ends within the function's timeout, whatever came before it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import casereview.usecases.services
import notify.services
import pages.public_api
import prioritize.services
import review.services
from casereview.runtime.aws_clients import CALL, INVOKING, SENDING, AwsClients, Limits
from casereview.runtime.backoff import LONGEST
from casereview.runtime.invocation import ANSWERING
from casereview.runtime.sqs_batch import NEEDED
from tests.support.function_environment import environment_of
from tests.support.template import FUNCTIONS, properties

if TYPE_CHECKING:
    from botocore.config import Config

SLACK = 1.0
"""Seconds for the work between two calls, which nothing bounds."""
CONNECT: dict[str, tuple[Any, Any]] = {
    "intake": (casereview.usecases.services.connect, casereview.usecases.services.CaseServicesSettings),
    "prioritize": (prioritize.services.connect, prioritize.services.PrioritizeSettings),
    "notify": (notify.services.connect, notify.services.NotifySettings),
    "review": (casereview.usecases.services.connect, review.services.ReviewSettings),
}


def longest_pause(limits: Limits) -> float:
    """Return the longest pause of botocore or of the application before another attempt, in seconds."""
    return max(LONGEST, 2.0 ** (limits.attempts - 2) if limits.attempts > 1 else 0.0)


def limits_of(name: str) -> list[Limits]:
    return [CALL, SENDING] if name == "notify" else [CALL]


def timeout_of(name: str) -> float:
    return float(properties(f"{name.capitalize()}Function")["Timeout"])


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_worst_case_of_a_function_ends_within_its_timeout(name: str) -> None:
    """An attempt begins with its own duration and ``ANSWERING`` left at least; a pause may follow its failure."""
    for limits in limits_of(name):
        latest_begin = timeout_of(name) - limits.seconds - ANSWERING
        latest_end = latest_begin + limits.seconds + longest_pause(limits)
        assert latest_end + SLACK <= timeout_of(name)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_has_time_to_repeat_a_call_that_was_not_answered(name: str) -> None:
    repeated = 2 * CALL.seconds + longest_pause(CALL) / 2 + ANSWERING
    assert repeated <= timeout_of(name)


@pytest.mark.parametrize("name", ["prioritize", "notify"])
def test_a_worker_begins_no_message_that_it_has_no_time_for(name: str) -> None:
    assert SENDING.seconds < NEEDED < timeout_of(name) - ANSWERING


def test_a_provider_of_messages_is_asked_once_by_botocore() -> None:
    assert SENDING.attempts == 1


def test_the_site_waits_for_the_public_api_as_long_as_that_may_take_and_then_still_answers() -> None:
    assert timeout_of("intake") < INVOKING.read
    assert INVOKING.seconds + ANSWERING < timeout_of("pages")
    assert_limits(pages.public_api.lambda_client().meta.config, INVOKING)


@pytest.mark.parametrize("service", ["dynamodb", "kms", "sqs", "cognito-idp", "sesv2", "pinpoint-sms-voice-v2"])
def test_every_client_has_the_limits(service: str) -> None:
    made = AwsClients().make(service, region_name="us-east-1")  # type: ignore[call-overload]  # any service
    assert_limits(made.meta.config, CALL)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_client_of_a_function_has_the_limits(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The Encryption SDK's client of KMS as well."""
    for variable, value in environment_of(name).items():
        if variable not in {"PATH", "PYTHONPATH"}:
            monkeypatch.setenv(variable, value)
    connect, settings = CONNECT[name]
    services = connect(settings.from_environment())
    for client in clients_in(services):
        of_messages = client.meta.service_model.service_name in {"sesv2", "pinpoint-sms-voice-v2"}
        assert_limits(client.meta.config, SENDING if of_messages else CALL)
    if hasattr(services, "seal"):
        sealing = services.seal._keys._client(services.seal._keys.config.key_ids[0])
        assert_limits(sealing.meta.config, CALL)


def clients_in(services: Any) -> list[Any]:  # noqa: ANN401  # the services of any function
    others = ("rank_queue", "notice_queue", "macs", "mail", "text_messages")
    found = [getattr(services, name)._client for name in others if hasattr(services, name)]
    return [services.table.backend._backend.client, *found]


def assert_limits(config: Config, limits: Limits) -> None:
    assert (config.connect_timeout, config.read_timeout) == (limits.connect, limits.read)  # type: ignore[attr-defined]  # not in the stub
    assert config.retries == {"mode": "standard", "total_max_attempts": limits.attempts}  # type: ignore[attr-defined]  # not in the stub
