"""What intake works with: the table, two queues, the MACs, the seal and the clock."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import boto3
from aws_lambda_powertools import Logger, Metrics

from casereview.macs import Macs
from casereview.messages import Queue
from casereview.sealing import Seal
from casereview.settings import Clock, Settings, now
from casereview.table import Table

logger = Logger()
metrics = Metrics()


class IntakeSettings(Settings):
    """The environment that template.yaml gives intake."""

    table_name: str
    rank_queue_url: str
    notice_queue_url: str
    sealing_key_arn: str
    mac_key_arn: str


@dataclass(frozen=True, slots=True)
class Services:
    """All that a route needs; tests make their own."""

    table: Table
    rank_queue: Queue
    notice_queue: Queue
    macs: Macs
    seal: Seal
    now: Clock = now


def connect(settings: IntakeSettings, clock: Clock = now) -> Services:
    """Make the clients; nothing is called yet."""
    sqs = boto3.client("sqs")
    return Services(
        Table(boto3.client("dynamodb"), settings.table_name),
        Queue(sqs, settings.rank_queue_url),
        Queue(sqs, settings.notice_queue_url),
        Macs(boto3.client("kms"), settings.mac_key_arn),
        Seal(settings.sealing_key_arn),
        clock,
    )


@cache
def services() -> Services:
    """Return the services of this execution environment."""
    return connect(IntakeSettings.from_environment())
