"""The Lambda handler of the public site, whose pages are the table in ``pages.routes``."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger

from casereview.runtime.error_logging import SuppressAndLog
from casereview.runtime.invocation import begin_invocation
from casereview.runtime.settings import now
from casereview.runtime.snapstart import prepare_before_snapshot
from casereview.web.browser import read_request
from pages.offices import OfficeSettings
from pages.public_api import PublicApi, lambda_client
from pages.rendering import prepare
from pages.routes import answer, failed

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger()


class PagesSettings(OfficeSettings):
    """The settings of the site."""

    public_api_function: str
    """The ARN of the published version of the function behind the public API."""


@cache
def public_api() -> PublicApi:
    """Return the public API, whose client is made once."""
    return PublicApi(lambda_client(), PagesSettings.from_environment().public_api_function)


prepare_before_snapshot(public_api, prepare)


def respond(api: PublicApi, event: dict[str, Any], at: datetime) -> dict[str, Any]:
    """Answer one event of API Gateway at a time, with the given public API."""
    request = read_request(event)
    found = None
    with SuppressAndLog(logger, "a page failed", page=request.page):
        found = answer(request, api, at)
    return (found or failed(request, at)).as_event()


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one event of API Gateway."""
    begin_invocation(event, context)
    return respond(public_api(), event, now())
