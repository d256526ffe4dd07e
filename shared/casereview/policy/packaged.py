"""Which policy governs at a time. A policy governs in its intervals; it can be vacated and revived.

The packaged documents are read lazily: their heads to find the one in force, then that one alone.
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
from casereview.policy.loader import DocumentError, faults_of, load_with_lines, load_yaml

PACKAGED: Final = ("2021-02-18-interim", "2021-09-30-guidelines", "2025-01-20-order")
DEFAULT: Final = "default"

AnyHead = TypeVar("AnyHead", bound=Head)


def in_force(documents: Iterable[AnyHead], at: datetime) -> tuple[AnyHead | None, datetime | None]:
    """The document that governs at ``at``, or None, and the instant at which another (or none) will, if ever.

    Where intervals overlap, the one that began last governs; of two that began at once, the greater id.
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
    """The packaged policy in force at ``at``, ready to run, and until when; the default lanes where there is none."""
    head, until = in_force(heads(), at)
    return compiled(head.id if head else DEFAULT), until


@cache
def heads() -> tuple[Head, ...]:
    """The heads of the packaged policies: what stands in each file before its lanes."""
    return tuple(Head.model_validate(load_yaml(text_of(name).partition("\nlanes:")[0])) for name in PACKAGED)


@cache
def packaged(name: str) -> Policy:
    """A packaged document by id, ``default`` included. Raises KeyError for an unknown id."""
    if name not in (*PACKAGED, DEFAULT):
        raise KeyError(name)
    return read_policy(text_of(name))


@cache
def flags() -> Flags:
    """The house rules that raise flags."""
    return Flags.model_validate(load_yaml(text_of("flags")))


@cache
def compiled(name: str) -> CompiledPolicy:
    """A packaged document ready to run; the default lanes have no policy id. Raises KeyError for an unknown id."""
    return compile_policy(packaged(name), flags(), in_force=name != DEFAULT)


def compile_packaged() -> None:
    """Make every packaged document ready to run, so that the first case does not wait for it."""
    for name in (*PACKAGED, DEFAULT):
        compiled(name)


def read_policy(text: str) -> Policy:
    """Read and check a document's YAML. Raises DocumentError, which names each faulty rule and its line."""
    data, lines = load_with_lines(text)
    try:
        return Policy.model_validate(data)
    except ValidationError as error:
        raise DocumentError(faults_of(error, data, lines)) from error


def text_of(name: str) -> str:
    """The YAML of a packaged document."""
    return resources.files(__package__).joinpath("documents", f"{name}.yaml").read_text(encoding="utf-8")
