"""Find the responsible field office by detention facility, ZIP code, county or state, on a given day."""
