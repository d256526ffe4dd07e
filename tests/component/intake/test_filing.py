"""Filing is idempotent, opens one case for each person, and does not disclose whether a case exists."""

from __future__ import annotations

import json
from typing import Any

import pytest

from casereview.crypto.macs import body_digest
from casereview.http.json_body import canonical, read_object
from casereview.runtime.backoff import FIRST
from casereview.store import keys
from casereview.store.retrying import ATTEMPTS
from casereview.store.transaction import RefusedError
from tests.support.aws_calls import call_names, record_calls
from tests.support.contention import contention
from tests.support.memory.recording import record_memory_calls
from tests.support.standing import recognized
from tests.support.system import System, body

KEY = "0123456789abcdef"
MOTHER = {"role": "family", "name": "Rosa Example", "contact": {"email": "rosa@example.org", "language": "es"}}
LAWYER = {"role": "attorney", "name": "Lee Example", "authority": "g28", "contact": {"email": "lee@example.org"}}


def test_the_same_key_and_body_give_the_same_bytes_and_one_case(system: System) -> None:
    first = system.call("POST", "/requests", body(), {"Idempotency-Key": KEY})
    system.later(days=3)
    again = system.call("POST", "/requests", body(), {"idempotency-key": KEY})
    assert (first.status, again.status) == (201, 201)
    assert first.body == again.body
    assert len(system.cases) == len(system.requests) == len(system.notices) == 1


def test_a_repeated_request_keeps_its_answer_after_it_was_ranked(system: System) -> None:
    first = system.call("POST", "/requests", body(), {"Idempotency-Key": KEY})
    system.pump()
    assert system.call("POST", "/requests", body(), {"Idempotency-Key": KEY}).body == first.body


def test_the_same_key_with_another_body_is_refused_and_stores_nothing(system: System) -> None:
    system.file(body(), KEY)
    before = system.items()
    answer = system.call("POST", "/requests", body(grounds="Other words."), {"Idempotency-Key": KEY})
    assert answer.status == 422
    assert answer.json()["errors"][0]["pointer"] == "Idempotency-Key"
    assert system.items() == before


def test_the_order_of_fields_does_not_make_another_body(system: System) -> None:
    first = system.call("POST", "/requests", body(), {"Idempotency-Key": KEY})
    turned = dict(reversed(body().items()))
    assert system.call("POST", "/requests", turned, {"Idempotency-Key": KEY}).body == first.body


@pytest.mark.parametrize("key", ["short", "x" * 129, "tab\there-and-more-of-it", "größer-als-sechzehn"])
def test_a_malformed_idempotency_key_is_refused(system: System, key: str) -> None:
    answer = system.call("POST", "/requests", body(), {"Idempotency-Key": key})
    assert (answer.status, answer.json()["errors"][0]["pointer"]) == (400, "Idempotency-Key")
    assert system.items() == []


def test_without_a_key_each_request_is_new_and_joins_the_open_case(system: System) -> None:
    first, second = system.file(body()), system.file(body())
    assert first["receipt"] != second["receipt"]
    assert first["access_code"] != second["access_code"]
    assert len(system.cases) == 1
    assert system.cases[0].requests == 2


def test_a_mother_and_a_lawyer_share_one_case_but_not_a_receipt(system: System) -> None:
    lawyer = system.file(body(requester=LAWYER, subject={"a_number": "A000-000-099"}))
    system.pump()
    filed_at = system.cases[0].filed_at
    system.later(days=2)
    tomorrow = system.time.replace(hour=22).isoformat()
    mother = system.file(
        body(
            requester=MOTHER,
            subject={"a_number": "a 000.000.099", "born_on": "1981"},
            facts={"removal_at": tomorrow},
        )
    )
    system.pump()
    case = system.cases[0]
    assert len(system.cases) == 1
    assert case.filed_at == filed_at
    assert case.lane == "imminent_removal"
    assert {"identity_mismatch", "verify", "authority_needed"} <= set(case.flags)
    assert {request.receipt for request in system.requests} == {lawyer["receipt"], mother["receipt"]}
    assert not {lawyer["receipt"], lawyer["access_code"]} & {mother["receipt"], mother["access_code"]}
    assert (system.look_up(mother)["disclosure"], system.look_up(mother)["status"]) == ("limited", "received")


def test_response_and_calls_are_the_same_with_and_without_an_existing_case(system: System) -> None:
    with record_memory_calls() as first_calls:
        first = system.file(body(requester=MOTHER))
    system.pump()
    with record_memory_calls() as second_calls:
        second = system.file(body(requester=MOTHER))
    actions = [call.action for call in first_calls]
    assert "dynamodb:TransactWriteItems" in actions
    assert [call.action for call in second_calls] == actions
    assert first.keys() == second.keys()
    own = ("receipt", "access_code", "received_at")
    assert {name: first[name] for name in first if name not in own} == {
        name: second[name] for name in second if name not in own
    }


@pytest.mark.moto
def test_filing_takes_few_calls(system: System) -> None:
    with record_calls() as calls:
        system.file(body(), KEY)
    made = call_names(calls)
    assert made.count("dynamodb.GetItem") == 2
    assert made.count("dynamodb.TransactWriteItems") == 1
    assert made.count("sqs.SendMessage") == 2
    assert sum(name.startswith("kms.") for name in made) == 5
    assert len(made) == 10


def test_a_request_that_joins_as_self_gets_limited_disclosure_and_lowers_no_rank(system: System) -> None:
    owner = system.file(body(facts={"serious_illness": True, "removal_at": "2026-11-25T20:00:00-05:00"}))
    recognized(system, owner)
    system.pump()
    before = system.case_of(owner)
    system.later(minutes=5)
    stranger = system.file(
        body(
            requester={"name": "Someone Else", "contact": {"email": "x@example.org"}},
            facts={
                "custody": "not_detained",
                "facility": None,
                "residence": {"state": "WA"},
                "removal_at": None,
                "removal_soon": False,
                "serious_illness": False,
                "convictions": [{"kind": "aggravated_felony"}],
                "national_security_concern": True,
            },
        )
    )
    system.pump()
    after = system.case_of(stranger)
    assert after.case_id == before.case_id
    assert (after.lane, after.rank, after.office) == (before.lane, before.rank, before.office)
    stated = {"state", "removal_soon"}
    assert after.facts.model_dump(exclude=stated) == before.facts.model_dump(exclude=stated)
    assert system.look_up(stranger)["disclosure"] == "limited"
    assert system.look_up(owner)["disclosure"] == "full"


def test_no_more_than_twenty_requests_join_a_case(system: System) -> None:
    filed = [system.file(body(requester=MOTHER)) for _ in range(21)]
    system.pump()
    apart = system.case_of(filed[20])
    assert len(system.cases) == 2
    assert apart.over_limit
    assert system.case_of(filed[19]).requests == 20
    assert system.guards[0].case == system.case_of(filed[0]).case_id


def test_requests_without_an_a_number_are_not_joined(system: System) -> None:
    nameless = body()
    del nameless["subject"]["a_number"]
    system.file(nameless)
    system.file(nameless)
    assert len(system.cases) == 2
    assert system.guards == []


def test_missing_information_is_listed_and_the_request_is_accepted(system: System) -> None:
    answer = system.file(
        {
            "requester": {"role": "advocate"},
            "subject": {"given_name": "Ana"},
            "facts": {"custody": "unknown", "residence": {"state": "TX"}},
            "grounds": "She needs help.",
        }
    )
    assert answer["field_office"] == "HQ"
    fields = {lack["field"] for lack in answer["deficiencies"]}
    assert {
        "subject.a_number",
        "subject.family_name",
        "subject.born_on",
        "facts.custody",
        "facts.residence.county",
        "requester.authority",
        "requester.contact",
        "outcome_sought",
    } == fields
    system.pump()
    assert (system.cases[0].lane, system.cases[0].office) == ("other", "HQ")


def test_an_unknown_facility_is_a_deficiency_and_the_residence_decides_the_office(system: System) -> None:
    facts = {"facility": "NOWHERE JAIL", "residence": {"state": "ga"}}
    answer = system.file(body(facts=facts))
    assert answer["field_office"] == "ATL"
    assert [lack["code"] for lack in answer["deficiencies"]] == ["facility_unknown", "identity_unverified"]


def test_a_lost_race_for_the_guard_retries_and_joins_the_case(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    write = system.intake.table.write
    raced: list[bool] = []

    def racing(*writes: Any) -> None:  # noqa: ANN401
        if not raced:
            raced.append(True)
            system.file(body(requester=LAWYER))
        write(*writes)

    monkeypatch.setattr(type(system.intake.table), "write", lambda _table, *writes: racing(*writes))
    system.file(body(requester=MOTHER))
    assert len(system.cases) == 1
    assert system.cases[0].requests == 2


def test_a_case_that_changes_at_each_try_is_answered_with_503_and_stores_nothing(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise RefusedError({keys.case("C1"): None})

    monkeypatch.setattr(type(system.intake.table), "write", refuse)
    answer = system.call("POST", "/requests", body())
    assert (answer.status, answer.retry_after) == (503, "1")
    assert system.items() == []


THROTTLED = ["ThrottlingError", "ProvisionedThroughputExceeded"]


@pytest.mark.parametrize("code", ["TransactionConflict", *THROTTLED])
@pytest.mark.parametrize("key", [None, KEY])
@pytest.mark.parametrize("of", ["REQUEST#", "CASE#"])
def test_a_filing_that_meets_contention_is_tried_again(system: System, code: str, key: str | None, of: str) -> None:
    with contention(code, times=5, of=lambda written: written.pk.startswith(of)) as met:
        system.file(body(), key)
    assert (met.met, len(system.cases)) == (5, 1)
    assert len(met.pauses) == 5
    assert all(0 <= pause <= FIRST * 2**number for number, pause in enumerate(met.pauses))


@pytest.mark.parametrize(
    ("code", "key", "status"),
    [
        *((code, key, 503) for code in THROTTLED for key in (None, KEY)),
        ("TransactionConflict", None, 503),
        ("TransactionConflict", KEY, 409),
    ],
)
def test_only_a_conflict_with_a_request_of_the_same_key_is_answered_with_409(
    system: System, code: str, key: str | None, status: int
) -> None:
    """Throttling of the first write tells nothing about a request with the same key."""
    with contention(code, times=1000, of=lambda written: written.pk.startswith("REQUEST#")) as met:
        answer = system.call("POST", "/requests", body(), {"Idempotency-Key": key} if key else {})
    assert answer.status == status
    assert answer.retry_after == "1"
    assert met.met == ATTEMPTS
    assert system.items() == []


def test_a_request_is_stored_if_its_messages_are_lost(system: System) -> None:
    system.sqs.delete_queue(QueueUrl=system.queues["rank"])
    system.sqs.delete_queue(QueueUrl=system.queues["notice"])
    filed = system.file(body())
    assert system.look_up(filed)["status"] == "received"


def test_all_data_that_identifies_a_person_is_sealed(system: System) -> None:
    system.file(body(facts={"relief_pending": ["vawa"], "convictions": [{"kind": "felony", "offense": "Rustling"}]}))
    system.pump()
    lying_open = repr(system.items())
    for secret in ("Ana", "Example", "A000000011", "1980-02", "ana@", "twenty years", "vawa", "Rustling"):
        assert secret not in lying_open
    assert "protected" in lying_open


def test_a_field_that_is_null_is_the_same_as_an_absent_one_to_a_repeated_request(system: System) -> None:
    sent = body(subject={"citizenship": None}, facts={"removal_at": None, "residence": {"state": "GA", "county": None}})
    absent = body(facts={"residence": {"state": "GA"}})
    first = system.call("POST", "/requests", sent, {"Idempotency-Key": KEY})
    assert first.status == 201
    assert system.call("POST", "/requests", absent, {"Idempotency-Key": KEY}).body == first.body
    empty = body(facts={"convictions": [], "residence": {"state": "GA"}})
    assert system.call("POST", "/requests", empty, {"Idempotency-Key": KEY}).status == 422


def test_a_request_whose_nulls_an_earlier_release_digested_is_repeated_as_at_first(system: System) -> None:
    sent = body(subject={"citizenship": None})
    first = system.call("POST", "/requests", sent, {"Idempotency-Key": KEY})
    digest = body_digest(first.json()["access_code"], canonical(read_object(json.dumps(sent))))
    system.tamper(keys.request(first.json()["receipt"]), digest=digest)
    assert system.call("POST", "/requests", sent, {"Idempotency-Key": KEY}).body == first.body
    absent = system.call("POST", "/requests", body(), {"Idempotency-Key": KEY})
    assert absent.status == 422
