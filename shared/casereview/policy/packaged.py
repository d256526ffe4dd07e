"""The packaged policies, and which policy is in force at a time. A policy can be vacated and revived.

The packaged documents are read lazily: first their heads, to find the policy in force, then only that document.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Final, TypeVar

from pydantic import ValidationError

from casereview.policy.compiler import CompiledPolicy, compile_policy
from casereview.policy.document import Flags, Head, Policy
from casereview.policy.loader import DocumentError, faults_from, load_with_lines, load_yaml

PACKAGED: Final = ("2021-02-18-interim", "2021-09-30-guidelines", "2025-01-20-order")
DEFAULT: Final = "default"

AnyHead = TypeVar("AnyHead", bound=Head)


def in_force(documents: Iterable[AnyHead], at: datetime) -> tuple[AnyHead | None, datetime | None]:
    """Find the document in force at a time.

    If intervals overlap, the one that began last governs; of two that began together, the one with the greater id.

    Args:
        documents: the heads of the documents to choose from.
        at: the time; must be aware.

    Returns:
        The document, or None if no document is in force, and the next instant at which this changes, or None.
    """
    held = tuple(documents)
    governing = _governing(held, at)
    boundaries = {edge for head in held for interval in head.in_force for edge in (interval.from_, interval.to)}
    for edge in sorted(edge for edge in boundaries if edge is not None and edge > at):
        if _governing(held, edge) is not governing:
            return governing, edge
    return governing, None


def _governing(documents: tuple[AnyHead, ...], at: datetime) -> AnyHead | None:
    found = [
        (interval.from_, head.id, head)
        for head in documents
        for interval in head.in_force
        if interval.from_ <= at and (interval.to is None or at < interval.to)
    ]
    return max(found, key=lambda entry: entry[:2])[2] if found else None


def governing(at: datetime) -> tuple[CompiledPolicy, datetime | None]:
    """Return the compiled packaged policy in force at ``at`` (else the default lanes), and until when, or None."""
    head, until = in_force(heads(), at)
    return compiled(head.id if head else DEFAULT), until


@cache
def heads() -> tuple[Head, ...]:
    """Return the heads of the packaged policies: the part of each file before its lanes."""
    return tuple(Head.model_validate(load_yaml(text_of(name).partition("\nlanes:")[0])) for name in PACKAGED)


@cache
def packaged(name: str) -> Policy:
    """Return a packaged document by id, ``default`` included.

    Raises:
        KeyError: if there is no such document.
    """
    if name not in (*PACKAGED, DEFAULT):
        raise KeyError(name)
    return read_policy(text_of(name))


@cache
def flags() -> Flags:
    """Return the house rules that raise flags."""
    return Flags.model_validate(load_yaml(text_of("flags")))


@cache
def compiled(name: str) -> CompiledPolicy:
    """Return a packaged document compiled; the default lanes have no policy id.

    Raises:
        KeyError: if there is no such document.
    """
    return compile_policy(packaged(name), flags(), in_force=name != DEFAULT)


def compile_packaged() -> None:
    """Compile every packaged document, so that the first case does not wait for it."""
    for name in (*PACKAGED, DEFAULT):
        compiled(name)


def read_policy(text: str) -> Policy:
    """Parse and validate the YAML of a document.

    Raises:
        DocumentError: if the document is invalid; it names each faulty rule and its line.
    """
    data, lines = load_with_lines(text)
    try:
        return Policy.model_validate(data)
    except ValidationError as error:
        raise DocumentError(faults_from(error, data, lines)) from error


def text_of(name: str) -> str:
    """Return the YAML of a packaged document."""
    return resources.files(__package__).joinpath("documents", f"{name}.yaml").read_text(encoding="utf-8")
