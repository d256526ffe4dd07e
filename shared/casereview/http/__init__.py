"""The HTTP layer of both APIs: strict JSON, validation, problem documents (RFC 9457), the resolver."""
