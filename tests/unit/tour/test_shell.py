"""The commands of the tour, run by a shell, ask what the tour itself asks."""

from __future__ import annotations

import json
import subprocess
from string import Template

import pytest

from infra.tour.shell import command, preamble
from infra.tour.steps import AFTER_THE_DECISION, APPROVAL, CONTENT_TYPE, TO_THE_DECISION, Step

VALUES = {
    name: str(number)
    for number, name in enumerate(("RECEIPT", "CODE", "OFFICER", "SUPERVISOR", "CASE", "POLICY", "VERSION"), 1)
}
SHOW_ARGUMENTS = """\
curl() { python3 -c 'import json, sys; print(json.dumps(sys.argv[1:]))' "$@"; }
json() { cat; }
field() { echo "$1"; }
sleep() { :; }
"""


def arguments(step: Step) -> list[str]:
    """What a shell passes to curl for a step, with a value for each variable."""
    values = "\n".join(f"{name}={value}" for name, value in VALUES.items())
    script = f"{SHOW_ARGUMENTS}H=http://host\nJSON='Content-Type: {CONTENT_TYPE}'\n{values}\n{command(step)}"
    shell = subprocess.run(["bash", "-euo", "pipefail", "-c", script], check=True, capture_output=True, text=True)
    found: list[str] = json.loads(shell.stdout)
    return found


@pytest.mark.parametrize("step", [*TO_THE_DECISION, *APPROVAL, *AFTER_THE_DECISION])
def test_a_command_sends_the_request_of_its_step(step: Step) -> None:
    expected = ["-s", "http://host" + Template(step.path).substitute(VALUES)]
    if step.signed_by:
        expected += ["-H", f"Authorization: Bearer {VALUES[step.signed_by]}"]
    if step.body is not None:
        expected += ["-H", "Content-Type: application/json", "-d", Template(step.body).substitute(VALUES)]
        json.loads(expected[-1])
    assert arguments(step) == expected


def test_a_command_keeps_what_later_steps_use() -> None:
    assert command(Step("", "/requests", body="{}", keeps={"RECEIPT": "receipt", "CODE": "access_code"})) == (
        'curl -s "$H/requests" -H "$JSON" -d \'{}\' | json\nRECEIPT=$(field receipt) CODE=$(field access_code)'
    )


def test_a_command_pauses_where_the_answer_comes_of_work_in_the_background() -> None:
    assert command(Step("", "/_local/outbox", awaits=lambda _answer, _values: True)).splitlines()[0] == "sleep 1"


def test_what_is_pasted_first_shows_an_answer_and_keeps_its_fields() -> None:
    script = (
        f"""{preamble("http://host")}\necho '{{"name": "Sèvis", "n": 2}}' | json\necho "$H" "$JSON" "$(field n)" """
    )
    shell = subprocess.run(["bash", "-euo", "pipefail", "-c", script], check=True, capture_output=True, text=True)
    assert shell.stdout.splitlines() == [
        "{",
        '    "name": "Sèvis",',
        '    "n": 2',
        "}",
        "http://host Content-Type: application/json 2",
    ]


def test_no_command_holds_a_comment_which_zsh_would_not_take() -> None:
    for step in (*TO_THE_DECISION, *APPROVAL, *AFTER_THE_DECISION):
        assert "#" not in command(step)
    assert "#" not in preamble()
