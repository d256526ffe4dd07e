"""Keys on moto, and what was called with them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import boto3
from moto import mock_aws

from casereview.crypto.macs import Macs
from casereview.crypto.sealing import KmsSeal, Seal

if TYPE_CHECKING:
    from types_boto3_kms import KMSClient


def mac_key(client: KMSClient) -> str:
    return client.create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]["Arn"]


def seal_key(client: KMSClient) -> str:
    return client.create_key()["KeyMetadata"]["Arn"]


@contextmanager
def kms() -> Iterator[KMSClient]:
    with mock_aws():
        yield boto3.client("kms")


@contextmanager
def macs() -> Iterator[Macs]:
    with kms() as client:
        yield Macs(client, mac_key(client))


@contextmanager
def seal() -> Iterator[Seal]:
    with kms() as client:
        yield KmsSeal(seal_key(client))
