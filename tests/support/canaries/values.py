"""Canaries: values that occur nowhere else in the world, put into every field that is sealed, and looked for elsewhere.

Each holds letters of its language as well as a number of its own, and is looked for in every form in which a program
may write it: as it is, escaped in JSON, in another case, with and without its hyphens.
"""

from __future__ import annotations

import json
from itertools import count
from random import randrange
from typing import Any

CHANNELS = ("web", "email", "phone", "letter", "fax", "in_person")
WORDS = {
    "en": "Goldfinch",
    "es": "Jilgueronazo",
    "pt": "Pintassilgão",
    "ht": "Kanaryèl",
    "zh": "金翅雀鳥",
    "pa": "ਪੀਲੀਚਿੜੀ",
    "ru": "Канарейкина",
    "ar": "كناريصغير",
    "fr": "Chardonnerêt",
}
"""A name by language."""


class Canaries:
    """Makes canaries, and finds those that a text holds."""

    def __init__(self) -> None:
        self._numbers = count(randrange(10_000, 90_000))  # noqa: S311  # other runs leave other values
        self.made: dict[str, str] = {}
        """What to look for, by the field that it was put into."""

    def _keep(self, field: str, *forms: str) -> None:
        for form in forms:
            self.made[form.casefold()] = field

    def text(self, field: str, language: str) -> str:
        token, word = f"zq{next(self._numbers)}qz", WORDS[language]
        self._keep(field, token, word, json.dumps(word)[1:-1])
        return f"{word} {token}"

    def tag(self, field: str, language: str) -> str:
        """A language tag that nobody else has: with a subtag for private use."""
        token = f"zq{next(self._numbers)}q"
        self._keep(field, token)
        return f"{language}-x-{token}"

    def email(self, field: str) -> str:
        token = f"zq{next(self._numbers)}qz"
        self._keep(field, token)
        return f"{token}@example.org"

    def phone(self, field: str) -> str:
        number = f"20255{next(self._numbers)}"
        self._keep(field, number)
        return f"+1{number}"

    def a_number(self, field: str) -> str:
        digits = f"7319{next(self._numbers)}"
        dashed = f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"
        self._keep(field, digits, dashed)
        return f"A{dashed}"

    def zip(self, field: str) -> str:
        code = f"{next(self._numbers)}-7319"
        self._keep(field, code)
        return code

    def date(self, field: str) -> str:
        """A date in 1930 to 1949: of it only the year may lie open."""
        number = next(self._numbers)
        date = f"{1930 + number % 20}-{1 + number % 12:02d}-{1 + number % 28:02d}"
        self._keep(field, date)
        return date

    def secret(self, field: str, value: str) -> None:
        """Look for a secret of the system's own, too, with and without its hyphens."""
        self._keep(field, value, value.replace("-", ""))

    def found_in(self, *texts: str) -> set[str]:
        """Return the fields whose canaries occur in one of the texts."""
        lower = [text.casefold() for text in texts]
        return {field for form, field in self.made.items() if any(form in text for text in lower)}

    # ---- bodies with a canary in every field that is sealed

    def submission(self, language: str, channel: str) -> dict[str, Any]:
        """A request that fills every sealed field."""
        return {
            "requester": {
                "role": "self",
                "name": self.text("requester.name", language),
                "organization": self.text("requester.organization", language),
                "relationship": self.text("requester.relationship", language),
                "prepared_by": {
                    field: self.text(f"requester.prepared_by.{field}", language)
                    for field in ("name", "organization", "language")
                },
                "own_reference": self.tag("requester.own_reference", language),
                "contact": self.contact(language),
            },
            "subject": self.subject(language),
            "facts": {"custody": "detained", **self.facts(language)},
            "grounds": self.text("grounds", language),
            "outcome_sought": ["release"],
            "prior_contact": self.text("prior_contact", language),
            "channel": channel,
        }

    def subject(self, language: str) -> dict[str, Any]:
        return {
            "a_number": self.a_number("subject.a_number"),
            "given_name": self.text("subject.given_name", language),
            "family_name": self.text("subject.family_name", language),
            "born_on": self.date("subject.born_on"),
            "citizenship": self.text("subject.citizenship", language),
            "uscis_receipt": self.text("subject.uscis_receipt", language),
        }

    def contact(self, language: str) -> dict[str, Any]:
        return {
            "email": self.email("contact.email"),
            "phone": self.phone("contact.phone"),
            "postal": self.postal(language),
            "call_times": self.text("contact.call_times", language),
            "preferred": "sms" if language in {"ht", "ar"} else "email",
            "language": self.tag("contact.language", language),
            "spoken_language": self.text("contact.spoken_language", language),
            "safe_to_contact": True,
        }

    def postal(self, language: str) -> dict[str, Any]:
        return {
            "lines": [self.text("contact.postal.lines", language)],
            "city": self.text("contact.postal.city", language),
            "state": self.text("contact.postal.state", language),
            "zip": self.zip("contact.postal.zip"),
        }

    def facts(self, language: str) -> dict[str, Any]:
        """Facts whose free texts say who it is: a facility and a residence typed as someone's, and an offense."""
        return {
            "facility": self.text("facts.facility", language),
            "residence": {
                "state": self.text("facts.residence.state", language),
                "county": self.text("facts.residence.county", language),
                "city": self.text("facts.residence.city", language),
                "zip": self.zip("facts.residence.zip"),
            },
            "convictions": [{"kind": "misdemeanor", "offense": self.text("facts.convictions.offense", language)}],
            "relief_pending": ["t_visa", "asylum"],
        }

    def update(self, language: str) -> dict[str, Any]:
        """An update that fills every sealed field."""
        return {
            "subject": self.subject(language),
            "facts": self.facts(language),
            "contact": self.contact(language),
            "statement": self.text("update.statement", language),
        }

    def refused(self, language: str) -> list[dict[str, Any]]:
        """Requests that are refused for a value that is a canary."""
        plain = {"requester": {"role": "self"}, "subject": {"given_name": "A"}, "grounds": "B"}
        wrong = self.text("refused", language)
        return [
            {**plain, "wish": wrong},
            {**plain, "grounds": [wrong]},
            {**plain, "channel": wrong},
            {**plain, "facts": {"custody": wrong, "removal_at": wrong, "minor_children": wrong}},
            {**plain, "facts": {"convictions": [{"kind": wrong}], "relief_pending": [wrong]}},
            {**plain, "subject": {"a_number": wrong, "born_on": wrong}},
            {**plain, "subject": {"a_number": "A000-000-000", "given_name": wrong}},
            {**plain, "requester": {"role": wrong, "authority": wrong, "name": wrong * 20}},
            {**plain, "requester": {"role": "self", "contact": {"email": wrong, "phone": wrong, "language": wrong}}},
        ]
