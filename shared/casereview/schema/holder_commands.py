"""Request bodies of the holder of a receipt: updates, escalations and withdrawals."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, model_validator

from casereview.schema.base import Record
from casereview.schema.error_codes import invalid_value
from casereview.schema.fields import LongText, has_value
from casereview.schema.submission import Contact, FactClaims, SubjectParts


class Update(Record):
    """The body of an update: absent is unchanged, null is unknown again, lists are replaced."""

    model_config = ConfigDict(
        json_schema_extra={"anyOf": [*map(has_value, ("subject", "facts", "contact", "statement"))]}
    )
    subject: SubjectParts | None = None
    """What was missing of the identity. What the request has stated already is changed by the office alone."""
    facts: FactClaims | None = None
    contact: Contact | None = None
    statement: LongText | None = None
    """More of the grounds."""

    @model_validator(mode="after")
    def _something(self) -> Update:
        stated = (part.model_fields_set for part in (self.facts, self.contact) if part)
        identified = self.subject is not None and self.subject != SubjectParts()
        if self.statement is None and not identified and not any(stated):
            raise invalid_value("nothing_to_change")
        return self


class Escalation(Record):
    """The body of an escalation."""

    statement: LongText
    """Why the decision should be looked at again."""
    facts: FactClaims | None = None
    """What the decision did not know; as in an update."""


class Withdrawal(Record):
    """The body of a withdrawal: an empty object, or ``undo`` to take one back within 72 hours."""

    undo: Literal[True] | None = None


class Nothing(Record):
    """A body without content: an empty object."""
