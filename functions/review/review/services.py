"""What review works with, made once per execution environment."""

from __future__ import annotations

from functools import cache

from aws_lambda_powertools import Logger, Metrics

from casereview.desk import Desk, DeskSettings, connect
from casereview.policy.registry import compile_packaged
from casereview.starting import ready_before_snapshot

logger = Logger()
metrics = Metrics()


@cache
def services() -> Desk:
    """Return the services of this execution environment."""
    return connect(DeskSettings.from_environment())


ready_before_snapshot(services, compile_packaged)
