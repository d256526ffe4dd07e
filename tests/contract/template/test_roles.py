"""Least privilege: the roles and key policies in the template."""

from __future__ import annotations

import pytest

from tests.support.template import (
    FACES,
    FUNCTIONS,
    actions,
    every_statement,
    listed,
    names,
    properties,
    resources,
    statements,
    texts,
)

WITH_KEYS = {"SealingKey": {"kms:Decrypt", "kms:GenerateDataKey"}, "MacKey": {"kms:GenerateMac"}}
BY_PURPOSE = {
    ("intake", "SealingKey"): {"kms:Decrypt", "kms:GenerateDataKey"},
    ("intake", "MacKey"): {"kms:GenerateMac"},
    ("review", "SealingKey"): {"kms:Decrypt", "kms:GenerateDataKey"},
    ("review", "MacKey"): {"kms:GenerateMac"},
    ("notify", "SealingKey"): {"kms:Decrypt"},
    ("notify", "MacKey"): {"kms:GenerateMac"},
}
TABLE = {
    "intake": {"BatchGetItem", "ConditionCheckItem", "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"},
    "prioritize": {"BatchGetItem", "GetItem", "PutItem", "Query", "UpdateItem"},
    "notify": {"BatchGetItem", "GetItem", "PutItem", "Query"},
    "review": {"BatchGetItem", "ConditionCheckItem", "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"},
}
INDEXES = {
    "intake": set(),
    "prioritize": {"due", "worklist"},
    "notify": set(),
    "review": {"duties", "verify", "worklist"},
}
SENDS = {
    "intake": {"RankQueue", "NoticeQueue"},
    "prioritize": {"RankQueue", "NoticeQueue"},
    "notify": {"RankQueue"},
    "review": {"RankQueue", "NoticeQueue"},
}


@pytest.mark.parametrize("key", WITH_KEYS)
def test_prioritize_has_no_action_on_the_keys_that_protect_identities(key: str) -> None:
    """Ranking must not depend on identities."""
    assert actions("prioritize", key) == set()
    assert not any(names(statement, key) for statement in statements("prioritize"))


def test_prioritize_uses_no_key_but_the_at_rest_key() -> None:
    """A statement that names no key, or all keys, fails this test too."""
    with_keys = [
        statement
        for statement in statements("prioritize")
        if any(action.startswith(("kms:", "*")) for action in listed(statement["Action"]))
    ]
    assert with_keys
    assert all(statement["Resource"] == {"Fn::GetAtt": ["AtRestKey", "Arn"]} for statement in with_keys)


@pytest.mark.parametrize("role", FUNCTIONS)
def test_functions_use_the_at_rest_key_only_through_the_table_and_queues(role: str) -> None:
    assert actions(role, "AtRestKey") == {"kms:Decrypt", "kms:GenerateDataKey"}
    for statement in statements(role):
        if names(statement.get("Resource"), "AtRestKey"):
            services = {text["Fn::Sub"] for text in statement["Condition"]["StringEquals"]["kms:ViaService"]}
            assert services == {"dynamodb.${AWS::Region}.amazonaws.com", "sqs.${AWS::Region}.amazonaws.com"}


@pytest.mark.parametrize(("role", "key"), BY_PURPOSE)
def test_functions_that_seal_and_make_macs_have_exactly_these_actions(role: str, key: str) -> None:
    assert actions(role, key) == BY_PURPOSE[role, key]


@pytest.mark.parametrize("role", FUNCTIONS)
def test_a_function_has_exactly_the_table_actions_of_its_code(role: str) -> None:
    on_table = {
        action
        for statement in statements(role)
        if {"Fn::GetAtt": ["Table", "Arn"]} in listed(statement.get("Resource"))
        for action in listed(statement["Action"])
    }
    assert on_table == {f"dynamodb:{action}" for action in TABLE[role]}


@pytest.mark.parametrize("role", FUNCTIONS)
def test_a_function_can_query_only_the_indexes_that_it_uses(role: str) -> None:
    found = [
        (text.rpartition("/index/")[2], action)
        for statement in statements(role)
        for text in texts(statement.get("Resource"))
        if "/index/" in text
        for action in listed(statement["Action"])
    ]
    assert sorted(found) == sorted((index, "dynamodb:Query") for index in INDEXES[role])


@pytest.mark.parametrize("role", FUNCTIONS)
def test_a_function_can_send_only_to_the_queues_that_it_uses(role: str) -> None:
    queues = [name for name in resources("AWS::SQS::Queue") if "sqs:SendMessage" in actions(role, name)]
    assert set(queues) == SENDS[role]


@pytest.mark.parametrize("key", WITH_KEYS)
def test_a_key_policy_allows_only_the_roles_that_seal_and_make_macs(key: str) -> None:
    """A role policy that allows too much by mistake does not give access to the key."""
    administration, use = properties(key)["KeyPolicy"]["Statement"]
    assert set(listed(use["Action"])) == WITH_KEYS[key]
    allowed = [arn["Fn::Sub"].rpartition(":role/")[2] for arn in use["Condition"]["ArnEquals"]["aws:PrincipalArn"]]
    assert allowed == [properties(f"{name}Role")["RoleName"]["Fn::Sub"] for name in ("Intake", "Notify", "Review")]
    assert not set(administration["Action"]) & {
        "kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateMac", "kms:CreateGrant", "kms:ReEncryptFrom",
    }  # fmt: skip


def test_the_sealing_key_requires_an_encryption_context_of_part_and_receipt() -> None:
    use = properties("SealingKey")["KeyPolicy"]["Statement"][1]["Condition"]
    assert use["Null"] == {"kms:EncryptionContext:part": "false", "kms:EncryptionContext:receipt": "false"}
    assert use["ForAllValues:StringEquals"] == {"kms:EncryptionContextKeys": ["part", "receipt"]}


def test_the_site_has_no_right_but_its_log_and_the_public_api() -> None:
    """No table, no queue, no key: an error in a page discloses nothing."""
    found = [(listed(each["Action"]), each["Resource"]) for each in statements("pages")]
    assert found == [
        (["logs:CreateLogStream", "logs:PutLogEvents"], {"Fn::GetAtt": ["PagesLogGroup", "Arn"]}),
        (["lambda:InvokeFunction"], {"Ref": "IntakeFunctionAliaslive"}),
    ]


def test_the_desk_has_no_right_but_its_log_and_its_sessions() -> None:
    """It acts by the token of its user alone, so the authorizer of the staff API stays the gate."""
    found = [(listed(each["Action"]), each["Resource"]) for each in statements("desk")]
    assert found == [
        (["logs:CreateLogStream", "logs:PutLogEvents"], {"Fn::GetAtt": ["DeskLogGroup", "Arn"]}),
        (
            ["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
            {"Fn::GetAtt": ["SessionTable", "Arn"]},
        ),
    ]


def test_no_role_has_a_wildcard_action() -> None:
    found = [(role, action) for role, statement in every_statement() for action in listed(statement["Action"])]
    assert found
    assert [(role, action) for role, action in found if "*" in action] == []
    assert not any("NotAction" in statement for _, statement in every_statement())


def test_every_statement_names_its_resources() -> None:
    assert not any("NotResource" in statement for _, statement in every_statement())
    resources_named = [str(one) for _, statement in every_statement() for one in listed(statement["Resource"])]
    assert [one for one in resources_named if "*" in one] == []


def test_text_messages_come_from_one_identity() -> None:
    by_sid = {statement["Sid"]: statement for statement in statements("notify")}
    sends = by_sid["TextMessages"]
    assert sends["Action"] == "sms-voice:SendTextMessage"
    assert sends["Resource"] == properties("NotifyFunction")["Environment"]["Variables"]["SMS_IDENTITY"]
    assert not any("sns:Publish" in listed(statement["Action"]) for _, statement in every_statement())


def test_no_role_has_an_aws_managed_policy() -> None:
    """AWS managed policies allow access to all logs and queues of the account."""
    assert not any(role.get("ManagedPolicyArns") for role in resources("AWS::IAM::Role").values())


def test_each_function_has_a_role_of_its_own_that_only_lambda_assumes() -> None:
    functions = {name: body["Role"] for name, body in resources("AWS::Lambda::Function").items()}
    assert functions == {
        f"{name.capitalize()}Function": {"Fn::GetAtt": [f"{name.capitalize()}Role", "Arn"]}
        for name in (*FUNCTIONS, *FACES)
    }
    for name in (*FUNCTIONS, *FACES):
        trust = properties(f"{name.capitalize()}Role")["AssumeRolePolicyDocument"]["Statement"]
        assert [statement["Principal"] for statement in trust] == [{"Service": "lambda.amazonaws.com"}]


@pytest.mark.parametrize("role", [*FUNCTIONS, *FACES])
def test_a_role_can_write_only_to_its_own_log_group(role: str) -> None:
    own = f"{role.capitalize()}LogGroup"
    assert actions(role, own) == {"logs:CreateLogStream", "logs:PutLogEvents"}
    logging = [s for s in statements(role) if any(a.startswith("logs:") for a in listed(s["Action"]))]
    assert [statement["Resource"] for statement in logging] == [{"Fn::GetAtt": [own, "Arn"]}]


def test_notify_can_send_mail_only_from_the_configured_address() -> None:
    by_sid = {statement["Sid"]: statement for statement in statements("notify")}
    assert by_sid["Mail"]["Condition"] == {"StringEquals": {"ses:FromAddress": {"Ref": "MailFrom"}}}
