"""From the fields of a form to the body of a request, and back.

The name of a field is its path in the body, as ``facts.convictions.0.kind``. A date has three fields: ``….year``,
``….month`` and ``….day``, of which the last ones may be blank where only the year or the month is known.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

BOOLEANS: Final = frozenset(
    {
        "subject.one_name",
        "requester.contact.leave_message",
        "requester.contact.safe_to_contact",
        "requester.contact.interpreter",
        *(
            f"facts.{name}"
            for name in (
                "removal_soon",
                "serious_illness",
                "pregnant",
                "disability",
                "mental_condition",
                "sole_caregiver",
                "family_hardship",
                "victim_or_witness",
                "rehabilitation",
                "former_unaccompanied_child",
                "claims_us_citizenship",
            )
        ),
    }
)
"""Fields with the values ``true`` and ``false``; any other counts as not answered."""
NUMBERS: Final = frozenset({"facts.minor_children", "facts.us_citizen_children"})
LISTS: Final = frozenset({"outcome_sought", "facts.relief_pending"})
"""Fields of which several may be chosen; their names in the form end with ``[]``."""
DATES: Final = frozenset(
    {
        "subject.born_on",
        *(f"facts.{name}" for name in ("removal_at", "detained_on", "check_in_on", "entered_on", "last_entry_on")),
    }
)
TEXTS: Final = frozenset(
    {
        *(f"requester.prepared_by.{name}" for name in ("name", "organization", "language")),
        "grounds",
        "prior_contact",
        *(
            f"requester.{name}"
            for name in ("role", "name", "organization", "relationship", "own_reference", "authority")
        ),
        *(
            f"requester.contact.{name}"
            for name in ("email", "phone", "preferred", "call_times", "language", "spoken_language")
        ),
        *(f"requester.contact.postal.{name}" for name in ("city", "state", "zip")),
        *(f"subject.{name}" for name in ("a_number", "given_name", "family_name", "citizenship", "uscis_receipt")),
        *(f"facts.{name}" for name in ("custody", "facility", "removal_order", "military_service")),
        *(f"facts.residence.{name}" for name in ("state", "county", "city", "zip")),
    }
)
LINES: Final = frozenset({"requester.contact.postal.lines"})
"""Texts of several lines, each an item of a list."""
MOST_CONVICTIONS: Final = 3
"""The convictions that a form has fields for; more are told in words."""
OTHERS: Final = frozenset({"citizenship_why", "changed_since", "convicted", "long", "risk"})
"""Fields that say something else than one field of the body."""
_CONVICTION: Final = re.compile(r"facts\.convictions\.\d\.(offense|kind|convicted_on(\.(year|month|day))?)")
_NUMBER: Final = re.compile(r"\d{1,3}")
"""A number as the forms ask for one; anything else is sent as it was typed, and refused."""
_PARTS: Final = ("year", "month", "day")


def body_of(form: Mapping[str, str]) -> dict[str, Any]:
    """Return the body that the fields of a form say; fields that are blank or not known are absent."""
    body: dict[str, Any] = {}
    for path in (*TEXTS, *BOOLEANS, *NUMBERS, *LISTS, *DATES, *LINES):
        value = _value(form, path)
        if value is not None:
            _put(body, path.split("."), value)
    convictions = _convictions(form)
    if convictions is not None:
        _put(body, ["facts", "convictions"], convictions)
    return body


def asked(form: Mapping[str, str]) -> dict[str, str]:
    """Return the answers of a form without those to questions that are not asked then: citizenship where not held."""
    is_held = form.get("facts.custody") == "detained"
    return {name: value for name, value in form.items() if is_held or name != "subject.citizenship"}


def _convictions(form: Mapping[str, str]) -> list[dict[str, str]] | None:
    """Return the convictions that a form states: none where it says so, one of no kind for a mere yes."""
    stated = []
    for number in _rows(form):
        path = f"facts.convictions.{number}"
        one = {name: form[f"{path}.{name}"] for name in ("offense", "kind") if f"{path}.{name}" in form}
        day = _date(form, f"{path}.convicted_on")
        stated.append({"kind": "unknown", **one, **({"convicted_on": day} if day else {})})
    said = form.get("convicted")
    return stated or ([] if said == "no" else [{"kind": "unknown"}] if said == "yes" else None)


def _rows(form: Mapping[str, str]) -> list[int]:
    """Return the numbers of the convictions of which a form says something."""
    paths = [f"facts.convictions.{number}." for number in range(MOST_CONVICTIONS)]
    return [number for number, path in enumerate(paths) if any(name.startswith(path) for name in form)]


def _value(form: Mapping[str, str], path: str) -> object:
    if path in DATES:
        return _date(form, path)
    text = form.get(f"{path}[]" if path in LISTS else path)
    if text is None:
        return None
    if path in BOOLEANS:
        return {"true": True, "false": False}.get(text)
    if path in NUMBERS:
        return int(text) if _NUMBER.fullmatch(text) else text
    return text.split("\n") if path in LISTS | LINES else text


def _date(form: Mapping[str, str], path: str) -> str | None:
    """Return a date as it was typed, from the year to the last part that is given; a refusal names the whole."""
    parts = [form.get(f"{path}.{part}", "") for part in _PARTS]
    while parts and not parts[-1]:
        parts.pop()
    return "-".join(part.zfill(2) for part in parts) if parts else None


def _put(body: dict[str, Any], path: list[str], value: object) -> None:
    *folders, name = path
    for folder in folders:
        body = body.setdefault(folder, {})
    body[name] = value


def field_of(pointer: str, form: Mapping[str, str]) -> str:
    """Return the field that a pointer of a refusal names (``/requester/contact/email``); empty for the whole.

    Args:
        pointer: The pointer into the body that the form says. That of an update names its contact ``/contact``.
        form: The form; the convictions of a body are its rows that are not blank.
    """
    parts = pointer.strip("/").split("/")
    if parts[0] == "contact":
        parts = ["requester", *parts]
    match parts:
        case ["facts", "convictions", place, *_]:
            parts[2] = str(_rows(form)[int(place)])
    for length in range(len(parts), 0, -1):
        path = ".".join(parts[:length])
        if path in DATES:
            return f"{path}.year"
        if path in LISTS:
            return f"{path}[]"
        if path in TEXTS | BOOLEANS | NUMBERS | LINES | {"statement"} or _CONVICTION.fullmatch(path):
            return path.replace(".convicted_on", ".convicted_on.year")
    return ""


def kept(form: Mapping[str, str], shown: Iterable[str]) -> list[tuple[str, str]]:
    """Return the fields of a form that a page does not show, which it carries along unseen.

    Args:
        form: the fields that were sent.
        shown: the names of the fields that the page has itself.
    """
    own = set(shown)
    return [(name, value) for name, value in form.items() if name not in own and _is_known(name)]


def carried(form: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the fields of the form for a request, with its key, which another page carries along and back."""
    fields = kept(form, ())
    return [("key", form["key"]), *fields] if fields and "key" in form else fields


def _is_known(name: str) -> bool:
    path, _, part = name.rpartition(".")
    plain = name.removesuffix("[]")
    if plain in TEXTS | BOOLEANS | NUMBERS | LISTS | LINES | OTHERS or _CONVICTION.fullmatch(name):
        return True
    return path in DATES and part in _PARTS
