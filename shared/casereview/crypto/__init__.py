"""Keyed digests (HMAC) and sealed parts (envelope encryption), both under KMS keys."""
