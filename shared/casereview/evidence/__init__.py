"""From what several people state, and officers verify, to the facts that a case is ranked by. Pure."""
