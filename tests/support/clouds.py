"""The AWS services of a system under test: in memory, or emulated by moto, with one interface."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, cast, get_args

import boto3
import yaml
from moto import mock_aws
from moto.backends import get_backend

import notify.services
import prioritize.services
from casereview.crypto.cursors import Cursors
from casereview.crypto.macs import Macs
from casereview.crypto.sealing import Seal
from casereview.runtime.queue import Queue
from casereview.schema.base import Clock
from casereview.store.dynamodb import DynamoDb
from casereview.store.policy_repository import PolicyRepository
from casereview.store.table import Table
from casereview.usecases.services import CaseServices, CaseServicesSettings, connect
from infra.paths import ROOT
from notify.providers import Mail, TextMessages, TextSettings
from review.directory import Directory, user_pool_client
from tests.support import moto_texts
from tests.support.environment import REGION
from tests.support.memory.aws import USER_POOL, MemoryKms, MemoryMail, MemorySqs, MemoryTexts, MemoryUserPool
from tests.support.memory.running import in_memory
from tests.support.memory.seal import MemorySeal
from tests.support.memory.table import MemoryTable

if TYPE_CHECKING:
    import pytest
    from types_boto3_cognito_idp import CognitoIdentityProviderClient
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_kms import KMSClient
    from types_boto3_pinpoint_sms_voice_v2 import PinpointSMSVoiceV2Client
    from types_boto3_sesv2 import SESV2Client
    from types_boto3_sqs import SQSClient

    from casereview.store.items import Item
    from casereview.store.keys import Key

BackendName = Literal["memory", "moto"]
TABLE = "case-review"
SENDER = "review@example.gov"
CONFIGURATION_SET = "mail"
TEXTS = TextSettings(
    configuration_set=moto_texts.CONFIGURATION_SET,
    identity="arn:aws:sms-voice:us-east-1:123456789012:pool/case-review",
    max_price="0.50",
    time_to_live=86_400,
)
QUEUES = ("rank", "notice")
DELIVERY_QUEUE = "delivery"
_ACCOUNT = "123456789012"


class _Loader(yaml.SafeLoader):
    """Loads a template without evaluating its intrinsic functions."""


_Loader.add_multi_constructor("!", lambda _loader, _suffix, node: str(node.value))


@cache
def table_definition() -> dict[str, Any]:
    """Return the arguments of CreateTable for the table that template.yaml defines."""
    properties = yaml.load((ROOT / "template.yaml").read_text(), _Loader)["Resources"]["Table"]["Properties"]  # noqa: S506  # a safe loader
    wanted = ("BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")
    return {name: properties[name] for name in wanted}


class FunctionServices(NamedTuple):
    """The services of each function; review uses those of intake, and the directory of the staff."""

    intake: CaseServices
    prioritize: prioritize.services.Services
    notify: notify.services.Services


class MemoryCloud:
    """All services in memory."""

    def __init__(self) -> None:
        self._queues, self._mail, self._texts = MemorySqs(), MemoryMail(), MemoryTexts()
        self._seal: Seal = MemorySeal()
        self._staff = MemoryUserPool()
        self.directory = Directory(lambda: cast("CognitoIdentityProviderClient", self._staff), USER_POOL)
        self.backend = MemoryTable(table_definition())
        self.sqs = cast("SQSClient", self._queues)
        self.queues = {name: self._queues.create_queue(QueueName=name)["QueueUrl"] for name in QUEUES}

    def connect(self, clock: Clock) -> FunctionServices:
        """Create the services of each function, as its own process would."""
        table, macs = Table(self.backend), Macs(cast("KMSClient", MemoryKms()), "mac-key")
        rank, notice = (Queue(self.sqs, self.queues[name]) for name in QUEUES)
        policies = PolicyRepository(table, clock)
        mail = Mail(cast("SESV2Client", self._mail), SENDER, CONFIGURATION_SET)
        texts = TextMessages(cast("PinpointSMSVoiceV2Client", self._texts), TEXTS)
        return FunctionServices(
            CaseServices(table, rank, notice, macs, self._seal, policies, Cursors(macs), clock),
            prioritize.services.Services(table, rank, notice, PolicyRepository(table, clock), now=clock),
            notify.services.Services(
                table,
                rank,
                macs,
                self._seal,
                mail,
                texts,
                DELIVERY_QUEUE,
                "",
                PolicyRepository(table, clock),
                now=clock,
            ),
        )

    def employ(self, user: str, sub: str, office: str | None, groups: Sequence[str], *, enabled: bool) -> None:
        """Create the account of a staff member, or replace it."""
        self._staff.add(user, _account(sub, office), groups, enabled=enabled)

    def items(self) -> list[Item]:
        """Return all items of the table, in stored form."""
        return list(self.backend.contents.values())

    def remove(self, key: Key) -> None:
        """Delete an item directly, without the application."""
        self.backend.remove(key)

    def mails(self) -> list[str]:
        """Return the mails that were sent, as MIME, oldest first."""
        return list(self._mail.sent)

    def text_messages(self) -> list[tuple[str, str]]:
        """Return the text messages that were sent, each with its telephone number."""
        return list(self._texts.sent)

    def clear(self) -> None:
        """Delete all items, queued messages and sent notices."""
        self.backend.clear()
        for messages in (*self._queues.queues.values(), self._mail.sent, self._texts.sent):
            messages.clear()  # type: ignore[attr-defined]  # lists of several kinds


class MotoCloud:
    """All services emulated by moto; the table in DynamoDB Local if its client is given."""

    def __init__(self, dynamodb: DynamoDBClient | None = None, table: str = TABLE) -> None:
        self.dynamodb = dynamodb or boto3.client("dynamodb")
        self.dynamodb.create_table(TableName=table, **table_definition())
        self.backend = DynamoDb(self.dynamodb, table)
        self.sqs = boto3.client("sqs")
        self.queues = {name: self.sqs.create_queue(QueueName=name)["QueueUrl"] for name in QUEUES}
        kms, mail = boto3.client("kms"), boto3.client("sesv2")
        self.sealing_key = kms.create_key()["KeyMetadata"]["Arn"]
        mac = kms.create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")
        self.mac_key = mac["KeyMetadata"]["Arn"]
        cognito = boto3.client("cognito-idp")
        self.user_pool = cognito.create_user_pool(
            PoolName="staff",
            UsernameConfiguration={"CaseSensitive": False},
            Schema=[{"Name": "office", "AttributeDataType": "String", "Mutable": True}],
        )["UserPool"]["Id"]
        self.directory = Directory(user_pool_client, self.user_pool)
        moto_texts.SENT.clear()
        mail.create_email_identity(EmailIdentity=SENDER)
        mail.create_configuration_set(ConfigurationSetName=CONFIGURATION_SET)

    def connect(self, clock: Clock) -> FunctionServices:
        """Create the services of each function, as its own process would."""
        shared = {"table_name": self.backend.name, "rank_queue_url": self.queues["rank"]}
        keyed = {"sealing_key_arn": self.sealing_key, "mac_key_arn": self.mac_key}
        notice_queue = self.queues["notice"]
        services = {
            "mail_from": SENDER,
            "mail_configuration_set": CONFIGURATION_SET,
            "sms_configuration_set": TEXTS.configuration_set,
            "sms_identity": TEXTS.identity,
            "delivery_queue_arn": DELIVERY_QUEUE,
        }
        return FunctionServices(
            connect(CaseServicesSettings(**shared, **keyed, notice_queue_url=notice_queue), clock),
            prioritize.services.connect(
                prioritize.services.PrioritizeSettings(**shared, notice_queue_url=notice_queue), clock
            ),
            notify.services.connect(
                notify.services.NotifySettings.model_validate(
                    {**shared, **keyed, **services, "sending_rate": 1_000_000.0, "sms_sending_rate": 1_000_000.0}
                ),
                clock,
            ),
        )

    def employ(self, user: str, sub: str, office: str | None, groups: Sequence[str], *, enabled: bool) -> None:
        """Create the account of a staff member."""
        cognito: Any = boto3.client("cognito-idp")
        of_user = {"UserPoolId": self.user_pool, "Username": user}
        with suppress(cognito.exceptions.UsernameExistsException):
            cognito.admin_create_user(**of_user, MessageAction="SUPPRESS")
        for group in groups:
            with suppress(cognito.exceptions.GroupExistsException):
                cognito.create_group(UserPoolId=self.user_pool, GroupName=group)
            cognito.admin_add_user_to_group(**of_user, GroupName=group)
        if not enabled:
            cognito.admin_disable_user(**of_user)
        account = _moto("cognito-idp").user_pools[self.user_pool]._get_user(user)
        account.update_attributes([{"Name": name, "Value": value} for name, value in _account(sub, office).items()])

    def items(self) -> list[Item]:
        """Return all items of the table, in stored form."""
        pages = self.dynamodb.get_paginator("scan").paginate(TableName=self.backend.name)
        return [item for page in pages for item in page["Items"]]

    def remove(self, key: Key) -> None:
        """Delete an item directly, without the application."""
        self.dynamodb.delete_item(TableName=self.backend.name, Key={"pk": {"S": key.pk}, "sk": {"S": key.sk}})

    def mails(self) -> list[str]:
        """Return the mails that were sent, as MIME, oldest first."""
        return [message.raw_data for message in _moto("ses").sent_messages]

    def text_messages(self) -> list[tuple[str, str]]:
        """Return the text messages that were sent, each with its telephone number."""
        return moto_texts.sent()

    def clear(self) -> None:
        """Delete all items, queued messages and sent notices."""
        _moto("dynamodb").tables[self.backend.name].items.clear()
        for queue in _moto("sqs").queues.values():
            queue._messages = []
            queue._pending_messages = set()
        _moto("ses").sent_messages.clear()
        moto_texts.SENT.clear()


def _account(sub: str, office: str | None) -> dict[str, str]:
    return {"sub": sub, **({"custom:office": office} if office else {})}


Cloud = MemoryCloud | MotoCloud
"""The services of one system, which a test can also inspect."""


def _moto(service: str) -> Any:  # noqa: ANN401  # moto does not type its backends
    return get_backend(cast("Any", service))[_ACCOUNT][REGION]


def chosen_backend() -> BackendName:
    """Return the backend that the environment variable BACKEND names: memory (the default) or moto."""
    name = os.environ.get("BACKEND", "memory")
    if name not in get_args(BackendName):
        raise ValueError("BACKEND must be memory or moto")
    return cast("BackendName", name)


def backend_of(test: pytest.Item) -> BackendName:
    """Return the backend that a test runs on: moto if the test is marked ``moto``, else that of the environment."""
    return "moto" if test.get_closest_marker("moto") else chosen_backend()


@contextmanager
def cloud(backend: BackendName | None = None) -> Iterator[Cloud]:
    """Start empty services on the given backend; by default, on that of the environment."""
    if (backend or chosen_backend()) == "memory":
        found = MemoryCloud()
        with in_memory(found):
            yield found
        return
    with mock_aws():
        yield MotoCloud()
