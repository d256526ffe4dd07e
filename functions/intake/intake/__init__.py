"""Intake: the public API. It accepts incomplete requests, and refuses malformed ones."""
