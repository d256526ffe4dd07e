"""The case review library: everything that two functions must agree on.

A request becomes part of a case; a case is ranked under the policy in force; a human decides it.
This package is the Lambda layer that all functions share.
"""
