"""The tree of errors in the module docstring matches the classes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from itertools import chain

import casereview.schema.errors
from casereview.schema.errors import CaseReviewError
from infra.paths import ROOT

_LINE = re.compile(r"    (?P<branch>[│├└─ ]*)(?P<name>\w+Error) *(?P<module>[\w.]*)")
SOURCES = sorted(chain((ROOT / "shared/casereview").rglob("*.py"), (ROOT / "functions").glob("*/*/**/*.py")))


def _documented() -> Iterator[tuple[str, str, str]]:
    """Yield name, parent and module of each error in the docstring."""
    above: list[str] = []
    for line in (casereview.schema.errors.__doc__ or "").splitlines():
        if found := _LINE.match(line):
            del above[len(found["branch"]) // 4 :]
            yield found["name"], above[-1] if above else "Exception", found["module"] or "casereview.schema.errors"
            above.append(found["name"])


def _defined() -> Iterator[tuple[str, str, str]]:
    """Yield name, parent and module of each error class in the sources, without private ones."""
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        parts = path.relative_to(ROOT).with_suffix("").parts
        module = ".".join(parts[1:] if parts[0] == "shared" else parts[2:])
        for name, parent in re.findall(r"^class ([A-Z]\w*Error)\((\w+)(?:, \w+)*\):", text, re.MULTILINE):
            yield name, parent, module


def test_the_documented_tree_matches_the_error_classes() -> None:
    assert sorted(_documented()) == sorted(_defined())


def test_every_error_is_a_case_review_error() -> None:
    for name, _parent, module in _documented():
        assert issubclass(getattr(import_module(module), name), CaseReviewError)
