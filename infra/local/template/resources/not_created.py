"""The types that are not created: those that the runner interprets itself, and those without a local meaning."""

from __future__ import annotations

from typing import Any, Final

from infra.local.account import ACCOUNT, REGION
from infra.local.template.stack import Creator, PhysicalResource, Stack

# Types that the runner acts on itself, read from the translated template: the service and the place in its ARNs.
INTERPRETED: Final[dict[str, tuple[str, ...]]] = {
    "AWS::Lambda::Function": ("lambda", "function:"),
    "AWS::Lambda::LayerVersion": ("lambda", "layer:"),
    "AWS::Lambda::EventSourceMapping": ("lambda", "event-source-mapping:"),
    "AWS::Events::Rule": ("events", "rule/"),
    "AWS::Scheduler::Schedule": ("scheduler", "schedule/default/"),
    "AWS::ApiGateway::RestApi": ("apigateway", "/restapis/"),
    "AWS::SES::ConfigurationSetEventDestination": ("ses", "event-destination/"),
}

# Types without a local meaning, and why.
IGNORED: Final[dict[str, str]] = {
    "AWS::ApiGateway::Account": "logging of the gateway",
    "AWS::ApiGateway::ApiKey": "nothing is throttled locally",
    "AWS::ApiGateway::BasePathMapping": "no domain name",
    "AWS::ApiGateway::Deployment": "there is one state, the current one",
    "AWS::ApiGateway::DomainName": "the address is the loopback's",
    "AWS::ApiGateway::GatewayResponse": "read from the REST API's body",
    "AWS::ApiGateway::Stage": "its settings are throttling, logging and tracing",
    "AWS::ApiGateway::UsagePlan": "nothing is throttled locally",
    "AWS::ApiGateway::UsagePlanKey": "nothing is throttled locally",
    "AWS::ApplicationInsights::Application": "monitoring",
    "AWS::Budgets::Budget": "nothing is billed",
    "AWS::CloudFormation::CustomResource": "acts on AWS itself",
    "AWS::CloudWatch::Alarm": "monitoring",
    "AWS::CloudWatch::AnomalyDetector": "monitoring",
    "AWS::CloudWatch::CompositeAlarm": "monitoring",
    "AWS::CloudWatch::Dashboard": "monitoring",
    "AWS::CodeDeploy::Application": "deployment",
    "AWS::CodeDeploy::DeploymentGroup": "deployment",
    "AWS::Cognito::UserPoolDomain": "no hosted sign-in page",
    "AWS::Cognito::UserPoolUICustomization": "no hosted sign-in page",
    "AWS::Lambda::EventInvokeConfig": "failed asynchronous invocations are logged",
    "AWS::Lambda::Permission": "the runner invokes what the template connects",
    "AWS::Lambda::LayerVersionPermission": "one account",
    "AWS::Lambda::Version": "one version runs, the source tree's",
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
    "AWS::XRay::Group": "monitoring",
}


def interpreted(kind: tuple[str, ...]) -> Creator:
    """Gives a resource that the runner interprets its name and ARN; creates nothing."""
    service, prefix = kind

    def creator(stack: Stack, name: str, raw: dict[str, Any]) -> PhysicalResource:
        given = raw.get("FunctionName") if service == "lambda" and prefix == "function:" else raw.get("Name")
        physical = stack.resolver.resolve(given) or stack.physical_name(name)
        arn = f"arn:aws:{service}:{REGION}:{ACCOUNT}:{prefix}{physical}"
        ref = f"{arn}:1" if prefix == "layer:" else physical
        return PhysicalResource(ref, {"Arn": arn, "RootResourceId": physical, "RestApiId": physical, "Id": physical})

    return creator


def alias(stack: Stack, _name: str, raw: dict[str, Any]) -> PhysicalResource:
    """An alias of a function; one version runs, the source tree's."""
    function = stack.resolver.resolve(raw["FunctionName"])
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{function}:{stack.resolver.resolve(raw['Name'])}"
    return PhysicalResource(arn, {"AliasArn": arn})


def ignored(stack: Stack, name: str, _raw: dict[str, Any]) -> PhysicalResource:
    """A resource without a local meaning: it has a name and an ARN for others to refer to, and no more."""
    physical = stack.physical_name(name)
    arn = f"arn:aws:local:{REGION}:{ACCOUNT}:{physical}"
    return PhysicalResource(physical, {"Arn": arn, "Version": "1", "Id": physical, "FunctionArn": arn})
