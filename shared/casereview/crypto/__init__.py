"""Keyed digests (HMAC) and envelope encryption of record parts, both with KMS keys."""
