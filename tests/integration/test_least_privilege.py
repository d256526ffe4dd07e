"""What each function calls is what the template lets its role do: nothing is missing, and nothing is there unused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from infra.local.front import Front, Principal
from infra.local.iam import AwsRequest, Policy, allowed, calls_of, context_of, key_allows
from infra.local.intrinsics import Resolver
from infra.local.wire import Server
from tests.calls import Call
from tests.environment import REGION
from tests.integration.scenario import Watched, Words, everything
from tests.template.reading import FUNCTIONS, listed, properties, translated

if TYPE_CHECKING:
    from types_boto3_kms import KMSClient

ACCOUNT = "123456789012"
STACK = "case-review"
SIGNED_AS = {"sesv2": "ses"}
ON_ITS_BEHALF = {"WriteOwnLog", "ReadOwnQueue", "ReadOwnQueues", "AtRest"}
"""What AWS does in the function's name, so that it is in no call of its own: logs, event source, the key at rest."""
Asked = tuple[str, str]


class Template:
    """The policies of the template, over the resources of a system in this process."""

    def __init__(self, system: Watched) -> None:
        self.keys = {"SealingKey": system.notify.seal._keys.config.key_ids[0], "MacKey": system.notify.macs.key}
        self.keys["AtRestKey"] = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/at-rest"
        arns = {
            **self.keys,
            "Table": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{system.table}",
            "RankQueue": f"arn:aws:sqs:{REGION}:{ACCOUNT}:rank",
            "NoticeQueue": f"arn:aws:sqs:{REGION}:{ACCOUNT}:notice",
        }
        names = {
            "MailFrom": "review@example.gov",
            "MailIdentity": "review@example.gov",
            "MailConfigurationSet": "mail",
            "AWS::Region": REGION,
            "AWS::AccountId": ACCOUNT,
            "AWS::Partition": "aws",
            "AWS::StackName": STACK,
        }
        self._resolver = Resolver(
            translated(), names, lambda name: name, lambda name, attribute: arns.get(name, f"{name}.{attribute}")
        )

    def statements(self, function: str) -> list[dict[str, Any]]:
        """Return the statements of a function's role."""
        policies = self._resolver.value(properties(f"{function.capitalize()}Role")["Policies"])
        return [statement for policy in policies for statement in policy["PolicyDocument"]["Statement"]]

    def policies(self, function: str) -> list[Policy]:
        """Return the policies of a function's role."""
        return [{"Statement": self.statements(function)}]

    def key_policy(self, resource: str) -> Policy | None:
        """Return the policy of a key by its ARN, None for what is no key."""
        found = next((name for name, arn in self.keys.items() if arn == resource), None)
        policy: Policy | None = self._resolver.value(properties(found)["KeyPolicy"]) if found else None
        return policy

    def lets(self, function: str, action: str, resource: str, context: Any) -> bool:  # noqa: ANN401  # as evaluated
        """Tell whether the role, and the key where it is one, allow an action."""
        policy = self.key_policy(resource)
        role = f"arn:aws:iam::{ACCOUNT}:role/{STACK}-{function}"
        by_key = policy is None or key_allows(policy, role, action, resource, context)
        return by_key and allowed(self.policies(function), action, resource, context)


def _request(call: Call) -> AwsRequest:
    service = SIGNED_AS.get(call.service, call.service)
    return AwsRequest(service, call.operation, call.parameters, REGION, ACCOUNT, frozenset({"review@example.gov"}))


@pytest.fixture(scope="module")
def day() -> Iterator[Watched]:
    """A system after a broad day, with the calls that each function made."""
    with mock_aws():
        system = Watched()
        everything(system, Words())
        yield system


@pytest.fixture(scope="module")
def template(day: Watched) -> Template:
    return Template(day)


@pytest.fixture(scope="module")
def asked(day: Watched) -> dict[str, set[Asked]]:
    """What each function asked IAM for."""
    return {
        function: {pair for call in calls for pair in calls_of(_request(call))}
        for function, calls in day.by_function.items()
    }


def test_every_function_worked(asked: dict[str, set[Asked]]) -> None:
    assert set(asked) == set(FUNCTIONS)
    assert all(pairs for pairs in asked.values())


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_role_allows_every_call_of_its_function(day: Watched, template: Template, function: str) -> None:
    denied = {
        (action, resource)
        for call in day.by_function[function]
        for action, resource in calls_of(_request(call))
        if not template.lets(function, action, resource, context_of(_request(call)))
    }
    assert denied == set()


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_role_holds_nothing_that_its_function_never_asks_for(
    template: Template, asked: dict[str, set[Asked]], function: str
) -> None:
    unused = {
        (statement["Sid"], action, str(resource))
        for statement in template.statements(function)
        if statement["Sid"] not in ON_ITS_BEHALF
        for action in listed(statement["Action"])
        for resource in listed(statement.get("Resource", "*"))
        if not any(allowed([_one(statement, action, resource)], *pair) for pair in asked[function])
    }
    assert unused == set()


def _one(statement: dict[str, Any], action: str, resource: str) -> Policy:
    """Return a statement cut down to one action on one resource, without its conditions."""
    place = {"NotResource": statement["NotResource"]} if "NotResource" in statement else {"Resource": resource}
    return {"Statement": [{"Effect": "Allow", "Action": action, **place}]}


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
        role = f"arn:aws:iam::{ACCOUNT}:role/{STACK}-prioritize"
        assert not key_allows(policy, role, action, key, context | more)


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
    answering = Front(DomainDispatcherApplication(create_backend_app))
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
