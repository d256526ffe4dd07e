from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from casereview.contacts import open_contact, seal_contact
from casereview.records import Request
from casereview.sealing import Seal, SealBrokenError
from casereview.submission import Contact, Update, parse, parse_submission
from tests.unit.bodies import FULL, RECEIVED, SMALLEST
from tests.unit.kms import seal


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


def updated(sealed: Seal, request: Request, **stated: object) -> Request:
    """Return the request after an update of its contact."""
    contact = parse(Update, json.dumps({"contact": stated}), RECEIVED).contact
    assert contact is not None
    return request.model_copy(update={"contact": seal_contact(sealed, request, contact)})


def test_the_contact_is_what_was_filed(sealed: Seal) -> None:
    found = open_contact(sealed, filed(sealed, FULL))
    assert (found.email, found.phone, found.language) == ("q-mail@example.org", "+12025550123", "es")
    assert found.channel() == "email"


def test_who_gave_no_contact_has_none(sealed: Seal) -> None:
    assert open_contact(sealed, filed(sealed, SMALLEST)) == Contact()


def test_an_update_changes_what_it_states_and_null_makes_unknown(sealed: Seal) -> None:
    found = open_contact(sealed, updated(sealed, filed(sealed, FULL), email=None, phone="+502 2333 4455"))
    assert (found.email, found.phone, found.language) == (None, "+50223334455", "es")


def test_the_newest_update_builds_on_the_one_before(sealed: Seal) -> None:
    once = updated(sealed, filed(sealed, SMALLEST), email="a@example.org")
    twice = updated(sealed, once, safe_to_contact=False)
    found = open_contact(sealed, twice)
    assert (found.email, found.safe_to_contact, found.channel()) == ("a@example.org", False, "none")


def test_the_contact_of_another_request_does_not_open(sealed: Seal) -> None:
    stolen = updated(sealed, filed(sealed, FULL), email="b@example.org").contact
    with pytest.raises(SealBrokenError):
        open_contact(sealed, filed(sealed, FULL, receipt="R2", contact=stolen))


def test_a_sealed_request_is_no_sealed_contact(sealed: Seal) -> None:
    request = filed(sealed, FULL)
    with pytest.raises(SealBrokenError):
        open_contact(sealed, request.model_copy(update={"contact": request.sealed}))
