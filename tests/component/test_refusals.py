"""A response with a problem type that the row of its route does not list fails the test."""

from __future__ import annotations

import pytest

import intake.routes
import review.acts
from casereview.http.problems import ProblemError
from tests.support.system import Staff, System


def _refused(*_given: object) -> None:
    raise ProblemError("overruled")


def test_an_unlisted_refusal_of_the_public_api_is_found(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake.routes, "notice", _refused)
    with pytest.raises(AssertionError, match="GET /notice answered overruled"):
        system.call("GET", "/notice")


def test_an_unlisted_refusal_of_the_staff_api_is_found(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(review.acts, "list_policies", _refused)
    with pytest.raises(AssertionError, match="GET /staff/policies answered overruled"):
        system.staff(Staff("ada", "policy"), "GET", "/staff/policies")


def test_a_listed_refusal_passes(system: System) -> None:
    assert system.call("GET", "/field-offices?state=ZZ").json()["type"] == "/problems/invalid"
    assert system.staff(Staff("eve", "officer"), "GET", "/staff/policies").json()["type"] == "/problems/forbidden"
