"""The policy engine: reads policy documents and ranks cases under them.

``predicates`` defines the shape of a rule's condition, ``conditions`` parses it, ``document`` is the model of a
document, ``packaged`` finds the policy in force and ``engine`` ranks a case under it.
Nothing here reads the clock, the network or the environment: the time is always an argument.
"""
