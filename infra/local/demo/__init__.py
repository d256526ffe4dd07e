"""Sample requests, and the docket and progress bar that the terminal shows."""
