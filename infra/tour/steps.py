"""The steps of the tour: each request, its sender, and what is shown of the response.

Names with a dollar sign are variables of the shell: a step keeps fields of its answer in them, and later steps use
them in their path, body or token. The request is about a facility of the Seattle office, where no sample request of
the local run lies, so that the next case of the worklist is the one of the tour.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Final, Literal, TypeAlias

from infra.tour.answers import ALL, Json, Shape, field

RECIPIENT: Final = "ana@example.org"
CONTENT_TYPE: Final = "application/json"
"""The content type of every body."""
Values: TypeAlias = Mapping[str, str]
"""The variables, by name."""
_NOTICES: Final = 2
"""The acknowledgement, and the news that there is a decision."""


@dataclasses.dataclass(frozen=True)
class Step:
    """One request of the tour.

    Attributes:
        sentence: What happens, in one plain sentence.
        path: The path and query, with variables.
        body: The JSON that is posted, with variables; None for a GET.
        signed_by: The variable whose value is the bearer token.
        keeps: The variables that are set from fields of the answer.
        shows: The fields that are printed.
        awaits: Whether an answer is the one to show. Ranking and notices follow a moment after the request that
            caused them, so this step waits for them.
    """

    sentence: str
    path: str
    body: str | None = None
    signed_by: str | None = None
    keeps: Mapping[str, str] | None = None
    shows: Shape = dataclasses.field(default_factory=dict)
    awaits: Callable[[Json, Values], bool] | None = None

    @property
    def method(self) -> Literal["GET", "POST"]:
        """The HTTP method."""
        return "GET" if self.body is None else "POST"


def _sign_in(user: str, group: str) -> str:
    return f'{{"user": "{user}", "groups": ["{group}"], "office": "SEA"}}'


def _is_ranked(answer: Json, _values: Values) -> bool:
    """Tell whether a case was there to claim: it is ranked a moment after its request was filed."""
    return bool(field(answer, "case_id"))


def _has_all_notices(answer: Json, values: Values) -> bool:
    """Tell whether both notices about the request were sent; the outbox may hold those of an earlier tour."""
    messages = answer if isinstance(answer, list) else []
    return sum(values["RECEIPT"] in str(field(each, "body")) for each in messages) >= _NOTICES


_STATUS: Final[Shape] = {"receipt": ALL, "status": ALL, "disclosure": ALL, "lane": ALL, "decision": ALL}
_LIMITED: Final[Shape] = {"receipt": ALL, "status": ALL, "disclosure": ALL, "lane": ALL, "missing": {"code": ALL}}
_CHANGED: Final[Shape] = {"case_id": ALL, "case_version": ALL, "status": ALL, "claimed_by": ALL}
_DECIDED: Final[Shape] = {"case_id": ALL, "status": ALL, "claimed_by": ALL, "will_learn": ALL}
"""Without the version, which counts whether the case was ranked between the verification and the decision."""
_CASE: Final[Shape] = {
    "case_id": ALL,
    "case_version": ALL,
    "lane": ALL,
    "target_by": ALL,
    "policy": ALL,
    "lease_until": ALL,
    "facts": {"fact": ALL, "value": ALL, "verified": ALL},
    "requests": {"receipt": ALL, "role": ALL, "verified": ALL, "verify_by": ALL},
}

TO_THE_DECISION: Final[tuple[Step, ...]] = (
    Step(
        "Ana, who is detained, files a request. She needs no account, and the request may be incomplete: the answer"
        " names what is missing. It also holds the receipt and the access code; the code is shown only once.",
        "/requests",
        body="""{
  "requester": {"role": "self", "contact": {"email": "ana@example.org", "language": "ht"}},
  "subject": {"a_number": "A000-000-511", "given_name": "Ana", "family_name": "Moss", "born_on": "1980"},
  "facts": {"custody": "detained", "facility": "Northwest Detention Center"},
  "grounds": "I have lived here for twenty years."}""",
        keeps={"RECEIPT": "receipt", "CODE": "access_code"},
    ),
    Step(
        "She looks up where it stands. Until the office has verified who she is, the answer follows from her request"
        " alone, so that nobody learns anything about a person by asking in her name: that it was received, how soon"
        " her own words call for a look, and what it lacks.",
        "/requests/$RECEIPT",
        signed_by="CODE",
        shows=_LIMITED,
    ),
    Step(
        "An officer of the Seattle office signs in. The local run issues the token; deployed, Amazon Cognito does.",
        "/_local/token",
        body=_sign_in("olga", "officer"),
        keeps={"OFFICER": "token"},
    ),
    Step(
        "The officer takes the next case: the most urgent one of the office, with the reasons for its place. It was"
        " ranked within a second of being filed. (If the answer is empty, repeat this step.)",
        "/staff/worklist/next",
        body="{}",
        signed_by="OFFICER",
        keeps={"CASE": "case_id"},
        shows={"case_id": ALL, "position": ALL, "lane": ALL, "reasons": ALL, "status": ALL, "claimed_by": ALL},
        awaits=_is_ranked,
    ),
    Step(
        "The officer reads the case. The read is written to its history, with the officer's name.",
        "/staff/cases/$CASE",
        signed_by="OFFICER",
        keeps={"POLICY": "policy"},
        shows=_CASE,
    ),
    Step(
        "The officer reads the request itself, without the contact data, which opens only for a reason.",
        "/staff/cases/$CASE/requests/$RECEIPT",
        signed_by="OFFICER",
        shows={"receipt": ALL, "role": ALL, "verified": ALL, "body": {"grounds": ALL}},
    ),
    Step(
        "The officer verifies the identity of the requester. Only a verified requester is shown the decision.",
        "/staff/cases/$CASE/verifications",
        body="""{
  "receipt": "$RECEIPT", "identity": true, "verdict": "confirmed", "proof": "in_person",
  "why": "Seen in person; the booking record agrees."}""",
        signed_by="OFFICER",
        keeps={"VERSION": "case_version"},
        shows=_CHANGED,
    ),
    Step(
        "Ana looks her request up again, and now sees the case itself.",
        "/requests/$RECEIPT",
        signed_by="CODE",
        shows=_STATUS,
    ),
    Step(
        "The officer decides, and names the policy and the version of the case that the decision is based on. If"
        " another policy is in force, or something that matters to the decision has come since, the answer is 409."
        " Otherwise it says who learns of the decision. A policy may require that a supervisor approves; this one does"
        " not.",
        "/staff/cases/$CASE/decision",
        body="""{
  "outcome": "granted", "factors": [], "policy": "$POLICY", "case_version": $VERSION,
  "reasons": [{"about": "custody", "text": "You will be released while your case goes on."}], "language": "en",
  "granted": [{"what": "release", "conditions": "Report by telephone once a month."}],
  "internal_reasons": "Identity confirmed; long residence."}""",
        signed_by="OFFICER",
        shows=_DECIDED,
    ),
)
APPROVAL: Final[tuple[Step, ...]] = (
    Step(
        "The policy in force requires an approval of this outcome, so a supervisor signs in.",
        "/_local/token",
        body=_sign_in("samira", "supervisor"),
        keeps={"SUPERVISOR": "token"},
    ),
    Step(
        "The supervisor approves the decision. An author cannot approve their own decision.",
        "/staff/cases/$CASE/approval",
        body='{"approve": true, "why": "Agreed."}',
        signed_by="SUPERVISOR",
        shows=_DECIDED,
    ),
)
"""Taken where the decision awaits an approval."""
AFTER_THE_DECISION: Final[tuple[Step, ...]] = (
    Step(
        "What the decision grants is a duty of the office, with its time, until somebody records that it was carried"
        " out.",
        "/staff/duties",
        signed_by="OFFICER",
        shows={"items": ALL},
    ),
    Step(
        "Ana reads the decision and its reasons.",
        "/requests/$RECEIPT",
        signed_by="CODE",
        shows=_STATUS,
    ),
    Step(
        "The outbox of the local run shows what she was sent, in Haitian Creole as she asked: an acknowledgement, and a"
        " notice that there is news. A message never contains the decision or the access code.",
        f"/_local/outbox?to={RECIPIENT}",
        shows={"channel": ALL, "to": ALL, "language": ALL, "subject": ALL, "body": ALL},
        awaits=_has_all_notices,
    ),
)
