"""The services of intake, created once per execution environment."""

from __future__ import annotations

from functools import cache

from aws_lambda_powertools import Logger, Metrics

from casereview.runtime.snapstart import prepare_before_snapshot
from casereview.schema.base import build_records
from casereview.usecases.services import CaseServices, CaseServicesSettings, connect

logger = Logger()
metrics = Metrics()


@cache
def services() -> CaseServices:
    """Return the services of this execution environment."""
    return connect(CaseServicesSettings.from_environment())


prepare_before_snapshot(services, build_records)
