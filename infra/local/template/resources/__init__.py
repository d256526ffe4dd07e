"""Creators of the resource types, and the list of types that are not created."""
