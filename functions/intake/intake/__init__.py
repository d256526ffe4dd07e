"""Intake: the public API. It accepts what is incomplete, refuses what is malformed, and never waits for anyone."""
