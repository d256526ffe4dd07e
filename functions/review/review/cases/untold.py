"""What an act of staff leaves to tell: the decision that nobody learns of any more."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from casereview.evidence.fold import TELL_DUTY
from casereview.schema.records import Case
from casereview.schema.request_records import Request
from casereview.store.open_duties import open_duties
from casereview.store.transaction import Write, put_new
from casereview.usecases.untold import Changed, duty_if_untold
from review.cases.session import CaseSession

if TYPE_CHECKING:
    from pydantic import JsonValue


class ToBeTold(NamedTuple):
    """The duty to tell the person of a decision, if there is one: its write, and what the event says of it."""

    also: tuple[Write, ...] = ()
    details: Mapping[str, JsonValue] = MappingProxyType({})


NOT_TO_BE_TOLD: Final = ToBeTold()


def to_be_told(session: CaseSession, case: Case, request: Request | None = None) -> ToBeTold:
    """Return the duty to tell the person of a decision, if an act leaves nobody who learns of it.

    Args:
        session: The caller and the case.
        case: The case after the act.
        request: The request that the act changes, after it.
    """
    left = open_duties(session.services.table, case.case_id)
    duty = duty_if_untold(session.services, case, left, session.at, Changed(request))
    return ToBeTold((put_new(duty),), {TELL_DUTY: duty.duty_id}) if duty else NOT_TO_BE_TOLD
