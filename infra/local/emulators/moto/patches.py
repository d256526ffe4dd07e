"""Narrow fixes of moto for speed, each with the behaviour of what it replaces (tests/unit/local/test_moto_*.py).

Each is written as it could be sent upstream. `apply()` installs them in this process; nothing else does. Beside
the two services, moto looks up the names of its modules on disk and the methods of a class for every request.
"""

from __future__ import annotations

import functools
import threading
from typing import Any, Final

from moto import backends
from moto.core import responses, utils
from moto.core.common_models import BaseModel

from infra.local.emulators.moto import dynamodb, sqs

LOCK: Final = threading.RLock()
"""Held by the thread that calls moto. A long poll releases it while it waits."""

_ORIGINAL_MODULES: Final = backends.list_of_moto_modules


@functools.cache
def moto_modules() -> list[str]:
    """The names of moto's services, read from disk once."""
    return list(_ORIGINAL_MODULES())


def new_untracked(cls: type[BaseModel], *_args: object, **_kwargs: object) -> BaseModel:
    """Makes a model; moto keeps every one ever made, each item read among them, for its dashboard."""
    return object.__new__(cls)


def apply() -> None:
    """Installs all fixes in this process."""
    method_names: Any = functools.cache(utils.method_names_from_class)
    replacements: list[tuple[Any, str, Any]] = [
        (BaseModel, "__new__", new_untracked),
        (backends, "list_of_moto_modules", moto_modules),
        (responses, "method_names_from_class", method_names),
        (responses, "camelcase_to_underscores", functools.cache(utils.camelcase_to_underscores)),
    ]
    for owner, name, replacement in replacements:
        setattr(owner, name, replacement)
    dynamodb.apply()
    sqs.apply(LOCK)
