"""Every way in which SES and SNS refuse: the notice ends as its class says, and only a telephone call is left to do."""

from __future__ import annotations

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError

from notify.providers import _PERMANENT
from tests.support.aws_faults import Responder, fails, performs_then_fails, refuses
from tests.support.crashes.flow import named
from tests.support.crashes.flows_workers import WORK
from tests.support.crashes.matrix import Trial, is_one_of
from tests.support.crashes.rig import Rig
from tests.support.crashes.table_shape import Shape
from tests.support.environment import REGION
from tests.support.proofs.sizes import sized
from tests.support.proofs.tally import Tally

pytestmark = [pytest.mark.proof(1), pytest.mark.timeout(300)]
FLOWS = {"sesv2.SendEmail": "notify by mail", "sns.Publish": "notify by text message"}
COMMON = ("ThrottlingException", "InternalFailure", "ServiceUnavailable", "AccessDeniedException")
URL = {"endpoint_url": "https://email.example.gov"}


def codes(operation: str) -> list[str]:
    """Return every error code that the service's own description names, and those that all services may answer."""
    service, name = operation.split(".")
    client = boto3.client(service, region_name=REGION)  # type: ignore[call-overload]
    shapes = client.meta.service_model.operation_model(name).error_shapes
    found = sorted({shape.error_code for shape in shapes} | set(COMMON))
    return sized([*[code for code in found if code in _PERMANENT][:1], COMMON[0]], found)


def _sent_with(trial: Trial, operation: str, act: Responder, *, times: int) -> tuple[int, Shape]:
    """Have the first attempts at sending fail, and go on to rest; return the number of attempts, and the end."""
    rig, met = trial.rig, list[str]()

    def choose(_number: int, asked: str) -> Responder | None:
        met.extend([asked] if asked == operation else [])
        return act if asked == operation and len(met) <= times else None

    rig.restore(trial.picture)
    with rig.wire.watching(choose):
        trial.ask()
        return _counted(met, trial)


def _counted(met: list[str], trial: Trial) -> tuple[int, Shape]:
    end = trial.rest()
    return len(met), end


@pytest.mark.parametrize("operation", FLOWS)
def test_each_error_is_final_or_mended_by_waiting(rigged: Rig, operation: str, tally: Tally) -> None:
    trial = Trial(rigged, named(WORK, FLOWS[operation])[0])
    for code in codes(operation):
        with tally.case(f"{operation}: {code}"):
            attempts, end = _sent_with(trial, operation, refuses(code), times=2)
            (notice,) = rigged.notices
            if code in _PERMANENT:
                assert (notice.state, notice.why, attempts) == ("undeliverable", "refused", 1)
                assert "telephone" in rigged.cases[0].flags
            else:
                assert (notice.unanswered, attempts) == (0, 3)
                is_one_of(end, [trial.done])


@pytest.mark.parametrize("operation", FLOWS)
def test_what_was_perhaps_sent_is_sent_again_three_times_at_most(rigged: Rig, operation: str, tally: Tally) -> None:
    trial = Trial(rigged, named(WORK, FLOWS[operation])[0])
    lost = performs_then_fails(ReadTimeoutError(**URL))
    for times in (1, 2, 3):
        with tally.case(f"{operation}: no answer, {times} times"):
            attempts, _end = _sent_with(trial, operation, lost, times=times)
            (notice,) = rigged.notices
            ended = ("undeliverable", "unanswered") if times == 3 else ("sent", None)
            assert (notice.state, notice.why, attempts) == (*ended, min(times + 1, 3))
            assert notice.unanswered == times
    with tally.case(f"{operation}: out of reach"):
        _attempts, end = _sent_with(trial, operation, fails(EndpointConnectionError(**URL)), times=2)
        assert rigged.notices[0].unanswered == 0
        is_one_of(end, [trial.done])
