from __future__ import annotations

from typing import Any, get_args

import pytest

from casereview.cases.deficiencies import FIELDS, ask_text, describe, unverified
from casereview.schema.base import Unrecognized
from casereview.schema.languages import LANGUAGES, Language
from casereview.schema.request_records import OfficerCheck, Request
from casereview.schema.vocabulary import DeficiencyCode, RefutationReason, Role
from casereview.texts.catalog import text
from tests.support.system import START

REPRESENTATIVES: tuple[Role, ...] = ("attorney", "accredited_representative")
OTHERS: tuple[Role, ...] = ("family", "advocate", "other")
CODES = get_args(DeficiencyCode)


def request(role: Role = "self", office: str = "ATL", **fields: Any) -> Request:  # noqa: ANN401  # any field
    return Request(
        receipt="R",
        case_id="C",
        received_at=START,
        role=role,
        authority="none",
        opened=True,
        state_since=START,
        mac_key="k",
        digest=b"",
        office=office,
        sealed=b"",
        **fields,
    )


def refuted(reason: RefutationReason | Unrecognized | None) -> Request:
    first = OfficerCheck(by="omar", at=START, kind="identity", reason="not_the_person").model_copy(
        update={"reason": reason}
    )
    return request(refuted=True, refuted_by=(first, first.model_copy(update={"by": "olga"})))


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_deficiency_has_a_code_a_field_and_a_message_in_every_language(language: Language) -> None:
    found = describe(CODES, language, request())
    assert [(one.code, one.field) for one in found] == list(FIELDS.items())
    assert len({one.message for one in found}) == len(CODES)
    assert not any(set(one.message) & set("${}") for one in found)


def test_the_message_is_in_the_nearest_language() -> None:
    (one,) = describe(("custody_unknown",), "quc-GT", request())
    assert one.message == text("custody_unknown", "es")


def test_a_code_of_another_release_is_left_out() -> None:
    assert [one.code for one in describe(("a_new_code", "name_missing"), "en", request())] == ["name_missing"]


@pytest.mark.parametrize("role", get_args(Role))
def test_the_person_proves_an_identity_and_all_others_an_authority(role: Role) -> None:
    assert unverified(role) == ("identity_unverified" if role == "self" else "authority_unverified")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_must_be_proved_is_said_unasked_with_the_form_of_the_role_and_the_office(language: Language) -> None:
    (identity,) = describe(("identity_unverified",), language, request())
    assert identity.message == ask_text("prove_identity", language, request())
    assert "Atlanta" in identity.message
    for role in REPRESENTATIVES:
        (found,) = describe(("authority_unverified",), language, request(role))
        assert "G-28" in found.message
        assert "60-001" not in found.message
    for role in OTHERS:
        (found,) = describe(("authority_unverified",), language, request(role))
        assert "60-001" in found.message
        assert "G-28" not in found.message
        assert found.message == ask_text("prove_authority", language, request(role))


def test_headquarters_is_named_in_the_language_of_the_holder() -> None:
    assert ask_text("prove_identity", "es", request(office="HQ")).endswith(": sede central de ICE.")
    assert f"\u2066{text('headquarters', 'ar')}\u2069" in ask_text("prove_identity", "ar", request(office="HQ"))


@pytest.mark.parametrize("reason", get_args(RefutationReason))
def test_a_proof_that_was_not_accepted_is_explained_with_how_to_be_heard(reason: RefutationReason) -> None:
    (found,) = describe(("proof_not_accepted",), "fr", refuted(reason))
    short, how = found.message.split("\n")
    assert short == text(reason, "fr")
    assert how == text("proof_not_accepted", "fr", office="Atlanta")


@pytest.mark.parametrize("reason", [None, Unrecognized("a_new_reason")])
def test_a_reason_that_is_not_known_is_said_to_be_unconfirmed(reason: Unrecognized | None) -> None:
    (found,) = describe(("proof_not_accepted",), "en", refuted(None))
    assert found.message.startswith(text("could_not_confirm", "en"))
    assert describe(("proof_not_accepted",), "en", request(refuted=True)) == (found,)
    assert describe(("proof_not_accepted",), "en", refuted(reason)) == (found,)


def test_both_reasons_of_a_refutation_of_an_older_release_are_shown() -> None:
    (of_first, of_second) = (refuted(reason).refuted_by[0] for reason in ("not_the_person", "document_unreadable"))
    (found,) = describe(("proof_not_accepted",), "en", request(refuted=True, refuted_by=(of_first, of_second)))
    assert found.message.split("\n")[:2] == [text("not_the_person", "en"), text("document_unreadable", "en")]


def test_a_message_follows_from_the_request_alone() -> None:
    """Its case, who else asks and what became of it are no part of what is described."""
    elsewhere = request().evolve(case_id="D", opened=False, verify_by=None, updates=7)
    assert describe(CODES, "ru", elsewhere) == describe(CODES, "ru", request())
