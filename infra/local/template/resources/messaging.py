"""SQS queues, SNS topics and SES identities."""

from __future__ import annotations

import json
from typing import Any, Final

from infra.local.account import ACCOUNT, REGION
from infra.local.template.stack import Creator, PhysicalResource, Stack

_QUEUE_ATTRIBUTES: Final = (
    "ContentBasedDeduplication",
    "DeduplicationScope",
    "DelaySeconds",
    "FifoQueue",
    "FifoThroughputLimit",
    "KmsDataKeyReusePeriodSeconds",
    "KmsMasterKeyId",
    "MaximumMessageSize",
    "MessageRetentionPeriod",
    "ReceiveMessageWaitTimeSeconds",
    "RedrivePolicy",
    "SqsManagedSseEnabled",
    "VisibilityTimeout",
)


def _text(value: Any) -> str:  # noqa: ANN401  a JSON value
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else json.dumps(value)


def queue(stack: Stack, name: str, raw: dict[str, Any]) -> PhysicalResource:
    """Create an SQS queue with its redrive policy."""
    properties = stack.resolver.resolve(raw)
    queue_name = properties.get("QueueName") or stack.physical_name(name)
    attributes = {key: _text(properties[key]) for key in _QUEUE_ATTRIBUTES if key in properties}
    url = stack.client("sqs").create_queue(QueueName=queue_name, Attributes=attributes)["QueueUrl"]
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{queue_name}"
    return PhysicalResource(url, {"Arn": arn, "QueueName": queue_name, "QueueUrl": url})


def queue_policy(stack: Stack, name: str, raw: dict[str, Any]) -> PhysicalResource:
    """Set the policy of queues."""
    properties = stack.resolver.resolve(raw)
    for url in properties["Queues"]:
        policy = _text(properties["PolicyDocument"])
        stack.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    return PhysicalResource(stack.physical_name(name))


def topic(stack: Stack, name: str, raw: dict[str, Any]) -> PhysicalResource:
    """Create an SNS topic with the subscriptions in its definition."""
    properties = stack.resolver.resolve(raw)
    topic_name = properties.get("TopicName") or stack.physical_name(name)
    arn = stack.client("sns").create_topic(Name=topic_name)["TopicArn"]
    for each in properties.get("Subscription", []):
        stack.client("sns").subscribe(TopicArn=arn, Protocol=each["Protocol"], Endpoint=each["Endpoint"])
    return PhysicalResource(arn, {"TopicArn": arn, "TopicName": topic_name})


def subscription(stack: Stack, _name: str, raw: dict[str, Any]) -> PhysicalResource:
    """Subscribe a queue to a topic."""
    properties = stack.resolver.resolve(raw)
    attributes = {
        key: _text(properties[key])
        for key in ("RawMessageDelivery", "FilterPolicy", "FilterPolicyScope")
        if key in properties
    }
    arn = stack.client("sns").subscribe(
        TopicArn=properties["TopicArn"],
        Protocol=properties["Protocol"],
        Endpoint=properties["Endpoint"],
        Attributes=attributes,
        ReturnSubscriptionArn=True,
    )["SubscriptionArn"]
    return PhysicalResource(arn)


def topic_policy(stack: Stack, name: str, raw: dict[str, Any]) -> PhysicalResource:
    """Set the policy of topics."""
    properties = stack.resolver.resolve(raw)
    for arn in properties["Topics"]:
        stack.client("sns").set_topic_attributes(
            TopicArn=arn, AttributeName="Policy", AttributeValue=_text(properties["PolicyDocument"])
        )
    return PhysicalResource(stack.physical_name(name))


def configuration_set(stack: Stack, name: str, raw: dict[str, Any]) -> PhysicalResource:
    """Create an SES configuration set. moto stores only its name."""
    properties = stack.resolver.resolve(raw)
    set_name = properties.get("Name") or stack.physical_name(name)
    stack.client("sesv2").create_configuration_set(ConfigurationSetName=set_name)
    return PhysicalResource(set_name)


def email_identity(stack: Stack, _name: str, raw: dict[str, Any]) -> PhysicalResource:
    """Create an SES identity. It is verified immediately."""
    identity = stack.resolver.resolve(raw)["EmailIdentity"]
    stack.client("sesv2").create_email_identity(EmailIdentity=identity)
    tokens = {f"DkimDNSToken{part}{number}": "local" for part in ("Name", "Value") for number in (1, 2, 3)}
    return PhysicalResource(identity, tokens)


CREATORS: Final[dict[str, Creator]] = {
    "AWS::SQS::Queue": queue,
    "AWS::SQS::QueuePolicy": queue_policy,
    "AWS::SNS::Topic": topic,
    "AWS::SNS::Subscription": subscription,
    "AWS::SNS::TopicPolicy": topic_policy,
    "AWS::SES::ConfigurationSet": configuration_set,
    "AWS::SES::EmailIdentity": email_identity,
}
