"""Hypothesis strategies for facts, cases, conditions and policy documents."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from casereview.policy.document import Policy
from casereview.policy.ranking import RankInput
from casereview.schema.facts import Conviction, Facts

maybe = st.none() | st.booleans()
days = st.dates(date(2004, 1, 1), date(2024, 12, 31)) | st.sampled_from([date(2012, 2, 29), date(2020, 11, 1)])
nows = st.datetimes(datetime(2020, 6, 1), datetime(2025, 6, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001 - hypothesis adds UTC
    lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000)
)
convictions = st.builds(
    Conviction,
    kind=st.sampled_from(["aggravated_felony", "gang_element", "felony", "misdemeanor", "unknown"]),
    convicted_on=st.none() | days,
    vacated=maybe,
    expunged=maybe,
)
relief = st.sampled_from(["petition_for_review", "first_motion_to_reopen", "asylum", "protected", "other"])
facts = st.builds(
    Facts,
    custody=st.sampled_from([None, "detained", "not_detained"]),
    detained_on=st.none() | days,
    removal_order=st.sampled_from([None, "final", "none"]),
    removal_at=st.none() | nows,
    removal_soon=maybe,
    check_in_on=st.none() | days,
    birth_year=st.none() | st.integers(1940, 2015),
    entered_on=st.none() | days,
    last_entry_on=st.none() | days,
    entry=st.sampled_from([None, "unlawful", "admitted", "paroled", "apprehended_at_border"]),
    convictions=st.none() | st.lists(convictions, max_size=3).map(tuple),
    gang_participation_age=st.none() | st.integers(10, 20),
    national_security_concern=maybe,
    serious_illness=maybe,
    pregnant=maybe,
    disability=maybe,
    mental_condition=maybe,
    minor_children=st.none() | st.integers(0, 3),
    us_citizen_children=st.none() | st.integers(0, 3),
    sole_caregiver=maybe,
    family_hardship=maybe,
    relief_pending=st.none() | st.lists(relief, max_size=2).map(tuple),
    protected=maybe,
    military_service=st.sampled_from([None, "self", "immediate_family", "none"]),
    victim_or_witness=maybe,
    rehabilitation=maybe,
    former_unaccompanied_child=maybe,
    claims_us_citizenship=maybe,
)
cases = st.builds(
    RankInput,
    facts=facts,
    case_id=st.text("abcdefgh0123", min_size=4, max_size=8),
    filed_at=nows,
    verified=st.frozensets(st.sampled_from(sorted(Facts.model_fields)), max_size=8),
)

_bool = st.fixed_dictionaries({"is": st.booleans()})
_date = st.one_of(
    [st.fixed_dictionaries({operator: days}) for operator in ("before", "after", "on_or_after")]
    + [st.fixed_dictionaries({"years_ago": st.integers(0, 15)})]
)


def _choice(*values: str) -> st.SearchStrategy[dict[str, Any]]:
    one = st.sampled_from(values)
    return st.fixed_dictionaries({"is": one}) | st.fixed_dictionaries({"in": st.lists(one, max_size=2)})


_standing = st.fixed_dictionaries(
    {},
    optional={
        "kinds": st.lists(st.sampled_from(["aggravated_felony", "gang_element", "felony"]), min_size=1, max_size=3),
        "at_least": st.integers(1, 3),
    },
)
TESTS: dict[str, st.SearchStrategy[Any]] = {
    "age": st.fixed_dictionaries({"at_least": st.integers(1, 90)})
    | st.fixed_dictionaries({"under": st.integers(1, 90)}),
    "check_in_on": st.fixed_dictionaries({"within": st.integers(0, 15).map(lambda n: timedelta(days=n))}),
    "claims_us_citizenship": _bool,
    "convictions": st.one_of(
        st.fixed_dictionaries({"standing": _standing}),
        st.fixed_dictionaries({"newest_standing_years_ago": st.integers(0, 12)}),
        st.just({"set_aside": True}),
    ),
    "custody": _choice("detained", "not_detained"),
    "detained_on": _date,
    "disability": _bool,
    "entered_on": _date,
    "entry": _choice("unlawful", "admitted", "paroled", "apprehended_at_border"),
    "gang_participation_age": st.fixed_dictionaries({"at_least": st.integers(1, 20)}),
    "last_entry": _date,
    "military_service": _choice("self", "immediate_family", "none"),
    "minor_children": st.fixed_dictionaries({"at_least": st.integers(1, 3)}),
    "pregnant": _bool,
    "protected": _bool,
    "relief_pending": st.just({"any": True}),
    "removal_at": st.integers(0, 96).map(lambda n: {"within": timedelta(hours=n)}) | st.just({"known": True}),
    "removal_order": _choice("final", "none"),
    "removal_soon": _bool,
    "serious_illness": _bool,
    "sole_caregiver": _bool,
}
tests = st.one_of([st.fixed_dictionaries({fact: test}) for fact, test in TESTS.items()])
conditions: st.SearchStrategy[Any] = st.recursive(
    tests | st.just("always"),
    lambda inner: st.one_of(
        st.fixed_dictionaries({"any": st.lists(inner, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"all": st.lists(inner, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"not": inner}),
    ),
    max_leaves=6,
)


def _rules(prefix: str, most: int, **more: st.SearchStrategy[Any]) -> st.SearchStrategy[list[dict[str, Any]]]:
    rule = st.fixed_dictionaries({"when": conditions, **more})
    return st.lists(rule, max_size=most).map(
        lambda rules: [{"id": f"{prefix}_{i}", "text": "t", "source": "house rule", **r} for i, r in enumerate(rules)]
    )


def _document(parts: dict[str, Any]) -> Policy:
    tops = parts.pop("tops")
    lanes = [{**lane, "top": index < tops} for index, lane in enumerate(parts.pop("lanes"))]
    last = {"id": "last", "when": "always", "order_by": "filed_at", "text": "t", "source": "house rule"}
    return Policy.model_validate({"id": "generated", "title": "Generated", "lanes": [*lanes, last], **parts})


policies = st.fixed_dictionaries(
    {
        "tops": st.integers(0, 3),
        "lanes": _rules("lane", 4, order_by=st.sampled_from(["filed_at", "removal_at"])),
        "credits": _rules("credit", 3, earlier_by=st.integers(1, 3).map(lambda n: timedelta(days=10 * n))),
        "categories": _rules("category", 3, mode=st.sampled_from(["presumption", "totality"])),
        "approvals": _rules("approval", 2, role=st.just("r"), only_if_nothing_presumed=st.booleans()),
        "factors": _rules("factor", 4, polarity=st.just("mitigating")),
        "withhold": _rules("withhold", 1).map(lambda rules: rules[0] if rules else None),
    }
).map(_document)
