"""Draw the imports between the packages of ``casereview``: ``python -m infra.documents.architecture``.

The picture and the table in docs/architecture.md are made from the code with grimp, the library behind import-linter;
the layers are those of the import contract in pyproject.toml.
"""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Final

import grimp

from infra.documents.command import Document, run, section
from infra.paths import ROOT

PATH: Final = Path("docs/architecture.md")
LIBRARY: Final = "casereview"
FUNCTIONS: Final = ("intake", "prioritize", "notify", "review", "pages", "desk")

Imports = Mapping[str, frozenset[str]]
"""The packages that each package imports, itself left out."""


@cache
def imports() -> Imports:
    """Return the imports between the packages of the library, and from each function to them.

    Imports for type checkers alone are left out, as in the import contracts.
    """
    sys.path.extend(str(ROOT / "functions" / name) for name in FUNCTIONS)
    graph = grimp.build_graph(LIBRARY, *FUNCTIONS, exclude_type_checking_imports=True, cache_dir=None)
    found: dict[str, set[str]] = {name: set() for name in map(_package, graph.modules) if name}
    for module in graph.modules:
        for imported in graph.find_modules_directly_imported_by(module):
            importer, used = _package(module), _package(imported)
            if importer and used and importer != used:
                found[importer].add(used)
    return {name: frozenset(used) for name, used in found.items()}


def _package(module: str) -> str | None:
    """Return the package of the library that a module lies in, or its function; None for the library's root."""
    first, _, rest = module.partition(".")
    return first if first != LIBRARY else rest.partition(".")[0] or None


@cache
def layers() -> tuple[tuple[str, ...], ...]:
    """Return the layers of the library, the highest first, each with its packages."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    [layered] = [each for each in contracts if each["type"] == "layers" and each["containers"] == [LIBRARY]]
    return tuple(tuple(name.strip() for name in layer.split("|")) for layer in layered["layers"])


def reduced(graph: Imports) -> Imports:
    """Leave out each import that follows from others: from a package to one that its other imports reach."""
    reached: dict[str, frozenset[str]] = {}
    for name in TopologicalSorter(graph).static_order():
        below = graph.get(name, frozenset())
        reached[name] = below.union(*(reached[used] for used in below))
    return {name: used - frozenset().union(*(reached[other] for other in used)) for name, used in graph.items()}


def body() -> str:
    """Return the generated section."""
    return "\n".join([*_diagram(), "", *_table()])


def _diagram() -> Iterator[str]:
    library = {name: used for name, used in imports().items() if name not in FUNCTIONS}
    yield "```mermaid"
    yield "graph TD"
    for number, layer in enumerate(layers(), start=1):
        yield f'    subgraph layer{number}[" "]'
        yield from (f"        {name}" for name in layer)
        yield "    end"
    for name, used in sorted(reduced(library).items()):
        yield from (f"    {name} --> {other}" for other in sorted(used))
    yield "```"


def _table() -> Iterator[str]:
    yield "| package | what is in it | imports |"
    yield "|---|---|---|"
    for layer in layers():
        for name in layer:
            yield f"| `{name}` | {_purpose(ROOT / 'shared' / LIBRARY / name)} | {_names(name)} |"
    for name in FUNCTIONS:
        yield f"| function `{name}` | {_purpose(ROOT / 'functions' / name / name)} | {_names(name)} |"


def _purpose(package: Path) -> str:
    """Return the first line of a package's docstring."""
    text = ast.get_docstring(ast.parse((package / "__init__.py").read_text(encoding="utf-8"))) or ""
    return text.partition("\n")[0].replace("``", "`")


def _names(package: str) -> str:
    return ", ".join(sorted(imports()[package])) or "nothing"


DOCUMENT: Final = Document(PATH, "architecture", lambda present: section(present, "packages", body()))


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Write or check the section below a directory, and return the exit code."""
    return run(DOCUMENT, arguments, root)


if __name__ == "__main__":
    sys.exit(main())
