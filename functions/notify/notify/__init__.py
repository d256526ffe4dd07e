"""Notify: sends pending notices, and records which ones the mail service could not deliver."""
