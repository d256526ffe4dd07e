"""Comparison of two policies on a docket of 1,000 cases: its numbers equal a recount, in JSON and as a picture."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

from casereview.cli.main import main
from casereview.cli.offline import PolicySource, read_case
from casereview.policy import packaged
from casereview.policy.compiler import compile_policy
from casereview.policy.engine import rank
from tests.support.docket import bodies, lines

if TYPE_CHECKING:
    from casereview.policy.ranking import Ranking

A, B, *_ = packaged.PACKAGED
AT = datetime.fromisoformat("2022-01-18T12:00:00-05:00")
DRAFT = (
    packaged.text_of(B)
    .replace(f"id: {B}", "id: draft")
    .replace("when: {custody: {is: detained}}", "when: {any: [{custody: {is: detained}}, {pregnant: {is: true}}]}", 1)
    .replace("earlier_by: 30d", "earlier_by: 10d", 1)
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("docket")
    (found / "requests.jsonl").write_bytes(lines(1000))
    (found / "draft.yaml").write_text(DRAFT, encoding="utf-8")
    return found


def compared(folder: Path, capsys: pytest.CaptureFixture[str], a: str, b: str, *more: str) -> dict[str, Any]:
    arguments = ["compare", a, b, str(folder / "requests.jsonl"), "--at", AT.isoformat(), "--json", *more]
    assert main(arguments) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def recounted(text: str) -> list[Ranking]:
    policy = compile_policy(packaged.read_policy(text), packaged.flags())
    return [rank(read_case(json.dumps(body).encode(), AT), policy, AT, None) for body in bodies(1000)]


@pytest.mark.parametrize("name", [A, "draft"])
def test_the_numbers_equal_a_recount(folder: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    other = str(folder / "draft.yaml") if name == "draft" else name
    found = compared(folder, capsys, B, other)
    ones, others = recounted(packaged.text_of(B)), recounted(DRAFT if name == "draft" else packaged.text_of(A))
    pairs = list(zip(ones, others, strict=True))
    for side, rankings in (("a", ones), ("b", others)):
        lanes = Counter(ranking.lane for ranking in rankings)
        assert found[side]["lanes"] == {lane: lanes[lane] for lane in found[side]["lanes"]}
        assert sum(found[side]["lanes"].values()) == 1000
        categories = Counter(category.id for ranking in rankings for category in ranking.categories)
        assert {name: number for name, number in found[side]["categories"].items() if number} == categories
        approvals = Counter(name for ranking in rankings for name in ranking.approvals)
        assert {name: number for name, number in found[side]["approvals"].items() if number} == approvals
    differ = [{c.id for c in one.categories} != {c.id for c in other.categories} for one, other in pairs]
    assert found["category_changes"] == sum(differ)
    assert found["lane_changes"] == sum(one.lane != other.lane for one, other in pairs)
    flows = Counter((one.lane, other.lane) for one, other in pairs)
    assert {(a, b): n for a, into in found["flows"].items() for b, n in into.items()} == flows
    moves = Counter(str(other.lane_index - one.lane_index) for one, other in pairs)
    assert found["moves"] == moves
    stay = [(one.sort_at - other.sort_at) // timedelta(days=1) for one, other in pairs if one.lane == other.lane]
    assert found["days_earlier"] == Counter(map(str, stay))


def test_the_picture_shows_every_lane_and_every_flow(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = folder / "picture.svg"
    found = compared(folder, capsys, B, str(folder / "draft.yaml"), "--picture", str(file))
    tree = ET.fromstring(file.read_text(encoding="utf-8"))  # noqa: S314 - our own picture
    texts = [element.text or "" for element in tree.iter("{http://www.w3.org/2000/svg}text")]
    for side in ("a", "b"):
        assert {f"{lane} {number}" for lane, number in found[side]["lanes"].items()} <= set(texts)
    ribbons = list(tree.iter("{http://www.w3.org/2000/svg}path"))
    assert len(ribbons) == sum(len(into) for into in found["flows"].values())
    assert f"1000 requests, {found['lane_changes']} in another lane" in texts
    assert {"unmoved", "2 up"} <= set(texts)


def test_a_comparison_without_requests_can_be_drawn(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "none.jsonl").write_text("")
    arguments = ["compare", A, B, str(folder / "none.jsonl"), "--json", "--picture", str(folder / "none.svg")]
    assert main(arguments) == 0
    assert json.loads(capsys.readouterr().out)["requests"] == 0
    ET.fromstring((folder / "none.svg").read_text(encoding="utf-8"))  # noqa: S314 - our own picture


def test_a_picture_that_is_not_svg_is_rejected(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["compare", A, B, str(folder / "requests.jsonl"), "--picture", "picture.png"])
    assert "svg" in capsys.readouterr().err


def test_the_docket_depends_on_its_seed_and_has_the_requested_size() -> None:
    assert lines(50, 1) == lines(50, 1) != lines(50, 2)
    assert [len(list(bodies(size))) for size in (0, 1, 250)] == [0, 1, 250]


def test_the_docket_has_cases_in_every_lane() -> None:
    named = PolicySource(B)
    assert named.compile().id == B
    lanes = Counter(ranking.lane for ranking in recounted(packaged.text_of(B)))
    assert set(lanes) == {lane.id for lane in packaged.packaged(B).lanes}
    assert lanes["detained"] > lanes["imminent_removal"] > lanes["citizenship_claim"] > 0
