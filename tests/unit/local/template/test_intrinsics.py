from __future__ import annotations

import pytest

from infra.local.template.intrinsics import IntrinsicError, Resolver

TEMPLATE = {
    "Mappings": {"Sizes": {"small": {"memory": 128}}},
    "Conditions": {
        "Production": {"Fn::Equals": [{"Ref": "Stage"}, "production"]},
        "Disposable": {"Fn::Not": [{"Condition": "Production"}]},
        "Both": {"Fn::And": [{"Condition": "Disposable"}, {"Condition": "Production"}]},
        "Either": {"Fn::Or": [{"Condition": "Disposable"}, {"Condition": "Production"}]},
    },
}


def resolve(node: object) -> object:
    names = {"Stage": "test", "AWS::Region": "us-east-1", "AWS::StackName": "stack"}
    resolver = Resolver(TEMPLATE, names, lambda name: f"ref-{name}", lambda name, attribute: f"{name}/{attribute}")
    return resolver.resolve(node)


@pytest.mark.parametrize(
    ("node", "value"),
    [
        ({"Ref": "Stage"}, "test"),
        ({"Ref": "Table"}, "ref-Table"),
        ({"Fn::GetAtt": ["Table", "Arn"]}, "Table/Arn"),
        ({"Fn::GetAtt": "Table.Stream.Arn"}, "Table/Stream.Arn"),
        (
            {"Fn::Sub": "${AWS::StackName}-${Stage}-${Table}-${Table.Arn}-${!Literal}"},
            "stack-test-ref-Table-Table/Arn-${Literal}",
        ),
        ({"Fn::Sub": ["${Name}@${AWS::Region}", {"Name": {"Ref": "Stage"}}]}, "test@us-east-1"),
        ({"Fn::Join": ["-", ["a", {"Ref": "Stage"}]]}, "a-test"),
        ({"Fn::Select": ["1", {"Fn::Split": [",", "a,b,c"]}]}, "b"),
        ({"Fn::FindInMap": ["Sizes", "small", "memory"]}, 128),
        ({"Fn::If": ["Production", 1, 2]}, 2),
        ({"Fn::If": ["Both", 1, 2]}, 2),
        ({"Fn::If": ["Either", 1, 2]}, 1),
        ({"Fn::Base64": "a"}, "YQ=="),
        ({"a": [{"Ref": "Stage"}, 1, None]}, {"a": ["test", 1, None]}),
        ({"Condition": {"StringEquals": {"a": "b"}}}, {"Condition": {"StringEquals": {"a": "b"}}}),
    ],
)
def test_intrinsic_functions_resolve_as_in_cloudformation(node: object, value: object) -> None:
    assert resolve(node) == value


def test_no_value_entries_are_removed() -> None:
    absent = {"Fn::If": ["Production", 1, {"Ref": "AWS::NoValue"}]}
    assert resolve({"a": absent, "b": [absent, 2]}) == {"b": [2]}


@pytest.mark.parametrize(
    "node", [{"Fn::ImportValue": "x"}, {"Fn::Transform": {}}, {"Fn::FindInMap": ["Sizes", "big", "memory"]}]
)
def test_an_unsupported_or_unresolvable_function_raises_an_error(node: object) -> None:
    with pytest.raises(IntrinsicError):
        resolve(node)


def test_an_undefined_condition_raises_an_error() -> None:
    with pytest.raises(IntrinsicError):
        resolve({"Fn::If": ["Nowhere", 1, 2]})
