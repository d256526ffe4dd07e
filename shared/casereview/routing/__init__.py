"""Find the responsible field office by detention facility, county or state, on a given day."""
