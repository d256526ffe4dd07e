"""``make bench``: how fast it starts, what it costs, and what that cost follows, beside peers in the same run.

    engine     one ranking, beside three rule engines and code written by hand
    start      import and init of each function, beside the best-known blueprint of the stack
    warm       processor time and memory of one request or message, the network replayed
    operations read units, write units and calls of each operation, computed from the items
    growth     the same at dockets of 1,000, 10,000 and 100,000
    queueing   waiting times by lane, in a simulation over the real engine
    cost       dollars, from the units and the prices of a day

It writes bench.json, the tables in README.md and docs/performance.md, docs/cost.md and docs/queueing.md. The gate beside it holds ratios and
counts in ``make test``; nothing is ever held to an absolute time.
"""
