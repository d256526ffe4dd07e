"""Test users of the local user pool, and ID tokens for them."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

from botocore.exceptions import ClientError, ParamValidationError

from infra.local.template.stack import Stack

PASSWORD: Final = "In the local run only, 1!"  # noqa: S105  of test users in the emulator
_REUSED_FOR: Final = 0.5  # of a token's lifetime
_MAX_NAME: Final = 128  # characters; Cognito's limit
_OFFICE: Final = "custom:office"


class NoUserPoolError(Exception):
    """The template has no user pool, or the pool has no app client."""


class InvalidUserError(ValueError):
    """Cognito does not accept the user name, a group or the office. The message says why."""


@dataclass(frozen=True)
class UserProfile:
    """The office (or None) and the groups of a user."""

    office: str | None
    groups: frozenset[str]


@dataclass(frozen=True)
class _Token:
    """An ID token and the profile it was issued for; reused until `reuse_until` (seconds of the monotonic clock)."""

    profile: UserProfile
    value: str
    reuse_until: float


class Users:
    """Creates test users, updates them, and signs them in.

    A token is reused for the first half of its lifetime, as long as its user's profile does not change. Where the pool
    does not distinguish upper and lower case, a name in another case is the same user, under the name it was created
    with.
    """

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._names: dict[str, str] = {}  # by the name in the case that tells users apart
        self._tokens: dict[str, _Token] = {}
        self._lock = Lock()

    def id_token(self, user: str, profile: UserProfile) -> str:
        """Create or update a user, and sign the user in.

        Args:
            user: the name of the user.
            profile: the office and exactly the groups that the user is to have.

        Returns:
            An ID token.

        Raises:
            NoUserPoolError: the template has no user pool, or the pool has no app client.
            InvalidUserError: Cognito does not accept the user name, a group or the office.
        """
        with self._lock:
            name = self._name(user)
            token = self._tokens.get(name)
            if token is None or token.profile != profile or time.monotonic() > token.reuse_until:
                self._tokens.pop(name, None)
                token = self._tokens[name] = self._sign_in(name, profile)
        return token.value

    def profile(self, user: str) -> UserProfile | None:
        """Return the office and the groups of a user; None if the pool has no such user.

        Raises:
            NoUserPoolError: the template has no user pool, or the pool has no app client.
            InvalidUserError: Cognito does not accept the user name.
        """
        cognito = self._stack.client("cognito-idp")
        with self._lock:
            name, (pool, _) = self._name(user), self._pool_and_client()
        try:
            found = cognito.admin_get_user(UserPoolId=pool, Username=name)
        except cognito.exceptions.UserNotFoundException:
            return None
        office = next((each["Value"] for each in found["UserAttributes"] if each["Name"] == _OFFICE), None)
        groups = cognito.admin_list_groups_for_user(UserPoolId=pool, Username=name)["Groups"]
        return UserProfile(office, frozenset(each["GroupName"] for each in groups))

    def _name(self, user: str) -> str:
        """Return the name that a user was created with, or is to be created with."""
        pools = self._stack.of_type("AWS::Cognito::UserPool")
        if not pools:
            raise NoUserPoolError
        if not 0 < len(user) <= _MAX_NAME or any(character.isspace() for character in user):
            raise InvalidUserError(f"user must be a name of at most {_MAX_NAME} characters, without spaces")
        if self._stack.properties(pools[0]).get("UsernameConfiguration", {}).get("CaseSensitive", True):
            return user
        if user.lower() not in self._names:
            pages = self._stack.client("cognito-idp").get_paginator("list_users")
            found = pages.paginate(UserPoolId=self._stack.get(pools[0]).ref).search("Users[].Username")
            self._names[user.lower()] = next((name for name in found if name.lower() == user.lower()), user)
        return self._names[user.lower()]

    def _sign_in(self, user: str, profile: UserProfile) -> _Token:
        pool, client = self._pool_and_client()
        cognito = self._stack.client("cognito-idp")
        try:
            _ensure_user(cognito, pool, user, profile.office)
            _set_groups(cognito, pool, user, profile.groups)
        except (ParamValidationError, cognito.exceptions.InvalidParameterException) as error:
            raise InvalidUserError(str(error)) from None
        result = cognito.admin_initiate_auth(
            UserPoolId=pool,
            ClientId=client,
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": user, "PASSWORD": PASSWORD},
        )["AuthenticationResult"]
        return _Token(profile, str(result["IdToken"]), time.monotonic() + _REUSED_FOR * float(result["ExpiresIn"]))

    def _pool_and_client(self) -> tuple[str, str]:
        pools = self._stack.of_type("AWS::Cognito::UserPool")
        clients = self._stack.of_type("AWS::Cognito::UserPoolClient")
        if not pools or not clients:
            raise NoUserPoolError
        return self._stack.get(pools[0]).ref, self._stack.get(clients[0]).ref


def _ensure_user(cognito: Any, pool: str, user: str, office: str | None) -> None:  # noqa: ANN401
    attributes = [{"Name": _OFFICE, "Value": office}] if office else []
    try:
        cognito.admin_create_user(UserPoolId=pool, Username=user, UserAttributes=attributes, MessageAction="SUPPRESS")
    except cognito.exceptions.UsernameExistsException:
        _set_office(cognito, pool, user, attributes)
        return
    cognito.admin_set_user_password(UserPoolId=pool, Username=user, Password=PASSWORD, Permanent=True)


def _set_office(cognito: Any, pool: str, user: str, attributes: list[dict[str, str]]) -> None:  # noqa: ANN401
    if attributes:
        cognito.admin_update_user_attributes(UserPoolId=pool, Username=user, UserAttributes=attributes)
        return
    present = cognito.admin_get_user(UserPoolId=pool, Username=user)["UserAttributes"]
    if any(each["Name"] == _OFFICE for each in present):  # moto refuses to delete an attribute that a user lacks
        cognito.admin_delete_user_attributes(UserPoolId=pool, Username=user, UserAttributeNames=[_OFFICE])


def _set_groups(cognito: Any, pool: str, user: str, groups: frozenset[str]) -> None:  # noqa: ANN401
    present = {
        each["GroupName"] for each in cognito.admin_list_groups_for_user(UserPoolId=pool, Username=user)["Groups"]
    }
    for group in present - groups:
        cognito.admin_remove_user_from_group(UserPoolId=pool, Username=user, GroupName=group)
    for group in sorted(groups - present):
        _add_to_group(cognito, pool, user, group)


def _add_to_group(cognito: Any, pool: str, user: str, group: str) -> None:  # noqa: ANN401
    arguments = {"UserPoolId": pool, "GroupName": group}
    try:
        cognito.admin_add_user_to_group(**arguments, Username=user)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        with contextlib.suppress(cognito.exceptions.GroupExistsException):
            cognito.create_group(**arguments)  # tests need groups that the template does not define
        cognito.admin_add_user_to_group(**arguments, Username=user)
