"""Load the YAML of a policy document: no duplicate keys, no aliases, and the line of every key for error messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import yaml

from casereview.policy.errors import DocumentCheck, UnlocatedFault
from casereview.schema.errors import CaseReviewError
from casereview.schema.text import without_control_characters

if TYPE_CHECKING:
    from pydantic import ValidationError

_Loader: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The C parser is ten times as fast, which shortens cold starts."""

_MAX_DEPTH: Final = 60
_EMPTY_TEXT: Final = frozenset({"missing", "string_too_short", "string_pattern_mismatch"})
_CHECKS: Final[Mapping[str, DocumentCheck]] = {
    "missing": "missing",
    "extra_forbidden": "unknown_key",
    "greater_than_equal": "number_bound",
    "less_than_equal": "number_bound",
}
OWN_CHECKS: Final[frozenset[DocumentCheck]] = frozenset(
    {"unknown_fact", "wrong_test", "one_key", "wrong_value", "interval_order", "number_bound"}
)
"""The checks of single values that the validators of this package raise."""
_UNION_TAGS: Final = frozenset({"always", "tests"})
Path = tuple[int | str, ...]


class DocumentFault(NamedTuple):
    """A fault of a document: the rule, the line (from 1) and the message."""

    where: str
    line: int
    message: str
    check: DocumentCheck = "yaml"
    """The id of the check that failed; docs/policies.md lists them."""


class DocumentError(CaseReviewError):
    """A document is invalid; ``faults`` lists every fault, in order of lines."""

    def __init__(self, faults: list[DocumentFault]) -> None:
        super().__init__("; ".join(f"line {fault.line}: {fault.where}: {fault.message}" for fault in faults))
        self.faults = faults


def load_yaml(text: str) -> object:
    """Load YAML.

    Raises:
        DocumentError: if the text is not valid YAML, or uses a duplicate key or an alias.
    """
    data, _lines = load_with_lines(text)
    return data


def load_with_lines(text: str) -> tuple[Any, dict[Path, int]]:
    """Load YAML, with the line (from 1) of every key and item by its path.

    Returns:
        The loaded data, and the lines by path.

    Raises:
        DocumentError: if the text is not valid YAML, or uses a duplicate key or an alias.
    """
    loader = _Loader(text)
    try:
        _check_depth(text)
        node = loader.get_single_node()
        if node is None:
            raise DocumentError([DocumentFault("document", 1, "must not be empty")])
        recorder = _LineRecorder()
        recorder.visit(node, (), _line_of(node))
        if recorder.faults:
            raise DocumentError(recorder.faults)
        return loader.construct_document(node), recorder.lines
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "a value that YAML cannot read"
        raise DocumentError([DocumentFault("document", mark.line + 1 if mark else 1, str(problem))]) from error
    finally:
        loader.dispose()


def _check_depth(text: str) -> None:
    """Raise DocumentError for nesting so deep that it could exhaust the stack of the C parser."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _MAX_DEPTH:
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise DocumentError(
                [DocumentFault("document", line, f"must not be nested more than {_MAX_DEPTH} levels deep")]
            )


class _LineRecorder:
    """Records the line of each path, and finds duplicate keys, aliases and forbidden characters."""

    def __init__(self) -> None:
        self.lines: dict[Path, int] = {}
        self.faults: list[DocumentFault] = []
        self._seen: set[int] = set()

    def visit(self, node: yaml.Node, path: Path, line: int) -> None:
        """Visit a node that begins, with its key, on ``line``."""
        self.lines[path] = line
        if id(node) in self._seen:
            self._fault(path, line, "aliases (*name) are not supported; repeat the value")
            return
        self._seen.add(id(node))
        if isinstance(node, yaml.ScalarNode) and without_control_characters(node.value) != node.value:
            self._fault(path, line, "must not contain control characters or bidirectional overrides")
        elif isinstance(node, yaml.SequenceNode):
            for index, item in enumerate(node.value):
                self.visit(item, (*path, index), _line_of(item))
        elif isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                inner = (*path, str(key.value))
                if inner in self.lines:
                    self._fault(path, _line_of(key), f"the key {key.value} occurs twice")
                self.visit(value, inner, _line_of(key))

    def _fault(self, path: Path, line: int, message: str) -> None:
        self.faults.append(DocumentFault(" ".join(map(str, path)) or "document", line, message))


def _line_of(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def faults_from(error: ValidationError, data: object, lines: dict[Path, int]) -> list[DocumentFault]:
    """Convert a ValidationError into faults that name the rule and its line."""
    faults: list[UnlocatedFault] = []
    for raised in error.errors(include_url=False, include_input=False):
        path = tuple(part for part in raised["loc"] if part not in _UNION_TAGS)
        own = UnlocatedFault((), _check(raised["type"], path), raised["msg"])
        whole: tuple[UnlocatedFault, ...] = raised.get("ctx", {}).get("found") or (own,)
        faults += [found._replace(path=(*path, *found.path)) for found in whole]
    return locate(faults, data, lines)


def locate(found: Iterable[UnlocatedFault], data: object, lines: dict[Path, int]) -> list[DocumentFault]:
    """Return the faults with their rule and line, in order of lines."""
    faults = [DocumentFault(_name(path, data), _line(path, lines), message, check) for path, check, message in found]
    return sorted(faults, key=lambda fault: fault.line)


def _check(kind: str, path: Path) -> DocumentCheck:
    """Return the id of the check for a type of pydantic's errors; the types of ``OWN_CHECKS`` are ids already."""
    if path and path[-1] in {"text", "source", "title"} and kind in _EMPTY_TEXT:
        return "text_missing"
    return kind if kind in OWN_CHECKS else _CHECKS.get(kind, "wrong_value")


def _line(path: Path, lines: dict[Path, int]) -> int:
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def _name(path: Path, data: object) -> str:
    """Return the path as text, with list items named by their id if they have one: ``lanes imminent_removal when``."""
    parts: list[str] = []
    for part in path:
        data = _child(data, part)
        named = data.get("id") if isinstance(part, int) and isinstance(data, dict) else None
        parts.append(str(named or part))
    return " ".join(parts) or "document"


def _child(data: object, part: int | str) -> object:
    if isinstance(data, dict):
        return data.get(part)
    return data[part] if isinstance(data, list) and isinstance(part, int) and part < len(data) else None
