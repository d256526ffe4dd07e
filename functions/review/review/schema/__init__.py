"""What the staff API takes and answers."""
