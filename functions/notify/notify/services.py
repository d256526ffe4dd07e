"""The services that notify uses: table, policies, rank queue, KMS keys, mail, text messages and clock."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

from aws_lambda_powertools import Logger, Metrics
from pydantic import Field

from casereview.crypto.macs import Macs
from casereview.crypto.sealing import KmsSeal, Seal
from casereview.notices.phone_numbers import US_NUMBERING_PLAN
from casereview.runtime.aws_clients import SENDING, AwsClients
from casereview.runtime.queue import Queue
from casereview.runtime.settings import Settings, now
from casereview.runtime.snapstart import prepare_before_snapshot
from casereview.schema.base import Clock, build_records
from casereview.store.dynamodb import DynamoDb
from casereview.store.policy_repository import PolicyRepository
from casereview.store.table import Table
from notify.pace import Pace
from notify.providers import Mail, TextMessages, TextSettings

logger = Logger()
metrics = Metrics()


class NotifySettings(Settings):
    """The environment variables of notify, as template.yaml sets them."""

    table_name: str
    rank_queue_url: str
    sealing_key_arn: str
    mac_key_arn: str
    mail_from: str
    mail_configuration_set: str
    sms_configuration_set: str
    sms_identity: str
    """The ARN of the telephone number, pool or sender id that text messages come from."""
    sms_max_price: str = ""
    """The highest price of a text message in US dollars; empty for no limit."""
    sms_time_to_live: int = 86_400
    """For how many seconds the carrier tries to deliver a text message."""
    sms_unknown: Literal["sent", "failed"] = "sent"
    """What a text message counts as whose carrier never says whether it arrived."""
    delivery_queue_arn: str
    lookup_url: str = ""
    """The address of the page where requesters look up a request; empty while there is no such page."""
    office_mail: str = ""
    """The duty mailbox of an office, with ``{office}`` for its code in lower case; empty if offices have none."""
    sending_rate: float = Field(default=14, gt=0)
    """The e-mails a second that SES lets the account send."""
    sms_sending_rate: float = Field(default=3, gt=0)
    """The parts of text messages a second that may come from the identity; 3 for a toll-free number of the US."""
    notice_concurrency: int = Field(default=2, gt=0)
    """How many workers share the sending rates."""
    sms_countries: str = ",".join(sorted(US_NUMBERING_PLAN))
    """The ISO 3166 codes of the countries to whose numbers text messages are sent, separated by commas."""


@dataclass(frozen=True, slots=True)
class Services:
    """The services of the workers."""

    table: Table
    rank_queue: Queue
    macs: Macs
    seal: Seal
    mail: Mail
    text_messages: TextMessages
    delivery_queue_arn: str
    lookup_url: str
    policies: PolicyRepository
    office_mail: str = ""
    sms_countries: frozenset[str] = US_NUMBERING_PLAN
    sms_unknown_failed: bool = False
    """Whether a text message whose carrier never says whether it arrived counts as not delivered."""
    now: Clock = now


def connect(settings: NotifySettings, clock: Clock = now) -> Services:
    """Create the clients; makes no request."""
    clients = AwsClients()
    table = Table(DynamoDb(clients.make("dynamodb"), settings.table_name))
    return Services(
        table=table,
        rank_queue=Queue(clients.make("sqs"), settings.rank_queue_url),
        macs=Macs(clients.make("kms"), settings.mac_key_arn),
        seal=KmsSeal(settings.sealing_key_arn, clients.botocore),
        mail=Mail(
            clients.make("sesv2", config=SENDING.config()),
            settings.mail_from,
            settings.mail_configuration_set,
            Pace(settings.sending_rate / settings.notice_concurrency),
        ),
        text_messages=TextMessages(
            clients.make("pinpoint-sms-voice-v2", config=SENDING.config()),
            TextSettings(
                configuration_set=settings.sms_configuration_set,
                identity=settings.sms_identity,
                max_price=settings.sms_max_price,
                time_to_live=settings.sms_time_to_live,
            ),
            Pace(settings.sms_sending_rate / settings.notice_concurrency),
        ),
        delivery_queue_arn=settings.delivery_queue_arn,
        lookup_url=settings.lookup_url,
        policies=PolicyRepository(table, clock),
        office_mail=settings.office_mail,
        sms_countries=frozenset(settings.sms_countries.split(",")),
        sms_unknown_failed=settings.sms_unknown == "failed",
        now=clock,
    )


@cache
def services() -> Services:
    """Return the services of this execution environment."""
    return connect(NotifySettings.from_environment())


prepare_before_snapshot(services, build_records)
