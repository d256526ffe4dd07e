from __future__ import annotations

from pathlib import Path

import pytest

from infra.tooling import watch

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("changed", "tests"),
    [
        ("shared/casereview/store/keys.py", ["tests/unit/store"]),
        (
            "shared/casereview/policy/documents/default.yaml",
            ["tests/component/policies", "tests/golden", "tests/unit/policy"],
        ),
        ("functions/intake/intake/app.py", ["tests/component/intake"]),
        ("functions/notify/notify/templates/ht/notices.json", ["tests/component/notify", "tests/unit/notify"]),
        ("infra/tour/walk.py", ["tests/unit/tour"]),
        ("infra/local/iam/policy_evaluation.py", ["tests/component/local", "tests/unit/local/iam"]),
        ("tests/unit/infra/test_watch.py", ["tests/unit/infra/test_watch.py"]),
        ("template.yaml", ["tests/contract/template"]),
    ],
)
def test_a_changed_file_runs_the_tests_of_its_package(changed: str, tests: list[str]) -> None:
    assert watch.quick_tests([ROOT / changed]) == tests


@pytest.mark.parametrize(
    "changed",
    ["tests/e2e/test_request.py", "tests/support/system.py", "tests/unit/infra/test_deleted.py", "infra/account.yaml"],
)
def test_a_file_without_quick_tests_runs_none(changed: str) -> None:
    assert watch.quick_tests([ROOT / changed]) == []


def test_files_that_change_together_run_each_test_once() -> None:
    changed = [ROOT / "infra/tour/walk.py", ROOT / "infra/tour/steps.py", ROOT / "tests/unit/infra/test_watch.py"]
    assert watch.quick_tests(changed) == ["tests/unit/infra/test_watch.py", "tests/unit/tour"]
