"""Reading a document's YAML: the plain subset, no key twice, and the line of each rule kept for its faults."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import yaml

from casereview.policy.errors import DocumentCheck, Found
from casereview.schema.errors import CaseReviewError
from casereview.schema.text import without_tricks

if TYPE_CHECKING:
    from pydantic import ValidationError

_Loader: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The C parser is ten times as quick, and cold starts wait for it."""

_DEEPEST: Final = 60
_NO_TEXT: Final = frozenset({"missing", "string_too_short", "string_pattern_mismatch"})
_CHECKS: Final[Mapping[str, DocumentCheck]] = {
    "missing": "missing",
    "extra_forbidden": "unknown_key",
    "greater_than_equal": "number_bound",
    "less_than_equal": "number_bound",
}
OWN_CHECKS: Final[frozenset[DocumentCheck]] = frozenset(
    {"unknown_fact", "wrong_test", "one_key", "wrong_value", "interval_order", "number_bound"}
)
"""The checks of single values that have ids of their own."""
_UNION_TAGS: Final = frozenset({"always", "tests"})
Path = tuple[int | str, ...]


class DocumentFault(NamedTuple):
    """One thing that is wrong with a document: where (rule and line, as far as known) and what."""

    where: str
    line: int
    message: str
    check: DocumentCheck = "yaml"
    """The id of what was checked (docs/policies.md lists them)."""


class DocumentError(CaseReviewError):
    """A document that cannot be used; ``faults`` says why, in order of lines."""

    def __init__(self, faults: list[DocumentFault]) -> None:
        super().__init__("; ".join(f"line {fault.line}: {fault.where}: {fault.message}" for fault in faults))
        self.faults = faults


def load_yaml(text: str) -> object:
    """Read YAML. Raises DocumentError where it is none, or where a key occurs twice in one object."""
    data, _lines = load_with_lines(text)
    return data


def load_with_lines(text: str) -> tuple[Any, dict[Path, int]]:
    """Read YAML with the line (from 1) of every key and item by its path. Raises DocumentError."""
    loader = _Loader(text)
    try:
        _refuse_depth(text)
        node = loader.get_single_node()
        if node is None:
            raise DocumentError([DocumentFault("document", 1, "it is empty")])
        walk = _Walk()
        walk.over(node, (), _line_of(node))
        if walk.faults:
            raise DocumentError(walk.faults)
        return loader.construct_document(node), walk.lines
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "a value that YAML cannot read"
        raise DocumentError([DocumentFault("document", mark.line + 1 if mark else 1, str(problem))]) from error
    finally:
        loader.dispose()


def _refuse_depth(text: str) -> None:
    """Refuse what would exhaust the C parser's stack."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise DocumentError([DocumentFault("document", line, "it is nested too deeply")])


class _Walk:
    """Notes the line of each path, and what plain documents do without: keys given twice, and aliases."""

    def __init__(self) -> None:
        self.lines: dict[Path, int] = {}
        self.faults: list[DocumentFault] = []
        self._seen: set[int] = set()

    def over(self, node: yaml.Node, path: Path, line: int) -> None:
        """Walk a node that begins, with its key, on a line."""
        self.lines[path] = line
        if id(node) in self._seen:
            self._fault(path, line, "write it out: aliases (*name) are not read here")
            return
        self._seen.add(id(node))
        if isinstance(node, yaml.ScalarNode) and without_tricks(node.value) != node.value:
            self._fault(path, line, "it holds a control character, or one that turns the direction of writing around")
        elif isinstance(node, yaml.SequenceNode):
            for index, item in enumerate(node.value):
                self.over(item, (*path, index), _line_of(item))
        elif isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                inner = (*path, str(key.value))
                if inner in self.lines:
                    self._fault(path, _line_of(key), f"the key {key.value} occurs twice")
                self.over(value, inner, _line_of(key))

    def _fault(self, path: Path, line: int, message: str) -> None:
        self.faults.append(DocumentFault(" ".join(map(str, path)) or "document", line, message))


def _line_of(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def faults_of(error: ValidationError, data: object, lines: dict[Path, int]) -> list[DocumentFault]:
    """Translate pydantic's errors into faults that name the rule and its line."""
    faults: list[Found] = []
    for raised in error.errors(include_url=False, include_input=False):
        path = tuple(part for part in raised["loc"] if part not in _UNION_TAGS)
        own = Found((), _check(raised["type"], path), raised["msg"])
        whole: tuple[Found, ...] = raised.get("ctx", {}).get("found") or (own,)
        faults += [found._replace(path=(*path, *found.path)) for found in whole]
    return located(faults, data, lines)


def located(found: Iterable[Found], data: object, lines: dict[Path, int]) -> list[DocumentFault]:
    """Name the rule and the line of faults, in order of lines."""
    faults = [DocumentFault(_name(path, data), _line(path, lines), message, check) for path, check, message in found]
    return sorted(faults, key=lambda fault: fault.line)


def _check(kind: str, path: Path) -> DocumentCheck:
    """Return the id of the check behind one of pydantic's own errors; our own errors are ids already."""
    if path and path[-1] in {"text", "source", "title"} and kind in _NO_TEXT:
        return "text_missing"
    return kind if kind in OWN_CHECKS else _CHECKS.get(kind, "wrong_value")


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
