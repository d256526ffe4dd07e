"""Users of the local pool, and real ID tokens for them."""

import contextlib
from typing import Any

from botocore.exceptions import ClientError

from infra.local.stack import Stack

PASSWORD = "Local-run-1!"  # noqa: S105  of users that exist in this process only


class NoUserPoolError(Exception):
    """The template has no user pool."""


def id_token(stack: Stack, user: str, office: str | None, groups: list[str]) -> str:
    """Signs a user in, made or changed to have the office and exactly the groups named; their ID token.

    Raises:
        NoUserPoolError: the template has no user pool, or it has no client.
    """
    pools, clients = stack.of_type("AWS::Cognito::UserPool"), stack.of_type("AWS::Cognito::UserPoolClient")
    if not pools or not clients:
        raise NoUserPoolError
    cognito, pool, client = stack.client("cognito-idp"), stack.get(pools[0]).ref, stack.get(clients[0]).ref
    _ensure_user(cognito, pool, user, office)
    _set_groups(cognito, pool, user, groups)
    answer = cognito.admin_initiate_auth(
        UserPoolId=pool,
        ClientId=client,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": user, "PASSWORD": PASSWORD},
    )
    return str(answer["AuthenticationResult"]["IdToken"])


def _ensure_user(cognito: Any, pool: str, user: str, office: str | None) -> None:  # noqa: ANN401
    attributes = [{"Name": "custom:office", "Value": office}] if office else []
    try:
        cognito.admin_create_user(UserPoolId=pool, Username=user, UserAttributes=attributes, MessageAction="SUPPRESS")
    except ClientError as error:
        if error.response["Error"]["Code"] != "UsernameExistsException":
            raise
        cognito.admin_update_user_attributes(UserPoolId=pool, Username=user, UserAttributes=attributes)
    cognito.admin_set_user_password(UserPoolId=pool, Username=user, Password=PASSWORD, Permanent=True)


def _set_groups(cognito: Any, pool: str, user: str, groups: list[str]) -> None:  # noqa: ANN401
    present = cognito.admin_list_groups_for_user(UserPoolId=pool, Username=user)["Groups"]
    for group in {each["GroupName"] for each in present} - set(groups):
        cognito.admin_remove_user_from_group(UserPoolId=pool, Username=user, GroupName=group)
    for group in groups:
        with contextlib.suppress(cognito.exceptions.GroupExistsException):
            cognito.create_group(UserPoolId=pool, GroupName=group)
        cognito.admin_add_user_to_group(UserPoolId=pool, Username=user, GroupName=group)
