from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from infra.local.lambda_runtime.functions import find_function, read_functions
from infra.local.template.iam_policies import key_policies, role_policies
from infra.local.template.intrinsics import IntrinsicError
from infra.local.template.loader import Template, TemplateError, load
from infra.local.template.resources import creators
from infra.local.template.stack import Stack

ROOT = Path(__file__).parents[3]
ROLE: dict[str, Any] = {"AssumeRolePolicyDocument": {}}


class FakeIam:
    """Takes roles."""

    def create_role(self, **arguments: object) -> dict[str, Any]:
        return {"Role": {"RoleId": str(arguments["RoleName"])}}


def stack_of(definitions: dict[str, Any], code: dict[str, Path] | None = None) -> Stack:
    template = Template({"Resources": definitions}, code or {}, {})
    return Stack(template, creators.CREATORS, lambda _service: FakeIam())


def test_the_real_template_is_translated_and_its_code_is_found() -> None:
    template = load(ROOT / "template.yaml", {})
    assert template.code["SharedLayer"] == ROOT / "shared"
    assert template.code["IntakeFunction"] == ROOT / "functions" / "intake"
    types = {each["Type"] for each in template.resources.values()}
    assert not [each for each in types if each.startswith("AWS::Serverless::")]
    assert types <= set(creators.CREATORS)


def test_code_may_be_named_once_for_all_functions(tmp_path: Path) -> None:
    file = tmp_path / "template.yaml"
    file.write_text("""
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {CodeUri: code/, Runtime: python3.13, Handler: a.b}}
Resources:
  F: {Type: AWS::Serverless::Function}
""")
    assert load(file, {}).code == {"F": tmp_path / "code"}


def test_a_parameter_without_a_value_is_named(tmp_path: Path) -> None:
    file = tmp_path / "template.yaml"
    file.write_text("Parameters: {Sender: {Type: String}}\nResources: {Q: {Type: AWS::SQS::Queue}}\n")
    with pytest.raises(TemplateError, match="Sender"):
        load(file, {})
    assert load(file, {"Sender": "a"}).parameters == {"Sender": "a"}


def test_a_template_that_is_no_sam_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "template.yaml"
    file.write_text(
        "Transform: AWS::Serverless-2016-10-31\nResources: {F: {Type: AWS::Serverless::Function, Properties: {}}}\n"
    )
    with pytest.raises(TemplateError, match="not valid SAM"):
        load(file, {})


def test_resources_that_need_each_other_in_a_circle_are_refused() -> None:
    one = {"Type": "AWS::Lambda::LayerVersion", "Properties": {"Name": {"Ref": "B"}}}
    other = {"Type": "AWS::Lambda::LayerVersion", "Properties": {"Name": {"Ref": "A"}}}
    with pytest.raises(TemplateError, match="A -> B -> A"):
        stack_of({"A": one, "B": other}).create()


def test_what_does_not_exist_cannot_be_referred_to() -> None:
    stack = stack_of({"R": {"Type": "AWS::IAM::Role", "Properties": ROLE}})
    with pytest.raises(IntrinsicError, match="Nothing is neither"):
        stack.resolver.resolve({"Ref": "Nothing"})
    with pytest.raises(IntrinsicError, match="attribute Colour of R"):
        stack.resolver.resolve({"Fn::GetAtt": ["R", "Colour"]})


def test_a_resource_whose_condition_does_not_hold_does_not_exist() -> None:
    body = {
        "Conditions": {"Never": {"Fn::Equals": ["a", "b"]}},
        "Resources": {"R": {"Type": "AWS::IAM::Role", "Condition": "Never", "Properties": ROLE}},
    }
    assert not Stack(Template(body, {}, {}), creators.CREATORS, lambda _service: FakeIam()).of_type("AWS::IAM::Role")


def test_a_role_has_its_own_policies_those_attached_and_those_of_aws() -> None:
    own = {"PolicyDocument": {"Statement": [{"Sid": "own"}]}}
    basic = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    attached = {"PolicyDocument": {"Statement": {"Sid": "attached"}}, "Roles": [{"Ref": "R"}]}
    stack = stack_of(
        {
            "R": {"Type": "AWS::IAM::Role", "Properties": {**ROLE, "Policies": [own], "ManagedPolicyArns": [basic]}},
            "P": {"Type": "AWS::IAM::Policy", "Properties": attached},
        }
    )
    first, second, third = role_policies(stack)["case-review-R"]
    assert (first["Statement"], third["Statement"]) == ([{"Sid": "own"}], {"Sid": "attached"})
    assert second["Statement"][0]["Action"][0] == "logs:CreateLogGroup"


@pytest.mark.parametrize(
    "arn", ["arn:aws:iam::aws:policy/AdministratorAccess", "arn:aws:iam::123456789012:policy/mine"]
)
def test_a_managed_policy_that_is_not_known_is_refused(arn: str) -> None:
    stack = stack_of({"R": {"Type": "AWS::IAM::Role", "Properties": {**ROLE, "ManagedPolicyArns": [arn]}}})
    with pytest.raises(TemplateError):
        role_policies(stack)


def test_a_condition_that_is_not_known_is_refused_before_it_is_met() -> None:
    statement = {
        "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}, "ForAnyValue:StringLikeIfExists": {"a": "b"}}
    }
    policies = [{"PolicyDocument": {"Statement": [statement]}}]
    stack = stack_of({"R": {"Type": "AWS::IAM::Role", "Properties": {**ROLE, "Policies": policies}}})
    with pytest.raises(TemplateError, match="unsupported condition operators: IpAddress"):
        role_policies(stack)


def test_a_function_without_local_code_is_refused() -> None:
    function = {"Type": "AWS::Lambda::Function", "Properties": {"Handler": "a.b", "Role": "r"}}
    with pytest.raises(TemplateError, match="needs a CodeUri"):
        read_functions(stack_of({"F": function}))


def test_a_layer_of_another_template_is_refused() -> None:
    properties = {"Handler": "a.b", "Role": "r", "Layers": ["arn:aws:lambda:us-east-1:1:layer:other:1"]}
    stack = stack_of({"F": {"Type": "AWS::Lambda::Function", "Properties": properties}}, {"F": ROOT})
    with pytest.raises(TemplateError, match="layer"):
        read_functions(stack)


def test_a_function_is_known_by_name_arn_and_alias() -> None:
    properties = {"Handler": "a.b", "Role": "x/r", "FunctionName": "f"}
    functions = read_functions(
        stack_of({"F": {"Type": "AWS::Lambda::Function", "Properties": properties}}, {"F": ROOT})
    )
    arn = "arn:aws:lambda:us-east-1:123456789012:function:f"
    assert {find_function(functions, each).logical_id for each in ("f", arn, f"{arn}:live")} == {"F"}
    with pytest.raises(TemplateError):
        find_function(functions, f"{arn}-other")


def test_a_key_without_a_policy_has_none_to_ask() -> None:
    assert not key_policies(stack_of({}))
