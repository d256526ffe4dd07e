"""The user pool of the staff: sign-in, attributes and groups."""

from __future__ import annotations

from typing import get_args

import pytest

from review.authorization import RESTRICTED, Role
from tests.support.template import properties, resources, translated

DISPOSABLE_ONLY = {"Fn::If": ["Protected", {"Ref": "AWS::NoValue"}, "ALLOW_ADMIN_USER_PASSWORD_AUTH"]}


CLIENTS = ("UserPoolClient", "DeskClient")


def test_the_pool_has_exactly_two_clients() -> None:
    """Another client could have more permissions."""
    assert set(resources("AWS::Cognito::UserPoolClient")) == set(CLIENTS)


def test_only_administrators_create_and_recover_accounts() -> None:
    pool = properties("UserPool")
    assert pool["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}
    assert pool["AccountRecoverySetting"] == {"RecoveryMechanisms": [{"Name": "admin_only", "Priority": 1}]}


def test_a_software_token_is_required_as_second_factor() -> None:
    pool = properties("UserPool")
    assert (pool["MfaConfiguration"], pool["EnabledMfas"]) == ("ON", ["SOFTWARE_TOKEN_MFA"])


def test_passwords_have_at_least_15_characters() -> None:
    policy = properties("UserPool")["Policies"]["PasswordPolicy"]
    assert policy["MinimumLength"] >= 15
    assert policy["TemporaryPasswordValidityDays"] == 1


def test_user_names_are_not_case_sensitive() -> None:
    """Otherwise the author of a decision could approve it as another user."""
    assert properties("UserPool")["UsernameConfiguration"] == {"CaseSensitive": False}


def test_protected_stages_have_deletion_protection_and_threat_protection() -> None:
    pool = properties("UserPool")
    assert pool["DeletionProtection"] == {"Fn::If": ["Protected", "ACTIVE", "INACTIVE"]}
    threats = {"Fn::If": ["Protected", {"AdvancedSecurityMode": "ENFORCED"}, {"Ref": "AWS::NoValue"}]}
    assert pool["UserPoolAddOns"] == threats
    assert pool["UserPoolTier"] == {"Fn::If": ["Protected", "PLUS", "ESSENTIALS"]}
    resource = translated()["Resources"]["UserPool"]
    assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")


@pytest.mark.parametrize("client", CLIENTS)
def test_the_office_can_change_but_no_user_can_write_it(client: str) -> None:
    """A user can write the attributes that the client lists; without a list, all standard attributes."""
    (office,) = properties("UserPool")["Schema"]
    assert (office["Name"], office["Mutable"]) == ("office", True)
    assert properties(client)["WriteAttributes"] == ["locale"]
    assert "custom:office" in properties(client)["ReadAttributes"]


@pytest.mark.parametrize("client", CLIENTS)
def test_id_tokens_are_short_lived_and_can_be_revoked(client: str) -> None:
    found = properties(client)
    assert found["TokenValidityUnits"]["IdToken"] == "minutes"
    assert found["IdTokenValidity"] <= 15
    assert (found["EnableTokenRevocation"], found["PreventUserExistenceErrors"]) == (True, "ENABLED")


def test_the_client_of_programs_has_no_secret() -> None:
    assert properties("UserPoolClient")["GenerateSecret"] is False


def test_the_desk_signs_in_with_codes_its_own_secret_and_returns_to_its_own_address() -> None:
    found = properties("DeskClient")
    assert found["GenerateSecret"] is True
    assert found["AllowedOAuthFlows"] == ["code"]
    assert found["AllowedOAuthScopes"] == ["openid"]
    deployed = {"Fn::Sub": "https://${DeskApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}/v1/signed-in"}
    assert found["CallbackURLs"] == [{"Fn::If": ["HasDeskUrl", {"Fn::Sub": "${DeskUrl}/signed-in"}, deployed]}]
    assert "ALLOW_ADMIN_USER_PASSWORD_AUTH" not in str(found["ExplicitAuthFlows"])


def test_passkeys_verify_their_user_and_so_are_both_factors() -> None:
    pool = properties("UserPool")
    assert pool["Policies"]["SignInPolicy"] == {"AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"]}
    assert pool["WebAuthnUserVerification"] == "required"
    assert pool["WebAuthnFactorConfiguration"] == "MULTI_FACTOR_WITH_USER_VERIFICATION"


def test_only_disposable_stages_allow_sign_in_with_a_password_by_an_administrator() -> None:
    flows = ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH", DISPOSABLE_ONLY]
    assert properties("UserPoolClient")["ExplicitAuthFlows"] == flows


def test_the_groups_are_the_roles_of_the_authorization() -> None:
    groups = {body["GroupName"] for body in resources("AWS::Cognito::UserPoolGroup").values()}
    assert groups == {*get_args(Role), RESTRICTED}
    assert all(body["UserPoolId"] == {"Ref": "UserPool"} for body in resources("AWS::Cognito::UserPoolGroup").values())
