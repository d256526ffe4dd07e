"""The staff's user pool: who gets in, and what nobody can give themselves."""

from __future__ import annotations

from typing import get_args

from review.authorization import RESTRICTED, Role
from tests.support.template import Json, properties, resources, translated

DISPOSABLE_ONLY = {"Fn::If": ["Protected", {"Ref": "AWS::NoValue"}, "ALLOW_ADMIN_USER_PASSWORD_AUTH"]}


def _client() -> Json:
    """Return the one client; a second could write what this one cannot."""
    (client,) = resources("AWS::Cognito::UserPoolClient").values()
    return client


def test_nobody_signs_up_and_only_administrators_recover_an_account() -> None:
    pool = properties("UserPool")
    assert pool["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}
    assert pool["AccountRecoverySetting"] == {"RecoveryMechanisms": [{"Name": "admin_only", "Priority": 1}]}


def test_a_password_alone_opens_nothing_and_text_messages_do_not_count() -> None:
    pool = properties("UserPool")
    assert (pool["MfaConfiguration"], pool["EnabledMfas"]) == ("ON", ["SOFTWARE_TOKEN_MFA"])


def test_passwords_are_long() -> None:
    policy = properties("UserPool")["Policies"]["PasswordPolicy"]
    assert policy["MinimumLength"] >= 15
    assert policy["TemporaryPasswordValidityDays"] == 1


def test_one_person_is_one_user_however_the_name_is_typed() -> None:
    """Else an author of a decision could approve it as another user."""
    assert properties("UserPool")["UsernameConfiguration"] == {"CaseSensitive": False}


def test_the_pool_outlives_mistakes_and_watches_sign_ins_where_cases_are_real() -> None:
    pool = properties("UserPool")
    assert pool["DeletionProtection"] == {"Fn::If": ["Protected", "ACTIVE", "INACTIVE"]}
    threats = {"Fn::If": ["Protected", {"AdvancedSecurityMode": "ENFORCED"}, {"Ref": "AWS::NoValue"}]}
    assert pool["UserPoolAddOns"] == threats
    assert pool["UserPoolTier"] == {"Fn::If": ["Protected", "PLUS", "ESSENTIALS"]}
    resource = translated()["Resources"]["UserPool"]
    assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")


def test_the_office_can_change_and_no_user_can_write_it() -> None:
    """A user can write every attribute that the client lists, and every standard one where it lists none."""
    (office,) = properties("UserPool")["Schema"]
    assert (office["Name"], office["Mutable"]) == ("office", True)
    assert _client()["WriteAttributes"] == ["locale"]
    assert "custom:office" in _client()["ReadAttributes"]


def test_the_client_keeps_no_secret_and_its_id_token_is_short_lived() -> None:
    client = _client()
    assert client["GenerateSecret"] is False
    assert client["TokenValidityUnits"]["IdToken"] == "minutes"
    assert client["IdTokenValidity"] <= 15
    assert (client["EnableTokenRevocation"], client["PreventUserExistenceErrors"]) == (True, "ENABLED")


def test_a_password_is_sent_only_by_an_administrator_of_a_disposable_stage() -> None:
    flows = ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH", DISPOSABLE_ONLY]
    assert _client()["ExplicitAuthFlows"] == flows


def test_the_groups_are_those_that_the_table_of_roles_knows() -> None:
    groups = {body["GroupName"] for body in resources("AWS::Cognito::UserPoolGroup").values()}
    assert groups == {*get_args(Role), RESTRICTED}
    assert all(body["UserPoolId"] == {"Ref": "UserPool"} for body in resources("AWS::Cognito::UserPoolGroup").values())
