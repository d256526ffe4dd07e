"""A case's whole way on a running system, printed step by step; the same steps are the tour of the README."""
