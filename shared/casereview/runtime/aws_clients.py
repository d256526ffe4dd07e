"""Create the AWS clients of a function from one botocore session, which shortens the cold start.

The clients of one session share what botocore loads: endpoints of all regions, models and handlers. The loader below
also skips the search of the data folders for every AWS service, which botocore does before it creates the first client.
"""

from __future__ import annotations

from typing import Final

import boto3
from botocore.loaders import Loader
from botocore.session import Session, get_session
from typing_extensions import override

SERVICES: Final = ("cognito-idp", "dynamodb", "kms", "sesv2", "sns", "sqs")
"""The services that the functions call; botocore raises UnknownServiceError for any other."""


class _Loader(Loader):
    """Lists ``SERVICES`` instead of searching the data folders."""

    @override
    def list_available_services(self, type_name: str) -> list[str]:
        return list(SERVICES)


class AwsClients:
    """A botocore session, and the factory of its clients."""

    def __init__(self) -> None:
        self.botocore: Session = get_session()
        self.botocore.register_component("data_loader", _Loader())
        self.make: Final = boto3.Session(botocore_session=self.botocore).client
        """Create a client, as ``boto3.client`` does; makes no AWS call."""
