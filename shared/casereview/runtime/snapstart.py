"""Register work that a function does before Lambda takes its SnapStart snapshot.

The snapshot contains the AWS clients but no connections, because none has been opened. No random values are drawn and
no time is stored before the first event: random values come from the kernel, which Lambda seeds again after a restore,
and the policy registry is read when an event needs it. Credentials refresh automatically.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec


def prepare_before_snapshot(*prepare: Callable[[], object]) -> None:
    """Register functions for Lambda to call, last one first, before it takes the snapshot; does nothing elsewhere."""
    if find_spec("snapshot_restore_py"):  # part of the Lambda runtime only
        hooks = import_module("snapshot_restore_py")
        for each in prepare:
            hooks.register_before_snapshot(each)
