"""Every error code of SES and of text messages: the notice is retried, because none of them alone says more."""

from __future__ import annotations

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError

from notify.provider_errors import _ABOUT_NUMBER
from tests.support.aws_faults import Responder, fails, performs_then_fails, refuses
from tests.support.crashes.flow import named
from tests.support.crashes.flows_workers import WORK
from tests.support.crashes.matrix import Trial, check_shape_in
from tests.support.crashes.rig import Rig
from tests.support.crashes.table_shape import Shape
from tests.support.environment import REGION
from tests.support.proofs.sizes import sized
from tests.support.proofs.tally import Tally

pytestmark = [pytest.mark.proof(1), pytest.mark.timeout(300)]
TEXT = "pinpoint-sms-voice-v2.SendTextMessage"
FLOWS = {"sesv2.SendEmail": "notify by mail", TEXT: "notify by text message"}
COMMON = ("ThrottlingException", "InternalFailure", "ServiceUnavailable", "AccessDeniedException")
URL = {"endpoint_url": "https://email.example.gov"}


def codes(operation: str) -> list[str]:
    """Return the error codes in the service model of botocore, and the codes that all services can return."""
    service, name = operation.split(".")
    client = boto3.client(service, region_name=REGION)  # type: ignore[call-overload]
    shapes = client.meta.service_model.operation_model(name).error_shapes
    found = sorted({shape.error_code for shape in shapes} | set(COMMON))
    return sized([COMMON[0], found[0]], found)


def _send_with_faults(trial: Trial, operation: str, act: Responder, *, times: int) -> tuple[int, Shape]:
    """Have the first attempts to send fail, and settle.

    Returns:
        The number of attempts, and the shape of the table at the end.
    """
    rig, attempts = trial.rig, list[str]()

    def choose(_number: int, called: str) -> Responder | None:
        attempts.extend([called] if called == operation else [])
        return act if called == operation and len(attempts) <= times else None

    rig.restore(trial.start)
    with rig.hook.observe(choose):
        trial.act()
        end = trial.settle()
    return len(attempts), end


@pytest.mark.parametrize("operation", FLOWS)
def test_each_error_is_retried(rigged: Rig, operation: str, tally: Tally) -> None:
    trial = Trial(rigged, named(WORK, FLOWS[operation])[0])
    for code in codes(operation):
        with tally.case(f"{operation}: {code}"):
            attempts, end = _send_with_faults(trial, operation, refuses(code), times=2)
            (notice,) = rigged.notices
            assert (notice.unanswered, attempts) == (0, 3)
            check_shape_in(end, [trial.done])


def test_a_number_that_is_refused_requires_a_call(rigged: Rig, tally: Tally) -> None:
    trial = Trial(rigged, named(WORK, FLOWS[TEXT])[0])
    for reason in sorted(_ABOUT_NUMBER):
        with tally.case(f"{TEXT}: {reason}"):
            attempts, _end = _send_with_faults(trial, TEXT, refuses("ConflictException", Reason=reason), times=2)
            (notice,) = rigged.notices
            assert (notice.state, notice.why, attempts) == ("undeliverable", "refused", 1)
            assert "telephone" in rigged.cases[0].flags


@pytest.mark.parametrize("operation", FLOWS)
def test_a_notice_without_a_response_is_sent_three_times_at_most(rigged: Rig, operation: str, tally: Tally) -> None:
    trial = Trial(rigged, named(WORK, FLOWS[operation])[0])
    lost = performs_then_fails(ReadTimeoutError(**URL))
    for times in (1, 2, 3):
        with tally.case(f"{operation}: no response, {times} times"):
            attempts, _end = _send_with_faults(trial, operation, lost, times=times)
            (notice,) = rigged.notices
            ended = ("undeliverable", "unanswered") if times == 3 else ("sent", None)
            assert (notice.state, notice.why, attempts) == (*ended, min(times + 1, 3))
            assert notice.unanswered == times
    with tally.case(f"{operation}: connection failed"):
        _attempts, end = _send_with_faults(trial, operation, fails(EndpointConnectionError(**URL)), times=2)
        assert rigged.notices[0].unanswered == 0
        check_shape_in(end, [trial.done])
