"""Review: the staff API. Officers claim, read, verify and decide cases; the policy office publishes policies."""
