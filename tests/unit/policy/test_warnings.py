"""What the approver of a policy must acknowledge."""

from __future__ import annotations

import pytest

from casereview.policy import packaged
from casereview.policy.checks import check
from casereview.policy.compiler import CompiledPolicy, compile_policy
from casereview.policy.document import Policy
from casereview.policy.warnings import warnings_of
from tests.support.policy.drafts import draft

CITIZENS = "when: {claims_us_citizenship: {is: true}}"
NEAR = "when:\n      any:\n        - removal_at: {within: 72h}\n        - removal_soon: {is: true}\n"
SHORTER = "when: {any: [{removal_at: {within: 48h}}, {removal_soon: {is: true}}]}\n"


def policy_of(*changes: tuple[str, str]) -> CompiledPolicy:
    document = check(draft("other", *changes))
    assert isinstance(document, Policy)
    return compile_policy(document, packaged.flags())


@pytest.mark.parametrize("name", [*packaged.PACKAGED, packaged.DEFAULT])
def test_the_packaged_policies_need_no_acknowledgement(name: str) -> None:
    assert warnings_of(packaged.compiled(name)) == ()


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ((CITIZENS, "when: {all: [{claims_us_citizenship: {is: true}}, {custody: {is: detained}}]}"), "citizenship"),
        ((CITIZENS, "when: {claims_us_citizenship: {is: false}}"), "citizenship"),
        ((NEAR, "when: {removal_at: {within: 72h}}\n"), "removal"),
        ((NEAR, "when: {removal_soon: {is: true}}\n"), "removal"),
        ((NEAR, SHORTER), "removal"),
        ((NEAR, "when: {all: [{not: {custody: {is: detained}}}, {removal_soon: {is: true}}]}\n"), "removal"),
    ],
)
def test_a_policy_that_leaves_out_a_promised_top_lane_is_found(change: tuple[str, str], codes: str) -> None:
    assert [one.code for one in warnings_of(policy_of(change))] == [f"no_{codes}_lane"]


def test_the_warning_says_which_removals_are_left_out() -> None:
    (found,) = warnings_of(policy_of((NEAR, SHORTER)))
    assert found.message == "A case can be in no top lane in spite of a removal within 72 hours."


def test_a_wider_condition_needs_no_acknowledgement() -> None:
    wider = "when: {any: [{claims_us_citizenship: {is: true}}, {former_unaccompanied_child: {is: true}}]}"
    assert warnings_of(policy_of((CITIZENS, wider))) == ()


def test_a_top_lane_without_a_time_for_the_first_look_is_found() -> None:
    (found,) = warnings_of(policy_of(("    first_look: 4h\n", "")))
    assert (found.code, "citizenship_claim" in found.message) == ("top_lane_without_target", True)


def test_one_lane_for_every_case_lacks_everything() -> None:
    text = draft("other")
    head, _, rest = text.partition("lanes:")
    last = rest[rest.index("  - id: other") :]
    document = check(f"{head}lanes:\n{last}")
    assert isinstance(document, Policy)
    codes = [one.code for one in warnings_of(compile_policy(document, packaged.flags()))]
    assert codes == ["no_citizenship_lane", "no_removal_lane", "one_lane"]
