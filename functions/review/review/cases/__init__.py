"""The work of staff on a case: read, claim, verify, ask, decide and approve."""
