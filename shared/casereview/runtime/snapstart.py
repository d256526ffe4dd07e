"""What a function has ready before Lambda takes its SnapStart snapshot, so that no restored environment does it again.

Clients are in the snapshot, their connections are not: none was opened. Nothing random is drawn and no time is kept
before the first event: receipts and case ids come from the kernel, which Lambda seeds anew, and the registry of
policies is read when an event asks for it. Credentials refresh by themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec


def ready_before_snapshot(*prepare: Callable[[], object]) -> None:
    """Let Lambda call these, the last one first, before it takes the snapshot; elsewhere nothing happens."""
    if find_spec("snapshot_restore_py"):  # the runtime brings it; a laptop may have none
        hooks = import_module("snapshot_restore_py")
        for each in prepare:
            hooks.register_before_snapshot(each)
