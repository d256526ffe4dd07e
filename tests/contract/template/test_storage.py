"""The table, the queues, the mail events and the keys under which they lie."""

from __future__ import annotations

import pytest

from casereview.store.items import to_item
from tests.support.case_histories import NOW, queued
from tests.support.template import Json, properties, resources, translated

AT_REST = {"Ref": "AtRestKey"}
DAY = 24 * 60 * 60
SOURCES = {"Rank": "prioritize", "Notice": "notify", "Delivery": "notify"}
KEYS = ("AtRestKey", "SealingKey", "MacKey")
SNAPSHOT = ["status", "lane", "first_look_at", "filed_at", "claimed_by", "flags", "digest"]


def test_the_table_outlives_mistakes() -> None:
    table = properties("Table")
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["DeletionProtectionEnabled"] == {"Fn::If": ["Protected", True, False]}
    assert translated()["Conditions"]["Protected"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "Stage"}, "disposable"]}]}


@pytest.mark.parametrize("logical_id", ["Table", *KEYS])
def test_what_cannot_be_made_again_stays_when_its_stack_goes(logical_id: str) -> None:
    resource = translated()["Resources"][logical_id]
    assert resource["DeletionPolicy"] == "RetainExceptOnCreate"
    assert resource["UpdateReplacePolicy"] == "Retain"


def test_the_table_is_encrypted_and_forgets_what_expires() -> None:
    table = properties("Table")
    at_rest = {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": {"Fn::GetAtt": ["AtRestKey", "Arn"]}}
    assert table["SSESpecification"] == at_rest
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}


def test_the_indexes_find_keys() -> None:
    indexes = {
        index["IndexName"]: (*(key["AttributeName"] for key in index["KeySchema"]), index["Projection"])
        for index in properties("Table")["GlobalSecondaryIndexes"]
    }
    assert indexes == {
        "worklist": ("queue", "rank", {"ProjectionType": "INCLUDE", "NonKeyAttributes": SNAPSHOT}),
        "due": ("due_shard", "due_at", {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["office", "attempts"]}),
    }


def test_what_the_worklist_shows_of_a_case_are_attributes_of_its_item() -> None:
    case = queued(lane="detained", digest="D", hold={"by": "omar"}, first_look={"target_at": NOW})
    assert set(SNAPSHOT) <= to_item(case).keys()


def test_every_queue_is_encrypted_and_named_after_its_stack() -> None:
    for body in resources("AWS::SQS::Queue").values():
        assert body["KmsMasterKeyId"] == AT_REST
        assert body["QueueName"]["Fn::Sub"].startswith("${AWS::StackName}-")


def test_every_queue_is_a_source_or_the_dead_letters_of_one() -> None:
    found = {name: body for name, body in resources("AWS::SQS::Queue").items() if "DeadLetter" not in name}
    assert set(found) == {f"{name}Queue" for name in SOURCES}
    dead = set(resources("AWS::SQS::Queue")) - set(found)
    assert dead == {f"{name}DeadLetterQueue" for name in (*SOURCES, "Sweep")}


@pytest.mark.parametrize("name", SOURCES)
def test_poison_ends_in_dead_letters_after_five_receipts(name: str) -> None:
    dead = f"{name}DeadLetterQueue"
    redrive = {"deadLetterTargetArn": {"Fn::GetAtt": [dead, "Arn"]}, "maxReceiveCount": 5}
    assert properties(f"{name}Queue")["RedrivePolicy"] == redrive
    queue_name = properties(f"{name}Queue")["QueueName"]["Fn::Sub"]
    assert properties(dead)["QueueName"] == {"Fn::Sub": f"{queue_name}-dlq"}
    (source,) = properties(dead)["RedriveAllowPolicy"]["sourceQueueArns"]
    assert source["Fn::Sub"].endswith(f":{queue_name}")


@pytest.mark.parametrize(("name", "worker"), SOURCES.items())
def test_a_message_stays_hidden_for_six_timeouts_of_its_worker(name: str, worker: str) -> None:
    timeout = properties(f"{worker.capitalize()}Function")["Timeout"]
    assert properties(f"{name}Queue")["VisibilityTimeout"] >= 6 * timeout


@pytest.mark.parametrize("name", SOURCES)
def test_dead_letters_are_kept_longer_than_their_source_keeps_them(name: str) -> None:
    """A message keeps its age when it moves, so equal retention would drop it at once."""
    source = properties(f"{name}Queue")["MessageRetentionPeriod"]
    assert properties(f"{name}DeadLetterQueue")["MessageRetentionPeriod"] >= source + 3 * DAY


def test_addresses_lie_in_the_delivery_queue_for_a_day_and_in_its_dead_letters_for_four() -> None:
    assert properties("DeliveryQueue")["MessageRetentionPeriod"] == DAY
    assert properties("DeliveryDeadLetterQueue")["MessageRetentionPeriod"] == 4 * DAY
    assert properties("RankDeadLetterQueue")["MessageRetentionPeriod"] == 14 * DAY
    assert properties("NoticeDeadLetterQueue")["MessageRetentionPeriod"] == 14 * DAY


def _policies() -> list[tuple[str, Json]]:
    return [
        (queue["Ref"], statement)
        for policy in resources("AWS::SQS::QueuePolicy").values()
        for queue in policy["Queues"]
        for statement in policy["PolicyDocument"]["Statement"]
    ]


def test_every_queue_refuses_what_comes_without_tls() -> None:
    refusing = [queue for queue, statement in _policies() if statement["Effect"] == "Deny"]
    assert sorted(refusing) == sorted(resources("AWS::SQS::Queue"))
    for _, statement in _policies():
        if statement["Effect"] == "Deny":
            assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
            assert (statement["Principal"], statement["Action"]) == ("*", "sqs:*")


def test_only_mail_events_get_into_the_delivery_queue() -> None:
    allowing = [(queue, statement) for queue, statement in _policies() if statement["Effect"] == "Allow"]
    assert [queue for queue, _ in allowing] == ["DeliveryQueue"]
    ((_, statement),) = allowing
    assert (statement["Principal"], statement["Action"]) == ({"Service": "sns.amazonaws.com"}, "sqs:SendMessage")
    assert statement["Condition"] == {"ArnEquals": {"aws:SourceArn": {"Ref": "MailEventTopic"}}}


def test_bounces_complaints_and_rejects_reach_the_delivery_queue_and_no_one_is_followed() -> None:
    destination = properties("MailEvents")["EventDestination"]
    assert destination["MatchingEventTypes"] == ["bounce", "complaint", "reject"]
    assert destination["SnsDestination"] == {"TopicARN": {"Ref": "MailEventTopic"}}
    assert properties("MailConfigurationSet").get("TrackingOptions") is None
    subscription = properties("MailEventSubscription")
    assert subscription["Endpoint"] == {"Fn::GetAtt": ["DeliveryQueue", "Arn"]}
    assert subscription["RawMessageDelivery"] is False
    assert properties("MailEventTopic")["KmsMasterKeyId"] == AT_REST


def test_keys_rotate_where_kms_can() -> None:
    assert properties("AtRestKey")["EnableKeyRotation"] is True
    assert properties("SealingKey")["EnableKeyRotation"] is True
    mac = properties("MacKey")
    assert (mac["KeySpec"], mac["KeyUsage"]) == ("HMAC_256", "GENERATE_VERIFY_MAC")
    assert set(resources("AWS::KMS::Key")) == set(KEYS)


def test_the_key_at_rest_is_used_by_way_of_services_only() -> None:
    """Whoever holds a statement without its condition could decrypt directly."""
    conditions = {
        statement["Sid"]: {key for tests in statement["Condition"].values() for key in tests}
        for statement in properties("AtRestKey")["KeyPolicy"]["Statement"]
        if "kms:Decrypt" in statement["Action"]
    }
    assert conditions == {
        "UseByWayOfServices": {"kms:CallerAccount", "kms:ViaService"},
        "Logs": {"kms:EncryptionContext:aws:logs:arn"},
        "Publish": {"aws:SourceAccount", "kms:EncryptionContext:aws:sns:topicArn"},
        "DeliverMailEvents": {"aws:SourceArn"},
    }
