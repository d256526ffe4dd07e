"""Desk: the pages of the staff. They keep sessions, and call the staff API with the token of their user."""
