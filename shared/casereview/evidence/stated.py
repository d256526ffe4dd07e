"""The facts that an event states, without values that this release does not know."""

from __future__ import annotations

from typing import Final

from casereview.schema.base import Unrecognized
from casereview.schema.facts import Facts

_NAMES: Final = tuple(Facts.model_fields)
_NOT_STATED: Final = object()


def stated_facts(claims: Facts) -> dict[str, object]:
    """Return the stated facts by name, in the order of the fields; None where a fact was stated as unknown.

    An enumeration value written by another release and unknown to this one counts as not stated. Unknown elements of
    a list are left out. If none remain, the list counts as not stated: an empty list would say that there are none.
    """
    stated, values = claims.model_fields_set, claims.__dict__
    if not stated:
        return {}
    found = {name: values[name] for name in _NAMES if name in stated}
    for name, value in list(found.items()):
        if isinstance(value, Unrecognized | tuple):
            known = _known(value)
            if known is _NOT_STATED:
                del found[name]
            else:
                found[name] = known
    return found


def _known(value: object) -> object:
    if isinstance(value, Unrecognized):
        return _NOT_STATED
    if isinstance(value, tuple) and any(isinstance(element, Unrecognized) for element in value):
        return tuple(element for element in value if not isinstance(element, Unrecognized)) or _NOT_STATED
    return value
