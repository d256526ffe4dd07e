"""Example bodies of the staff API. All persons are fictional."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_RECEIPT = "0W40-J2GB-1G6G-W3RG-3"

FINDINGS: Mapping[str, dict[str, Any]] = {
    "A stated fact is confirmed": {
        "receipt": _RECEIPT,
        "facts": {"serious_illness": True},
        "verdict": "confirmed",
        "why": "The hospital's letter is in the file.",
    },
    "A stated fact is refuted": {
        "facts": {"claims_us_citizenship": True},
        "verdict": "refuted",
        "why": "The process for such claims has answered.",
    },
    "The representative's Form G-28 was received": {
        "receipt": _RECEIPT,
        "authority": "g28",
        "verdict": "confirmed",
        "proof": "form",
        "why": "Signed G-28 received by e-mail.",
    },
    "The requester's identity is confirmed": {
        "receipt": _RECEIPT,
        "identity": True,
        "verdict": "confirmed",
        "proof": "in_person",
        "why": "Spoke with her at the facility.",
    },
    "A proof of identity is not accepted": {
        "receipt": _RECEIPT,
        "identity": True,
        "verdict": "refuted",
        "reason": "document_unreadable",
        "why": "Only half of the page was scanned.",
    },
    "The case is protected by 8 USC 1367": {
        "facts": {"protected": True},
        "verdict": "confirmed",
        "why": "She described a petition that may not be disclosed.",
    },
}
ASKED: Mapping[str, dict[str, Any]] = {
    "Two documents, by the end of a day": {
        "asked": [
            {"text": "The child's birth certificate.", "language": "en"},
            {"text": "A letter of the doctor who treats the child.", "language": "en"},
        ],
        "answer_by": "2026-12-04",
    },
    "How to prove who one is": {"to": [_RECEIPT], "codes": ["prove_identity"]},
}
ASSIGNMENTS: Mapping[str, dict[str, Any]] = {
    "To an officer who speaks the language": {"to": "olga", "why": "She speaks Ukrainian."}
}
NOTED: Mapping[str, dict[str, Any]] = {
    "A call": {"kind": "call", "with": "Her sister", "text": "She will bring the birth certificate on Friday."},
    "The referral of a claim of US citizenship": {
        "kind": "referral",
        "with": "J. Poe",
        "text": "Sent to counsel today.",
    },
}
CALL_BACK: Mapping[str, dict[str, Any]] = {"To call her back": {"why": "She asked to be called about the question."}}
SEEN: Mapping[str, dict[str, Any]] = {
    "A request in person, with an identity document": {
        "requester": {"role": "self"},
        "subject": {"given_name": "Ana", "family_name": "Moss"},
        "grounds": "I have lived here for twenty years.",
        "channel": "in_person",
        "seen": {"identity": True, "proof": "document"},
    }
}
REISSUES: Mapping[str, dict[str, Any]] = {
    "A lost code, for a holder who came in person": {
        "receipt": _RECEIPT,
        "proof": "in_person",
        "why": "She lost the letter with the code.",
    }
}
FREEZES: Mapping[str, dict[str, Any]] = {
    "A caller whose code was taken": {"receipt": _RECEIPT, "why": "He says that another person has the code."}
}
WITHDRAWALS: Mapping[str, dict[str, Any]] = {
    "The requester confirmed the withdrawal by telephone": {
        "receipt": _RECEIPT,
        "confirm": True,
        "why": "Called back at the number of the request.",
    },
    "The withdrawal was not the requester's": {
        "receipt": _RECEIPT,
        "confirm": False,
        "why": "She knows nothing of it.",
    },
}
TRANSFERS: Mapping[str, dict[str, Any]] = {
    "The person was moved": {"office": "ELP", "why": "Moved to the El Paso processing center."}
}
CORRECTIONS: Mapping[str, dict[str, Any]] = {
    "A digit of the A-number was mistyped": {"a_number": "A000-000-012", "why": "It is so in the Notice to Appear."},
    "A birth date in one request": {"receipt": _RECEIPT, "born_on": "1980-02-03", "why": "By the passport."},
}
LOOKUPS: Mapping[str, dict[str, Any]] = {
    "By an A-number": {"a_number": "A000-000-011", "why": "Her brother is at the counter."},
    "By a receipt": {"receipt": _RECEIPT, "why": "A lawyer has called."},
}
REMOVALS: Mapping[str, dict[str, Any]] = {
    "The person was removed": {"removed_at": "2026-11-24T06:30:00-05:00", "why": "Flight list of the day."}
}
UNDOING: Mapping[str, dict[str, Any]] = {
    "The wrong person was recorded as removed": {"event": 9, "why": "The flight list named another person."}
}
REASONS: Mapping[str, dict[str, Any]] = {"Circumstances changed": {"why": "The conviction was vacated last week."}}
DECISIONS: Mapping[str, dict[str, Any]] = {
    "A field office grants": {
        "outcome": "granted",
        "reasons": [{"about": "sole_caregiver", "text": "You are released to care for your child."}],
        "language": "en",
        "granted": [{"what": "release", "conditions": "Report by telephone once a month."}],
        "internal_reasons": "No category is presumed; sole caregiver of a disabled child.",
        "factors": ["family_impact", "lengthy_presence"],
        "policy": "2021-09-30-guidelines",
        "case_version": 7,
    },
    "The Senior Reviewing Official remands the case": {
        "outcome": "remand",
        "reasons": [{"about": None, "text": "The field office will look at your case again."}],
        "language": "en",
        "internal_reasons": "The vacated conviction was not weighed.",
        "factors": ["vacated_conviction"],
        "policy": "2021-09-30-guidelines",
        "case_version": 12,
    },
}
DECISION_WITHDRAWALS: Mapping[str, dict[str, Any]] = {
    "The author found an error": {"why": "The date of entry is another one."}
}
DUTIES: Mapping[str, dict[str, Any]] = {
    "The person was released": {
        "what": "released",
        "note": "Released at the door, with the papers.",
        "done_at": "2022-01-19T10:00:00-05:00",
        "why": "As decided.",
    },
    "The person was told": {"what": "told", "done_at": "2022-01-19T10:00:00-05:00", "why": "Read out in Spanish."},
}
APPROVALS: Mapping[str, dict[str, Any]] = {
    "The decision is approved": {
        "approval": "field_office_director",
        "approve": True,
        "why": "I agree with the reasons.",
    },
    "The decision returns to its author": {"approve": False, "why": "The children were not weighed."},
}
