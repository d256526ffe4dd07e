from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from casereview.http.validation import parse_submission
from infra.local.demo.sample_requests import sample_requests

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_every_sample_request_is_valid() -> None:
    for body in sample_requests(NOW):
        assert parse_submission(json.dumps(body), NOW).grounds


def test_the_first_sample_request_has_a_removal_time_on_any_day() -> None:
    for days in range(0, 800, 37):
        now = NOW + timedelta(days=days)
        first = parse_submission(json.dumps(sample_requests(now)[0]), now)
        assert first.facts is not None
        assert first.facts.removal_at is not None


def test_an_attorney_and_a_mother_file_for_the_same_person() -> None:
    numbers = [parse_submission(json.dumps(body), NOW).subject.a_number for body in sample_requests(NOW)[-5:-3]]
    assert numbers[0] == numbers[1] is not None
