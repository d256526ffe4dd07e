"""The steps as commands for a shell, pasteable as they stand into bash and zsh.

They hold no comments: zsh takes none on its command line.
"""

from __future__ import annotations

import re
from typing import Final

from infra.tour.steps import CONTENT_TYPE, Step

ADDRESS: Final = "http://127.0.0.1:8000"
"""Where `make run` serves."""
ANSWER_FILE: Final = "/tmp/answer.json"  # noqa: S108  on the machine of the reader, who sees the name


def preamble(address: str = ADDRESS) -> str:
    """Return what is pasted first: the address, a header, and how an answer is shown and a field of it is kept."""
    return f"""\
H={address}
JSON='Content-Type: {CONTENT_TYPE}'
json() {{ tee {ANSWER_FILE} | python3 -m json.tool --no-ensure-ascii; }}
field() {{ python3 -c "import json; print(json.load(open('{ANSWER_FILE}', 'rb'))['$1'])"; }}"""


def command(step: Step) -> str:
    """Return a step as commands: a pause where it waits for other work, the request, and what is kept of the answer."""
    pause = "sleep 1" if step.awaits else ""
    token = f' -H "Authorization: Bearer ${step.signed_by}"' if step.signed_by else ""
    body = "" if step.body is None else f""" -H "$JSON" -d '{_outside_of_quotes(step.body)}'"""
    request = f'curl -s "$H{step.path}"{token}{body} | json'
    kept = " ".join(f"{name}=$(field {kept})" for name, kept in (step.keeps or {}).items())
    return "\n".join(line for line in (pause, request, kept) if line)


def _outside_of_quotes(text: str) -> str:
    """Let the shell see the variables of a text that is put between single quotes."""
    return re.sub(r"\$[A-Z]+", r"'\g<0>'", text)
