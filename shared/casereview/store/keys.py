"""Keys of the table. No other module builds or parses a key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple


class Key(NamedTuple):
    """The primary key of an item."""

    pk: str
    sk: str


Index = Literal["worklist", "due", "verify", "duties"]
WORKLIST: Final = "worklist"
"""Index of open, ranked cases: partition key ``queue`` (an office, or SRO), sort key ``rank``."""
DUE: Final = "due"
"""Index of pending work: partition key ``due_shard``, sort key ``due_at``; sparse."""
VERIFY: Final = "verify"
"""Index of requests whose holders are to be verified: partition key ``verify_office``, sort key ``look_at``; sparse."""
DUTIES: Final = "duties"
"""Index of what people must do: partition key ``duty_queue``, sort key ``duty_by``; sparse."""
ATTRIBUTES: Final[Mapping[Index | None, tuple[str, str]]] = {
    None: ("pk", "sk"),
    WORKLIST: ("queue", "rank"),
    DUE: ("due_shard", "due_at"),
    VERIFY: ("verify_office", "look_at"),
    DUTIES: ("duty_queue", "duty_by"),
}
"""The partition key and the sort key of the table (None) and of each index."""
SNAPSHOTS = "SNAPSHOTS"
"""The partition of the newest snapshot of each office."""


def case_partition(case_id: str) -> str:
    """Return the partition that holds a case, its history and its notices."""
    return f"CASE#{case_id}"


def case(case_id: str) -> Key:
    """Return the key of a case."""
    return Key(case_partition(case_id), "CASE")


def event(case_id: str, version: int) -> Key:
    """Return the key of the event that produced a version of a case; keys sort in the order of versions."""
    return Key(case_partition(case_id), f"EVENT#{version:06d}")


LAST_EVENT: Final = "EVENT#~"
"""Sorts after the key of every event."""


def version_of_event(sk: str) -> int:
    """Return the version of a case that an event produced, by its sort key; 0 for another kind of record."""
    kind, _, version = sk.partition("#")
    return int(version) if kind == "EVENT" and version.isdecimal() else 0


def case_id_of_event(key: Key) -> str | None:
    """Return the case id in the key of an event; None for the key of another kind of record."""
    return case_id_of(key.pk) if version_of_event(key.sk) else None


CORRECTIONS: Final = "CORRECTION#"
"""What the sort keys of the corrections of a case begin with."""


def correction(case_id: str, event: int) -> Key:
    """Return the key of the correction of an event; keys sort in the order of the corrected events."""
    return Key(case_partition(case_id), f"{CORRECTIONS}{event:06d}")


NOTICES: Final = "NOTICE#"
"""What the sort keys of the notices of a case begin with."""


def notice(case_id: str, notice_id: str) -> Key:
    """Return the key of a notice."""
    return Key(case_partition(case_id), f"{NOTICES}{notice_id}")


def request(receipt: str) -> Key:
    """Return the key of a request."""
    return Key(f"REQUEST#{receipt}", "REQUEST")


def receipt_of(pk: str) -> str:
    """Return the receipt in the partition key of a request."""
    return pk.removeprefix("REQUEST#")


def claims_partition(case_id: str) -> str:
    """Return the partition that holds what requesters stated about a case and what officers found."""
    return f"CLAIMS#{case_id}"


_RECEIPT: Final = "RECEIPT#"


def claims(case_id: str, receipt: str) -> Key:
    """Return the key of the newest open claims of one request."""
    return Key(claims_partition(case_id), f"{_RECEIPT}{receipt}")


def receipt_of_claims(sk: str) -> str | None:
    """Return the receipt in the sort key of claims; None for the sort key of another kind of record."""
    return sk.removeprefix(_RECEIPT) if sk.startswith(_RECEIPT) else None


def findings(case_id: str) -> Key:
    """Return the key of what officers found about a case."""
    return Key(claims_partition(case_id), "FINDINGS")


def duties_partition(case_id: str) -> str:
    """Return the partition that holds the duties of a case, open and done."""
    return f"DUTIES#{case_id}"


def duty(case_id: str, duty_id: str) -> Key:
    """Return the key of a duty."""
    return Key(duties_partition(case_id), f"DUTY#{duty_id}")


def duty_queue(office: str) -> str:
    """Return the partition of the index ``duties`` with the open duties of an office."""
    return f"DUTIES#{office}"


def approval_queue(office: str) -> str:
    """Return the partition of the index ``duties`` with the cases of an office that await an approval."""
    return f"APPROVALS#{office}"


def texts_partition(owner: str) -> str:
    """Return the partition that holds the texts of a request, by its receipt, or of a case, by its id."""
    return f"TEXTS#{owner}"


def text(owner: str, text_id: str) -> Key:
    """Return the key of a text; text ids sort by time."""
    return Key(texts_partition(owner), f"TEXT#{text_id}")


def guard(person: str) -> Key:
    """Return the key of the guard of a person."""
    return Key(person_partition(person), "OPEN")


def person_partition(person: str) -> str:
    """Return the partition that holds the guard of a person and every case that the person had."""
    return f"PERSON#{person}"


def person_of(pk: str) -> str:
    """Return the MAC of the A-number in the partition key of a person."""
    return pk.removeprefix("PERSON#")


CASES: Final = "CASE#"
"""What the sort keys of the cases of a person or name begin with."""


def person_case(person: str, case_id: str) -> Key:
    """Return the key of the record that a person had a case."""
    return Key(person_partition(person), f"{CASES}{case_id}")


def names_partition(name: str) -> str:
    """Return the partition that holds the cases about somebody of a name and birth year."""
    return f"NAME#{name}"


def name_case(name: str, case_id: str) -> Key:
    """Return the key of the record that a case is about somebody of a name and birth year."""
    return Key(names_partition(name), f"{CASES}{case_id}")


def decision_draft(case_id: str) -> Key:
    """Return the key of the draft of a decision; apart from the case, so that nothing else reads or moves it."""
    return Key(f"DRAFT#{case_id}", "DRAFT")


def officer(user: str) -> Key:
    """Return the key of an officer's counter."""
    return Key(f"OFFICER#{user}", "COUNTER")


def lookups(user: str, hour: str) -> Key:
    """Return the key of the count of an officer's look-ups in an hour."""
    return Key(f"OFFICER#{user}", f"LOOKUPS#{hour}")


def reason_use(reason: str) -> Key:
    """Return the key of the counter of a reason, by the MAC of its text."""
    return Key(f"REASON#{reason}", "USES")


def snapshot(office: str) -> Key:
    """Return the key of an office's newest snapshot."""
    return Key(SNAPSHOTS, f"SNAPSHOT#{office}")


WAIT: Final = "WAIT#"
"""Begins the sort key of a wait."""


def waits_partition(office: str, lane: str) -> str:
    """Return the partition that holds the waits of the ended cases of one lane at an office."""
    return f"WAIT#{office}#{lane}"


def wait(office: str, lane: str, decided_at: str, unique: str) -> Key:
    """Return the key of the wait of one ended case; keys sort by the time of the decision."""
    return Key(waits_partition(office, lane), f"{WAIT}{decided_at}#{unique}")


USUAL_WAITS = "USUALWAIT"
"""The partition of the published usual waits, one item per office."""


def usual_waits(office: str) -> Key:
    """Return the key of the usual waits of an office."""
    return Key(USUAL_WAITS, f"USUALWAIT#{office}")


BANDS = "BANDS"
"""The partition of the newest bands of each office and queue."""


def bands(office: str) -> Key:
    """Return the key of the newest bands of an office, or of another queue."""
    return Key(BANDS, f"BANDS#{office}")


def reads_partition(case_id: str) -> str:
    """Return the partition that holds the reads of a case; separate, so that reading a case does not load its reads."""
    return f"READS#{case_id}"


def read(case_id: str, read_id: str) -> Key:
    """Return the key of one read; read ids sort by time."""
    return Key(reads_partition(case_id), f"READ#{read_id}")


def suppression(address: str) -> Key:
    """Return the key of a suppressed address."""
    return Key(f"ADDRESS#{address}", "SUPPRESSED")


def address_sends(address: str) -> Key:
    """Return the key of the counter of the messages to an address."""
    return Key(f"ADDRESS#{address}", "SENDS")


def covered_by(case_id: str, notice_id: str) -> str:
    """Return what the sort keys begin with of the notices for which the message of a notice stood."""
    return f"COVERED#{case_id}#{notice_id}#"


def covered_notice(address: str, by: tuple[str, str], covered: tuple[str, str]) -> Key:
    """Return the key of a notice for which another one stood; each is a case id and a notice id."""
    return Key(f"ADDRESS#{address}", covered_by(*by) + "#".join(covered))


POLICIES = "POLICY"
"""The partition of the policy registry: the heads of approved policies, the policy in force and the switch."""
IN_FORCE = Key(POLICIES, "IN_FORCE")
SWITCH = Key(POLICIES, "SWITCH")
HEADS: Final = "HEAD#"
"""What the sort keys of the approved heads begin with. They, the policy in force and the switch follow each other, and
are read in one query, which does not read the documents of older releases."""
DOCUMENTS: Final = "DOCUMENT#"
"""What the sort keys of the documents of older releases begin with, each with its text."""
POLICY_DRAFTS = "POLICYDRAFT"
"""The partition of the heads that are not approved: drafts, and what was refused."""


def approved_head(policy_id: str) -> Key:
    """Return the key of the head of an approved policy or amendment."""
    return Key(POLICIES, f"{HEADS}{policy_id}")


def policy_draft(policy_id: str) -> Key:
    """Return the key of the head of a draft, or of a policy that was refused."""
    return Key(POLICY_DRAFTS, f"{HEADS}{policy_id}")


def policy_text(policy_id: str, digest: str) -> Key:
    """Return the key of the text of a policy."""
    return Key(f"POLICYTEXT#{policy_id}", f"TEXT#{digest}")


def policy_reason(policy_id: str) -> Key:
    """Return the key of the reason with which a policy was approved or refused."""
    return Key(f"POLICYTEXT#{policy_id}", "REASON")


def policy_author(author: str) -> Key:
    """Return the key of the counter of an author's drafts."""
    return Key(f"POLICYAUTHOR#{author}", "DRAFTS")


def policy(policy_id: str) -> Key:
    """Return the key of a document of an older release, with its text."""
    return Key(POLICIES, f"{DOCUMENTS}{policy_id}")


def preview_partition(policy_id: str) -> str:
    """Return the partition that holds the preview of a policy, one item per office."""
    return f"PREVIEW#{policy_id}"


def preview(policy_id: str, office: str) -> Key:
    """Return the key of one office's part of a preview."""
    return Key(preview_partition(policy_id), f"OFFICE#{office}")


def previewed_of(key: Key) -> tuple[str, str] | None:
    """Return the policy id and office in the key of a preview; None for the key of another kind of record."""
    if not key.pk.startswith("PREVIEW#"):
        return None
    return key.pk.removeprefix("PREVIEW#"), key.sk.removeprefix("OFFICE#")


def case_id_of(pk: str) -> str:
    """Return the case id in the partition key of a case."""
    return pk.removeprefix("CASE#")


_OF_A_CASE: Final = frozenset({"CASE", "CLAIMS"})
"""What the partition keys begin with that hold what is known of a case: its events, notices, claims and findings."""


def case_id_in(pk: str) -> str | None:
    """Return the case id in a partition key; None for a partition that holds nothing that a case rests on."""
    kind, _, case_id = pk.partition("#")
    return case_id if kind in _OF_A_CASE else None


def notice_id_of(sk: str) -> str | None:
    """Return the notice id in a sort key; None for the sort key of another kind of record."""
    return sk.removeprefix(NOTICES) if sk.startswith(NOTICES) else None


def notice_name(notice_id: str) -> str:
    """Return the beginning of a notice id, by which log entries name it: its end can be a receipt."""
    return notice_id[: next((place for place, one in enumerate(notice_id) if not (one.islower() or one == "_")), None)]
