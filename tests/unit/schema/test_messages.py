from __future__ import annotations

import json
from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws
from pydantic import ValidationError

from casereview.runtime.queue import Queue
from casereview.schema.messages import NoticeMessage, RankMessage, ScheduledDuty


@pytest.fixture
def url() -> Iterator[str]:
    with mock_aws():
        yield boto3.client("sqs").create_queue(QueueName="rank")["QueueUrl"]


def test_a_rank_message_names_the_case_in_the_message_group_of_its_office(url: str) -> None:
    client = boto3.client("sqs")
    Queue(client, url).send(RankMessage(case_id="C1"), "ATL")
    [message] = client.receive_message(QueueUrl=url, AttributeNames=["All"])["Messages"]
    assert json.loads(message["Body"]) == {"schema": 1, "case_id": "C1"}
    assert message["Attributes"]["MessageGroupId"] == "ATL"


def test_a_notice_message_names_the_notice(url: str) -> None:
    client = boto3.client("sqs")
    Queue(client, url).send(NoticeMessage(case_id="C1", notice_id="N"), "HQ")
    [message] = client.receive_message(QueueUrl=url)["Messages"]
    assert NoticeMessage.model_validate_json(message["Body"]) == NoticeMessage(case_id="C1", notice_id="N")


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{}",
        "[]",
        '{"schema": 0, "case_id": "C1"}',
        '{"case_id": 1}',
        '{"case_id": "C1", "name": "Ana"}',
        '{"case_id": "' + "x" * 65 + '"}',
    ],
)
def test_an_invalid_message_is_rejected(body: str) -> None:
    with pytest.raises(ValidationError):
        RankMessage.model_validate_json(body)


def test_an_unknown_scheduled_duty_is_rejected() -> None:
    assert ScheduledDuty.model_validate({"duty": "sweep"}).duty == "sweep"
    for event in ({}, {"duty": "drop"}, {"duty": "sweep", "source": "x"}):
        with pytest.raises(ValidationError):
            ScheduledDuty.model_validate(event)
