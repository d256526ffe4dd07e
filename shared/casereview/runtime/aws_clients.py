"""The AWS clients of a function, all of one session: what botocore reads and parses for one, it has for the others.

A client of its own session costs as much again: the endpoints of all regions, the models, the handlers. And before it
makes any, botocore would look through its folders for every service that AWS has.
"""

from __future__ import annotations

from typing import Final

import boto3
from botocore.loaders import Loader
from botocore.session import Session, get_session
from typing_extensions import override

SERVICES: Final = ("dynamodb", "kms", "sesv2", "sns", "sqs")
"""What the functions call; botocore says of any other that it does not know it."""


class _Loader(Loader):
    """Finds the data of these services without a look at those of all others."""

    @override
    def list_available_services(self, type_name: str) -> list[str]:
        return list(SERVICES)


class AwsClients:
    """A session, and what makes clients of it."""

    def __init__(self) -> None:
        self.botocore: Session = get_session()
        self.botocore.register_component("data_loader", _Loader())
        self.make: Final = boto3.Session(botocore_session=self.botocore).client
        """Make a client as ``boto3.client`` does; nothing is called."""
