"""Rules of a case: lifecycle, assessment, first look, leases, due work and disclosure, as pure functions."""
