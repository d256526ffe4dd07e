"""What each function calls is what the template lets its role do: nothing is missing, and nothing is there unused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from infra.documents.openapi.document import Api
from infra.documents.openapi.public import PUBLIC
from infra.documents.openapi.staff import STAFF
from infra.local.emulators.aws_endpoint import AwsEndpoint, Principal
from infra.local.http_server import Server
from infra.local.iam.policy_evaluation import allowed, key_policy_allows
from tests.support.environment import REGION
from tests.support.moto_speed import fast_moto
from tests.support.privileges import (
    ON_ITS_BEHALF,
    STACK,
    Template,
    conditions_bind,
    is_allowed,
    is_needed,
    keys_are_needed,
    role_of,
)
from tests.support.proofs.tally import Tally
from tests.support.recorded_system import Watched
from tests.support.scenarios.coverage import expect_every_kind_of_work, expect_every_route
from tests.support.scenarios.full_day import CanaryWords, run_full_day
from tests.support.scenarios.policy_office import publish_policies
from tests.support.template import FUNCTIONS, listed

if TYPE_CHECKING:
    from types_boto3_kms import KMSClient

pytestmark = pytest.mark.proof(5)


@pytest.fixture(scope="module")
def day() -> Iterator[Watched]:
    """A system after a broad day, with the calls that each function made."""
    with fast_moto(), mock_aws():
        system = Watched()
        words = CanaryWords()
        run_full_day(system, words)
        publish_policies(system, words)
        yield system


@pytest.fixture(scope="module")
def template(day: Watched) -> Template:
    return Template(day)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_role_allows_every_call_of_its_function(
    day: Watched, template: Template, tally: Tally, function: str
) -> None:
    is_allowed(day, template, function, tally)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_role_holds_nothing_that_its_function_never_asks_for(
    day: Watched, template: Template, tally: Tally, function: str
) -> None:
    is_needed(day, template, function, tally)


def test_a_key_opens_nothing_that_nobody_asks_for_and_names_no_role_that_does_not_ask(
    day: Watched, template: Template, tally: Tally
) -> None:
    keys_are_needed(day, template, tally)


def test_every_condition_binds_a_call(day: Watched, template: Template, tally: Tally) -> None:
    conditions_bind(day, template, tally)


# ---- the day is broad enough


@pytest.mark.parametrize(("who", "api"), [("public", PUBLIC), ("staff", STAFF)], ids=["public", "staff"])
def test_the_day_goes_over_every_route_with_success(day: Watched, tally: Tally, who: str, api: Api) -> None:
    expect_every_route(day, who, api, tally)


def test_the_day_does_every_duty_and_every_kind_of_work(day: Watched, tally: Tally) -> None:
    expect_every_kind_of_work(day, tally)


# ---- what AWS does


@pytest.mark.parametrize("function", FUNCTIONS)
def test_what_aws_does_in_a_functions_name_stands_apart(template: Template, function: str) -> None:
    found = {
        statement["Sid"]: set(listed(statement["Action"]))
        for statement in template.statements(function)
        if statement["Sid"] in ON_ITS_BEHALF
    }
    reads = {"sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"}
    queues = {"prioritize": {"ReadOwnQueue": reads}, "notify": {"ReadOwnQueues": reads}}
    assert found == {
        "WriteOwnLog": {"logs:CreateLogStream", "logs:PutLogEvents"},
        "AtRest": {"kms:Decrypt", "kms:GenerateDataKey"},
        **queues.get(function, {}),
    }


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_key_at_rest_is_reached_by_way_of_a_service_only(template: Template, function: str) -> None:
    key = template.keys["AtRestKey"]
    by_table = {"kms:ViaService": f"dynamodb.{REGION}.amazonaws.com"}
    assert template.lets(function, "kms:Decrypt", key, by_table)
    assert not template.lets(function, "kms:Decrypt", key, {})
    assert not template.lets(function, "kms:Decrypt", key, {"kms:ViaService": f"s3.{REGION}.amazonaws.com"})


@pytest.mark.parametrize("action", ["kms:Decrypt", "kms:GenerateDataKey", "kms:Encrypt", "kms:CreateGrant"])
def test_prioritize_cannot_use_the_sealing_key(template: Template, action: str) -> None:
    """Denied twice over: its role does not allow it, and the key would not, were the role widened."""
    key = template.keys["SealingKey"]
    context = {
        "kms:EncryptionContext:part": "request",
        "kms:EncryptionContext:receipt": "r",
        "kms:EncryptionContextKeys": ["part", "receipt"],
    }
    for more in ({}, {"kms:ViaService": f"dynamodb.{REGION}.amazonaws.com"}):
        assert not allowed(template.policies("prioritize"), action, key, context | more)
        policy = template.key_policy(key)
        assert policy is not None
        assert not key_policy_allows(policy, role_of("prioritize"), action, key, context | more)


def test_prioritize_cannot_make_digests(template: Template) -> None:
    context = {"kms:MacAlgorithm": "HMAC_SHA_256"}
    assert template.lets("intake", "kms:GenerateMac", template.keys["MacKey"], context)
    assert not template.lets("prioritize", "kms:GenerateMac", template.keys["MacKey"], context)


def test_prioritize_called_no_key(day: Watched) -> None:
    assert not [call for call in day.by_function["prioritize"] if call.service == "kms"]


def test_what_is_sealed_cannot_be_opened_without_its_binding(template: Template) -> None:
    assert not template.lets("notify", "kms:Decrypt", template.keys["SealingKey"], {})


@pytest.fixture
def front(day: Watched, template: Template) -> Iterator[Callable[[str], KMSClient]]:
    """Serve AWS as the local run does; gives the KMS client of a function there."""
    answering = AwsEndpoint(DomainDispatcherApplication(create_backend_app))
    answering.principals = {
        f"AKIA{name.upper()}": Principal(f"{STACK}-{name}", template.policies(name)) for name in day.by_function
    }
    keys = {arn: template.key_policy(arn) for arn in template.keys.values()}
    answering.key_policies = {arn: policy for arn, policy in keys.items() if policy}
    server = Server(answering.respond).start()

    def client(function: str) -> KMSClient:
        return boto3.client(
            "kms",
            endpoint_url=f"http://127.0.0.1:{server.port}",
            aws_access_key_id=f"AKIA{function.upper()}",
            aws_secret_access_key="local",
            aws_session_token=None,
        )

    yield client
    server.shutdown()
    server.server_close()


def test_a_call_of_prioritize_on_the_sealing_key_is_answered_with_access_denied(
    front: Callable[[str], KMSClient], template: Template
) -> None:
    context = {"part": "request", "receipt": "r"}
    kms, key = front("prioritize"), template.keys["SealingKey"]
    with pytest.raises(ClientError) as denied:
        kms.generate_data_key(KeyId=key, KeySpec="AES_256", EncryptionContext=context)
    assert denied.value.response["Error"]["Code"] == "AccessDeniedException"
    sealed = front("intake").generate_data_key(KeyId=key, KeySpec="AES_256", EncryptionContext=context)
    with pytest.raises(ClientError) as denied:
        kms.decrypt(KeyId=key, CiphertextBlob=sealed["CiphertextBlob"], EncryptionContext=context)
    assert denied.value.response["Error"]["Code"] == "AccessDeniedException"
    opened = front("notify").decrypt(KeyId=key, CiphertextBlob=sealed["CiphertextBlob"], EncryptionContext=context)
    assert opened["Plaintext"] == sealed["Plaintext"]
