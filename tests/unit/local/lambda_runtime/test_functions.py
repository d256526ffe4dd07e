from __future__ import annotations

from pathlib import Path

import pytest

from infra.local.lambda_runtime.functions import find_function, read_functions
from infra.local.template.loader import TemplateError
from tests.support.local.stacks import stack_of

ROOT = Path(__file__).parents[4]


def test_a_function_without_local_code_is_rejected() -> None:
    function = {"Type": "AWS::Lambda::Function", "Properties": {"Handler": "a.b", "Role": "r"}}
    with pytest.raises(TemplateError, match="needs a CodeUri"):
        read_functions(stack_of({"F": function}))


def test_a_layer_of_another_template_is_rejected() -> None:
    properties = {"Handler": "a.b", "Role": "r", "Layers": ["arn:aws:lambda:us-east-1:1:layer:other:1"]}
    stack = stack_of({"F": {"Type": "AWS::Lambda::Function", "Properties": properties}}, {"F": ROOT})
    with pytest.raises(TemplateError, match="layer"):
        read_functions(stack)


def test_a_function_is_found_by_name_arn_and_alias_arn() -> None:
    properties = {"Handler": "a.b", "Role": "x/r", "FunctionName": "f"}
    functions = read_functions(
        stack_of({"F": {"Type": "AWS::Lambda::Function", "Properties": properties}}, {"F": ROOT})
    )
    arn = "arn:aws:lambda:us-east-1:123456789012:function:f"
    assert {find_function(functions, each).logical_id for each in ("f", arn, f"{arn}:live")} == {"F"}
    with pytest.raises(TemplateError):
        find_function(functions, f"{arn}-other")
