"""Rules of a case: lifecycle, assessment, first look, leases, due work, disclosure. Pure."""
