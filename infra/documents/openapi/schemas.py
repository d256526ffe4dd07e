"""JSON Schemas of the records for OpenAPI 3.1, adapted to how bodies are read and responses are written.

Bodies:
    An optional field accepts null and a blank string; a required string must not be blank.
Responses:
    Every field is present, and is null if its value is not known.
Fields:
    A kind of field with a title (``casereview.schema.fields``) becomes a schema of its own.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterable
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue, models_json_schema
from pydantic_core import core_schema

if TYPE_CHECKING:
    from pydantic import BaseModel

Json = dict[str, Any]
PREFIX = "#/components/schemas/"
MISSING = "Missing"
_MISSING: Json = {
    "description": "Null or a blank string, which means the same as an absent field.",
    "type": ["null", "string"],
    "pattern": r"^\s*$",
}
_NULL = {"type": "null"}
_Field = core_schema.ModelField | core_schema.DataclassField | core_schema.TypedDictField


def attribute_docstrings(model: type[BaseModel]) -> dict[str, str]:
    """Return the docstring below each attribute of a class.

    Pydantic can read them too (``use_attribute_docstrings``), but does so whenever a class is created, which would
    slow down the start of every function.
    """
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(model))).body
    found = {}
    for field, after in pairwise(tree.body if isinstance(tree, ast.ClassDef) else ()):
        match field, after:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                found[name] = inspect.cleandoc(text)
    return found


class AmbiguousNameError(Exception):
    """Two different records have the same name."""


class _Generator(GenerateJsonSchema):
    """Pydantic's schemas without titles and defaults, with the docstrings of attributes."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401  # a type that pydantic keeps private
        """Leave out titles, which only repeat the names of fields."""
        del schema
        return False

    def field_is_required(self, field: _Field, total: bool) -> bool:  # noqa: FBT001  # as pydantic calls it
        """Require every field of a response."""
        return self.mode == "serialization" or super().field_is_required(field, total)

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """Leave out defaults, which are always null."""
        return self.generate_inner(schema["schema"])

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        """Add the docstrings of the attributes as descriptions."""
        found = super().model_schema(schema)
        found.pop("title", None)
        for name, text in attribute_docstrings(schema["cls"]).items():
            found["properties"][_shown_name(schema["cls"], name)]["description"] = text
        return found


def _shown_name(model: type[BaseModel], field: str) -> str:
    """Return the name of a field in JSON."""
    return model.model_fields[field].alias or field


def schemas(bodies: Iterable[type[BaseModel]], answers: Iterable[type[BaseModel]]) -> dict[str, Json]:
    """Return the schemas of bodies and responses, by name.

    Raises:
        AmbiguousNameError: Two different records have the same name.
    """
    found = {MISSING: _MISSING, **_definitions(answers, "serialization")}
    for name, schema in _definitions(bodies, "validation").items():
        _read_blank_as_missing(schema)
        if found.setdefault(name, schema) != schema:
            raise AmbiguousNameError(name)
    named: dict[str, Json] = {}
    hoisted = {name: _hoist(schema, named) for name, schema in found.items()}
    return dict(sorted((hoisted | named).items()))


def _definitions(models: Iterable[type[BaseModel]], mode: JsonSchemaMode) -> dict[str, Json]:
    _, found = models_json_schema(
        [(model, mode) for model in models], schema_generator=_Generator, ref_template=PREFIX + "{model}"
    )
    definitions: dict[str, Json] = found.get("$defs", {})
    return definitions


def _read_blank_as_missing(schema: Json) -> None:
    """Change the properties of a body to accept blank strings, which are read as null."""
    for name, value in schema.get("properties", {}).items():
        if name in schema.get("required", ()):
            if _is_plain_text(value):
                value["pattern"] = r"\S"
        elif _NULL in value.get("anyOf", ()):
            schema["properties"][name] = _optional(value)


def _is_plain_text(schema: Json) -> bool:
    return schema.get("type") == "string" and not {"enum", "const", "format", "pattern", "title"} & schema.keys()


def _optional(value: Json) -> Json:
    (inner,) = (choice for choice in value["anyOf"] if choice != _NULL)
    described = {"description": value["description"]} if "description" in value else {}
    if _is_plain_text(inner):
        return {**described, **inner, "type": ["string", "null"]}
    return {**described, "anyOf": [inner, {"$ref": PREFIX + MISSING}]}


def _hoist(value: Any, named: dict[str, Json]) -> Any:  # noqa: ANN401  # any JSON
    """Move the titled parts of a schema to ``named``, and return the schema with references to them."""
    if isinstance(value, list):
        return [_hoist(item, named) for item in value]
    if not isinstance(value, dict):
        return value
    found = {key: _hoist(item, named) for key, item in value.items()}
    if not isinstance(found.get("title"), str):
        return found
    title: str = found.pop("title")
    named[title] = found
    return {"$ref": PREFIX + title}
