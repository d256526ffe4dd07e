"""A full day of the whole system: every flow of every function, with a canary word in every sealed field."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from casereview.schema.base import rfc3339
from casereview.schema.request_records import Request
from casereview.store import keys
from tests.support.aws_faults import intercept, refuses
from tests.support.bodies import granted, reasons
from tests.support.staff import POLICY_A
from tests.support.system import Staff, System

OFFICER = Staff("omar", "officer restricted")
COLLEAGUE = Staff("olga", "officer restricted")
SUPERVISOR = Staff("sue", "supervisor restricted")
OFFICIAL = Staff("sam", "sro restricted", None)
SEEN = {"verdict": "confirmed", "proof": "in_person"}


@dataclass
class CanaryWords:
    """Creates and records words that occur nowhere else."""

    made: dict[str, str] = field(default_factory=dict)

    def word(self, name: str) -> str:
        """Return the word of a field, the same each time."""
        return self.made.setdefault(name, f"Zq{len(self.made):02d}{name}Qz")

    def known(self, name: str, value: str) -> str:
        """Record a value that must have a certain format."""
        self.made[name] = value
        return value


def filing(words: CanaryWords, number: int, **changes: Any) -> dict[str, Any]:  # noqa: ANN401  # any part of a body
    """Return a request body with a canary word in every sealed field; ``changes`` replace whole parts."""
    word = words.word
    contact = {
        "email": words.known(f"email{number}", f"zq{number}mail@canary-host.org"),
        "phone": words.known(f"phone{number}", f"+1202555{number:04d}"),
        "language": words.known("language", "es-x-zqlang"),
        "spoken_language": word("spoken"),
        "call_times": word("call_times"),
        "postal": {
            "lines": [word("address_line")],
            "city": word("address_city"),
            "state": word("address_state"),
            "zip": words.known("zip", "73191-8264"),
        },
    }
    plain: dict[str, Any] = {
        "requester": {
            "role": "self",
            "name": word("requester"),
            "organization": word("organization"),
            "relationship": word("relationship"),
            "prepared_by": {name: word(f"helper_{name}") for name in ("name", "organization", "language")},
            "own_reference": word("reference"),
            "contact": contact,
        },
        "subject": {
            "a_number": words.known(f"a_number{number}", f"A7319{number:05d}"),
            "given_name": word("given"),
            "family_name": word("family"),
            "born_on": words.known("born", "1983-07-19"),
            "citizenship": word("citizenship"),
            "uscis_receipt": word("uscis"),
        },
        "facts": {
            "custody": "detained",
            "facility": "STWRTGA",
            "residence": {"state": "GA", "county": word("county")},
            "convictions": [{"kind": "misdemeanor", "offense": word("offense")}],
            "relief_pending": ["asylum"],
        },
        "grounds": word("grounds"),
        "prior_contact": word("prior"),
        "outcome_sought": ["release"],
    }
    return plain | changes


def place_of(words: CanaryWords, who: str) -> dict[str, Any]:
    """Return facts with an unknown place, which could identify a person and must be sealed."""
    residence = {name: words.word(f"{who}_{name}") for name in ("state", "county", "city")}
    residence["zip"] = words.known(f"{who}_zip", f"00073-{1000 + len(words.made)}")
    return {"facility": words.word(f"{who}_facility"), "residence": residence}


def update_of(words: CanaryWords) -> dict[str, Any]:
    """Return an update with a canary word in every sealed field."""
    filed = filing(words, 1040)
    contact = {**filed["requester"]["contact"], "email": words.known("update", "zqupdate@canary-host.org")}
    facts = {"convictions": filed["facts"]["convictions"]} | place_of(words, "moved")
    return {"facts": facts, "contact": contact, "statement": words.word("statement")}


def correction_of(words: CanaryWords) -> dict[str, Any]:
    """Return a correction of an identity with a canary word in every field."""
    return {
        "a_number": words.known("corrected_number", "A731900777"),
        "given_name": words.word("corrected_given"),
        "family_name": words.word("corrected_family"),
        "born_on": words.known("corrected_born", "1984-08-21"),
        "why": words.word("correction"),
    }


def use_public_api(system: System, words: CanaryWords) -> list[dict[str, Any]]:
    """File requests that open and join cases, repeat a key, look up, update, withdraw, and be refused."""
    word = words.word
    first = system.file(filing(words, 1001), "key-of-sixteen-characters")
    assert system.file(filing(words, 1001), "key-of-sixteen-characters") == first
    mother = filing(words, 1002)
    mother["subject"]["a_number"] = words.made["a_number1001"]
    mother["requester"]["role"] = "family"
    joined = system.file(mother)
    nameless = filing(words, 1003)
    nameless["subject"].pop("a_number")
    apart = system.file(nameless)
    elsewhere = filing(words, 1004)
    elsewhere["facts"] |= place_of(words, "filed")
    alone = system.file(elsewhere)
    system.pump()
    for filed in (first, joined, apart):
        assert system.on(filed, "GET").status == 200
    for path in ("/field-offices?zip=78040", "/facilities?q=stew&state=GA", "/notice?language=ht", "/statistics"):
        assert system.call("GET", path).status == 200
    assert system.on(first, "POST", "/updates", update_of(words)).status == 202
    assert system.on(apart, "POST", "/updates", {"subject": filing(words, 1012)["subject"]}).status == 202
    assert system.on(alone, "POST", "/withdrawal", {}).status == 202
    at_home = filing(words, 1011)
    at_home["facts"] |= {"custody": "not_detained", "facility": None}
    held = system.file(at_home)
    system.pump()
    system.work(OFFICER, case_id_of(system, held), "claim")
    assert system.on(held, "POST", "/withdrawal", {}).status == 202
    assert system.on(held, "POST", "/withdrawal", {"undo": True}).status == 202
    checked = filing(words, 1013)
    checked["facts"] |= place_of(words, "checked")
    assert system.call("POST", "/requests/checks", checked).status == 200
    assert system.on(first, "POST", "/escalation", {"statement": word("early")}).status == 202
    system.pump()
    return [first, joined, apart]


def send_invalid_requests(system: System, words: CanaryWords) -> None:
    """Send canary words in malformed and invalid requests."""
    word, name = words.word("refused"), words.word("field")
    good = filing(words, 1001)
    bad: list[object] = [
        word,
        f'{{"{name}": 1, "{name}": 2}}',
        {name: word},
        [word],
        good | {"grounds": {name: word}},
        good | {"subject": {"a_number": word, "born_on": word}},
        good | {"requester": {"role": word, "contact": {"email": word, "phone": word, "language": word}}},
        good | {"facts": {"removal_at": word, "custody": word, "relief_pending": [word]}},
    ]
    for body in bad:
        assert system.call("POST", "/requests", body, {"Idempotency-Key": word * 4}).status in {400, 422}
    assert system.call("GET", f"/requests/{word}", None, {"Authorization": f"Bearer {word}"}).status == 404
    assert system.call("GET", f"/{word}").status == 404
    assert system.call("GET", f"/field-offices?state={word}").status == 422
    assert system.call("GET", f"/facilities?q={word}").json() == {"facilities": []}
    assert system.call("GET", f"/facilities?q=st&state={word}").status == 422
    other = filing(words, 1001) | {"grounds": word}
    assert system.call("POST", "/requests", other, {"Idempotency-Key": "key-of-sixteen-characters"}).status == 422


def case_id_of(system: System, filed: dict[str, Any]) -> str:
    return system.read(Request, keys.request(filed["receipt"])).case_id


def work_on_cases(system: System, words: CanaryWords, filed: list[dict[str, Any]]) -> None:
    """Work on cases as officers: read, verify, reissue a code, split, record a removal, ask, link, transfer."""
    first, joined, apart = filed
    case_id = case_id_of(system, first)
    word, at = words.word, f"/staff/cases/{case_id}"
    assert system.staff(OFFICER, "POST", f"{at}/claim", {}).status == 200
    assert system.staff(OFFICER, "POST", f"{at}/contacts", {"why": word("why")}).status == 200
    for what in ("", "/ranking", "/history", "/statements", "/notices", *_request_of(first)):
        assert system.staff(OFFICER, "GET", at + what).status == 200
    for path in ("/staff/verifications", "/staff/me"):
        assert system.staff(OFFICER, "GET", path).status == 200
    assert system.staff(OFFICER, "GET", "/staff/worklist").status == 200
    for sought in ({"receipt": first["receipt"]}, {"a_number": words.made["a_number1001"]}):
        assert system.staff(OFFICER, "POST", "/staff/lookups", {**sought, "why": word("sought")}).status == 200
    seen = {"convictions": [{"kind": "misdemeanor", "offense": word("seen")}]}
    _act_on_code(system, words, case_id, joined["receipt"])
    work = [
        ("verifications", {"facts": {"pregnant": True, **seen}, "verdict": "confirmed", "why": word("verify")}),
        ("verifications", {"receipt": first["receipt"], "identity": True, **SEEN, "why": word("id")}),
        ("identity", correction_of(words)),
        ("notes", {"kind": "referral", "with": word("noted_with"), "text": word("noted")}),
        ("split", {"receipt": joined["receipt"], "why": word("split")}),
        (
            "information-requests",
            {
                "asked": [{"text": word("asked"), "language": words.known("asked_in", "fr-x-zqasked")}],
                "answer_by": "2026-12-20",
            },
        ),
    ]
    _record_wrong_removal(system, words, case_id)
    for what, body in work:
        system.work(OFFICER, case_id, what, body)
    system.pump()
    assert word("asked") in str(system.look_up(first)["asked_for"])
    link = {"case_id": case_id, "why": word("link")}
    system.work(SUPERVISOR, case_id_of(system, apart), "link", link)
    other = case_id_of(system, joined)
    colleague = system.employ(COLLEAGUE)
    system.work(SUPERVISOR, other, "assignment", {"to": colleague.user, "why": word("assignment")})
    system.work(SUPERVISOR, other, "transfer", {"office": "NOL", "why": word("transfer")})
    assert system.on(first, "POST", "/updates", {"statement": word("answer")}).status == 202
    system.pump()


def _request_of(filed: dict[str, Any]) -> tuple[str, str]:
    path = f"/requests/{filed['receipt']}"
    return path, f"{path}/view"


def _record_wrong_removal(system: System, words: CanaryWords, case_id: str) -> None:
    """Record a removal, correct that, and record it again."""
    removal = {"removed_at": "2026-11-24T10:00:00-05:00", "why": words.word("removal")}
    recorded = system.work(OFFICER, case_id, "removal", removal)
    correction = {"event": recorded["case_version"], "why": words.word("correction")}
    system.work(OFFICER, case_id, "corrections", correction)
    system.work(OFFICER, case_id, "removal", removal)


def _act_on_code(system: System, words: CanaryWords, case_id: str, receipt: str) -> None:
    """Reissue a code, cancel the withdrawal that its holder then asks for, and freeze the code."""
    reissued = {"receipt": receipt, "proof": "document", "why": words.word("reissue")}
    new = system.work(OFFICER, case_id, "reissue-code", reissued)
    assert system.on(new, "POST", "/withdrawal", {}).status == 202
    answer = {"receipt": receipt, "confirm": False, "why": words.word("cancel")}
    system.work(SUPERVISOR, case_id, "withdrawals", answer)
    system.work(OFFICER, case_id, "freeze", {"receipt": receipt, "why": words.word("freeze")})


def decide_cases(system: System, words: CanaryWords, filed: dict[str, Any]) -> None:
    """Decide, approve, escalate, remand and reopen a case, and let a claim lapse."""
    case_id = case_id_of(system, filed)
    if system.case_of(filed).claimed_by is None:
        system.work(OFFICER, case_id, "claim")
    draft = f"/staff/cases/{case_id}/draft"
    assert system.staff(OFFICER, "PUT", draft, {"text": words.word("draft")}).status == 200
    assert system.staff(OFFICER, "GET", draft).json()["text"] == words.word("draft")
    if _decide(system, words, OFFICER, case_id, "declined") == "awaiting_approval":
        system.work(SUPERVISOR, case_id, "approval", {"approve": True, "why": words.word("approval")})
    system.pump()
    assert system.look_up(filed)["status"] == "decided"
    facts = {"convictions": filing(words, 1041)["facts"]["convictions"]} | place_of(words, "escalated")
    escalation = {"statement": words.word("escalation"), "facts": facts}
    assert system.on(filed, "POST", "/escalation", escalation).status == 202
    system.pump()
    system.work(OFFICIAL, case_id, "claim")
    assert _decide(system, words, OFFICIAL, case_id, "remand") == "in_line"
    system.pump()
    assert system.staff(COLLEAGUE, "POST", "/staff/worklist/next", {}).status == 200  # the author is excluded
    system.work(COLLEAGUE, case_id, "release")
    assert system.staff(COLLEAGUE, "POST", "/staff/worklist/next", {}).status == 200
    system.later(days=30)
    system.settle(4)
    system.work(COLLEAGUE, case_id, "claim")
    _decide(system, words, COLLEAGUE, case_id, "granted")
    _do_duties(system, words)
    system.work(SUPERVISOR, case_id, "reopening", {"why": words.word("reopening")})
    for place in ({}, place_of(words, "filed_by_staff")):  # the second joins the first
        sent = filing(words, 1009)
        sent["facts"] |= place
        assert system.staff(OFFICER, "POST", "/staff/requests", sent).status == 201
    for duty in ("snapshot", "bands", "usual_wait"):
        assert system.duty(duty)
    assert system.duty("recount_drafts", author="somebody")
    assert system.staff(SUPERVISOR, "GET", "/staff/summary?office=ATL").status == 200


def take_a_decision_back(system: System, words: CanaryWords) -> None:
    """Propose a decision under a policy that asks for approvals, take it back, and have the next one approved."""
    now, system.time = system.time, POLICY_A
    filed = system.file(filing(words, 1042))
    system.pump()
    case_id = case_id_of(system, filed)
    system.work(OFFICER, case_id, "claim")
    assert _decide(system, words, OFFICER, case_id, "declined") == "awaiting_approval"
    system.work(OFFICER, case_id, "decision/withdrawal", {"why": words.word("taken_back")})
    _decide(system, words, OFFICER, case_id, "declined")
    system.work(SUPERVISOR, case_id, "approval", {"approve": True, "why": words.word("approval")})
    system.pump()
    system.time = now
    system.settle(3)  # the policy of today comes into force


def _do_duties(system: System, words: CanaryWords) -> None:
    """Do what the decisions left to do, and read what awaits an approval."""
    assert system.staff(SUPERVISOR, "GET", "/staff/approvals").status == 200
    results = {"carry_out": "released", "tell_the_person": "told", "call": "reached", "letter": "sent"}
    results["translate"] = "done"
    for duty in system.staff(OFFICER, "GET", "/staff/duties").json()["items"]:
        if duty["kind"] in results:
            said = {"note": words.word("duty_note"), "why": words.word("duty")}
            given = {"what": results[duty["kind"]], "done_at": rfc3339(system.time), **said}
            system.work(OFFICER, duty["case_id"], f"duties/{duty['duty']}", given)


def _decide(system: System, words: CanaryWords, user: Staff, case_id: str, outcome: str) -> str:
    sent = decision(system, words, user, case_id, outcome)
    status: str = system.work(user, case_id, "decision", sent)["status"]
    return status


def decision(system: System, words: CanaryWords, user: Staff, case_id: str, outcome: str) -> dict[str, Any]:
    """Return the body of a decision on the current version of a case."""
    read = system.staff(user, "GET", f"/staff/cases/{case_id}").json()
    unknown = system.staff(user, "GET", f"/staff/cases/{case_id}/ranking").json()["unknown_factors"]
    why = words.word("unknown")
    return {
        "outcome": outcome,
        **reasons(words.word("reasons")),
        "granted": [{**one, "conditions": words.word("conditions")} for one in granted(outcome)],
        "unknowns": [{"factor": factor["rule"], "how": "asked", "why": why} for factor in unknown],
        "internal_reasons": words.word("internal"),
        "factors": [],
        "policy": read["policy"],
        "case_version": read["case_version"],
    }


def send_notices(system: System, words: CanaryWords) -> None:
    """Send notices by mail and text message, with failures, bounces and a poison message."""
    by_text = filing(words, 1005)
    by_text["requester"]["contact"]["preferred"] = "sms"
    system.file(by_text)
    system.pump()
    for number, code in ((1006, "MessageRejected"), (1007, "TooManyRequestsException")):
        system.file(filing(words, number))
        with intercept("sesv2.SendEmail", refuses(code, f"Illegal address: {words.made[f'email{number}']}")):
            system.pump()
    to_call = filing(words, 1008)
    for other in ("phone", "postal"):
        to_call["requester"]["contact"].pop(other)
    bounced = system.file(to_call)
    system.pump()
    tags = {"case": [case_id_of(system, bounced)], "notice": [f"acknowledgement-{bounced['receipt']}"]}
    recipients = [{"emailAddress": words.made["email1008"], "diagnosticCode": words.word("diagnostic")}]
    bounce = {"bounceType": "Permanent", "bouncedRecipients": recipients}
    assert not system.bounce({"eventType": "Bounce", "bounce": bounce, "mail": {"tags": tags}})["batchItemFailures"]
    assert system.bounce({words.word("poison"): recipients})["batchItemFailures"]
    lifted = {"receipt": bounced["receipt"], "why": words.word("unsuppress")}
    system.work(SUPERVISOR, case_id_of(system, bounced), "unsuppress", lifted)
    system.work(OFFICER, case_id_of(system, bounced), "information-requests", {"codes": ["prove_identity"]})
    system.pump()


def decide_without_a_way(system: System, words: CanaryWords) -> None:
    """Decide a case whose verified holder wants no message, so that its news ends and the person is to be told."""
    sent = filing(words, 1043)
    sent["requester"]["contact"] = {"preferred": "none"}
    sent["facts"] = {"custody": "detained", "facility": "STWRTGA"}
    filed = system.file(sent)
    system.pump()
    case_id = case_id_of(system, filed)
    system.work(OFFICER, case_id, "claim")
    identity = {"receipt": filed["receipt"], "identity": True, **SEEN, "why": words.word("seen")}
    system.work(OFFICER, case_id, "verifications", identity)
    _decide(system, words, OFFICER, case_id, "moot")
    system.pump()
    (news,) = (one for one in system.notices if (one.receipt, one.template) == (filed["receipt"], "news"))
    assert news.state == "undeliverable"


def run_sweeps(system: System, words: CanaryWords) -> None:
    """Run the sweep after messages were lost, and redrive."""
    system.file(filing(words, 1010))
    for url in system.queues.values():
        system.sqs.purge_queue(QueueUrl=url)
    system.settle(3)
    system.duty("redrive")


def run_full_day(system: System, words: CanaryWords) -> list[dict[str, Any]]:
    """Run all flows; return the filed requests."""
    take_a_decision_back(system, words)
    filed = use_public_api(system, words)
    send_invalid_requests(system, words)
    work_on_cases(system, words, filed)
    decide_cases(system, words, filed[0])
    send_notices(system, words)
    decide_without_a_way(system, words)
    run_sweeps(system, words)
    return filed
