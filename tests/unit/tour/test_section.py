"""The tour of a page against a run: what varies from run to run is no difference, everything else is one."""

from __future__ import annotations

import pytest

from infra.tour.answers import Json
from infra.tour.section import BEGIN, END, MarkersError, between_markers, differences, masked, section, with_section
from infra.tour.steps import Step
from infra.tour.walk import Taken

FILED = Step("Ana files a request.", "/requests", body="{}", keeps={"RECEIPT": "receipt"})
LOOKED_UP = Step("She looks it up.", "/requests/$RECEIPT", signed_by="CODE")


RECEIPT, OTHER_RECEIPT = "4Z8J-RXGS-DZTY-HGRE-H", "3JFN-AGKB-TMQQ-D2D1-1"
CODE, OTHER_CODE = "FEWK-EHY7-MR52-1C7D-22P3-D0D6-5", "2APT-9WW4-DR9Q-C521-BN9X-6SKA-F"
CASE, OTHER_CASE = "YZHY7ZM4BE835Y53", "16W6V76HH7TYS96V"
TIME, OTHER_TIME = "2026-11-30T03:34:57.178Z", "2031-01-01T00:00:00-05:00"
TOKEN, OTHER_TOKEN = "eyJ0eXAi.eyJpc3Mi.Uu78-_x", "eyJ0eXAi.eyJ1c2Vy.other"


def run(found: str = RECEIPT) -> str:
    """The section of a run that filed a request, and looked up that one or another."""
    filed: dict[str, Json] = {"receipt": RECEIPT, "access_code": CODE, "received_at": TIME, "token": TOKEN}
    looked_up: dict[str, Json] = {"receipt": found, "case_id": CASE, "status": "in_line"}
    return section([Taken(FILED, filed), Taken(LOOKED_UP, looked_up)])


@pytest.mark.parametrize(
    ("old", "new"),
    [(RECEIPT, OTHER_RECEIPT), (CODE, OTHER_CODE), (CASE, OTHER_CASE), (TIME, OTHER_TIME), (TOKEN, OTHER_TOKEN)],
)
def test_ids_codes_tokens_and_times_may_differ(old: str, new: str) -> None:
    other = run().replace(old, new)
    assert other != run()
    assert differences(run(), other) == []


@pytest.mark.parametrize(
    ("other", "line"),
    [
        (
            run().replace("in_line", "received"),
            '+{"receipt": "<receipt 1>", "case_id": "<case 1>", "status": "received"}',
        ),
        (run(OTHER_RECEIPT), '+{"receipt": "<receipt 2>", "case_id": "<case 1>", "status": "in_line"}'),
        (run().replace("Ana files", "Bo files"), "+**1.** Bo files a request."),
        (run().replace("curl -s", "curl"), '+curl "$H/requests" -H "$JSON" -d \'{}\' | json'),
        (run().replace(TIME, "tomorrow"), '+  "received_at": "tomorrow",'),
    ],
)
def test_any_other_difference_is_shown(other: str, line: str) -> None:
    found = differences(run(), other)
    assert line in found
    assert any(each.startswith("-") for each in found[2:])


def test_a_step_too_many_is_a_difference() -> None:
    assert differences(run(), run() + "\n\n**3.** More.") != []


def test_the_same_identifier_has_the_same_name_wherever_it_occurs() -> None:
    text = "4Z8J-RXGS-DZTY-HGRE-H, 3JFN-AGKB-TMQQ-D2D1-1, and 4Z8J-RXGS-DZTY-HGRE-H again"
    assert masked(text) == "<receipt 1>, <receipt 2>, and <receipt 1> again"


def test_what_only_looks_like_an_identifier_is_kept() -> None:
    text = '"a_number": "A000-000-511", "policy": "2025-01-20-order", "DOCUMENTEDFACTUAL"'
    assert masked(text) == text


def test_a_section_takes_the_place_of_the_one_before() -> None:
    page = f"# Title\n\n{BEGIN}\nold\n{END}\n\nThe end.\n"
    assert between_markers(page) == "old"
    assert with_section(page, "new") == f"# Title\n\n{BEGIN}\nnew\n{END}\n\nThe end.\n"


@pytest.mark.parametrize("page", ["", BEGIN, f"no beginning {END}"])
def test_a_page_without_markers_is_refused(page: str) -> None:
    with pytest.raises(MarkersError, match="missing"):
        between_markers(page)
