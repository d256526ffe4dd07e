"""How each field office is reached, from ICE's page of field offices."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import NamedTuple

from casereview.routing.tables import rows


class Contact(NamedTuple):
    """How a field office is reached."""

    telephone: str
    address: str
    """In one line."""
    as_of: date
    """The day on which it stood on ICE's page of field offices."""
    zone: str
    """The time zone of the office, by its name in the tz database."""


@cache
def contacts() -> dict[str, Contact]:
    """Return how each field office is reached, by its code."""
    return {
        code: Contact(telephone, f"{street}, {city}, {state} {zip_code}", date.fromisoformat(as_of), zone)
        for code, street, city, state, zip_code, telephone, as_of, zone in rows("field_office_contacts")
    }
