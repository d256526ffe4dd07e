"""What staff do to a case."""
