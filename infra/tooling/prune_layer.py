"""Leave out of the built layer what no function reads: ``python -m infra.tooling.prune_layer FOLDER``.

``make build`` runs it before it compiles modules. A test uses what the functions use, and fails where one of the files
that this opens is left out.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from casereview.runtime.aws_clients import SERVICES

UNUSED: Final = (
    "phonenumbers/carrierdata",  # names of carriers
    "phonenumbers/geodata",  # names of places
    "phonenumbers/tzdata",  # time zones of numbers
    "boto3/data",  # resources; the functions use clients
    "boto3/examples",
    "dns",  # email-validator asks no name server here
)
"""Folders that no function reads, below that of the packages."""
_MODELS: Final = Path("botocore/data")


def pruned(packages: Path) -> Iterator[Path]:
    """Yield the folders and files of installed packages that are left out.

    Args:
        packages: the folder of the packages.
    """
    yield from (packages / name for name in UNUSED if (packages / name).exists())
    yield from (each for each in (packages / _MODELS).glob("*") if each.is_dir() and each.name not in SERVICES)
    yield from packages.glob("**/*.pyi")
    yield from packages.glob("*-stubs")


def prune(packages: Path) -> None:
    """Delete what is left out."""
    for each in list(pruned(packages)):
        if each.is_dir():
            shutil.rmtree(each)
        else:
            each.unlink(missing_ok=True)


if __name__ == "__main__":
    prune(Path(sys.argv[1]))
