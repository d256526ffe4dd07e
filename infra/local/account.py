"""The account and region of the local run, and the credentials of its administrator."""

from __future__ import annotations

from typing import Final

ACCOUNT: Final = "123456789012"
REGION: Final = "us-east-1"
ADMIN_KEY: Final = "AKIALOCALADMIN000000"
"""The access key of an administrator: the AWS endpoint evaluates no policies for it."""
