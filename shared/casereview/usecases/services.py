"""The services of a function that files and changes cases: the table, two queues, MACs, the seal and the clock."""

from __future__ import annotations

from dataclasses import dataclass

from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError

from casereview.crypto.cursors import Cursors
from casereview.crypto.macs import Macs
from casereview.crypto.sealing import KmsSeal, Seal
from casereview.runtime.aws_clients import AwsClients
from casereview.runtime.error_logging import describe_error
from casereview.runtime.queue import Queue
from casereview.runtime.settings import Settings, now
from casereview.schema.base import Clock
from casereview.schema.messages import Hint, NoticeMessage, PreviewMessage, RankMessage
from casereview.schema.notice_records import Notice
from casereview.schema.policy_records import Preview
from casereview.schema.records import Case
from casereview.store.dynamodb import DynamoDb
from casereview.store.policy_repository import PolicyRepository
from casereview.store.table import Table

logger = Logger()


class CaseServicesSettings(Settings):
    """The environment that template.yaml gives intake and review."""

    table_name: str
    rank_queue_url: str
    notice_queue_url: str
    sealing_key_arn: str
    mac_key_arn: str


@dataclass(frozen=True, slots=True)
class CaseServices:
    """The services that a route uses; tests pass their own."""

    table: Table
    rank_queue: Queue
    notice_queue: Queue
    macs: Macs
    seal: Seal
    policies: PolicyRepository
    cursors: Cursors
    now: Clock = now

    def hint_rank(self, case: Case) -> None:
        """Queue a case for ranking; if the message is lost, the sweep finds the case in the due index."""
        _send(self.rank_queue, RankMessage(case_id=case.case_id), case.office)

    def hint_notice(self, notice: Notice) -> None:
        """Queue a pending notice; if the message is lost, the sweep finds the notice in the due index."""
        _send(self.notice_queue, NoticeMessage(case_id=notice.case_id, notice_id=notice.notice_id), notice.office)

    def hint_preview(self, report: Preview) -> None:
        """Queue an office of a preview; if the message is lost, the sweep finds it in the due index."""
        _send(self.rank_queue, PreviewMessage(preview=report.policy_id, office=report.office), report.office)


def _send(queue: Queue, message: Hint, office: str) -> None:
    try:
        queue.send(message, office)
    except (ClientError, BotoCoreError) as error:
        logger.warning("SQS send failed; the sweep will retry", extra=describe_error(error))


def connect(settings: CaseServicesSettings, clock: Clock = now) -> CaseServices:
    """Create the services and their AWS clients, without calling AWS."""
    clients = AwsClients()
    sqs = clients.make("sqs")
    table = Table(DynamoDb(clients.make("dynamodb"), settings.table_name))
    macs = Macs(clients.make("kms"), settings.mac_key_arn)
    return CaseServices(
        table,
        Queue(sqs, settings.rank_queue_url),
        Queue(sqs, settings.notice_queue_url),
        macs,
        KmsSeal(settings.sealing_key_arn, clients.botocore),
        PolicyRepository(table, clock),
        Cursors(macs),
        clock,
    )
