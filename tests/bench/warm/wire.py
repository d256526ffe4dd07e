"""What recording and replaying agree on; this module imports nothing."""

from __future__ import annotations


def asks_for_policies(body: bytes) -> bool:
    """Tell whether a call reads the registry of policies, which a warm process does each ten seconds and no event."""
    return b'"S": "POLICY"' in body or b'"S":"POLICY"' in body
