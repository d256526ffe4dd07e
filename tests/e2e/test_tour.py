"""The tour of the README, pasted into a shell as it stands."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

from infra.tour.section import between_markers
from infra.tour.shell import ADDRESS, ANSWER_FILE
from tests.support.local.local_system import ROOT, Local

if TYPE_CHECKING:
    from pathlib import Path

WAITS_FOR_QUEUES = """
idle() { curl -s "$H/_local/queues" | python3 -c '
import json, sys
sys.exit(any(count for queue in json.load(sys.stdin).values() for count in queue.values()))'; }
sleep() { until idle; do command sleep 0.2; done; }
"""
"""Takes the place of a pause, which may be too short where other tests run at the same time."""


def commands(address: str) -> str:
    """The commands of the tour, for a system at an address."""
    section = between_markers((ROOT / "README.md").read_text(encoding="utf-8"))
    return "\n".join(re.findall(r"```sh\n(.*?)```", section, re.DOTALL)).replace(ADDRESS, address)


def test_the_commands_of_the_readme_lead_from_a_request_to_its_decision(local: Local, tmp_path: Path) -> None:
    script = WAITS_FOR_QUEUES + commands(local.address).replace(ANSWER_FILE, str(tmp_path / "answer.json"))
    shell = subprocess.run(["bash", "-euo", "pipefail"], input=script, check=True, capture_output=True, text=True)
    assert shell.stderr == ""
    assert "You will be released while your case goes on." in shell.stdout
    assert shell.stdout.count('"to": "ana@example.org"') == 2
