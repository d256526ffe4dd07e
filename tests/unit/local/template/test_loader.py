from __future__ import annotations

from pathlib import Path

import pytest

from infra.local.template.loader import TemplateError, load
from infra.local.template.resources import creators

ROOT = Path(__file__).parents[4]


def test_the_project_template_is_translated_and_its_code_is_found() -> None:
    template = load(ROOT / "template.yaml", {})
    assert template.code["SharedLayer"] == ROOT / "shared"
    assert template.code["IntakeFunction"] == ROOT / "functions" / "intake"
    types = {each["Type"] for each in template.resources.values()}
    assert not [each for each in types if each.startswith("AWS::Serverless::")]
    assert types <= set(creators.CREATORS)


def test_globals_can_set_the_code_of_all_functions(tmp_path: Path) -> None:
    file = tmp_path / "template.yaml"
    file.write_text("""
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {CodeUri: code/, Runtime: python3.13, Handler: a.b}}
Resources:
  F: {Type: AWS::Serverless::Function}
""")
    assert load(file, {}).code == {"F": tmp_path / "code"}


def test_a_parameter_without_a_value_is_named_in_the_error(tmp_path: Path) -> None:
    file = tmp_path / "template.yaml"
    file.write_text("Parameters: {Sender: {Type: String}}\nResources: {Q: {Type: AWS::SQS::Queue}}\n")
    with pytest.raises(TemplateError, match="Sender"):
        load(file, {})
    assert load(file, {"Sender": "a"}).parameters == {"Sender": "a"}


def test_a_template_that_is_not_valid_sam_is_rejected(tmp_path: Path) -> None:
    file = tmp_path / "template.yaml"
    file.write_text(
        "Transform: AWS::Serverless-2016-10-31\nResources: {F: {Type: AWS::Serverless::Function, Properties: {}}}\n"
    )
    with pytest.raises(TemplateError, match="not valid SAM"):
        load(file, {})


def test_a_missing_template_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match=r"cannot read .*template\.yaml: No such file"):
        load(tmp_path / "template.yaml", {})


@pytest.mark.parametrize(("text", "reason"), [("a: [", "not valid YAML"), ("a: 1", "no Resources section")])
def test_a_file_that_is_not_a_template_is_rejected(tmp_path: Path, text: str, reason: str) -> None:
    file = tmp_path / "template.yaml"
    file.write_text(text)
    with pytest.raises(TemplateError, match=reason):
        load(file, {})
