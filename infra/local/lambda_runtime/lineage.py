"""Lambda's recursive loop detection: how often each function has run in one chain of messages and invocations.

Lambda counts in the field ``Lineage`` of the X-Ray trace header, a pair of hash and count for each function. AWS's
clients send the header with every call, SQS keeps it with the message (``AWSTraceHeader``), and the invocation that the
message causes goes on with it. Lambda does not begin the seventeenth invocation of a function in a chain: a message
stays in its queue until it is moved to the dead-letter queue, and a caller gets ``RecursiveInvocationException``. SES
and the schedule begin new chains. Source:
https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Final

from infra.local.lambda_runtime.functions import FunctionSpec

MOST: Final = 16
"""The most invocations of a function in a chain."""
_LINEAGE: Final = re.compile(r"(?:^|;)Lineage=([0-9a-f:|]+)")

Lineage = Mapping[str, int]
"""How often each function has run, by the hash of its name."""


def lineage_in(header: str | None) -> dict[str, int]:
    """Return the lineage in a trace header; empty where a chain begins."""
    found = _LINEAGE.search(header or "")
    pairs = [pair.partition(":") for pair in found[1].split("|")] if found else []
    return {name: int(count) for name, _, count in pairs if count.isdecimal()}


def merged(lineages: Iterable[Lineage]) -> dict[str, int]:
    """Return the lineage of an invocation with several messages: the highest count of each function."""
    found: dict[str, int] = {}
    for lineage in lineages:
        found |= {name: max(count, found.get(name, 0)) for name, count in lineage.items()}
    return found


def is_stopped(function: FunctionSpec, lineage: Lineage) -> bool:
    """Return whether Lambda takes another invocation of a function in this chain for a loop."""
    return function.stops_loops and lineage.get(_hash(function), 0) >= MOST


def field_after(function: FunctionSpec, lineage: Lineage) -> str:
    """Return the field of the trace header of an invocation of a function: it counts itself."""
    counted = {**lineage, _hash(function): lineage.get(_hash(function), 0) + 1}
    return "Lineage=" + "|".join(f"{name}:{count}" for name, count in counted.items())


def _hash(function: FunctionSpec) -> str:
    return sha256(function.name.encode()).hexdigest()[:8]
