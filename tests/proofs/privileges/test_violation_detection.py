"""The proof of least privilege tells a role too narrow, too wide or unbound, and a day that leaves out a route."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pytest
from moto import mock_aws

from infra.documents.openapi.public import PUBLIC
from infra.documents.openapi.staff import STAFF
from tests.support.moto_speed import fast_moto
from tests.support.privileges import Statement, Template, conditions_bind, is_allowed, is_needed, keys_are_needed
from tests.support.proofs.tally import Tally
from tests.support.recorded_system import Watched
from tests.support.scenarios.coverage import expect_every_kind_of_work, expect_every_route
from tests.support.scenarios.full_day import CanaryWords, send_notices, use_public_api

Change = Callable[[Statement], None]


@pytest.fixture(scope="module")
def day() -> Iterator[Watched]:
    """A short day: requesters and mail."""
    with fast_moto(), mock_aws():
        system, words = Watched(), CanaryWords()
        use_public_api(system, words)
        send_notices(system, words)
        system.duty("snapshot")
        yield system


class Changed(Template):
    """The template with one statement of a role, or of a key, changed."""

    def __init__(self, system: Watched, sid: str, change: Change) -> None:
        super().__init__(system)
        self._sid = sid
        self._change = change

    def statements(self, function: str) -> list[Statement]:
        return self._changed(super().statements(function))

    def key_policy(self, resource: str) -> dict[str, Any] | None:
        policy = super().key_policy(resource)
        return {**policy, "Statement": self._changed(policy["Statement"])} if policy else None

    def _changed(self, statements: list[Statement]) -> list[Statement]:
        found = deepcopy(statements)
        for statement in found:
            if statement["Sid"] == self._sid:
                self._change(statement)
        return found


def violations(check: Callable[..., None], *args: object) -> list[str]:
    tally = Tally()
    check(*args, tally)
    assert tally.tried
    return tally.violations


def without(action: str) -> Change:
    def change(statement: Statement) -> None:
        statement["Action"] = [each for each in statement["Action"] if each != action]

    return change


def with_more(element: str, value: str) -> Change:
    def change(statement: Statement) -> None:
        held = statement[element]
        statement[element] = [*(held if isinstance(held, list) else [held]), value]

    return change


def test_a_role_that_lacks_an_action_is_found(day: Watched) -> None:
    narrow = Changed(day, "Cases", without("dynamodb:ConditionCheckItem"))
    found = violations(is_allowed, day, narrow, "intake")
    assert found
    assert all("may dynamodb:ConditionCheckItem" in each for each in found)


def test_a_key_that_does_not_open_is_found(day: Watched) -> None:
    narrow = Changed(day, "SealAndUnseal", without("kms:GenerateDataKey"))
    assert any("may kms:GenerateDataKey" in each for each in violations(is_allowed, day, narrow, "intake"))


@pytest.mark.parametrize(
    ("element", "value"),
    [("Action", "dynamodb:Scan"), ("Resource", "arn:aws:dynamodb:us-east-1:123456789012:table/another")],
)
def test_a_role_that_holds_more_is_found(day: Watched, element: str, value: str) -> None:
    before = violations(is_needed, day, Template(day), "notify")
    after = violations(is_needed, day, Changed(day, "Notices", with_more(element, value)), "notify")
    assert {each for each in after if value in each}
    assert not {each for each in before if value in each}


def test_a_statement_for_what_nobody_does_is_found(day: Watched) -> None:
    day.by_function["review"] = []
    assert len(violations(is_needed, day, Template(day), "review")) > 5


def test_a_key_that_opens_more_is_found(day: Watched) -> None:
    wide = Changed(day, "MakeDigests", with_more("Action", "kms:VerifyMac"))
    assert any("MacKey opens kms:VerifyMac" in each for each in violations(keys_are_needed, day, wide))


@pytest.mark.parametrize(("sid", "key"), [("Mail", "ses:FromAddress"), ("SealAndUnseal", "kms:EncryptionContextKeys")])
def test_a_condition_that_binds_nothing_is_found(day: Watched, sid: str, key: str) -> None:
    def anything(statement: Statement) -> None:
        others = {test: keys for test, keys in statement["Condition"].items() if key not in keys}
        statement["Condition"] = {**others, "StringLikeIfExists": {key: "*"}}

    found = violations(conditions_bind, day, Changed(day, sid, anything))
    assert any(f"{sid} rests on {key}" in each for each in found)


def test_a_route_and_a_duty_that_the_day_leaves_out_are_found(day: Watched) -> None:
    day.exchanges = [each for each in day.exchanges if not str(each.path).endswith("/escalation")]
    assert any("escalation" in each for each in violations(expect_every_route, day, "public", PUBLIC))
    assert len(violations(expect_every_route, day, "staff", STAFF)) > 15
    found = violations(expect_every_kind_of_work, day)
    assert {each.split(":")[0] for each in found} == {
        "duty sweep", "duty redrive", "duty recount_drafts", "duty usual_wait", "duty bands", "message PreviewMessage",
    }  # fmt: skip
