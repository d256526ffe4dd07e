"""What a route answers where a record cannot be read: the case counts as restricted, and nothing in it is changed.

To callers with access to restricted cases a read shows what can be read, and the flag; to others the case does not
exist until it is repaired.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from casereview.crypto.sealing import SealBrokenError
from casereview.http.problems import ProblemError, no_such_case
from casereview.schema.base import to_milliseconds
from casereview.store import keys
from casereview.store.altered import found_altered, mark_altered
from casereview.store.recheck import mark
from casereview.store.unreadable import UnreadableError

if TYPE_CHECKING:
    from casereview.schema.base import Record
    from review.call import Call, Route


def acted(route: Route[Any, Any], call: Call[Any]) -> Record | None:
    """Handle a call of a route, whatever cannot be read.

    Raises:
        ProblemError: What the route raises; 404 or 409 where something cannot be read.
    """
    try:
        return _act(route, call)
    except UnreadableError as error:
        return _despite(route, call, error)
    except SealBrokenError as error:
        found_altered(error.part, error.owner, error.sealed)
        raise ProblemError("unreadable") from None  # access was checked before anything was opened
    finally:
        mark_altered(call.services.table, to_milliseconds(call.services.now()))


def _act(route: Route[Any, Any], call: Call[Any]) -> Record | None:
    found: Record | None = route.act(call)
    return found


def _despite(route: Route[Any, Any], call: Call[Any], error: UnreadableError) -> Record | None:
    """Mark the case, and handle the call again: a read then leaves out what cannot be read."""
    services = call.services
    if error.key == keys.case(call.incoming.path.get("case_id", "")):
        raise _refused(call)
    if error.case_id:
        mark(services.table, error.case_id, to_milliseconds(services.now()))
    if route.method == "GET":
        services = replace(services, table=services.table.leaving_out())
    try:
        return _act(route, replace(call, services=services))
    except SealBrokenError as altered:
        found_altered(altered.part, altered.owner, altered.sealed)
        raise _refused(call) from None
    except UnreadableError:
        raise _refused(call) from None


def _refused(call: Call[Any]) -> ProblemError:
    if "case_id" not in call.incoming.path:
        return ProblemError("busy")
    return ProblemError("unreadable") if call.caller.restricted else no_such_case()
