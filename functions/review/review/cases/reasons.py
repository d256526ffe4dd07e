"""The reasons of a decision: what each must be about, what must be known, and how often each was given before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from casereview.cases.assessment import Assessment
from casereview.evidence.ledger import ADVERSE
from casereview.evidence.standing import has_standing
from casereview.http.problems import Fault, ProblemError
from casereview.policy.compiler import CompiledPolicy
from casereview.policy.unknowns import facts_of, unknown_factors
from casereview.schema.decision_records import CountedReasons
from casereview.schema.evidence import CaseFile
from casereview.schema.facts import Facts
from casereview.schema.office_records import ReasonUse
from casereview.schema.records import Case
from casereview.store import keys
from review.cases.session import CaseSession
from review.schema.decision_commands import Decision


def check_reasons(body: Decision, policy: CompiledPolicy, file: CaseFile, found: Assessment) -> None:
    """Check what the reasons of a decision are about, and the factors that it weighs.

    A decision after which enforcement continues needs a reason about a fact, must not rest on unverified words against
    the person alone, and says of each factor on which nothing is known how the officer dealt with that.

    Raises:
        ProblemError: 422, with a fault for each part that does not hold.
    """
    faults = [*_unknown_names(body, policy)]
    if body.outcome == "declined" and not faults:
        faults = [*_missing_subject(body, policy, file, found), *_missing_unknowns(body, policy, found)]
    if faults:
        raise ProblemError("invalid", *faults)


def _unknown_names(body: Decision, policy: CompiledPolicy) -> Iterator[Fault]:
    factors = {factor.id for factor in policy.document.factors}
    for index, factor in enumerate(body.factors):
        if factor not in factors:
            yield Fault(f"/factors/{index}", "unknown_factor", "is not a factor of the policy in force")
    for index, unknown in enumerate(body.unknowns):
        if unknown.factor not in factors:
            yield Fault(f"/unknowns/{index}/factor", "unknown_factor", "is not a factor of the policy in force")
    for index, reason in enumerate(body.reasons):
        if reason.about is not None and reason.about not in factors | Facts.model_fields.keys():
            yield Fault(
                f"/reasons/{index}/about", "unknown_subject", "is not a fact, or a factor of the policy in force"
            )


def _missing_subject(body: Decision, policy: CompiledPolicy, file: CaseFile, found: Assessment) -> Iterator[Fault]:
    tested = {factor.id: facts_of(factor.when) for factor in policy.document.factors}
    subjects = {fact for reason in body.reasons if reason.about for fact in tested.get(reason.about, {reason.about})}
    if not any(reason.about for reason in body.reasons):
        yield Fault("/reasons", "reason_about_fact_required", "must have one about a fact")
    elif subjects and subjects <= ADVERSE - _established(file, found):
        yield Fault("/reasons", "unverified_alone", "must not rest on unverified words against the person alone")


def _established(file: CaseFile, found: Assessment) -> frozenset[str]:
    """Return the facts that an officer verified, or a verified holder stated."""
    restricted = file.case.restricted
    own = [one.facts.model_fields_set for one in file.claims if has_standing(one, restricted=restricted)]
    return found.settled.verified.union(*own)


def _missing_unknowns(body: Decision, policy: CompiledPolicy, found: Assessment) -> Iterator[Fault]:
    answered = {unknown.factor for unknown in body.unknowns}
    for factor in unknown_factors(policy.document, found.settled.facts):
        if factor.id not in answered:
            message = f"must say how you dealt with {factor.id}, on which nothing is known"
            yield Fault("/unknowns", "unknown_factor_left_open", message)


class ReasonUses(NamedTuple):
    """How often each reason for the requester was given before, in any case that the caller may know of."""

    before: tuple[int, ...]
    macs: tuple[str, ...]
    mac_key: str

    def counted(self, case: Case) -> CountedReasons:
        """Return the reasons as they are counted when they are given in a case."""
        return CountedReasons(macs=tuple(sorted(set(self.macs))), mac_key=self.mac_key, restricted=case.restricted)


def uses_of_reasons(session: CaseSession, body: Decision) -> ReasonUses:
    """Read how often the reasons of a decision were given before; one KMS call for each."""
    macs = tuple(session.services.macs.reason(reason.text) for reason in body.reasons)
    found = session.services.table.several(ReasonUse, [keys.reason_use(mac) for mac in sorted(set(macs))])
    restricted = session.caller.restricted
    uses = {one.reason: one.uses + (one.restricted_uses if restricted else 0) for one in found}
    return ReasonUses(tuple(uses.get(mac, 0) for mac in macs), macs, session.services.macs.key)
