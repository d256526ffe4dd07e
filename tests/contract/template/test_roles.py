"""Least privilege, as far as the template alone can show it."""

from __future__ import annotations

import pytest

from tests.support.template import (
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
    "intake": {"ConditionCheckItem", "DeleteItem", "GetItem", "PutItem", "UpdateItem"},
    "prioritize": {"PutItem", "Query", "UpdateItem"},
    "notify": {"GetItem", "PutItem"},
    "review": {"BatchGetItem", "ConditionCheckItem", "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"},
}
INDEXES = {
    "intake": {"worklist"},
    "prioritize": {"due", "worklist"},
    "notify": set(),
    "review": {"worklist"},
}
SENDS = {
    "intake": {"RankQueue", "NoticeQueue"},
    "prioritize": {"RankQueue", "NoticeQueue"},
    "notify": {"RankQueue"},
    "review": {"RankQueue", "NoticeQueue"},
}


@pytest.mark.parametrize("key", WITH_KEYS)
def test_prioritize_has_no_action_on_what_says_who(key: str) -> None:
    """Ranking is blind by construction."""
    assert actions("prioritize", key) == set()
    assert not any(names(statement, key) for statement in statements("prioritize"))


def test_every_key_action_of_prioritize_is_on_the_key_at_rest_alone() -> None:
    """Also one that names no key, or all of them, would be found here."""
    with_keys = [
        statement
        for statement in statements("prioritize")
        if any(action.startswith(("kms:", "*")) for action in listed(statement["Action"]))
    ]
    assert with_keys
    assert all(statement["Resource"] == {"Fn::GetAtt": ["AtRestKey", "Arn"]} for statement in with_keys)


@pytest.mark.parametrize("role", FUNCTIONS)
def test_a_function_uses_the_key_at_rest_by_way_of_table_and_queues_only(role: str) -> None:
    assert actions(role, "AtRestKey") == {"kms:Decrypt", "kms:GenerateDataKey"}
    for statement in statements(role):
        if names(statement.get("Resource"), "AtRestKey"):
            services = {text["Fn::Sub"] for text in statement["Condition"]["StringEquals"]["kms:ViaService"]}
            assert services == {"dynamodb.${AWS::Region}.amazonaws.com", "sqs.${AWS::Region}.amazonaws.com"}


@pytest.mark.parametrize(("role", "key"), BY_PURPOSE)
def test_who_seals_and_makes_digests_has_just_that(role: str, key: str) -> None:
    assert actions(role, key) == BY_PURPOSE[role, key]


@pytest.mark.parametrize("role", FUNCTIONS)
def test_a_function_does_with_the_table_just_what_its_code_does(role: str) -> None:
    on_table = {
        action
        for statement in statements(role)
        if {"Fn::GetAtt": ["Table", "Arn"]} in listed(statement.get("Resource"))
        for action in listed(statement["Action"])
    }
    assert on_table == {f"dynamodb:{action}" for action in TABLE[role]}


@pytest.mark.parametrize("role", FUNCTIONS)
def test_a_function_queries_only_the_indexes_that_it_needs(role: str) -> None:
    found = [
        (text.rpartition("/index/")[2], action)
        for statement in statements(role)
        for text in texts(statement.get("Resource"))
        if "/index/" in text
        for action in listed(statement["Action"])
    ]
    assert sorted(found) == sorted((index, "dynamodb:Query") for index in INDEXES[role])


@pytest.mark.parametrize("role", FUNCTIONS)
def test_a_function_sends_only_to_the_queues_that_it_hints_at(role: str) -> None:
    queues = [name for name in resources("AWS::SQS::Queue") if "sqs:SendMessage" in actions(role, name)]
    assert set(queues) == SENDS[role]


@pytest.mark.parametrize("key", WITH_KEYS)
def test_the_key_itself_knows_only_who_seals_and_makes_digests(key: str) -> None:
    """A role policy that was widened by mistake would still not reach it."""
    administration, use = properties(key)["KeyPolicy"]["Statement"]
    assert set(listed(use["Action"])) == WITH_KEYS[key]
    allowed = [arn["Fn::Sub"].rpartition(":role/")[2] for arn in use["Condition"]["ArnEquals"]["aws:PrincipalArn"]]
    assert allowed == [properties(f"{name}Role")["RoleName"]["Fn::Sub"] for name in ("Intake", "Notify", "Review")]
    assert not set(administration["Action"]) & {
        "kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateMac", "kms:CreateGrant", "kms:ReEncryptFrom",
    }  # fmt: skip


def test_what_is_sealed_is_bound_to_a_part_and_a_receipt() -> None:
    use = properties("SealingKey")["KeyPolicy"]["Statement"][1]["Condition"]
    assert use["Null"] == {"kms:EncryptionContext:part": "false", "kms:EncryptionContext:receipt": "false"}
    assert use["ForAllValues:StringEquals"] == {"kms:EncryptionContextKeys": ["part", "receipt"]}


def test_no_role_has_a_wildcard_action() -> None:
    found = [(role, action) for role, statement in every_statement() for action in listed(statement["Action"])]
    assert found
    assert [(role, action) for role, action in found if "*" in action] == []
    assert not any("NotAction" in statement for _, statement in every_statement())


def test_the_only_resource_not_named_is_a_telephone_number() -> None:
    """A number is no ARN; the statement allows publishing to what is no topic."""
    unnamed = [
        (role, statement["Action"])
        for role, statement in every_statement()
        if "NotResource" in statement or any("*" in str(resource) for resource in listed(statement["Resource"]))
    ]
    assert unnamed == [("NotifyRole", "sns:Publish")]
    by_sid = {statement["Sid"]: statement for statement in statements("notify")}
    assert by_sid["TextMessages"]["NotResource"] == {"Fn::Sub": "arn:${AWS::Partition}:sns:*:*:*"}


def test_no_role_takes_a_policy_of_aws() -> None:
    """Those name all logs and all queues of the account."""
    assert not any(role.get("ManagedPolicyArns") for role in resources("AWS::IAM::Role").values())


def test_each_role_serves_one_service_and_each_function_has_its_own() -> None:
    functions = {name: body["Role"] for name, body in resources("AWS::Lambda::Function").items()}
    assert functions == {
        f"{name.capitalize()}Function": {"Fn::GetAtt": [f"{name.capitalize()}Role", "Arn"]} for name in FUNCTIONS
    }
    for name in FUNCTIONS:
        trust = properties(f"{name.capitalize()}Role")["AssumeRolePolicyDocument"]["Statement"]
        assert [statement["Principal"] for statement in trust] == [{"Service": "lambda.amazonaws.com"}]


@pytest.mark.parametrize("role", FUNCTIONS)
def test_a_role_writes_to_its_own_log_alone(role: str) -> None:
    own = f"{role.capitalize()}LogGroup"
    assert actions(role, own) == {"logs:CreateLogStream", "logs:PutLogEvents"}
    logging = [s for s in statements(role) if any(a.startswith("logs:") for a in listed(s["Action"]))]
    assert [statement["Resource"] for statement in logging] == [{"Fn::GetAtt": [own, "Arn"]}]


def test_mail_goes_out_only_from_the_one_sender() -> None:
    by_sid = {statement["Sid"]: statement for statement in statements("notify")}
    assert by_sid["Mail"]["Condition"] == {"StringEquals": {"ses:FromAddress": {"Ref": "MailFrom"}}}
