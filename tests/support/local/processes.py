"""The processes of a local run: their arguments and environment, and the files they hold open."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from stat import S_ISREG
from tempfile import gettempdir

PROC = Path("/proc")


def processes_of(root: int) -> list[int]:
    """Return the ids of a process and of all its descendants."""
    parents = {int(path.parent.name): _parent(path) for path in PROC.glob("[0-9]*/stat")}
    found = [root]
    for each in found:
        found += [child for child, parent in parents.items() if parent == each]
    return found


def _parent(stat: Path) -> int:
    """Return the parent of a process, or 0 if it has exited."""
    try:
        return int(stat.read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def given(root: int) -> str:
    """Return the arguments and environments of a process and its descendants."""
    places = [PROC / f"{process}/{name}" for process in processes_of(root) for name in ("cmdline", "environ")]
    return "\n".join(text for place in places for text in content(place))


def content(path: Path) -> Iterator[str]:
    """Yield the content of a file; nothing if the file is gone."""
    with suppress(OSError):
        yield path.read_text(encoding="utf-8", errors="replace")


def written(root: int, since: float) -> list[Path]:
    """Return the files that the processes may have written since an instant (seconds since 1970).

    These are all regular files that one of them holds open for writing, deleted ones included, and all new files of
    this user in the directory for temporary files.
    """
    held = [entry for process in processes_of(root) for entry in PROC.glob(f"{process}/fd/*") if _is_written(entry)]
    return [*held, *(path for path in Path(gettempdir()).iterdir() if _is_new(path, since))]


def _is_written(entry: Path) -> bool:
    try:
        flags = (entry.parent.parent / "fdinfo" / entry.name).read_text().partition("flags:")[2].split()[0]
        return entry.is_file() and bool(int(flags, 8) & (os.O_WRONLY | os.O_RDWR))
    except OSError:
        return False


def _is_new(path: Path, since: float) -> bool:
    try:
        found = path.lstat()
        return S_ISREG(found.st_mode) and found.st_uid == os.getuid() and found.st_mtime >= since
    except OSError:
        return False
