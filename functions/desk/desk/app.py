"""The Lambda handler of the desk, whose pages are the table in ``desk.routes``."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import urllib3
from aws_lambda_powertools import Logger

from casereview.runtime.aws_clients import AwsClients
from casereview.runtime.error_logging import SuppressAndLog
from casereview.runtime.invocation import begin_invocation
from casereview.runtime.settings import Settings, now
from casereview.runtime.snapstart import prepare_before_snapshot
from casereview.web.browser import read_request
from desk.gate import Desk
from desk.login import Login
from desk.rendering import render
from desk.routes import answer
from desk.sessions import Sessions

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger()


class DeskSettings(Settings):
    """The settings of the desk."""

    session_table: str
    staff_api_url: str
    sign_in_url: str
    desk_url: str
    client_id: str
    client_secret: str


@cache
def desk() -> Desk:
    """Return what the desk works with, made once; it holds nothing of any user."""
    settings = DeskSettings.from_environment()
    http = urllib3.PoolManager()
    return Desk(
        Sessions(AwsClients().make("dynamodb"), settings.session_table),
        Login(http, settings.sign_in_url, settings.desk_url, settings.client_id, settings.client_secret),
        http,
        settings.staff_api_url,
        settings.sign_in_url,
    )


prepare_before_snapshot(desk)


def respond(own: Desk, event: dict[str, Any], at: datetime) -> dict[str, Any]:
    """Answer one event of API Gateway at a time."""
    request = read_request(event)
    found = None
    with SuppressAndLog(logger, "a page failed", page=request.page):
        found = answer(own, request, at)
    return (found or render("failed", request.prefix, at, 503)).as_event(own.headers)


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one event of API Gateway."""
    begin_invocation(event, context)
    return respond(desk(), event, now())
