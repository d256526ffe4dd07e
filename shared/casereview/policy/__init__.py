"""The policy engine: documents that order the review and say what a human must weigh.

``predicates`` gives the shape of a rule's condition, ``conditions`` compiles it, ``document`` is the
model of a document, ``packaged`` finds the one in force and ``engine`` ranks a case under it.
Nothing here reads the clock, the network or the environment: the time is an argument.
"""
