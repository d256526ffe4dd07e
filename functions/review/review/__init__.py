"""Review: the staff API. Officers take the next case, read, verify, ask and decide; the software only records."""
