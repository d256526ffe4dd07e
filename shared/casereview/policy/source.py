"""Reading a document's YAML: the plain subset, no key twice, and the line of each rule kept for its faults."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import yaml

if TYPE_CHECKING:
    from pydantic import ValidationError

_Loader: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The C parser is ten times as quick, and cold starts wait for it."""

_UNION_TAGS: Final = frozenset({"always", "tests"})
Path = tuple[int | str, ...]


class Fault(NamedTuple):
    """One thing that is wrong with a document: where (rule and line, as far as known) and what."""

    where: str
    line: int
    message: str


class DocumentError(ValueError):
    """A document that cannot be used; ``faults`` says why, in order of lines."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(f"line {fault.line}: {fault.where}: {fault.message}" for fault in faults))
        self.faults = faults


def load_yaml(text: str) -> Any:  # noqa: ANN401 - what YAML holds is for pydantic to type
    """Read YAML. Raises DocumentError where it is none, or where a key occurs twice in one object."""
    data, _lines = load_with_lines(text)
    return data


def load_with_lines(text: str) -> tuple[Any, dict[Path, int]]:
    """Read YAML with the line (from 1) of every key and item by its path. Raises DocumentError."""
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            raise DocumentError([Fault("document", 1, "it is empty")])
        lines: dict[Path, int] = {}
        faults: list[Fault] = []
        _walk(node, (), lines, faults)
        if faults:
            raise DocumentError(faults)
        return loader.construct_document(node), lines
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        if isinstance(error, DocumentError):
            raise
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "a value that YAML cannot read"
        raise DocumentError([Fault("document", mark.line + 1 if mark else 1, str(problem))]) from error
    finally:
        loader.dispose()


def _walk(node: yaml.Node, path: Path, lines: dict[Path, int], faults: list[Fault]) -> None:
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            _walk(item, (*path, index), lines, faults)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*path, str(key.value))
            if inner in lines:
                faults.append(Fault(".".join(map(str, path)) or "document", key.start_mark.line + 1, _twice(key.value)))
            _walk(value, inner, lines, faults)
            lines[inner] = key.start_mark.line + 1


def _twice(key: str) -> str:
    return f"the key {key} occurs twice"


def faults_of(error: ValidationError, data: object, lines: dict[Path, int]) -> list[Fault]:
    """Translate pydantic's errors into faults that name the rule and its line."""
    faults = []
    for found in error.errors(include_url=False, include_context=False, include_input=False):
        path = tuple(part for part in found["loc"] if part not in _UNION_TAGS)
        message = found["msg"].removeprefix("Value error, ")
        faults.append(Fault(_name(path, data), _line(path, lines), message))
    return sorted(faults, key=lambda fault: fault.line)


def _line(path: Path, lines: dict[Path, int]) -> int:
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def _name(path: Path, data: object) -> str:
    """The path in words, list items by their id where they have one: ``lanes imminent_removal when``."""
    words: list[str] = []
    for part in path:
        data = _step(data, part)
        named = data.get("id") if isinstance(part, int) and isinstance(data, dict) else None
        words.append(str(named or part))
    return " ".join(words) or "document"


def _step(data: object, part: int | str) -> object:
    if isinstance(data, dict):
        return data.get(part)
    return data[part] if isinstance(data, list) and isinstance(part, int) and part < len(data) else None
