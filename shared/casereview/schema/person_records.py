"""Records that find the cases of a person, by the MAC of the A-number, or of the name with the birth year."""

from __future__ import annotations

from casereview.schema.base import Instant
from casereview.schema.records import Stored


class PersonCase(Stored):
    """A case of a person, ended or not, keyed by the MAC of the A-number."""

    person: str
    case: str
    mac_key: str
    filed_at: Instant
    """When the case was filed."""


class NameCase(Stored):
    """A case about somebody of a name and birth year, keyed by their MAC; it suggests duplicates to staff."""

    name: str
    case: str
    mac_key: str
