"""The facts that a word states, as far as this release knows their values."""

from __future__ import annotations

from typing import Final

from casereview.schema.base import Unrecognized
from casereview.schema.facts import Facts

_NAMES: Final = tuple(Facts.model_fields)
_NOT_STATED: Final = object()


def stated_facts(claims: Facts) -> dict[str, object]:
    """Return the facts that were stated, in the order of the fields; None where one was stated as unknown.

    A value that another release has written and this one does not know counts as not stated. Such an element of a
    list is left out, and where none is left the list counts as not stated: nothing is known to be absent.
    """
    names = (name for name in _NAMES if name in claims.model_fields_set)
    values = {name: _known(getattr(claims, name)) for name in names}
    return {name: value for name, value in values.items() if value is not _NOT_STATED}


def _known(value: object) -> object:
    if isinstance(value, Unrecognized):
        return _NOT_STATED
    if isinstance(value, tuple) and any(isinstance(element, Unrecognized) for element in value):
        return tuple(element for element in value if not isinstance(element, Unrecognized)) or _NOT_STATED
    return value
