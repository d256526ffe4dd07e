"""The release that later work is compared with is a commit of this history."""

from __future__ import annotations

import re
import subprocess

from infra.paths import ROOT

LAST = ROOT / "tests/releases/last"


def test_the_last_release_is_named_by_the_full_hash_of_an_ancestor() -> None:
    commit = LAST.read_text(encoding="ascii").strip()
    assert re.fullmatch("[0-9a-f]{40}", commit)
    ancestor = ["git", "merge-base", "--is-ancestor", commit, "HEAD"]
    assert subprocess.run(ancestor, cwd=ROOT, check=False).returncode == 0
