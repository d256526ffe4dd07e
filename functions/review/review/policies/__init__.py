"""The policy office: publish and read policies."""
