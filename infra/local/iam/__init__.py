"""IAM: which actions a request needs, and whether policies allow them. Pure functions."""
