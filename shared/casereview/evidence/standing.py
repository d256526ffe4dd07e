"""Standing and protection: whose words count fully, and whether the person is protected (8 USC 1367)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from casereview.evidence.stated import stated_facts
from casereview.schema.base import Unrecognized
from casereview.schema.event_records import Verification
from casereview.schema.evidence import Claims, Finding, Findings


def is_about_requester(verification: Verification) -> bool:
    """Return whether a verification gives or ends a requester's standing; an unknown value does not."""
    return verification.about in {"identity", "authority"} and not isinstance(verification.verdict, Unrecognized)


def is_about_facts(verification: Verification) -> bool:
    """Return whether a verification concerns facts; one with a value unknown to this release does not count."""
    return verification.about == "facts" and not isinstance(verification.verdict, Unrecognized)


def has_standing(claims: Claims, *, restricted: bool) -> bool:
    """Return whether the words of a request count as those of a verified holder.

    In a restricted case only two officers with access to such cases can verify a holder.
    """
    return claims.verified and (claims.second or not restricted)


def is_alone(claims: Sequence[Claims], one: Claims) -> bool:
    """Return whether a request opened the case, no other has joined it since, and its holder was not refuted."""
    return one.filing.opened and len(claims) == 1 and not one.refuted


def is_persons_own(one: Claims) -> bool:
    """Return whether words on citizenship are a claim: of the ``self`` who opened the case, or a verified holder."""
    return one.verified or (one.filing.role == "self" and one.filing.opened and not one.refuted)


def is_restricted(claims: Iterable[Claims], findings: Findings) -> bool:
    """Return whether a case is restricted under 8 USC 1367; an officer's finding overrides requesters' claims.

    A finding made before another case was linked in does not lift a restriction, because its officer saw only one of
    the two cases. Until an officer verifies protection in the linked case, it is restricted if either case was.
    """
    own = [one for one in findings.found if "protected" in one.facts.model_fields_set]
    since_link = [one for one in own if one.version > findings.linked]
    if since_link:
        return _established(since_link[-1], "protected") is True
    return claims_protection(claims) or any(_established(one, "protected") is True for one in own)


def claims_protection(claims: Iterable[Claims]) -> bool:
    """Return whether a request says, or has said, that the person is protected; no later claim takes that back."""
    return any(one.facts.protected or one.counted.protected for one in claims)


def _established(finding: Finding, name: str) -> object:
    return established_values(finding).get(name)


def established_values(finding: Finding) -> dict[str, object]:
    """Return the value of each fact that a finding established; None where a claim was refuted."""
    confirmed = finding.verdict == "confirmed"
    return {name: value if confirmed else None for name, value in stated_facts(finding.facts).items()}
