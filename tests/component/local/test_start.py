from __future__ import annotations

import signal
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
    """What a run says that cannot start."""
    _, errors = run.process.communicate(timeout=60)
    assert run.process.returncode == 1
    return errors


def test_a_resource_type_that_is_not_known_is_refused(tmp_path: Path) -> None:
    said = failure(start(tmp_path, "  Files: {Type: AWS::S3::Bucket}\n"))
    assert "AWS::S3::Bucket (Files)" in said
    assert "Traceback" not in said


EVENTS = "{Work: {Type: SQS, Properties: {Queue: !GetAtt Queue.Arn}}}"


def test_a_function_that_outlasts_its_queues_visibility_is_refused_as_aws_does(tmp_path: Path) -> None:
    function = FUNCTION.format(handler="echo.app.handler", timeout=20, events=EVENTS)
    assert "visibility timeout (10 s) is less than the function's timeout (20 s)" in failure(
        start(tmp_path, QUEUE + function)
    )


def test_an_engine_that_is_not_known_is_refused(tmp_path: Path) -> None:
    assert "ENGINE is moto or dynamodb-local" in failure(start(tmp_path, QUEUE, ENGINE="other"))


def test_a_handler_that_cannot_be_loaded_is_reported_and_the_run_goes_on(tmp_path: Path) -> None:
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


def processes_of_group(session: int) -> list[str]:
    """The ids of the processes whose parent is, or was, in a session: read from /proc."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it ended while we looked
            continue
        if int(fields[1]) == session:
            found.append(stat.parent.name)
    return found


def test_an_interrupt_ends_everything(tmp_path: Path) -> None:
    run = start(tmp_path, QUEUE + FUNCTION.format(handler="echo.app.handler", timeout=2, events="{}"))
    run.wait_until_ready()
    children = processes_of_group(run.process.pid)
    assert len(children) == 2
    assert run.stop(signal.SIGINT) == 0
    assert not [child for child in children if Path(f"/proc/{child}").exists()]


@pytest.mark.dynamodb_local
def test_the_table_can_be_on_dynamodb_local(tmp_path: Path) -> None:
    run = LocalRun(tmp_path, ENGINE="dynamodb-local")
    run.wait_until_ready()
    item = {"TableName": "case-review-Table", "Item": {"pk": {"S": "x"}}}
    allowed = run.do("call", service="dynamodb", operation="put_item", parameters=item).json
    key = {"TableName": "case-review-Table", "Key": {"pk": {"S": "x"}}}
    denied = run.do("call", service="dynamodb", operation="get_item", parameters=key).json
    notes = run.notes()
    assert run.stop() == 0
    assert allowed["error"] is None
    assert denied["error"]["Code"] == "AccessDeniedException"
    assert notes == {"x"}
