"""What makes the tests quicker, and changes nothing that they see: what is the same for all is made once."""

from __future__ import annotations

from functools import cache
from unittest.mock import patch

from botocore.loaders import JSONFileLoader
from moto.kms.utils import generate_private_key


def apply() -> None:
    """Read each of AWS's descriptions of services once, not for every client; have moto generate one private key."""
    patch.object(JSONFileLoader, "load_file", staticmethod(cache(JSONFileLoader().load_file))).start()
    patch("moto.kms.models.generate_private_key", cache(generate_private_key)).start()
