"""Derive the facts that a case is ranked by from the claims of requesters and the verifications of officers. Pure."""
