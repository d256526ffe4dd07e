"""Every error code of KMS: clients are asked to retry, nothing is stored, and messages are redelivered."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from casereview.crypto.macs import Macs
from tests.support.aws_faults import refuses
from tests.support.crashes.flow import named
from tests.support.crashes.flows_public import PUBLIC
from tests.support.crashes.flows_staff import STAFF
from tests.support.crashes.flows_workers import WORK
from tests.support.crashes.matrix import Trial, check_recovery
from tests.support.crashes.rig import Rig
from tests.support.environment import REGION
from tests.support.faults.kinds import service_of
from tests.support.proofs.sizes import sized
from tests.support.proofs.tally import Tally

pytestmark = [pytest.mark.proof(1), pytest.mark.timeout(300)]
STATUS = {"KMSInternalException": 500, "DependencyTimeoutException": 503, "KeyUnavailableException": 500}
"""The HTTP status of codes that do not have 400."""
COMMON = ("AccessDeniedException", "ThrottlingException")
SMALL = ("AccessDeniedException", "DisabledException", "ThrottlingException", *STATUS)
CLIENT_FLOWS = sized(("file", "read contacts"), ("file", "look up", "update", "escalate", "read contacts", "decide"))
SYSTEM_FLOWS = sized(("notify by mail",), ("notify by mail", "notify by text message", "bounce"))

AUDITED = ("read contacts",)
"""Flows that store the record of a read before they decrypt."""


def codes(operation: str) -> list[str]:
    """Return the error codes in the service model of botocore, and the codes that all services can return."""
    client: Any = boto3.client("kms", region_name=REGION)
    shapes = client.meta.service_model.operation_model(operation.partition(".")[2]).error_shapes
    found = sorted({*(shape.error_code for shape in shapes), *COMMON})
    return [code for code in found if code in sized(set(SMALL), set(found))]


def cells(trial: Trial) -> list[tuple[str, str]]:
    """Return each KMS call of a flow with every error code."""
    operations = sorted({operation for operation in trial.calls if service_of(operation) == "kms"})
    assert operations
    return [(operation, code) for operation in operations for code in codes(operation)]


def check_nothing_stored(trial: Trial, operation: str, code: str) -> None:
    """Have KMS reject an operation with an error code; check that a retry is requested and nothing is stored."""
    error = refuses(code, status=STATUS.get(code, 400))
    trial.rig.restore(trial.start)
    with trial.rig.hook.observe(lambda _number, called: error if called == operation else None):
        answer = trial.act()
    if answer:
        assert (answer.status, answer.content_type) == (503, "application/problem+json")
        assert code not in answer.body
        if trial.flow.name in AUDITED:
            check_recovery(trial)
        else:
            assert trial.rig.capture_state() == trial.start
    else:
        assert trial.rig.failed_messages
        assert trial.settle() == trial.done


def prove_kms_errors(rig: Rig, flow: str, tally: Tally) -> None:
    """Have KMS reject each of its calls in a flow with every error code."""
    trial = Trial(rig, named([*PUBLIC, *STAFF, *WORK], flow)[0])
    for operation, code in cells(trial):
        with tally.case(f"{flow}: {operation}: {code}"):
            check_nothing_stored(trial, operation, code)


@pytest.mark.parametrize("flow", [*CLIENT_FLOWS, *SYSTEM_FLOWS])
def test_an_error_of_kms_stores_nothing_and_asks_for_a_retry(rigged: Rig, flow: str, tally: Tally) -> None:
    prove_kms_errors(rigged, flow, tally)


@pytest.mark.breaks
def test_continuing_without_a_mac_is_detected(rigged: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """The defect occurs if KMS denies access, so only that error code detects it."""
    mac = Macs._mac

    def zeros_if_denied(macs: Macs, *given: Any) -> bytes:  # noqa: ANN401  # as the original
        try:
            return mac(macs, *given)
        except ClientError as error:
            if error.response["Error"]["Code"] == "AccessDeniedException":
                return bytes(32)
            raise

    monkeypatch.setattr(Macs, "_mac", zeros_if_denied)
    tally = Tally()
    prove_kms_errors(rigged, "file", tally)
    assert [violation.split(": ")[1:3] for violation in tally.violations] == [
        ["kms.GenerateMac", "AccessDeniedException"]
    ]
