"""The processes of a local run, seen from outside: what they were given, and what they hold open."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

PROC = Path("/proc")


def processes_of(root: int) -> list[int]:
    """Return the ids of a process and of all that it and they started."""
    parents = {int(path.parent.name): _parent(path) for path in PROC.glob("[0-9]*/stat")}
    found = [root]
    for each in found:
        found += [child for child, parent in parents.items() if parent == each]
    return found


def _parent(stat: Path) -> int:
    """Return the parent of a process; 0 of one that has ended meanwhile."""
    try:
        return int(stat.read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def given(root: int) -> str:
    """Return arguments and environment of all these processes."""
    return "\n".join(
        text
        for process in processes_of(root)
        for name in ("cmdline", "environ")
        for text in _read(PROC / f"{process}/{name}")
    )


def _read(path: Path) -> Iterator[str]:
    with suppress(OSError):
        yield path.read_text(encoding="utf-8", errors="replace")


def open_files(root: int) -> set[Path]:
    """Return the regular files that they hold open now, those that were deleted included."""
    found: set[Path] = set()
    for process in processes_of(root):
        for entry in PROC.glob(f"{process}/fd/*"):
            with suppress(OSError):
                if entry.stat().st_size and entry.resolve().suffix not in {".so", ".py", ".pyc"} and entry.is_file():
                    found.add(entry)
    return found
