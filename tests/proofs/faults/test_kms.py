"""Every way in which KMS refuses: who asks is told to try again, nothing was stored, and what is owed comes again."""

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
from tests.support.crashes.matrix import Trial, comes_to_its_end
from tests.support.crashes.rig import Rig
from tests.support.environment import REGION
from tests.support.faults.kinds import service_of
from tests.support.proofs.sizes import sized
from tests.support.proofs.tally import Tally

pytestmark = [pytest.mark.proof(1), pytest.mark.timeout(300)]
STATUS = {"KMSInternalException": 500, "DependencyTimeoutException": 503, "KeyUnavailableException": 500}
"""Of codes whose status is another than 400."""
COMMON = ("AccessDeniedException", "ThrottlingException")
SMALL = ("AccessDeniedException", "DisabledException", "ThrottlingException", *STATUS)
ASKED = sized(("file", "read contacts"), ("file", "look up", "update", "escalate", "read contacts", "decide"))
OWED = sized(("notify by mail",), ("notify by mail", "notify by text message", "bounce"))

WRITTEN_DOWN = ("read contacts",)
"""Who reads what is sealed is written down before it is opened."""


def codes(operation: str) -> list[str]:
    """Return every error code that the service's own description names, and those that all services may answer."""
    client: Any = boto3.client("kms", region_name=REGION)
    shapes = client.meta.service_model.operation_model(operation.partition(".")[2]).error_shapes
    found = sorted({*(shape.error_code for shape in shapes), *COMMON})
    return [code for code in found if code in sized(set(SMALL), set(found))]


def cells(trial: Trial) -> list[tuple[str, str]]:
    """Return the calls of KMS in a flow, each with every code."""
    operations = sorted({operation for operation in trial.calls if service_of(operation) == "kms"})
    assert operations
    return [(operation, code) for operation in operations for code in codes(operation)]


def stores_nothing(trial: Trial, operation: str, code: str) -> None:
    """Have KMS refuse one of its calls; whoever asked is told to try again, and the world is as it was."""
    act = refuses(code, status=STATUS.get(code, 400))
    trial.rig.restore(trial.picture)
    with trial.rig.wire.watching(lambda _number, asked: act if asked == operation else None):
        answer = trial.ask()
    if answer:
        assert (answer.status, answer.content_type) == (503, "application/problem+json")
        assert code not in answer.body
        if trial.flow.name in WRITTEN_DOWN:
            comes_to_its_end(trial)
        else:
            assert trial.rig.picture() == trial.picture
    else:
        assert trial.rig.given_back
        assert trial.rest() == trial.done


def keys_refuse(rig: Rig, flow: str, tally: Tally) -> None:
    """Have KMS refuse each of its calls in a flow with every code."""
    trial = Trial(rig, named([*PUBLIC, *STAFF, *WORK], flow)[0])
    for operation, code in cells(trial):
        with tally.case(f"{flow}: {operation}: {code}"):
            stores_nothing(trial, operation, code)


@pytest.mark.parametrize("flow", [*ASKED, *OWED])
def test_a_key_that_refuses_is_a_reason_to_try_again(rigged: Rig, flow: str, tally: Tally) -> None:
    keys_refuse(rigged, flow, tally)


@pytest.mark.breaks
def test_a_key_without_which_it_goes_on_is_found(rigged: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has no right to the key goes on with none: of all codes only that one shows it."""
    mac = Macs._mac

    def none(macs: Macs, *given: Any) -> bytes:  # noqa: ANN401  # as the original
        try:
            return mac(macs, *given)
        except ClientError as error:
            if error.response["Error"]["Code"] == "AccessDeniedException":
                return bytes(32)
            raise

    monkeypatch.setattr(Macs, "_mac", none)
    tally = Tally()
    keys_refuse(rigged, "file", tally)
    assert [violation.split(": ")[1:3] for violation in tally.violations] == [
        ["kms.GenerateMac", "AccessDeniedException"]
    ]
