"""A call that a role does not allow fails the test in whose course it was made, even where nobody sees it."""

from __future__ import annotations

from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError

from infra.local.account import REGION
from tests.support.local.local_system import Local, running
from tests.support.local.processes import processes_of

pytestmark = [pytest.mark.proof(5), pytest.mark.breaks]


def credentials_of(local: Local, name: str) -> boto3.Session:
    """Take the credentials that a function's process was given."""
    for process in processes_of(local.process):
        pairs = Path(f"/proc/{process}/environ").read_text(errors="replace").split("\0")
        variables = dict(pair.split("=", 1) for pair in pairs if "=" in pair)
        if variables.get("AWS_LAMBDA_FUNCTION_NAME", "").endswith(name):
            return boto3.Session(variables["AWS_ACCESS_KEY_ID"], variables["AWS_SECRET_ACCESS_KEY"], region_name=REGION)
    raise AssertionError(f"no process of {name}")


def scan(folder: Path) -> None:
    """Run the system, and have prioritize read the whole table."""
    with running(folder) as local:
        session = credentials_of(local, "prioritize")
        with pytest.raises(ClientError, match="AccessDenied"):
            session.client("dynamodb", endpoint_url=local.endpoint).scan(TableName=local.table)
        assert {action for _role, action, _resource in local.denials()} == {"dynamodb:Scan"}


def test_a_denied_call_of_a_function_fails_its_run(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="its role does not allow"):
        scan(tmp_path)
