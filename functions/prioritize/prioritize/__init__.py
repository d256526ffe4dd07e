"""Prioritize: ranks cases blind to who they are about, and sweeps up what is owed.

It has no action on the keys that seal or that make MACs.
"""
