"""Codes, addresses, numbers, dates and words of lists are read as people type them, at every door of the public API."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from tests.support.system import System, body

ISOLATED = "\u2068{}\u2069"


def _arabic(code: str) -> str:
    return code.translate({ord("0") + digit: 0x0660 + digit for digit in range(10)})


def _contact(**contact: object) -> dict[str, Any]:
    return body(requester={"contact": {"language": "es", **contact}})


@pytest.mark.parametrize("shape", [ISOLATED, "{}.", "\u200e{}\u200b", "\ufeff{}\u00a0", "\t{}\t"])
@pytest.mark.parametrize("encoded", [True, False])
def test_a_receipt_and_a_code_are_read_as_they_are_copied_from_a_mail(
    system: System,
    shape: str,
    encoded: bool,  # noqa: FBT001
) -> None:
    filed = system.file(body())
    path = f"/requests/{quote(shape.format(filed['receipt'].lower()))}"
    code = shape.format(filed["access_code"].replace("-", "\u2011"))
    sent = quote(code) if encoded else code.encode().decode("latin-1")
    assert system.call("GET", path, None, {"Authorization": f"Bearer {sent}"}).status == 200


def test_a_code_in_arabic_digits_opens_the_request(system: System) -> None:
    filed = system.file(body())
    arabic = _arabic(filed["access_code"])
    answer = system.call("GET", f"/requests/{filed['receipt']}", None, {"Authorization": f"bearer   {arabic}"})
    assert answer.status == 200


def test_a_body_is_read_as_other_keyboards_write_it(system: System) -> None:
    sent = body(
        requester={
            "role": " Self\u200b",
            "contact": {
                "email": "\u200eana@example.org\u00a0",
                "phone": "\u0664\u0660\u0664-555-0142",
                "preferred": "E-mail",
                "language": "Español",
            },
        },
        subject={
            "a_number": "A\u0660\u0661\u0662\u2013\u0663\u0664\u0665\u2013\u0666\u0667\u0668",
            "born_on": "\ufeff1980",
        },
        facts={"custody": "Not detained", "entered_on": f"{_arabic('2006')}\u2212{_arabic('05')}"},
        outcome_sought=["Release", "stay of removal"],
        channel="In person",
    )
    filed = system.file(sent)
    facts = system.case_of(filed).facts
    assert (facts.custody, str(facts.entered_on)) == ("not_detained", "2006-05-01")
    plain = system.file(body(subject={"a_number": "A012345678", "born_on": "1980"}))
    assert system.case_of(filed).case_id == system.case_of(plain).case_id
    system.pump()
    assert {(sent.to, sent.language) for sent in system.outbox()} == {("ana@example.org", "es")}


def test_a_byte_order_mark_before_a_body_is_ignored(system: System) -> None:
    sent = "\ufeff" + '{"requester":{"role":"self"},"subject":{"given_name":"Ana"},"grounds":"x"}'
    assert system.call("POST", "/requests", sent).status == 201


@pytest.mark.parametrize("reason", ["\u200b", "\u2060\u00a0", "\u3164"])
def test_grounds_that_nobody_can_see_are_missing(system: System, reason: str) -> None:
    answer = system.call("POST", "/requests", body(grounds=reason))
    assert [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]] == [("/grounds", "required")]


@pytest.mark.parametrize("given", ["ioe0123456789", "IOE 012-345-6789", "\u200eioe0123456789"])
def test_a_receipt_number_of_uscis_in_lower_case_lacks_nothing(system: System, given: str) -> None:
    filed = system.file(body(subject={"uscis_receipt": given}))
    assert "uscis_receipt_form" not in {one["code"] for one in filed["deficiencies"]}


@pytest.mark.parametrize(
    ("spoken", "marked"), [("English", False), ("Spanish", False), ("kreyòl", False), ("Mam", True)]
)
def test_a_language_by_its_name_asks_for_an_interpreter_only_where_one_is_needed(
    system: System,
    spoken: str,
    marked: bool,  # noqa: FBT001
) -> None:
    filed = system.file(_contact(spoken_language=spoken))
    system.pump()
    assert ("interpreter" in system.case_of(filed).flags) is marked


def test_an_invalid_telephone_number_is_refused_and_an_extension_is_kept_for_a_call(system: System) -> None:
    refused = system.call("POST", "/requests", _contact(phone="000-000-0000", email=None))
    assert [fault["code"] for fault in refused.json()["errors"]] == ["not_a_phone_number"]
    filed = system.file(_contact(phone="973-555-0142 ext. 45", email=None))
    system.pump()
    assert system.outbox() == []
    assert "telephone" in system.case_of(filed).flags
    texted = system.file(_contact(phone="973-555-0142 x45", email=None, preferred="sms"))
    system.pump()
    assert system.outbox() == []
    assert "telephone" in system.case_of(texted).flags


@pytest.mark.parametrize("field", ["entered_on", "last_entry_on", "detained_on"])
def test_the_local_date_of_guam_is_not_in_the_future(system: System, field: str) -> None:
    assert system.call("POST", "/requests", body(facts={field: "2026-11-25"})).status == 201
    assert system.call("POST", "/requests", body(facts={field: "2026-11-26"})).status == 422


def test_the_notice_is_found_by_the_name_of_a_language(system: System) -> None:
    for name in ("es_MX", "Spanish", "español\u200e"):
        assert system.call("GET", f"/notice?language={name}").json()["language"] == "es"
