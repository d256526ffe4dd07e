"""The telephones of the field offices, and whether they are answered now."""

from __future__ import annotations

from datetime import datetime, time
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from casereview.routing.contacts import contacts
from casereview.routing.tables import rows
from casereview.runtime.settings import Settings
from pages.hours import Line, Opening, opening


class OfficeSettings(Settings):
    """What is known of the field offices beside their telephones and addresses."""

    office_hours: str = "08:00-16:00"
    """From when to when they answer on a working day, in the time zone of each; empty where that is not known.

    No public source names the hours, so that they are a parameter of the template.
    """

    def span(self) -> tuple[time, time] | None:
        """Return when they open and close; None if that is not known."""
        opens, _, closes = self.office_hours.partition("-")
        return (time.fromisoformat(opens), time.fromisoformat(closes)) if closes else None


class Office(NamedTuple):
    """A field office as pages show it."""

    code: str
    name: str
    telephone: str
    link: str
    """The address that calls it (RFC 3966)."""
    address: str
    zone: ZoneInfo
    opening: Opening | None
    """None if its hours are not known."""


@cache
def hours() -> tuple[time, time] | None:
    """Return from when to when the field offices answer, read once; None if that is not known."""
    return OfficeSettings.from_environment().span()


@cache
def names() -> dict[str, str]:
    """Return the name of each field office by its code."""
    return {code: name for code, name, _start in rows("field_offices")}


def office(code: str | None, at: datetime) -> Office | None:
    """Return a field office at a time; None for a code that is none, as that of headquarters."""
    contact = contacts().get(code or "")
    if code is None or contact is None:
        return None
    zone, span = ZoneInfo(contact.zone), hours()
    return Office(
        code=code,
        name=names()[code],
        telephone=contact.telephone,
        link=link_to(contact.telephone),
        address=contact.address,
        zone=zone,
        opening=opening(Line(contact.telephone, zone, *span), at) if span else None,
    )


def offices(at: datetime) -> list[Office]:
    """Return all field offices at a time, by name."""
    found = [office(code, at) for code in sorted(names(), key=names().__getitem__)]
    return [each for each in found if each]


def link_to(telephone: str) -> str:
    """Return the address that calls a number of the United States: ``tel:+1-404-893-1290``."""
    digits = "".join(filter(str.isdecimal, telephone))[-10:]
    return f"tel:+1-{digits[:3]}-{digits[3:6]}-{digits[6:]}"
