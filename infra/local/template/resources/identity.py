"""IAM roles and policies, and Cognito user pools."""

from __future__ import annotations

import json
from typing import Any, Final

from infra.local.account import ACCOUNT, REGION
from infra.local.template.stack import Creator, PhysicalResource, Stack

_ROLE_PREFIX: Final = f"arn:aws:iam::{ACCOUNT}:role/"


def role(stack: Stack, name: str, raw: dict[str, Any]) -> PhysicalResource:
    """Create an IAM role. Its policies are evaluated by the AWS endpoint, which gets them from `iam_policies.py`."""
    role_name = stack.resolver.resolve(raw.get("RoleName")) or stack.physical_name(name)
    document = json.dumps(stack.resolver.resolve(raw["AssumeRolePolicyDocument"]))
    created = stack.client("iam").create_role(RoleName=role_name, AssumeRolePolicyDocument=document)["Role"]
    return PhysicalResource(role_name, {"Arn": _ROLE_PREFIX + role_name, "RoleId": created["RoleId"]})


def policy(stack: Stack, name: str, _raw: dict[str, Any]) -> PhysicalResource:
    """Return the name of an IAM policy; `iam_policies.py` reads it from the template."""
    return PhysicalResource(f"arn:aws:iam::{ACCOUNT}:policy/{stack.physical_name(name)}")


# Other settings (multi-factor authentication, recovery, messages) would prevent /_local/token from signing users in.
_POOL_ARGUMENTS: Final = ("Schema", "Policies", "UsernameConfiguration")


def user_pool(stack: Stack, name: str, raw: dict[str, Any]) -> PhysicalResource:
    """Create a Cognito user pool with its attributes and password policy, without multi-factor authentication."""
    properties = stack.resolver.resolve({key: raw[key] for key in ("UserPoolName", *_POOL_ARGUMENTS) if key in raw})
    pool_name = properties.get("UserPoolName") or stack.physical_name(name)
    arguments = {key: properties[key] for key in _POOL_ARGUMENTS if key in properties}
    created = stack.client("cognito-idp").create_user_pool(PoolName=pool_name, **arguments)["UserPool"]
    issuer = f"cognito-idp.{REGION}.amazonaws.com/{created['Id']}"
    attributes = {"Arn": created["Arn"], "ProviderName": issuer, "ProviderURL": f"https://{issuer}"}
    return PhysicalResource(created["Id"], attributes | {"UserPoolId": created["Id"]})


_CLIENT_ARGUMENTS: Final = (
    "AccessTokenValidity",
    "AllowedOAuthFlows",
    "AllowedOAuthFlowsUserPoolClient",
    "AllowedOAuthScopes",
    "CallbackURLs",
    "ExplicitAuthFlows",
    "GenerateSecret",
    "IdTokenValidity",
    "LogoutURLs",
    "ReadAttributes",
    "RefreshTokenValidity",
    "SupportedIdentityProviders",
    "TokenValidityUnits",
    "WriteAttributes",
)


def user_pool_client(stack: Stack, name: str, raw: dict[str, Any]) -> PhysicalResource:
    """Create an app client of a user pool."""
    properties = stack.resolver.resolve(raw)
    arguments = {key: properties[key] for key in _CLIENT_ARGUMENTS if key in properties}
    created = stack.client("cognito-idp").create_user_pool_client(
        UserPoolId=properties["UserPoolId"],
        ClientName=properties.get("ClientName") or stack.physical_name(name),
        **arguments,
    )["UserPoolClient"]
    secret = {"ClientSecret": created["ClientSecret"]} if "ClientSecret" in created else {}
    return PhysicalResource(created["ClientId"], {"ClientId": created["ClientId"], **secret})


def user_pool_group(stack: Stack, _name: str, raw: dict[str, Any]) -> PhysicalResource:
    """Create a group of a user pool."""
    properties = stack.resolver.resolve(raw)
    stack.client("cognito-idp").create_group(**properties)
    return PhysicalResource(properties["GroupName"])


def resource_server(stack: Stack, _name: str, raw: dict[str, Any]) -> PhysicalResource:
    """Create a resource server with its scopes."""
    properties = stack.resolver.resolve(raw)
    stack.client("cognito-idp").create_resource_server(**properties)
    return PhysicalResource(properties["Identifier"])


CREATORS: Final[dict[str, Creator]] = {
    "AWS::IAM::Role": role,
    "AWS::IAM::Policy": policy,
    "AWS::IAM::ManagedPolicy": policy,
    "AWS::Cognito::UserPool": user_pool,
    "AWS::Cognito::UserPoolClient": user_pool_client,
    "AWS::Cognito::UserPoolGroup": user_pool_group,
    "AWS::Cognito::UserPoolResourceServer": resource_server,
}
