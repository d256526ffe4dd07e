from __future__ import annotations

from typing import Any

import pytest

from infra.local.template.intrinsics import IntrinsicError
from infra.local.template.loader import TemplateError
from tests.support.local.stacks import stack_of

ROLE: dict[str, Any] = {"AssumeRolePolicyDocument": {}}


def test_circular_dependencies_are_rejected() -> None:
    one = {"Type": "AWS::Lambda::LayerVersion", "Properties": {"Name": {"Ref": "B"}}}
    other = {"Type": "AWS::Lambda::LayerVersion", "Properties": {"Name": {"Ref": "A"}}}
    with pytest.raises(TemplateError, match="A -> B -> A"):
        stack_of({"A": one, "B": other}).create()


def test_references_to_missing_resources_and_attributes_raise_an_error() -> None:
    stack = stack_of({"R": {"Type": "AWS::IAM::Role", "Properties": ROLE}})
    with pytest.raises(IntrinsicError, match="Nothing is neither"):
        stack.resolver.resolve({"Ref": "Nothing"})
    with pytest.raises(IntrinsicError, match="attribute Colour of R"):
        stack.resolver.resolve({"Fn::GetAtt": ["R", "Colour"]})


def test_a_resource_with_a_false_condition_is_not_created() -> None:
    never = {"Never": {"Fn::Equals": ["a", "b"]}}
    role = {"Type": "AWS::IAM::Role", "Condition": "Never", "Properties": ROLE}
    assert not stack_of({"R": role}, Conditions=never).of_type("AWS::IAM::Role")
