"""The Lambda functions of the template."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from infra.local.template.loader import TemplateError
from infra.local.template.stack import Stack


@dataclass(frozen=True)
class FunctionSpec:
    """One function: its code, handler, role and limits (timeout in seconds, memory in MB)."""

    logical_id: str
    name: str
    arn: str
    handler: str
    code: Path
    layers: tuple[Path, ...]
    variables: Mapping[str, str]
    role: str
    timeout: float
    memory: int
    snap_start: bool
    log_format: str
    stops_loops: bool = True


def read_functions(stack: Stack) -> dict[str, FunctionSpec]:
    """Return all functions by logical id.

    Raises:
        TemplateError: the code of a function is not a local directory.
    """
    return {name: _read(stack, name) for name in stack.of_type("AWS::Lambda::Function")}


def find_function(functions: Mapping[str, FunctionSpec], arn: str) -> FunctionSpec:
    """Return the function with a name or ARN; the ARN may be of a version or an alias.

    Raises:
        TemplateError: the template has no such function.
    """
    for spec in functions.values():
        if arn in {spec.arn, spec.name} or arn.startswith(f"{spec.arn}:"):
            return spec
    raise TemplateError(f"{arn} is not a function of the template")


def _read(stack: Stack, logical_id: str) -> FunctionSpec:
    properties = stack.properties(logical_id)
    physical = stack.get(logical_id)
    if logical_id not in stack.template.code:
        raise TemplateError(f"{logical_id}: the local run needs a CodeUri that is a local directory")
    return FunctionSpec(
        logical_id=logical_id,
        name=physical.ref,
        arn=physical.attributes["Arn"],
        handler=properties["Handler"],
        code=stack.template.code[logical_id],
        layers=_layers(stack, properties.get("Layers", [])),
        variables={key: str(value) for key, value in properties.get("Environment", {}).get("Variables", {}).items()},
        role=properties["Role"].rpartition("/")[2],
        timeout=float(properties.get("Timeout", 3)),
        memory=int(properties.get("MemorySize", 128)),
        snap_start=properties.get("SnapStart", {}).get("ApplyOn") == "PublishedVersions",
        log_format=properties.get("LoggingConfig", {}).get("LogFormat", "Text"),
        stops_loops=properties.get("RecursiveLoop", "Terminate") == "Terminate",
    )


def _layers(stack: Stack, references: list[str]) -> tuple[Path, ...]:
    """Return the directories of layers. They are found by their Ref: SAM adds a hash to the logical id of a layer."""
    by_ref = {stack.get(name).ref: name for name in stack.of_type("AWS::Lambda::LayerVersion")}
    paths = []
    for reference in references:
        source = next(
            (path for name, path in stack.template.code.items() if by_ref.get(reference, "").startswith(name)), None
        )
        if source is None:
            raise TemplateError(f"layer {reference} is not a resource of this template")
        paths.append(source)
    return tuple(paths)
