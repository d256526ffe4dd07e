"""Put addresses on the suppression list, as their MACs."""

from __future__ import annotations

from collections.abc import Iterable

from aws_lambda_powertools.metrics import MetricUnit

from casereview.schema.base import to_milliseconds
from casereview.schema.notice_records import Suppression
from casereview.store.transaction import RefusedError, put_new
from notify.reports import WhySuppressed
from notify.services import Services, metrics


def suppress(services: Services, addresses: Iterable[str], why: WhySuppressed) -> None:
    """Suppress addresses; one that is suppressed already stays as it is.

    Args:
        services: The table and the keys.
        addresses: The addresses.
        why: Why they get no more messages.
    """
    for address in addresses:
        record = Suppression(
            address=services.macs.address(address),
            mac_key=services.macs.key,
            since=to_milliseconds(services.now()),
            why=why,
        )
        try:
            services.table.write(put_new(record))
        except RefusedError:
            continue  # already suppressed
        metrics.add_metric("Suppressed", MetricUnit.Count, 1)
