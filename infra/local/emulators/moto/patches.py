"""Patches for the speed of moto. Each keeps the behaviour of the code that it replaces.

`apply()` installs them in this process; importing the module changes nothing. tests/component/local/emulators compares
patched moto with unpatched moto and with DynamoDB Local.

Apart from the two services, moto reads the names of its modules from disk, and the method names of a class, on every
request.
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
    """Return the names of moto's services, read from disk once."""
    return list(_ORIGINAL_MODULES())


def new_untracked(cls: type[BaseModel], *_args: object, **_kwargs: object) -> BaseModel:
    """Create a model without tracking it: moto keeps every model for its dashboard, even items that were read."""
    return object.__new__(cls)


def apply() -> None:
    """Install all patches in this process."""
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
