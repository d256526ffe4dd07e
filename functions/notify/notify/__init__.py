"""Notify: sends the notices that requesters are owed, and learns from the mail service what did not arrive."""
