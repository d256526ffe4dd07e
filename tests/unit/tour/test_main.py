from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.tour.__main__ import main
from infra.tour.section import BEGIN, END, between_markers
from infra.tour.system import local_run
from infra.tour.walk import UnreachableError
from tests.support.tour import DECISION, FakeSystem, answers, serving


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A page whose tour is empty."""
    path = tmp_path / "README.md"
    path.write_text(f"# Title\n{BEGIN}\n{END}\n", encoding="utf-8")
    return path


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A fake system at ADDRESS."""
    with serving(FakeSystem(answers())) as address:
        monkeypatch.setenv("ADDRESS", address)
        yield


def take_again(monkeypatch: pytest.MonkeyPatch, arguments: list[str], outcome: str = "decided") -> int:
    """Run the tour on another system, whose decision has an outcome."""
    prepared = answers()
    prepared[DECISION] = [(200, {"status": outcome})]
    with serving(FakeSystem(prepared)) as address:
        monkeypatch.setenv("ADDRESS", address)
        return main(arguments)


@pytest.mark.usefixtures("system")
def test_the_tour_prints_each_step_as_a_sentence_a_command_and_an_answer(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    printed = capsys.readouterr().out
    assert "\n1. Ana, who is detained, files a request." in printed
    assert 'curl -s "$H/requests/$RECEIPT" -H "Authorization: Bearer $CODE" | json\n\n{"status": "received"}' in printed


@pytest.mark.usefixtures("system")
def test_a_page_that_was_written_passes_the_check(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert main(["--write", str(page)]) == 0
    assert "**9.**" in between_markers(page.read_text(encoding="utf-8"))
    assert take_again(monkeypatch, ["--check", str(page)]) == 0


@pytest.mark.usefixtures("system")
def test_a_run_with_another_answer_fails_the_check_with_the_difference(
    page: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["--write", str(page)])
    assert take_again(monkeypatch, ["--check", str(page)], outcome="moot") == 1
    printed = capsys.readouterr().err
    assert '-{"status": "decided"}\n+{"status": "moot"}' in printed
    assert f"python -m infra.tour --write {page}" in printed


@pytest.mark.usefixtures("system")
def test_a_page_that_holds_what_a_run_gives_is_not_written_again(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    main(["--write", str(page)])
    page.chmod(0o444)
    before = page.stat().st_mtime_ns
    assert take_again(monkeypatch, ["--write", str(page)]) == 0
    assert page.stat().st_mtime_ns == before


@pytest.mark.usefixtures("system")
def test_a_page_without_markers_is_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Title\n", encoding="utf-8")
    assert main(["--check", str(page)]) == 1
    assert "the markers" in capsys.readouterr().err


def test_an_address_at_which_nothing_answers_is_reported(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(FakeSystem({})) as address:
        monkeypatch.setenv("ADDRESS", address)
    assert main([]) == 1
    assert f"nothing answers at {address}" in capsys.readouterr().err


def test_a_local_run_that_does_not_start_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEMPLATE", "no-such-template.yaml")
    with pytest.raises(UnreachableError, match="did not start"), local_run():
        pass
