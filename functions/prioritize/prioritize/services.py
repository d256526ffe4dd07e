"""The services that prioritize uses: the table, two queues, the policies and the clock; nothing that decrypts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from aws_lambda_powertools import Logger, Metrics

from casereview.policy.packaged import compile_packaged
from casereview.runtime.aws_clients import AwsClients
from casereview.runtime.queue import Queue
from casereview.runtime.settings import Settings, now
from casereview.runtime.snapstart import prepare_before_snapshot
from casereview.schema.base import Clock, build_records
from casereview.store.dynamodb import DynamoDb
from casereview.store.policy_repository import PolicyRepository
from casereview.store.table import Table

logger = Logger()
metrics = Metrics()


class PrioritizeSettings(Settings):
    """The environment variables of prioritize, as template.yaml sets them."""

    table_name: str
    rank_queue_url: str
    notice_queue_url: str
    office_mail: str = ""
    """The duty mailbox of an office, with ``{office}`` for its code; empty if offices have none."""


@dataclass(frozen=True, slots=True)
class Services:
    """The services of the worker and of the scheduled tasks.

    Attributes:
        office_notices: Whether offices have a duty mailbox, to which notify sends notices.
    """

    table: Table
    rank_queue: Queue
    notice_queue: Queue
    policies: PolicyRepository
    office_notices: bool = False
    now: Clock = now


def connect(settings: PrioritizeSettings, clock: Clock = now) -> Services:
    """Create the clients; makes no request."""
    clients = AwsClients()
    sqs = clients.make("sqs")
    table = Table(DynamoDb(clients.make("dynamodb"), settings.table_name))
    return Services(
        table,
        Queue(sqs, settings.rank_queue_url),
        Queue(sqs, settings.notice_queue_url),
        PolicyRepository(table, clock),
        bool(settings.office_mail),
        clock,
    )


@cache
def services() -> Services:
    """Return the services of this execution environment."""
    return connect(PrioritizeSettings.from_environment())


prepare_before_snapshot(services, compile_packaged, build_records)
