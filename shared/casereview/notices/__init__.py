"""Notices to requesters and offices: their templates, the pending notices, and the public notice."""
