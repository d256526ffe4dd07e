"""Loads the SAM template and translates it to CloudFormation, offline."""

from __future__ import annotations

import copy
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import boto3

from infra.local.account import REGION

# The property with the code of a SAM resource. The translator accepts only S3 URIs, hence the placeholder.
_CODE: Final = {"AWS::Serverless::Function": "CodeUri", "AWS::Serverless::LayerVersion": "ContentUri"}
_PLACEHOLDER_URI: Final = "s3://local/code"


class TemplateError(Exception):
    """The template cannot be run locally. The message says why."""


@dataclass(frozen=True)
class Template:
    """A translated template.

    Attributes:
        body: the CloudFormation template.
        code: the local directory of each function and layer, by its logical id in the SAM template.
        parameters: the value of each parameter.
    """

    body: Mapping[str, Any]
    code: Mapping[str, Path]
    parameters: Mapping[str, Any]

    @property
    def resources(self) -> Mapping[str, Mapping[str, Any]]:
        """The resources by logical id."""
        resources: Mapping[str, Mapping[str, Any]] = self.body["Resources"]
        return resources


def load(path: Path, parameters: Mapping[str, str]) -> Template:
    """Load and translate a SAM template.

    Args:
        path: the template.
        parameters: values of parameters; those that are missing take their defaults.

    Raises:
        TemplateError: the template cannot be read or is not valid SAM, or a parameter has no value and no default.
    """
    source = _read(path)
    values = _parameter_values(source, parameters)
    code = _extract_code(source, path.parent)
    return Template(_translate(source, values), code, values)


def _read(path: Path) -> dict[str, Any]:
    from samtranslator.yaml_helper import yaml_parse  # noqa: PLC0415  takes half a second to import
    from yaml import YAMLError  # noqa: PLC0415  the same

    try:
        source = yaml_parse(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise TemplateError(f"cannot read {path}: {error.strerror}") from None
    except YAMLError as error:
        raise TemplateError(f"{path} is not valid YAML: {error}") from None
    if not isinstance(source, dict) or "Resources" not in source:
        raise TemplateError(f"{path} has no Resources section")
    return source


def _parameter_values(source: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, Any]:
    declared = source.get("Parameters", {})
    values = {name: given.get(name, each.get("Default")) for name, each in declared.items()}
    missing = sorted(name for name, value in values.items() if value is None)
    if missing:
        raise TemplateError(f"parameters without a default need a value in PARAMETERS: {', '.join(missing)}")
    return values


def _extract_code(source: dict[str, Any], base: Path) -> dict[str, Path]:
    """Return the local code directories, and replace them in the template by the placeholder."""
    code: dict[str, Path] = {}
    shared = source.get("Globals", {}).get("Function", {})
    default = shared.pop("CodeUri", None)
    for name, resource in source["Resources"].items():
        place = _CODE.get(resource["Type"])
        if place is None:
            continue
        properties = resource.setdefault("Properties", {})
        where = properties.get(place, default)
        if isinstance(where, str) and not where.startswith("s3://"):
            code[name] = (base / where).resolve()
        if "InlineCode" not in properties:
            properties[place] = _PLACEHOLDER_URI
    return code


def _translate(source: dict[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    from samtranslator.model.exceptions import InvalidDocumentException  # noqa: PLC0415
    from samtranslator.parser.parser import Parser  # noqa: PLC0415
    from samtranslator.translator.translator import Translator  # noqa: PLC0415

    logging.getLogger("samtranslator").setLevel(logging.ERROR)  # it warns about feature toggles of the SAM service
    session = boto3.Session(region_name=REGION)
    translator = Translator({}, Parser(), boto_session=session)
    try:
        return dict(translator.translate(copy.deepcopy(source), dict(values), get_managed_policy_map=_no_policies))
    except InvalidDocumentException as invalid:
        causes = "; ".join(cause.message for cause in invalid.causes)
        raise TemplateError(f"the template is not valid SAM: {causes}") from None


def _no_policies() -> dict[str, str]:
    return {}
