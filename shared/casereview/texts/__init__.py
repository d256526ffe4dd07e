"""The texts that requesters read in answers of the public API, in nine languages."""
