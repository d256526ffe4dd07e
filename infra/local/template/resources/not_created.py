"""The resource types that are not created on the emulators: those the runner interprets, and those that are ignored."""

from __future__ import annotations

from typing import Any, Final

from infra.local.account import ACCOUNT, REGION
from infra.local.template.stack import Creator, PhysicalResource, Stack

# Types that the runner reads from the translated template: the service and the resource prefix of their ARNs.
INTERPRETED: Final[dict[str, tuple[str, ...]]] = {
    "AWS::Lambda::Function": ("lambda", "function:"),
    "AWS::Lambda::LayerVersion": ("lambda", "layer:"),
    "AWS::Lambda::EventSourceMapping": ("lambda", "event-source-mapping:"),
    "AWS::Events::Rule": ("events", "rule/"),
    "AWS::Scheduler::Schedule": ("scheduler", "schedule/default/"),
    "AWS::ApiGateway::RestApi": ("apigateway", "/restapis/"),
    "AWS::SES::ConfigurationSetEventDestination": ("ses", "event-destination/"),
    "AWS::SMSVOICE::ConfigurationSet": ("sms-voice", "configuration-set/"),
}

# Types without a local equivalent, and why.
IGNORED: Final[dict[str, str]] = {
    "AWS::ApiGateway::Account": "logging",
    "AWS::ApiGateway::ApiKey": "nothing is throttled locally",
    "AWS::ApiGateway::BasePathMapping": "no domain name",
    "AWS::ApiGateway::Deployment": "the current definition is served",
    "AWS::ApiGateway::DomainName": "served on the loopback interface",
    "AWS::ApiGateway::GatewayResponse": "read from the body of the REST API",
    "AWS::ApiGateway::Stage": "throttling, logging and tracing",
    "AWS::ApiGateway::UsagePlan": "nothing is throttled locally",
    "AWS::ApiGateway::UsagePlanKey": "nothing is throttled locally",
    "AWS::ApplicationInsights::Application": "monitoring",
    "AWS::Budgets::Budget": "nothing is billed",
    "AWS::CloudFormation::CustomResource": "changes resources on AWS",
    "AWS::CloudWatch::Alarm": "monitoring",
    "AWS::CloudWatch::AnomalyDetector": "monitoring",
    "AWS::CloudWatch::CompositeAlarm": "monitoring",
    "AWS::CloudWatch::Dashboard": "monitoring",
    "AWS::CodeDeploy::Application": "deployment",
    "AWS::CodeDeploy::DeploymentGroup": "deployment",
    "AWS::Cognito::ManagedLoginBranding": "the local sign-in has a page of its own",
    "AWS::Cognito::UserPoolDomain": "the local sign-in has a page of its own",
    "AWS::Cognito::UserPoolUICustomization": "no hosted sign-in page",
    "AWS::Lambda::EventInvokeConfig": "failed asynchronous invocations are logged",
    "AWS::Lambda::Permission": "resource-based policies of functions are not evaluated",
    "AWS::Lambda::LayerVersionPermission": "there is one account",
    "AWS::Lambda::Version": "there is one version, the working tree",
    "AWS::Logs::LogGroup": "logs go to a file",
    "AWS::Logs::MetricFilter": "monitoring",
    "AWS::Logs::QueryDefinition": "monitoring",
    "AWS::Logs::ResourcePolicy": "logs go to a file",
    "AWS::Logs::SubscriptionFilter": "logs go to a file",
    "AWS::Scheduler::ScheduleGroup": "grouping only",
    "AWS::SES::VdmAttributes": "monitoring",
    "AWS::WAFv2::LoggingConfiguration": "no firewall locally",
    "AWS::WAFv2::WebACL": "no firewall locally",
    "AWS::WAFv2::WebACLAssociation": "no firewall locally",
    "AWS::SMSVOICE::OptOutList": "nobody opts out locally",
    "AWS::SMSVOICE::Pool": "every origination identity sends locally",
    "AWS::SMSVOICE::ProtectConfiguration": "no country is blocked locally",
    "AWS::XRay::Group": "monitoring",
}


def interpreted(kind: tuple[str, ...]) -> Creator:
    """Return a creator for a type that the runner interprets: it assigns name and ARN and creates nothing."""
    service, prefix = kind

    def creator(stack: Stack, name: str, raw: dict[str, Any]) -> PhysicalResource:
        given = raw.get({"function:": "FunctionName", "configuration-set/": "ConfigurationSetName"}.get(prefix, "Name"))
        physical = stack.resolver.resolve(given) or stack.physical_name(name)
        arn = f"arn:aws:{service}:{REGION}:{ACCOUNT}:{prefix}{physical}"
        ref = f"{arn}:1" if prefix == "layer:" else physical
        return PhysicalResource(ref, {"Arn": arn, "RootResourceId": physical, "RestApiId": physical, "Id": physical})

    return creator


def alias(stack: Stack, _name: str, raw: dict[str, Any]) -> PhysicalResource:
    """Return the ARN of a function's alias. There is one version: the working tree."""
    function = stack.resolver.resolve(raw["FunctionName"])
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{function}:{stack.resolver.resolve(raw['Name'])}"
    return PhysicalResource(arn, {"AliasArn": arn})


def ignored(stack: Stack, name: str, _raw: dict[str, Any]) -> PhysicalResource:
    """Return a name and an ARN, so that other resources can refer to an ignored one."""
    physical = stack.physical_name(name)
    arn = f"arn:aws:local:{REGION}:{ACCOUNT}:{physical}"
    return PhysicalResource(physical, {"Arn": arn, "Version": "1", "Id": physical, "FunctionArn": arn})
