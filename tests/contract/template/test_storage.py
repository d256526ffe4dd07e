"""The table, the queues, the mail events and the encryption keys in the template."""

from __future__ import annotations

import pytest

from casereview.store.items import to_item
from notify.reports import NOTHING
from notify.text_events import KNOWN, read_text_event
from tests.support.case_histories import NOW, queued
from tests.support.template import Json, properties, resources, translated

AT_REST = {"Ref": "AtRestKey"}
DAY = 24 * 60 * 60
SOURCES = {"Rank": "prioritize", "Notice": "notify", "Delivery": "notify"}
KEYS = ("AtRestKey", "SealingKey", "MacKey")
SNAPSHOT = ["status", "lane", "first_look_at", "filed_at", "claimed_by", "flags", "digest", "restricted"]


def test_the_table_has_backups_and_deletion_protection() -> None:
    table = properties("Table")
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["DeletionProtectionEnabled"] == {"Fn::If": ["Protected", True, False]}
    assert translated()["Conditions"]["Protected"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "Stage"}, "disposable"]}]}


@pytest.mark.parametrize("logical_id", ["Table", *KEYS])
def test_the_table_and_keys_are_retained_when_the_stack_is_deleted(logical_id: str) -> None:
    resource = translated()["Resources"][logical_id]
    assert resource["DeletionPolicy"] == "RetainExceptOnCreate"
    assert resource["UpdateReplacePolicy"] == "Retain"


def test_the_table_is_encrypted_and_deletes_expired_items() -> None:
    table = properties("Table")
    at_rest = {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": {"Fn::GetAtt": ["AtRestKey", "Arn"]}}
    assert table["SSESpecification"] == at_rest
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}


def test_the_indexes_have_the_keys_and_attributes_that_are_queried() -> None:
    indexes = {
        index["IndexName"]: (*(key["AttributeName"] for key in index["KeySchema"]), index["Projection"])
        for index in properties("Table")["GlobalSecondaryIndexes"]
    }
    assert indexes == {
        "worklist": ("queue", "rank", {"ProjectionType": "INCLUDE", "NonKeyAttributes": SNAPSHOT}),
        "due": ("due_shard", "due_at", {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["office", "attempts"]}),
        "verify": ("verify_office", "look_at", {"ProjectionType": "KEYS_ONLY"}),
        "duties": ("duty_queue", "duty_by", {"ProjectionType": "KEYS_ONLY"}),
    }


def test_the_worklist_index_projects_attributes_of_the_case_item() -> None:
    case = queued(lane="detained", digest="D", hold={"by": "omar"}, first_look={"target_at": NOW})
    assert set(SNAPSHOT) <= to_item(case).keys()


def test_every_queue_is_encrypted_and_named_after_its_stack() -> None:
    for body in resources("AWS::SQS::Queue").values():
        assert body["KmsMasterKeyId"] == AT_REST
        assert body["QueueName"]["Fn::Sub"].startswith("${AWS::StackName}-")


def test_every_queue_is_an_event_source_or_a_dead_letter_queue() -> None:
    found = {name: body for name, body in resources("AWS::SQS::Queue").items() if "DeadLetter" not in name}
    assert set(found) == {f"{name}Queue" for name in SOURCES}
    dead = set(resources("AWS::SQS::Queue")) - set(found)
    assert dead == {f"{name}DeadLetterQueue" for name in (*SOURCES, "Sweep")}


@pytest.mark.parametrize("name", SOURCES)
def test_a_message_goes_to_the_dead_letter_queue_after_five_receives(name: str) -> None:
    dead = f"{name}DeadLetterQueue"
    redrive = {"deadLetterTargetArn": {"Fn::GetAtt": [dead, "Arn"]}, "maxReceiveCount": 5}
    assert properties(f"{name}Queue")["RedrivePolicy"] == redrive
    queue_name = properties(f"{name}Queue")["QueueName"]["Fn::Sub"]
    assert properties(dead)["QueueName"] == {"Fn::Sub": f"{queue_name}-dlq"}
    (source,) = properties(dead)["RedriveAllowPolicy"]["sourceQueueArns"]
    assert source["Fn::Sub"].endswith(f":{queue_name}")


@pytest.mark.parametrize(("name", "worker"), SOURCES.items())
def test_the_visibility_timeout_is_six_times_the_function_timeout(name: str, worker: str) -> None:
    timeout = properties(f"{worker.capitalize()}Function")["Timeout"]
    assert properties(f"{name}Queue")["VisibilityTimeout"] >= 6 * timeout


@pytest.mark.parametrize("name", SOURCES)
def test_a_dead_letter_queue_retains_messages_longer_than_its_source(name: str) -> None:
    """A message keeps its age when it moves, so with equal retention periods it would be deleted at once."""
    source = properties(f"{name}Queue")["MessageRetentionPeriod"]
    assert properties(f"{name}DeadLetterQueue")["MessageRetentionPeriod"] >= source + 3 * DAY


def test_queues_with_addresses_have_a_short_retention_period() -> None:
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


def test_every_queue_denies_requests_without_tls() -> None:
    refusing = [queue for queue, statement in _policies() if statement["Effect"] == "Deny"]
    assert sorted(refusing) == sorted(resources("AWS::SQS::Queue"))
    for _, statement in _policies():
        if statement["Effect"] == "Deny":
            assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
            assert (statement["Principal"], statement["Action"]) == ("*", "sqs:*")


def test_only_delivery_events_can_be_sent_to_the_delivery_queue() -> None:
    allowing = [(queue, statement) for queue, statement in _policies() if statement["Effect"] == "Allow"]
    assert [queue for queue, _ in allowing] == ["DeliveryQueue"]
    ((_, statement),) = allowing
    assert (statement["Principal"], statement["Action"]) == ({"Service": "sns.amazonaws.com"}, "sqs:SendMessage")
    assert statement["Condition"] == {
        "ArnEquals": {"aws:SourceArn": [{"Ref": "MailEventTopic"}, {"Ref": "TextEventTopic"}]}
    }


def test_bounces_complaints_and_rejects_reach_the_delivery_queue_without_tracking() -> None:
    destination = properties("MailEvents")["EventDestination"]
    assert destination["MatchingEventTypes"] == ["bounce", "complaint", "reject"]
    assert destination["SnsDestination"] == {"TopicARN": {"Ref": "MailEventTopic"}}
    assert properties("MailConfigurationSet").get("TrackingOptions") is None
    subscription = properties("MailEventSubscription")
    assert subscription["Endpoint"] == {"Fn::GetAtt": ["DeliveryQueue", "Arn"]}
    assert subscription["RawMessageDelivery"] is False
    assert properties("MailEventTopic")["KmsMasterKeyId"] == AT_REST


def test_ses_consults_no_suppression_list_but_ours() -> None:
    """What staff allow again, SES would go on refusing."""
    assert properties("MailConfigurationSet")["SuppressionOptions"] == {"SuppressedReasons": []}


def test_each_delivery_status_of_a_text_message_that_has_an_effect_reaches_the_delivery_queue() -> None:
    [destination] = properties("TextConfigurationSet")["EventDestinations"]
    assert destination["Enabled"] is True
    reports = {
        kind: read_text_event({"eventType": kind, "destinationPhoneNumber": "x"}, unknown_failed=True) for kind in KNOWN
    }
    assert set(destination["MatchingEventTypes"]) == {kind for kind, report in reports.items() if report != NOTHING}
    assert destination["SnsDestination"] == {"TopicArn": {"Ref": "TextEventTopic"}}
    subscription = properties("TextEventSubscription")
    assert subscription["TopicArn"] == {"Ref": "TextEventTopic"}
    assert subscription["Endpoint"] == {"Fn::GetAtt": ["DeliveryQueue", "Arn"]}
    assert properties("TextEventTopic")["KmsMasterKeyId"] == AT_REST
    publish, tls = properties("TextEventTopicPolicy")["PolicyDocument"]["Statement"]
    assert publish["Principal"] == {"Service": "sms-voice.amazonaws.com"}
    assert set(publish["Condition"]) == {"StringEquals", "ArnEquals"}
    assert tls["Effect"] == "Deny"


def test_keys_rotate_if_kms_supports_it() -> None:
    assert properties("AtRestKey")["EnableKeyRotation"] is True
    assert properties("SealingKey")["EnableKeyRotation"] is True
    mac = properties("MacKey")
    assert (mac["KeySpec"], mac["KeyUsage"]) == ("HMAC_256", "GENERATE_VERIFY_MAC")
    assert set(resources("AWS::KMS::Key")) == set(KEYS)


def test_the_at_rest_key_can_be_used_only_through_services() -> None:
    """Without these conditions, a role could decrypt directly with the key."""
    conditions = {
        statement["Sid"]: {key for tests in statement["Condition"].values() for key in tests}
        for statement in properties("AtRestKey")["KeyPolicy"]["Statement"]
        if "kms:Decrypt" in statement["Action"]
    }
    assert conditions == {
        "UseByWayOfServices": {"kms:CallerAccount", "kms:ViaService"},
        "Logs": {"kms:EncryptionContext:aws:logs:arn"},
        "Publish": {"aws:SourceAccount", "kms:EncryptionContext:aws:sns:topicArn"},
        "DeliverEvents": {"aws:SourceArn"},
    }
