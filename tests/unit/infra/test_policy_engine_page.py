"""The examples in docs/policy-engine.md are executed, and agree with the engine."""

from __future__ import annotations

import doctest
import re

from infra.paths import ROOT

PAGE = ROOT / "docs/policy-engine.md"


def test_the_examples_of_the_page_are_correct() -> None:
    blocks = re.findall(r"^```pycon\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    examples = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, PAGE.name, str(PAGE), 0)
    failures: list[str] = []
    results = doctest.DocTestRunner().run(examples, out=failures.append)
    assert results.attempted > len(blocks)
    assert "".join(failures) == ""


def test_the_rule_on_the_page_is_in_the_policy() -> None:
    [rule] = re.findall(r"^```yaml\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    policy = (ROOT / "shared/casereview/policy/documents/2021-02-18-interim.yaml").read_text(encoding="utf-8")
    assert "".join(f"  {line}\n" for line in rule.splitlines()) in policy
