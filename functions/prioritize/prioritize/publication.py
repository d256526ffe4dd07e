"""Make one record per office once in a period, such as a day or a week.

A run leaves what the period already has, so a schedule can start several runs: each makes only what an earlier one
could not, and a duplicate run changes nothing that was published.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from casereview.runtime.error_logging import SuppressAndLog
from casereview.schema.records import Stored
from casereview.store.items import plain_fields
from casereview.store.keys import Key
from casereview.store.transaction import Condition, RefusedError, Replace
from prioritize.services import Services, logger

TIME_LIMIT: Final = timedelta(seconds=15)
"""How long one run makes records; a later run continues. It leaves time for the last record that was begun."""


@dataclass(frozen=True, slots=True)
class Publication:
    """What is made for each office.

    Attributes:
        period: The name and the value of the attribute that says for which period a record was made.
        key: Returns the key of an office's record.
        make: Makes the record of an office.
    """

    period: tuple[str, str]
    key: Callable[[str], Key]
    make: Callable[[str], Stored]


def publish(services: Services, publication: Publication, offices: Iterable[str], now: datetime) -> dict[str, int]:
    """Make the records that the period does not have yet, and continue after an office that fails.

    An office that fails keeps its record of an earlier period, which shows its age.

    Returns:
        The number of records made, of those that the period had already, of offices that failed, and of offices that
        the time did not suffice for.
    """
    counts = {"made": 0, "kept": 0, "failed": 0, "left": 0}
    for office in offices:
        if services.now() - now > TIME_LIMIT:
            counts["left"] += 1
            continue
        with SuppressAndLog(logger, "a record of an office was not made", office=office) as attempt:
            counts["made" if _publish(services, publication, office) else "kept"] += 1
        counts["failed"] += attempt.failed
    return counts


def _publish(services: Services, publication: Publication, office: str) -> bool:
    """Make and store the record of an office, and return True; False if the period has one."""
    name, value = publication.period
    if any(plain_fields(item).get(name) == value for item in services.table.items(*publication.key(office))):
        return False
    record = publication.make(office)
    try:
        services.table.write(Replace(record, Condition(different={name: value}, or_absent=True)))
    except RefusedError:
        return False  # another run stored one at the same time
    return True
