"""Policies with one fault each: the first line of a file states the expected check, rule and line."""

from __future__ import annotations

import re
from http import HTTPStatus
from pathlib import Path

import pytest

from casereview.cli.main import main
from casereview.policy import packaged
from casereview.policy.checks import MAX_CHARACTERS, check
from casereview.policy.loader import DocumentError
from tests.support.policy.drafts import AUTHOR
from tests.support.system import System

FILES = sorted((Path(__file__).parent / "faulty_policies").glob("*.yaml"))
EXPECTED = re.compile(r"# refused: (\w+), (.+), line (\d+)\n")


def expected(file: Path) -> tuple[str, str, int]:
    found = EXPECTED.match(file.read_text(encoding="utf-8"))
    assert found, file.name
    return found[1], found[2], int(found[3])


def test_the_corpus_is_large_and_covers_every_check() -> None:
    assert len(FILES) >= 30
    assert {expected(file)[0] for file in FILES} == {
        "yaml", "missing", "unknown_key", "unknown_fact", "wrong_test", "wrong_value", "one_key", "text_missing",
        "number_bound", "interval_order", "intervals_overlap", "id_twice", "names_shared", "not_total", "tops_first",
        "credit_bound", "lane_shadowed", "never_holds",
    }  # fmt: skip


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_expected_check_reports_the_fault_at_its_rule_and_line(file: Path) -> None:
    with pytest.raises(DocumentError) as caught:
        check(file.read_text(encoding="utf-8"))
    fault = caught.value.faults[0]
    assert (fault.check, fault.where, fault.line) == expected(file)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_server_reports_the_same_fault(untouched: System, file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    answer = untouched.staff(AUTHOR, "POST", "/staff/policies", {"document": text})
    assert answer.status == HTTPStatus.UNPROCESSABLE_ENTITY
    found, where, line = expected(file)
    first = answer.json()["errors"][0]
    assert first["pointer"] == "/document"
    assert first["message"].startswith(f"line {line}: {where}: ")
    assert first["code"] == found


def test_the_command_prints_line_rule_and_check(capsys: pytest.CaptureFixture[str]) -> None:
    for file in FILES:
        assert main(["policy", "check", str(file)]) == 1
        check_id, where, line = expected(file)
        first = capsys.readouterr().out.splitlines()[0]
        assert first.startswith(f"{file}:{line}: {where}: ")
        assert first.endswith(f"[{check_id}]")


@pytest.mark.parametrize("name", [*packaged.PACKAGED, packaged.DEFAULT])
def test_the_packaged_policies_pass_all_checks(name: str) -> None:
    assert check(packaged.text_of(name)) == packaged.packaged(name)


def test_a_document_that_is_too_long_is_rejected_before_it_is_parsed() -> None:
    with pytest.raises(DocumentError, match="longer than"):
        check("#" * (MAX_CHARACTERS + 1))
