"""The guidelines of 30 September 2021 written by hand: the same answers, no reason for any, no ``changes_at``.

This is the floor: what such code costs when it explains nothing and a change of policy is a change of code.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from casereview.policy.ranking import RankInput
from casereview.schema.base import EASTERN
from casereview.schema.facts import Conviction
from tests.bench.engine.rules import Answer

_MONTH = timedelta(days=30)
_BORDER = date(2020, 11, 1)
_GRAVE = frozenset({"aggravated_felony", "gang_element"})
_FELONIES = frozenset({"aggravated_felony", "gang_element", "felony"})


def ranker(now: datetime) -> Callable[[RankInput], Answer]:  # noqa: C901, PLR0915  # by hand is what it is
    """Return a function that ranks a case at one time."""
    today = now.astimezone(EASTERN).date()
    soon, year = now + timedelta(hours=72), today.year
    ten_years_ago, five_years_ago = today.replace(year=year - 10), today.replace(year=year - 5)
    in_two_weeks = today + timedelta(days=14)

    def rank(case: RankInput) -> Answer:  # noqa: C901, PLR0912, PLR0915
        facts = case.facts
        removal_at, detained, born = facts.removal_at, facts.custody == "detained", facts.birth_year
        citizen = facts.claims_us_citizenship is True
        if citizen:
            lane = "citizenship_claim"
        elif (removal_at and removal_at <= soon) or facts.removal_soon is True:
            lane = "imminent_removal"
        elif detained:
            lane = "detained"
        elif (
            facts.removal_order == "final"
            or removal_at
            or (facts.check_in_on and today <= facts.check_in_on <= in_two_weeks)
        ):
            lane = "final_order"
        else:
            lane = "other"
        if lane == "imminent_removal":
            sort_at = removal_at if removal_at and removal_at > now else case.filed_at
        elif facts.serious_illness or facts.pregnant or facts.sole_caregiver or (born and born <= year - 75):
            sort_at = case.filed_at - _MONTH
        else:
            sort_at = case.filed_at
        standing: list[Conviction] = []
        set_aside = grave = aggravated = False
        felonies = 0
        for conviction in facts.convictions or ():
            if conviction.vacated or conviction.expunged:
                set_aside = True
            if not conviction.vacated:
                standing.append(conviction)
                if conviction.kind in _FELONIES:
                    felonies += 1
                    grave = grave or conviction.kind in _GRAVE
                    aggravated = aggravated or conviction.kind == "aggravated_felony"
        categories = []
        if not citizen:
            if facts.national_security_concern:
                categories.append("national_security")
            if facts.entry == "apprehended_at_border":
                categories.append("border_security")
            elif facts.entry == "unlawful":
                last = facts.last_entry_on or facts.entered_on
                if last and last > _BORDER:
                    categories.append("border_security")
            if standing:
                categories.append("public_safety")
        factors = []
        if facts.minor_children or facts.us_citizen_children or facts.sole_caregiver or facts.family_hardship:
            factors.append("family_impact")
        if facts.serious_illness or facts.pregnant or facts.disability:
            factors.append("health")
        if facts.entered_on and facts.entered_on <= ten_years_ago:
            factors.append("lengthy_presence")
        if facts.rehabilitation:
            factors.append("rehabilitation")
        if facts.relief_pending:
            factors.append("relief_possible")
        if standing and all(row.convicted_on and row.convicted_on <= five_years_ago for row in standing):
            factors.append("time_since_offense")
        if grave:
            factors.append("gravity_of_offense")
        if felonies >= 2:  # the policy's number
            factors.append("serious_record")
        if born:
            if born <= year - 65:
                factors.append("advanced_age")
            if born >= year - 18:
                factors.append("tender_age")
        if facts.mental_condition:
            factors.append("mental_condition")
        if facts.victim_or_witness:
            factors.append("victim_or_witness")
        if facts.military_service in {"self", "immediate_family"}:
            factors.append("military_service")
        if set_aside:
            factors.append("vacated_conviction")
        flags = []
        if citizen:
            flags.append("citizenship_claim")
        if facts.protected:
            flags.append("restricted")
        if detained and facts.minor_children:
            flags.append("parental_interest")
        if detained and aggravated:
            flags.append("custody_statute")
        if facts.pregnant:
            flags.append("pregnancy")
        if facts.mental_condition:
            flags.append("competency")
        if facts.former_unaccompanied_child:
            flags.append("former_unaccompanied_child")
        if removal_at and removal_at <= now:
            flags.append("removal_date_passed")
        return Answer(lane, sort_at, tuple(categories), tuple(factors), tuple(flags))

    return rank
