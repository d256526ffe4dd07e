"""What the policy office does."""
