"""DynamoDB Local starts, evaluates conditions under concurrency, and stops without leaving a process behind."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from infra.local.emulators import dynamodb_local as engine

if TYPE_CHECKING:
    from pathlib import Path

    from types_boto3_dynamodb import DynamoDBClient


THREADS = 8
TABLE = "numbers"


def create_table(client: DynamoDBClient) -> None:
    client.create_table(
        TableName=TABLE,
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )


@pytest.mark.dynamodb_local
def test_one_of_many_concurrent_conditional_writes_succeeds(dynamodb: DynamoDBClient) -> None:
    create_table(dynamodb)

    def claim(number: int) -> bool:
        try:
            dynamodb.put_item(
                TableName=TABLE,
                Item={"pk": {"S": "one"}, "by": {"N": str(number)}},
                ConditionExpression="attribute_not_exists(pk)",
            )
        except dynamodb.exceptions.ConditionalCheckFailedException:
            return False
        return True

    with ThreadPoolExecutor(THREADS) as pool:
        assert sum(pool.map(claim, range(THREADS))) == 1


@pytest.mark.dynamodb_local
def test_each_client_sees_only_its_own_tables(dynamodb: DynamoDBClient) -> None:
    assert dynamodb.list_tables()["TableNames"] == []


@pytest.mark.dynamodb_local
def test_the_engine_stops_at_the_end_of_its_block() -> None:
    with engine.dynamodb_local() as endpoint:
        port = urlsplit(endpoint).port
        assert port is not None
        assert engine._answers(port)
    assert not engine._answers(port)


def test_missing_java_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(engine.DynamoDbLocalError, match="needs Java"), engine.dynamodb_local():
        pass


def fake_java(folder: Path, script: str) -> None:
    """Create a program named java in a directory."""
    java = folder / "java"
    java.write_text(f"#!/bin/sh\n{script}\n")
    java.chmod(0o755)


def test_a_missing_emulator_is_reported_with_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fake_java(tmp_path, "exit 0")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(engine, "EMULATOR", tmp_path)
    with pytest.raises(engine.DynamoDbLocalError, match="make engine"), engine.dynamodb_local():
        pass


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A directory that is the emulator's and is first on PATH."""
    (tmp_path / "DynamoDBLocal.jar").touch()
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(engine, "EMULATOR", tmp_path)
    return tmp_path


ANSWERING = """
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

class Refuse(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_error(400)

HTTPServer(("127.0.0.1", int(sys.argv[-1])), Refuse).serve_forever()
"""


def test_an_engine_that_answers_is_used_and_then_stopped(installed: Path) -> None:
    (installed / "engine.py").write_text(ANSWERING)
    fake_java(installed, f'exec {sys.executable} {installed}/engine.py "$@"')
    with engine.dynamodb_local() as endpoint:
        port = urlsplit(endpoint).port
        assert port is not None
        assert engine._answers(port)
    assert not engine._answers(port)


def test_an_engine_that_exits_is_tried_on_other_ports_before_it_is_an_error(installed: Path) -> None:
    fake_java(installed, f'echo "$@" >> {installed}/starts; exit 1')
    with pytest.raises(engine.DynamoDbLocalError, match="exited 3 times"), engine.dynamodb_local():
        pass
    starts = (installed / "starts").read_text().splitlines()
    assert len(starts) == engine.MAX_ATTEMPTS
    assert all("-inMemory -disableTelemetry -port" in start for start in starts)


def test_an_engine_that_never_answers_is_stopped(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_java(installed, f"echo $$ > {installed}/pid; trap '' TERM; while :; do sleep 0.1; done")
    monkeypatch.setattr(engine, "START_TIMEOUT", 1.0)
    monkeypatch.setattr(engine, "STOP_TIMEOUT", 0.2)
    with pytest.raises(engine.DynamoDbLocalError, match="did not answer"), engine.dynamodb_local():
        pass
    pid = (installed / "pid").read_text().strip()
    assert subprocess.run(["kill", "-0", pid], check=False, capture_output=True).returncode != 0
