from __future__ import annotations

import signal
import socket
import time
from pathlib import Path

import pytest

from tests.support.local.local_run import FIXTURE, LocalRun

FUNCTION = f"""
  Function:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: {FIXTURE}/function
      Handler: {{handler}}
      Runtime: python3.13
      Timeout: {{timeout}}
      Policies: []
      Events: {{events}}
"""
QUEUE = """
  Queue: {Type: AWS::SQS::Queue, Properties: {VisibilityTimeout: 10}}
"""


def start(folder: Path, resources: str, **environment: str) -> LocalRun:
    template = folder / "template.yaml"
    template.write_text(f"Transform: AWS::Serverless-2016-10-31\nResources:\n{resources}")
    return LocalRun(folder, TEMPLATE=str(template), **environment)


def failure(run: LocalRun) -> str:
    """Return what a run prints that cannot start."""
    _, errors = run.process.communicate(timeout=60)
    assert run.process.returncode == 1
    return errors


def test_an_unsupported_resource_type_is_rejected(tmp_path: Path) -> None:
    errors = failure(start(tmp_path, "  Files: {Type: AWS::S3::Bucket}\n"))
    assert "AWS::S3::Bucket (Files)" in errors
    assert "Traceback" not in errors


EVENTS = "{Work: {Type: SQS, Properties: {Queue: !GetAtt Queue.Arn}}}"


def test_a_function_timeout_longer_than_the_visibility_timeout_is_rejected(tmp_path: Path) -> None:
    function = FUNCTION.format(handler="echo.app.handler", timeout=20, events=EVENTS)
    assert "visibility timeout (10 s) is less than the function's timeout (20 s)" in failure(
        start(tmp_path, QUEUE + function)
    )


def test_an_unknown_engine_is_rejected(tmp_path: Path) -> None:
    assert "cannot run the template: ENGINE must be moto or dynamodb-local" in failure(
        start(tmp_path, QUEUE, ENGINE="other")
    )


def test_dynamodb_local_without_java_is_an_error_without_traceback(tmp_path: Path) -> None:
    errors = failure(start(tmp_path, QUEUE, ENGINE="dynamodb-local", PATH=str(tmp_path)))
    assert errors == "cannot run the template: DynamoDB Local needs Java 17 or newer on PATH\n"


def test_dynamodb_local_that_does_not_start_is_an_error_without_traceback(tmp_path: Path) -> None:
    java = tmp_path / "java"
    java.write_text("#!/bin/sh\nexit 1\n")
    java.chmod(0o755)
    errors = failure(start(tmp_path, QUEUE, ENGINE="dynamodb-local", PATH=f"{tmp_path}:/usr/bin:/bin"))
    assert errors.startswith("cannot run the template: DynamoDB Local")
    assert "Traceback" not in errors


def test_a_port_in_use_is_an_error_without_traceback(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        errors = failure(start(tmp_path, QUEUE, PORT=str(port)))
    assert errors.startswith("cannot start: ")
    assert f"port {port}: Address already in use" in errors
    assert "Traceback" not in errors


def test_an_import_error_of_a_handler_is_printed_and_the_run_continues(tmp_path: Path) -> None:
    function = FUNCTION.format(handler="echo.nowhere.handler", timeout=2, events="{}")
    run = start(tmp_path, QUEUE + function)
    run.wait_until_ready()
    health = run.ask("GET", "/_local/health").json
    no_pool = run.ask("POST", "/_local/token", b"{}")
    run.process.send_signal(signal.SIGTERM)
    _, errors = run.process.communicate(timeout=60)
    assert health["status"] == "ok"
    assert no_pool.status == 404
    assert "Runtime.ImportModuleError" in errors
    assert run.process.returncode == 143


def children_of(parent: int) -> list[str]:
    """Return the ids of the child processes of a process, read from /proc."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # the process has exited
            continue
        if int(fields[1]) == parent:
            found.append(stat.parent.name)
    return found


def test_an_interrupt_stops_all_processes(tmp_path: Path) -> None:
    run = start(tmp_path, QUEUE + FUNCTION.format(handler="echo.app.handler", timeout=2, events="{}"))
    run.wait_until_ready()
    children = children_of(run.process.pid)
    assert len(children) == 2
    assert run.stop(signal.SIGINT) == 0
    assert not [child for child in children if Path(f"/proc/{child}").exists()]


@pytest.mark.dynamodb_local
def test_the_table_can_be_in_dynamodb_local(tmp_path: Path) -> None:
    run = LocalRun(tmp_path, ENGINE="dynamodb-local")
    run.wait_until_ready()
    item = {"TableName": "case-review-Table", "Item": {"pk": {"S": "x"}}}
    allowed = run.do("call", service="dynamodb", operation="put_item", parameters=item).json
    key = {"TableName": "case-review-Table", "Key": {"pk": {"S": "x"}}}
    denied = run.do("call", service="dynamodb", operation="get_item", parameters=key).json
    notes = run.notes()
    calls = run.calls()
    assert run.stop() == 0
    assert allowed["error"] is None
    assert denied["error"]["Code"] == "AccessDeniedException"
    assert notes == {"x"}
    assert [call["action"] for call in calls] == ["dynamodb:PutItem", "dynamodb:GetItem"]


@pytest.mark.dynamodb_local
def test_expired_items_are_deleted_from_dynamodb_local(tmp_path: Path) -> None:
    run = LocalRun(tmp_path, ENGINE="dynamodb-local")
    run.wait_until_ready()
    client = run.client("dynamodb")
    for name, seconds in (("soon", 3600), ("later", 36_000)):
        expires = {"N": str(int(time.time()) + seconds)}
        client.put_item(TableName="case-review-Table", Item={"pk": {"S": name}, "expires_at": expires})
    client.put_item(TableName="case-review-Table", Item={"pk": {"S": "text"}, "expires_at": {"S": "1"}})
    client.close()
    moved = run.post("clock", advance_seconds=7200)
    notes = run.notes()
    assert run.stop() == 0
    assert moved.status == 200
    assert notes == {"later", "text"}
