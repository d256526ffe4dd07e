"""The command ``casereview``: its input, its output and its exit codes."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from casereview.cli.main import main
from casereview.policy import packaged

A, B, ORDER, *_ = packaged.PACKAGED
AT = "2021-06-15T12:00:00-04:00"
KEYS = [
    "field_office",
    "lane",
    "rank",
    "sort_at",
    "target_by",
    "changes_at",
    "policy",
    "reasons",
    "categories",
    "approvals",
    "factors",
    "flags",
]
ROOT = Path(__file__).parents[3]
Run = Callable[..., tuple[int, list[Any]]]


def body(*, role: str = "self", authority: str = "none", **facts: object) -> dict[str, Any]:
    return {
        "requester": {"role": role, "authority": authority},
        "subject": {"a_number": "A000-000-011", "born_on": "1980-02-03"},
        "facts": facts,
        "grounds": "It does not fit.",
    }


DETAINED = body(custody="detained", facility="STWRTGA")


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs a command on a file with the given text; it returns exit code and lines of JSON."""

    def run(text: str | bytes, *arguments: str, command: Sequence[str] = ("rank",)) -> tuple[int, list[Any]]:
        file = tmp_path / "requests"
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        code = main([*command, str(file), *arguments])
        return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return run


def test_each_request_gives_one_line_with_the_documented_keys_in_order(run: Run) -> None:
    code, [found] = run(json.dumps(DETAINED), "--at", AT)
    assert code == 0
    assert list(found) == KEYS
    assert found == {
        "field_office": "ATL",
        "lane": "detained",
        "rank": found["rank"],
        "sort_at": "2021-06-15T16:00:00.000Z",
        "target_by": "2021-06-29T16:00:00.000Z",
        "changes_at": "2021-11-29T05:00:00.000Z",
        "policy": A,
        "reasons": [{"rule": "detained", "text": "Detained in ICE custody."}],
        "categories": [],
        "approvals": ["field_office_director"],
        "factors": [],
        "flags": [],
    }


@pytest.mark.parametrize("indent", [None, 0, 2, 8])
@pytest.mark.parametrize("before", ["", "\n \n", "\ufeff"])
def test_an_object_can_span_several_lines(run: Run, indent: int | None, before: str) -> None:
    code, found = run(before + json.dumps(DETAINED, indent=indent) + "\n\n", "--at", AT)
    assert (code, [line["lane"] for line in found]) == (0, ["detained"])


def test_requests_are_ranked_in_order_and_blank_lines_are_skipped(run: Run) -> None:
    requests = [DETAINED, body(custody="not_detained"), body(removal_soon=True)]
    code, found = run("\r\n\n".join(map(json.dumps, requests)), "--at", AT)
    assert (code, [line["lane"] for line in found]) == (0, ["detained", "other", "imminent_removal"])


def test_without_requests_nothing_is_printed(run: Run) -> None:
    assert run("\n\n", "--at", AT) == (0, [])


@pytest.mark.parametrize("bad", ["{", "nonsense", "[]", "3", '{"a": 1, "a": 2}', "\x00", "{} {}"])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_an_invalid_line_is_reported_in_its_position_and_the_others_are_ranked(run: Run, bad: str, place: int) -> None:
    lines = [json.dumps(DETAINED), json.dumps(DETAINED)]
    lines.insert(place, bad)
    code, found = run("\n".join(lines), "--at", AT)
    assert code == 1
    assert [next(iter(line)) for line in found] == ["error" if i == place else "field_office" for i in range(3)]


@pytest.mark.parametrize("text", ['{\n"requester": {\n', '{\n  "requester": 3,\n}\n'])
def test_an_invalid_object_over_several_lines_is_one_error(run: Run, text: str) -> None:
    code, [found] = run(text, "--at", AT)
    assert code == 1
    assert list(found) == ["error"]


def test_an_error_names_the_field_and_contains_no_value(run: Run) -> None:
    code, [found] = run(json.dumps(body(custody="SECRET", pregnant="SECRET")), "--at", AT)
    assert code == 1
    assert [error["pointer"] for error in found["error"]["errors"]] == ["/facts/custody", "/facts/pregnant"]
    assert "SECRET" not in json.dumps(found)


def test_a_line_that_is_too_long_is_rejected_and_the_next_one_is_ranked(run: Run) -> None:
    long = json.dumps({**DETAINED, "grounds": "x" * 700_000})
    code, [refused, ranked] = run(f"{long}\n{json.dumps(DETAINED)}", "--at", AT)
    assert code == 1
    assert "too large" in refused["error"]["title"]
    assert ranked["lane"] == "detained"


def test_a_ranking_does_not_depend_on_the_position_in_the_file(run: Run) -> None:
    requests = [DETAINED, body(custody="not_detained"), body(check_in_on="2021-06-20")]
    _code, one_way = run("\n".join(map(json.dumps, requests)), "--at", AT)
    _code, other_way = run("\n".join(map(json.dumps, reversed(requests))), "--at", AT)
    assert one_way == other_way[::-1]
    assert len({line["rank"] for line in one_way}) == 3


def test_the_policy_in_force_is_used_unless_another_is_given(run: Run) -> None:
    times = {"2021-02-17T12:00:00-05:00": None, AT: A, "2022-01-18T12:00:00-05:00": B, "2023-01-01T00:00:00Z": None}
    assert {at: run(json.dumps(DETAINED), "--at", at)[1][0]["policy"] for at in times} == times
    _code, [named] = run(json.dumps(DETAINED), "--at", AT, "--policy", B)
    assert (named["policy"], named["approvals"], named["changes_at"]) == (B, [], "2045-01-01T05:00:00.000Z")
    _code, [own] = run(json.dumps(DETAINED), "--at", AT, "--policy", A)
    assert own["changes_at"] == "2021-11-29T05:00:00.000Z"
    _code, [default] = run(json.dumps(DETAINED), "--at", AT, "--policy", "default")
    assert (default["policy"], default["changes_at"]) == (None, "2055-01-01T05:00:00.000Z")


def test_a_policy_can_be_a_file(run: Run, tmp_path: Path) -> None:
    document = tmp_path / "new.yaml"
    document.write_text(packaged.text_of(A).replace(A, "new").replace("first_look: 14d", "first_look: 7d"))
    _code, [found] = run(json.dumps(DETAINED), "--at", AT, "--policy", str(document))
    assert (found["policy"], found["target_by"]) == ("new", "2021-06-22T16:00:00.000Z")


def test_the_clock_of_a_lane_starts_when_the_case_enters_it(run: Run) -> None:
    """Filed on the 1st with a distant removal date; the last 72 hours before it begin on the 14th at noon."""
    request = json.dumps(body(custody="not_detained", removal_at="2021-06-17T12:00:00-04:00"))
    _code, [before] = run(request, "--filed-at", "2021-06-01T12:00:00-04:00", "--at", "2021-06-14T11:59:59-04:00")
    assert (before["lane"], before["target_by"]) == ("final_order", None)
    assert before["changes_at"] == "2021-06-14T16:00:00.000Z"
    _code, [after] = run(request, "--filed-at", "2021-06-01T12:00:00-04:00", "--at", AT)
    assert (after["lane"], after["target_by"]) == ("imminent_removal", "2021-06-14T20:00:00.000Z")
    _code, [late] = run(request, "--filed-at", AT, "--at", AT)
    assert late["target_by"] == "2021-06-15T20:00:00.000Z"


def test_the_clock_continues_if_a_new_policy_has_the_same_lane(run: Run) -> None:
    _code, [found] = run(json.dumps(DETAINED), "--filed-at", AT, "--at", "2022-09-01T00:00:00Z")
    assert (found["policy"], found["target_by"]) == (None, "2021-06-29T16:00:00.000Z")


def test_the_office_is_the_one_responsible_at_the_time_of_filing(run: Run) -> None:
    webb = json.dumps(body(custody="not_detained", residence={"state": "TX", "county": "Webb"}))
    _code, [early] = run(webb, "--at", "2021-03-10T00:00:00Z")
    _code, [late] = run(webb, "--at", "2022-03-10T00:00:00Z")
    _code, [kept] = run(webb, "--filed-at", "2021-03-10T00:00:00Z", "--at", "2022-03-10T00:00:00Z")
    assert [line["field_office"] for line in (early, late, kept)] == ["SNA", "HLG", "SNA"]


def test_the_marks_of_a_request_are_flags(run: Run) -> None:
    _code, [found] = run(json.dumps(body(role="family", custody="detained", minor_children=1)), "--at", AT)
    assert found["flags"] == ["parental_interest", "authority_needed"]


def test_a_date_after_the_filing_is_rejected_as_by_intake(run: Run) -> None:
    code, [found] = run(json.dumps(body(entered_on="2021-06-17")), "--at", AT)
    assert code == 1
    assert found["error"]["errors"][0]["pointer"] == "/facts/entered_on"


@pytest.mark.parametrize(
    "time", ["2021-06-15", "2021-06-15T12:00:00", "noon", "0001-01-01T00:00:00+14:00", "1850-01-01T00:00:00Z"]
)
def test_a_time_without_an_offset_or_out_of_range_is_rejected(time: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["rank", "-", "--at", time])
    assert caught.value.code == 2
    assert "--at" in capsys.readouterr().err


def test_a_filing_after_the_ranking_is_rejected(run: Run) -> None:
    assert run(json.dumps(DETAINED), "--at", AT, "--filed-at", "2021-06-16T00:00:00Z") == (2, [])


def test_a_policy_file_that_is_not_utf8_is_rejected(run: Run, tmp_path: Path) -> None:
    document = tmp_path / "picture"
    document.write_bytes(b"\xff\xfe")
    assert run(json.dumps(DETAINED), "--policy", str(document)) == (2, [])


@pytest.mark.parametrize("arguments", [["no such file"], ["no such file", "--policy", "no such policy"]])
def test_a_missing_file_is_named(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rank", *arguments]) == 2
    assert arguments[-1] in capsys.readouterr().err


def test_an_invalid_policy_is_rejected_before_any_request_is_ranked(run: Run, tmp_path: Path) -> None:
    document = tmp_path / "bad.yaml"
    document.write_text("id: bad\n")
    assert run(json.dumps(DETAINED), "--policy", str(document)) == (2, [])


def test_a_dash_reads_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(json.dumps(DETAINED).encode())))
    assert main(["rank", "-", "--at", AT]) == 0
    assert json.loads(capsys.readouterr().out)["field_office"] == "ATL"


def test_many_requests_are_ranked_in_order_by_several_processes(tmp_path: Path) -> None:
    requests = [json.dumps(body(custody="detained" if i % 3 else "not_detained")) for i in range(1200)]
    requests[700] = "{"
    file = tmp_path / "many"
    file.write_text("\n".join(requests))
    command = [sys.executable, "-m", "casereview.cli.main", "rank", str(file), "--at", AT]
    done = subprocess.run(
        command, capture_output=True, text=True, env={"PYTHONPATH": str(ROOT / "shared")}, check=False
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, done.stderr, len(lines)) == (1, "", 1200)
    expected = ["detained" if i % 3 else "other" for i in range(1200)]
    assert [line.get("lane") for line in lines] == [*expected[:700], None, *expected[701:]]


def test_a_closed_pipe_is_not_a_failure(tmp_path: Path) -> None:
    file = tmp_path / "many"
    file.write_text("\n".join([json.dumps(DETAINED)] * 2000))
    command = [sys.executable, "-m", "casereview.cli.main", "rank", str(file), "--at", AT]
    environment = {"PYTHONPATH": str(ROOT / "shared")}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_compare_counts_the_results_of_both_policies(run: Run) -> None:
    felony = [{"kind": "aggravated_felony"}]
    requests = [
        DETAINED,
        body(custody="not_detained", convictions=felony),  # presumption under A, totality under B: the same category
        body(custody="not_detained", entered_on="2021-01-10", entry="admitted"),
        body(custody="not_detained", convictions=[{"kind": "misdemeanor"}]),
    ]
    code, [found] = run("\n".join(map(json.dumps, requests)), "--at", AT, "--json", command=("compare", A, B))
    assert code == 0
    lanes = {"citizenship_claim": 0, "imminent_removal": 0, "detained": 1, "final_order": 0, "other": 3}
    categories = {"national_security": 0, "border_security": 1, "public_safety": 1}
    assert found == {
        "a": {
            "policy": A,
            "lanes": lanes,
            "categories": categories,
            "approvals": {"field_office_director": 2, "compelling_reason": 0},
        },
        "b": {
            "policy": B,
            "lanes": lanes,
            "categories": {"national_security": 0, "border_security": 0, "public_safety": 2},
            "approvals": {},
        },
        "category_changes": 2,
        "lane_changes": 0,
        "approval_changes": 2,
        "factor_changes": 0,
        "flows": {lane: {} for lane in lanes} | {"detained": {"detained": 1}, "other": {"other": 3}},
        "moves": {"0": 4},
        "days_earlier": {"0": 4},
        "requests": 4,
        "refused": 0,
    }


def test_compare_reports_rejected_requests_and_exits_with_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "some"
    file.write_text(f"{json.dumps(DETAINED)}\n{{}}\n")
    assert main(["compare", A, ORDER, str(file), "--json"]) == 1
    captured = capsys.readouterr()
    assert json.loads(captured.out)["refused"] == 1
    assert json.loads(captured.err)["request"] == 2


def test_compare_prints_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "one"
    file.write_text(json.dumps(DETAINED))
    assert main(["compare", A, packaged.DEFAULT, str(file), "--at", AT]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == [A, "none", "in", "force", "differ"]
    assert ["detained", "1", "1"] in [line.split() for line in lines]


def test_policy_check_accepts_a_valid_document(capsys: pytest.CaptureFixture[str]) -> None:
    file = ROOT / "shared/casereview/policy/documents" / f"{B}.yaml"
    assert main(["policy", "check", str(file)]) == 0
    assert capsys.readouterr().out.startswith(f"{B}: valid, 26 rules; sha256 {packaged.compiled(B).digest}")


def test_policy_check_reports_each_fault_with_rule_and_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "draft.yaml"
    file.write_text(packaged.text_of(B).replace("{custody: {is: detained}}", "{custody: {at_least: 1}}"))
    assert main(["policy", "check", str(file)]) == 1
    line = file.read_text().splitlines().index("    when: {custody: {at_least: 1}}") + 1
    message = "custody cannot be tested by 'at_least'; use one of: is, in"
    assert capsys.readouterr().out == f"{file}:{line}: lanes detained when: {message} [wrong_test]\n"
