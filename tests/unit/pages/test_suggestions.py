"""The names that the site suggests say what they name."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from casereview.routing.areas import areas
from casereview.routing.facilities import by_reference
from casereview.routing.places import find_facility
from casereview.web.assets import assets
from infra.documents.suggestions import LATELY, main

if TYPE_CHECKING:
    import pytest

DAY = date(2026, 11, 30)


def test_every_suggested_facility_is_understood_as_the_one_that_is_named() -> None:
    names = assets("pages")["facilities.txt"].content.splitlines()
    wanted = {each for each in by_reference().values() if each.last_seen >= LATELY}
    assert {find_facility(name, DAY) for name in names} == wanted
    assert len(names) == len(wanted)
    assert "Stewart Detention Center, Lumpkin, GA" in names


def test_every_county_that_decides_the_field_office_is_suggested() -> None:
    lines = [line.split("\t") for line in assets("pages")["counties.txt"].content.splitlines()]
    wanted = {(area.county, state) for state, found in areas().items() for area in found if area.county}
    assert {(county, state) for county, state in lines} == wanted
    assert len(lines) == len(wanted)


def test_a_list_that_differs_from_the_tables_is_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "functions/pages/pages/static"
    folder.mkdir(parents=True)
    assert main([], tmp_path) == 0
    assert main(["--check"], tmp_path) == 0
    (folder / "counties.txt").write_text("Nowhere\tTX\n", encoding="utf-8")
    assert main(["--check"], tmp_path) == 1
    assert "make suggestions" in capsys.readouterr().err
