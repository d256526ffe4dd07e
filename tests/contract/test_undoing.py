"""Every act of staff has an act that undoes it (A17)."""

from __future__ import annotations

from typing import get_args

from casereview.schema.vocabulary import EventKind
from infra.documents.lifecycle import UNDONE_BY
from review.cases.correction import CORRECTABLE, INSTEAD
from review.routes import ROUTES


def test_every_route_that_changes_something_says_what_undoes_it() -> None:
    """For a new route, add its row to ``UNDONE_BY``, and build what undoes it."""
    assert {route.address for route in ROUTES if route.method != "GET"} == UNDONE_BY.keys()


def test_every_kind_of_event_is_corrected_or_names_what_undoes_it() -> None:
    """For a new kind, add it to ``_UNDO`` or to ``INSTEAD`` of ``review.cases.correction``."""
    assert set(get_args(EventKind)) == CORRECTABLE | INSTEAD.keys()
    assert not CORRECTABLE & INSTEAD.keys()
