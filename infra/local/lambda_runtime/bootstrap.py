"""Starts AWS's runtime interface client with the product's time in place of real time.

`python bootstrap.py DESCRIPTOR MODULE:FUNCTION HANDLER` runs in an execution environment, which cannot import the rest
of the local run. The product has no code for this: when it imports the module with its clock, the clock is replaced
before any other module can take it from there, as a default argument for example.
"""

from __future__ import annotations

import functools
import mmap
import os
import struct
import sys
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Final

_LEAD: Final = struct.Struct("=q")  # as in product_clock.py: microseconds


def shifted(clock: Callable[[], datetime], lead: Callable[[], timedelta]) -> Callable[[], datetime]:
    """Return a clock that is ahead of another by `lead()`."""

    @functools.wraps(clock)
    def now() -> datetime:
        return clock() + lead()

    return now


class ClockFinder(MetaPathFinder):
    """Finds the module with the product's clock, and replaces the clock when the module is loaded.

    Args:
        place: where the clock is, as `module:function`.
        lead: returns how far the product's time is ahead.
    """

    def __init__(self, place: str, lead: Callable[[], timedelta]) -> None:
        self._module, _, self._function = place.partition(":")
        self._lead = lead

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the module's spec with a loader that replaces the clock; None for every other module."""
        found = PathFinder.find_spec(fullname, path, target) if fullname == self._module else None
        if found is not None and found.loader is not None:
            found.loader = _ClockLoader(found.loader, self._replace)
        return found

    def _replace(self, module: ModuleType) -> None:
        setattr(module, self._function, shifted(getattr(module, self._function), self._lead))


class _ClockLoader(Loader):
    def __init__(self, loader: Loader, then: Callable[[ModuleType], None]) -> None:
        self._loader = loader
        self._then = then

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        self._then(module)

    def __getattr__(self, name: str) -> object:  # importlib.resources and inspect ask the loader for more
        return getattr(self._loader, name)


def shared_lead(descriptor: int) -> Callable[[], timedelta]:
    """Return a function that reads the lead from the file of the product's clock, and close the descriptor."""
    shared = mmap.mmap(descriptor, _LEAD.size, access=mmap.ACCESS_READ)
    os.close(descriptor)

    def lead() -> timedelta:
        return timedelta(microseconds=_LEAD.unpack(shared[:])[0])

    return lead


def main(descriptor: str, place: str, handler: str) -> None:
    """Run the runtime interface client until the Runtime API ends."""
    sys.path[0] = os.getcwd()  # noqa: PTH109  the script's directory until now; `python -m` would put this
    sys.meta_path.insert(0, ClockFinder(place, shared_lead(int(descriptor))))
    from awslambdaric.__main__ import main as run  # noqa: PLC0415  after the path is right

    run(["awslambdaric", handler])


if __name__ == "__main__":
    main(*sys.argv[1:])
