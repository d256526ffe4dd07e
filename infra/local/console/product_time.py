"""Moves the product's time, and what follows it: the times of sent messages, and items that expire."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Lock

from infra.local.console.expired_items import delete_expired_items
from infra.local.emulators.server_process import EmulatorProcess
from infra.local.lambda_runtime.product_clock import ProductClock
from infra.local.template.stack import Stack


class ProductTime:
    """The product's time, as the console moves it.

    Args:
        clock: the clock of the product.
        emulator: the AWS endpoint, which sends messages in the product's time.
        stack: the stack with the tables.
    """

    def __init__(self, clock: ProductClock, emulator: EmulatorProcess, stack: Stack) -> None:
        self._clock = clock
        self._emulator = emulator
        self._stack = stack
        self._moving = Lock()

    def advance(self, seconds: object) -> datetime:
        """Move the product's time forward, and delete the items that have expired by then.

        Args:
            seconds: how far, a JSON number from 0.

        Returns:
            The product's time afterwards, in UTC.

        Raises:
            AdvanceError: it is not such a number, or too large.
        """
        with self._moving:
            self._clock.advance(seconds)
            self._emulator.put_json("/_endpoint/clock", {"lead": self._clock.lead // timedelta(microseconds=1)})
            delete_expired_items(self._stack, self._clock.now())
            return self._clock.now()
