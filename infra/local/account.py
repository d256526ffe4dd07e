"""The account and region of the local run, and the credentials of its administrator and of its pollers."""

from __future__ import annotations

from typing import Final

ACCOUNT: Final = "123456789012"
REGION: Final = "us-east-1"
ADMIN_KEY: Final = "AKIALOCALADMIN000000"
"""The access key of an administrator: the AWS endpoint evaluates no policies for it."""

ADMIN_SECRET: Final = "local"  # noqa: S105  signatures are not verified
"""The secret key of the administrator."""

POLLER_KEY: Final = "AKIALOCALPOLLER00000"
"""The access key of the event source mappings; as for the administrator, no policies are evaluated.

The AWS endpoint counts the messages that it delivers to this key.
"""

INVOCATION: Final = "Invocation"
"""The field of a trace id that holds the id of the invocation."""
TRACE_HEADER: Final = "x-amzn-trace-id"
"""The header in which AWS's clients send the trace id of the invocation that makes a call."""
