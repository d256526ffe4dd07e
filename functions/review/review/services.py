"""The services of review, created once per execution environment."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from aws_lambda_powertools import Logger, Metrics

import casereview.usecases.services
from casereview.policy.packaged import compile_packaged
from casereview.runtime.snapstart import prepare_before_snapshot
from casereview.schema.base import build_records
from casereview.usecases.services import CaseServices, CaseServicesSettings
from review.directory import Directory, user_pool_client

logger = Logger()
metrics = Metrics()


class ReviewSettings(CaseServicesSettings):
    """The environment that template.yaml gives review."""

    user_pool_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewServices(CaseServices):
    """The services that a route of the staff API uses; tests pass their own."""

    directory: Directory


def with_directory(services: CaseServices, directory: Directory) -> ReviewServices:
    """Return the services of review: those that change cases, and the directory of the staff."""
    return ReviewServices(
        **{name: getattr(services, name) for name in CaseServices.__dataclass_fields__}, directory=directory
    )


@cache
def services() -> ReviewServices:
    """Return the services of this execution environment."""
    settings = ReviewSettings.from_environment()
    shared = casereview.usecases.services.connect(settings)
    return with_directory(shared, Directory(user_pool_client, settings.user_pool_id))


prepare_before_snapshot(services, compile_packaged, build_records)
