"""Sample requests, and what the terminal shows of them."""
