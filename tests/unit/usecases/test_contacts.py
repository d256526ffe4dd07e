from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from casereview.crypto.sealing import Seal, SealBrokenError
from casereview.http.validation import parse, parse_submission
from casereview.schema.holder_commands import Update
from casereview.schema.records import Case
from casereview.schema.request_records import OfficerCheck, Request
from casereview.schema.submission import Contact
from casereview.usecases.contacts import (
    ContactChange,
    change_contact,
    may_receive_news,
    open_contact,
    reason_not_to_call,
)
from tests.support.bodies import FULL, RECEIVED, SMALLEST
from tests.support.case_histories import queued
from tests.support.kms_keys import seal


@pytest.fixture(scope="module")
def sealed() -> Iterator[Seal]:
    with seal() as found:
        yield found


def filed(sealed: Seal, body: dict[str, Any], **fields: object) -> Request:
    """Return a request as intake stores it."""
    submission = parse_submission(json.dumps(body), RECEIVED)
    plain = {
        "receipt": "R1",
        "case_id": "C1",
        "received_at": RECEIVED,
        "role": submission.requester.role,
        "authority": "none",
        "opened": True,
        "state_since": RECEIVED,
        "mac_key": "K",
        "digest": b"",
        "office": "ATL",
        "sealed": sealed.close("request", "R1", submission.model_dump_json(exclude_none=True).encode()),
    }
    return Request.model_validate({**plain, **fields})


def changed(sealed: Seal, request: Request, **stated: object) -> ContactChange:
    """Apply an update to the contact of a request."""
    contact = parse(Update, json.dumps({"contact": stated}), RECEIVED).contact
    assert contact is not None
    return change_contact(sealed, request, contact)


def updated(sealed: Seal, request: Request, **stated: object) -> Request:
    """Return the request after an update of its contact."""
    return request.model_copy(update={"contact": changed(sealed, request, **stated).sealed})


def test_without_an_update_the_contact_is_as_filed(sealed: Seal) -> None:
    found = open_contact(sealed, filed(sealed, FULL))
    assert (found.email, found.phone, found.language) == ("q-mail@example.org", "+12025550123", "es")
    assert found.channel() == "email"


def test_a_request_filed_without_a_contact_has_none(sealed: Seal) -> None:
    assert open_contact(sealed, filed(sealed, SMALLEST)) == Contact()


def test_an_update_changes_the_stated_fields_and_null_deletes_a_value(sealed: Seal) -> None:
    found = open_contact(sealed, updated(sealed, filed(sealed, FULL), email=None, phone="+502 2333 4455"))
    assert (found.email, found.phone, found.language) == (None, "+50223334455", "es")


def test_a_second_update_keeps_the_changes_of_the_first(sealed: Seal) -> None:
    once = updated(sealed, filed(sealed, SMALLEST), email="a@example.org")
    twice = updated(sealed, once, safe_to_contact=False)
    found = open_contact(sealed, twice)
    assert (found.email, found.safe_to_contact, found.channel()) == ("a@example.org", False, "none")


def test_the_contact_of_another_request_does_not_open(sealed: Seal) -> None:
    stolen = updated(sealed, filed(sealed, FULL), email="b@example.org").contact
    with pytest.raises(SealBrokenError):
        open_contact(sealed, filed(sealed, FULL, receipt="R2", contact=stolen))


def test_a_sealed_request_does_not_open_as_a_contact(sealed: Seal) -> None:
    request = filed(sealed, FULL)
    with pytest.raises(SealBrokenError):
        open_contact(sealed, request.model_copy(update={"contact": request.sealed}))


@pytest.mark.parametrize(
    ("stated", "may_be_called"),
    [
        ({"language": "ht"}, True),
        ({"preferred": "phone"}, True),
        ({"preferred": "letter"}, True),
        ({"preferred": "none"}, False),
        ({"safe_to_contact": False}, False),
        ({"safe_to_contact": False, "email": "new@example.org"}, False),
        ({"email": None, "phone": None, "preferred": None}, False),
    ],
)
def test_a_requester_may_not_be_called_if_contact_is_unsafe_or_not_wanted(
    sealed: Seal,
    stated: dict[str, object],
    may_be_called: bool,  # noqa: FBT001
) -> None:
    assert changed(sealed, filed(sealed, FULL), **stated).may_be_called is may_be_called


@pytest.mark.parametrize("before", [True, False, None])
@pytest.mark.parametrize("stated", [{"safe_to_contact": None}, {"language": "ht"}, {"email": None}])
def test_only_true_or_false_change_whether_contact_is_safe(
    sealed: Seal,
    before: bool | None,  # noqa: FBT001
    stated: dict[str, object],
) -> None:
    request = updated(sealed, filed(sealed, SMALLEST), email="a@example.org", phone="+1 202 555 0123")
    if before is not None:
        request = updated(sealed, request, safe_to_contact=before)
    assert open_contact(sealed, updated(sealed, request, **stated)).safe_to_contact is before
    for explicit in (True, False):
        after = open_contact(sealed, updated(sealed, request, safe_to_contact=explicit))
        assert after.safe_to_contact is explicit


def _filed_with_relief(sealed: Seal, relief: list[str], safe: bool | None) -> Request:  # noqa: FBT001
    contact = {"email": "a@example.org", **({} if safe is None else {"safe_to_contact": safe})}
    body = {**SMALLEST, "requester": {"role": "self", "contact": contact}, "facts": {"relief_pending": relief}}
    return filed(sealed, body)


@pytest.mark.parametrize("relief", ["vawa", "t_visa", "u_visa"])
@pytest.mark.parametrize(("safe", "effective"), [(None, False), (False, False), (True, True)])
def test_contact_is_unsafe_by_default_where_the_own_words_state_protected_relief(
    sealed: Seal,
    relief: str,
    safe: bool | None,  # noqa: FBT001
    effective: bool,  # noqa: FBT001
) -> None:
    request = _filed_with_relief(sealed, ["asylum", relief], safe)
    assert open_contact(sealed, request).safe_to_contact is effective
    assert open_contact(sealed, updated(sealed, request, language="ht")).safe_to_contact is effective
    assert changed(sealed, request, language="ht").may_be_called is effective


def test_other_relief_makes_contact_not_unsafe(sealed: Seal) -> None:
    assert open_contact(sealed, _filed_with_relief(sealed, ["asylum"], None)).safe_to_contact is None


@pytest.mark.parametrize(("safe", "effective"), [(None, False), (True, True)])
def test_contact_becomes_unsafe_if_a_later_update_states_protected_relief(
    sealed: Seal,
    safe: bool | None,  # noqa: FBT001
    effective: bool,  # noqa: FBT001
) -> None:
    request = _filed_with_relief(sealed, [], safe).evolve(protected=True)
    assert open_contact(sealed, request).safe_to_contact is effective
    found = change_contact(sealed, request, Contact())
    assert found.may_be_called is effective
    assert open_contact(sealed, request.evolve(contact=found.sealed)).safe_to_contact is effective


CASE = queued()
RESTRICTED = queued(restricted=True)


@pytest.mark.parametrize(
    ("case", "officers", "safe", "reason"),
    [
        (CASE, 0, None, None),
        (CASE, 0, True, None),
        (CASE, 1, False, "unsafe"),
        (RESTRICTED, 0, None, "restricted"),
        (RESTRICTED, 0, True, "restricted"),
        (RESTRICTED, 1, True, "restricted"),
        (RESTRICTED, 2, None, "restricted"),
        (RESTRICTED, 2, False, "unsafe"),
        (RESTRICTED, 2, True, None),
    ],
)
def test_in_a_restricted_case_only_a_verified_holder_who_says_that_it_is_safe_is_told_news_and_called(
    sealed: Seal,
    case: Case,
    officers: int,
    safe: bool | None,  # noqa: FBT001
    reason: str | None,
) -> None:
    checks = tuple(
        OfficerCheck(by=str(number), at=RECEIVED, kind="identity", restricted=True) for number in range(officers)
    )
    request = _filed_with_relief(sealed, [], safe).evolve(verified=officers > 0, confirmed_by=checks)
    contact = open_contact(sealed, request)
    assert may_receive_news(case, request, contact) == (reason is None)
    assert reason_not_to_call(case, request, contact) == reason


@pytest.mark.parametrize(
    ("contact", "reason"),
    [
        (Contact(), "no_channel"),
        (Contact(email="a@example.org", preferred="none"), "no_channel"),
        (Contact(email="a@example.org", phone="+19005550143"), "not_callable"),
        (Contact(phone="+881612345678"), "not_callable"),
        (Contact(phone="+50223334455"), None),
        (Contact(preferred="phone", phone="+18005550199"), None),
    ],
)
def test_no_call_is_made_where_none_is_wanted_or_the_number_costs_more(
    sealed: Seal, contact: Contact, reason: str | None
) -> None:
    assert reason_not_to_call(CASE, filed(sealed, SMALLEST), contact) == reason


@pytest.mark.parametrize(
    ("stated", "address"),
    [
        ({"language": "ht"}, None),
        ({"email": "q-mail@example.org"}, None),
        ({"preferred": "sms"}, "+12025550123"),
        ({"email": None}, None),
        ({"phone": "+502 2333 4455"}, None),
        ({"email": "new@example.org"}, "new@example.org"),
        ({"email": "new@example.org", "preferred": "phone"}, None),
        ({"email": "new@example.org", "safe_to_contact": False}, None),
        ({"phone": "+502 2333 4455", "preferred": "sms"}, "+50223334455"),
    ],
)
def test_an_address_is_new_if_notices_go_to_it_and_went_elsewhere_before(
    sealed: Seal, stated: dict[str, object], address: str | None
) -> None:
    assert changed(sealed, filed(sealed, FULL), **stated).new_address == address
