"""Generates the documents under docs/ that are made from the code, and checks that they match it."""
