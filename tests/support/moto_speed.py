"""What makes the tests quicker, and changes nothing that they see: what is the same for all is made once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from unittest.mock import patch

from botocore.loaders import JSONFileLoader
from moto.core.common_models import BaseModel
from moto.core.serialize import BaseJSONSerializer
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table
from moto.kms.utils import generate_private_key

from infra.local.emulators.moto import dynamodb, patches

_PATCHED = (BaseModel, DynamoDBBackend, Table, BaseJSONSerializer, Item, DynamoType)


def apply() -> None:
    """Read each of AWS's descriptions of services once, not for every client; have moto generate one private key."""
    patch.object(JSONFileLoader, "load_file", staticmethod(cache(JSONFileLoader().load_file))).start()
    patch("moto.kms.models.generate_private_key", cache(generate_private_key)).start()


@contextmanager
def fast_moto() -> Iterator[None]:
    """Use the local run's fixes of moto for a while: a transaction copies what it touches, not the whole table."""
    before = {owner: dict(vars(owner)) for owner in _PATCHED}
    dynamodb.apply()
    BaseModel.__new__ = patches.new_untracked  # type: ignore[method-assign]  # as the patch itself
    try:
        yield
    finally:
        for owner, attributes in before.items():
            for name, value in dict(vars(owner)).items():
                if attributes.get(name) is not value and name in attributes:
                    setattr(owner, name, attributes[name])
