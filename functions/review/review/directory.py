"""Look up a colleague in the user pool of the staff, which only administrators change."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from casereview.runtime.aws_clients import AwsClients
from review.authorization import Caller, staff_member

if TYPE_CHECKING:
    from types_boto3_cognito_idp import CognitoIdentityProviderClient

_NO_SUCH_USER: Final = frozenset({"UserNotFoundException", "InvalidParameterException"})


def user_pool_client() -> CognitoIdentityProviderClient:
    """Create the client of the user pool, which only an assignment needs."""
    return AwsClients().make("cognito-idp")


class Directory:
    """The staff in the user pool, with their groups and offices as their tokens will have them."""

    def __init__(self, make_client: Callable[[], CognitoIdentityProviderClient], user_pool_id: str) -> None:
        """Keep how to create the client; it is created by the first look-up."""
        self._make_client = make_client
        self._pool = user_pool_id

    @cached_property
    def _client(self) -> CognitoIdentityProviderClient:
        return self._make_client()

    def find(self, user: str) -> Caller | None:
        """Return a staff member by user name, by two calls; None for an unknown or disabled one."""
        try:
            found = self._client.admin_get_user(UserPoolId=self._pool, Username=user)
            groups = self._client.admin_list_groups_for_user(UserPoolId=self._pool, Username=user)["Groups"]
        except ClientError as error:
            if error.response["Error"]["Code"] in _NO_SUCH_USER:
                return None
            raise
        attributes = {one["Name"]: one.get("Value") for one in found["UserAttributes"]}
        user_id = attributes.get("sub")
        if not found["Enabled"] or not user_id:
            return None
        return staff_member(
            user_id,
            found["Username"],
            attributes.get("custom:office"),
            frozenset(str(group.get("GroupName")) for group in groups),
        )
