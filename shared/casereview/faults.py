"""What a log may say of an error: its kind and where it arose, never its text, which may hold data."""

from __future__ import annotations

from pathlib import Path
from traceback import extract_tb


def describe(error: BaseException) -> dict[str, str]:
    """Return the kind of an error and the last place in our code or a library's that raised it."""
    frames = extract_tb(error.__traceback__)
    where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return {"error": type(error).__name__, "where": where}
