"""Which field office is responsible: by facility, ZIP code, county or state, on a day."""
