"""Prioritize: ranks cases without access to personal data, and sweeps up pending work.

It has no action on the keys that seal or that make MACs.
"""
