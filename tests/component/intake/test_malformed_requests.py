"""Malformed requests are refused with a problem document that names the field but no value; nothing is stored."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.system import System, body


def _body(**facts: Any) -> dict[str, Any]:  # noqa: ANN401
    return body(facts=facts)


UNREADABLE: dict[str, str] = {
    "nothing": "",
    "no JSON": "{",
    "an array": "[]",
    "a number": "1",
    "duplicate keys": '{"grounds": "a", "grounds": "b"}',
    "duplicate keys inside": '{"facts": {"custody": "detained", "custody": "unknown"}}',
    "no number": '{"grounds": NaN}',
    "bottomless": "[" * 100_000,
    "deep": '{"a":' * 40 + "1" + "}" * 40,
}
REFUSED: dict[str, tuple[Any, str]] = {
    "no role": (body(requester={"role": None}), "/requester/role"),
    "a wrong role": (body(requester={"role": "boss"}), "/requester/role"),
    "blank grounds": (body(grounds="  \n "), "/grounds"),
    "long grounds": (body(grounds="x" * 32_001), "/grounds"),
    "nobody": ({**body(), "subject": {"born_on": "1980"}}, "/subject"),
    "no subject": ({**body(), "subject": None}, "/subject"),
    "an unknown field": (body(password="secret"), "/password"),
    "an unknown fact": (_body(gang="x"), "/facts/gang"),
    "a text for a number": (_body(minor_children="2"), "/facts/minor_children"),
    "a fraction": (_body(minor_children=1.5), "/facts/minor_children"),
    "a number for yes": (_body(pregnant=1), "/facts/pregnant"),
    "an impossible date": (_body(entered_on="2006-02-30"), "/facts/entered_on"),
    "a future entry": (_body(entered_on="2026-11-26"), "/facts/entered_on"),
    "a future year": (_body(last_entry_on="2027"), "/facts/last_entry_on"),
    "a future birth": (body(subject={"born_on": "2026-12"}), "/subject/born_on"),
    "a future conviction": (
        _body(convictions=[{"kind": "felony", "convicted_on": "2030-01-01"}]),
        "/facts/convictions/0/convicted_on",
    ),
    "a conviction without kind": (_body(convictions=[{"offense": "x"}]), "/facts/convictions/0/kind"),
    "no conviction": (_body(convictions=[None]), "/facts/convictions/0"),
    "a time without offset": (_body(removal_at="2026-12-01T10:00:00"), "/facts/removal_at"),
    "no time": (_body(removal_at="tomorrow"), "/facts/removal_at"),
    "a wrong custody": (_body(custody="jail"), "/facts/custody"),
    "an A-number of zeros": (body(subject={"a_number": "A000000000"}), "/subject/a_number"),
    "a short A-number": (body(subject={"a_number": "A12345"}), "/subject/a_number"),
    "a long A-number": (body(subject={"a_number": "A1234567890"}), "/subject/a_number"),
    "no e-mail": (body(requester={"contact": {"email": "nobody"}}), "/requester/contact/email"),
    "no phone": (body(requester={"contact": {"phone": "call me"}}), "/requester/contact/phone"),
    "no language": (body(requester={"contact": {"language": "klingonish-x"}}), "/requester/contact/language"),
    "an unpaired surrogate": ('{"grounds": "\\ud800"}', "/grounds"),
    "a long name": (body(subject={"given_name": "x" * 201}), "/subject/given_name"),
    "a wrong outcome": (body(outcome_sought=["money"]), "/outcome_sought/0"),
    "unknown relief": (_body(relief_pending=["luck"]), "/facts/relief_pending/0"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_body_that_cannot_be_read_is_refused(untouched: System, name: str) -> None:
    answer = untouched.call("POST", "/requests", UNREADABLE[name])
    assert (answer.status, answer.content_type) == (400, "application/problem+json")
    assert untouched.items() == []


@pytest.mark.parametrize("name", REFUSED)
def test_the_response_names_the_field_at_fault(untouched: System, name: str) -> None:
    given, pointer = REFUSED[name]
    answer = untouched.call("POST", "/requests", given)
    assert (answer.status, answer.content_type) == (422, "application/problem+json")
    assert pointer in [fault["pointer"] for fault in answer.json()["errors"]]
    assert untouched.items() == []


@pytest.mark.parametrize("path", ["/requests\n", "/requests/\n"])
def test_a_path_that_ends_in_a_line_feed_is_not_found(untouched: System, path: str) -> None:
    answer = untouched.call("POST", path, body())
    assert (answer.status, answer.content_type) == (404, "application/problem+json")
    assert untouched.items() == []


def test_over_256_kb_is_refused(untouched: System) -> None:
    answer = untouched.call("POST", "/requests", json.dumps(body(other="x" * 256 * 1024)))
    assert (answer.status, answer.content_type) == (413, "application/problem+json")


def test_no_value_is_echoed(untouched: System) -> None:
    secret = "A12-MARIA-SECRET"  # a canary
    given = body(
        requester={"role": secret, "contact": {"email": secret, "phone": secret, "language": secret}},
        subject={"a_number": secret, "born_on": secret},
        facts={"custody": secret, "minor_children": secret, "pregnant": secret, "removal_at": secret},
    )
    assert secret not in untouched.call("POST", "/requests", given).body
