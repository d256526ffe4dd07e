"""IAM: the actions that a request requires, and whether policies allow them. Pure functions."""
