"""What a policy document can contain, and the rule, line and message of each fault."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casereview.policy import packaged
from casereview.policy.json_schema import main, published_schema
from casereview.policy.loader import DocumentError, load_yaml
from casereview.policy.predicates import FactTests, operators

ROOT = Path(__file__).parents[3]
DOCUMENTS = ROOT / "shared/casereview/policy/documents"
NAMES = (*packaged.PACKAGED, packaged.DEFAULT)
GOOD = (DOCUMENTS / "2021-02-18-interim.yaml").read_text(encoding="utf-8")


FAULTS = [
    (
        "{custody: {is: detained}}",
        "{custody: {at_least: 1}}",
        "custody cannot be tested by 'at_least'; use one of: is, in",
    ),
    ("{custody: {is: detained}}", "{custody: {is: free}}", "should be 'detained' or 'not_detained'"),
    ("{custody: {is: detained}}", "{custody: detained}", "the test of custody must be an object with one of: is, in"),
    ("{custody: {is: detained}}", "{custody: {is: detained, in: []}}", "must have exactly one key"),
    ("{custody: {is: detained}}", "{custody: {is: detained}, pregnant: {is: true}}", "must have exactly one key"),
    ("{custody: {is: detained}}", "{role: {is: attorney}}", "a policy cannot test 'role'"),
    ("{custody: {is: detained}}", "{language: {is: es}}", "a policy cannot test 'language'"),
    ("{custody: {is: detained}}", "{citizenship: {is: HND}}", "a policy cannot test 'citizenship'"),
    ("{custody: {is: detained}}", "{any: []}", "at least 1 item"),
    ("{custody: {is: detained}}", "{not: {custody: {is: x}}}", "should be 'detained' or 'not_detained'"),
    ("{custody: {is: detained}}", "never", "should be 'always'"),
    ("{custody: {is: detained}}", "[]", "should be a valid dictionary"),
    ("{pregnant: {is: true}}", "{pregnant: {is: 1}}", "should be a valid boolean"),
    ("removal_at: {within: 72h}", "removal_at: {within: 72}", "a duration must be a number followed by m, h or d"),
    ("removal_at: {known: true}", "removal_at: {known: false}", "should be True"),
    ("{within: 14d}", "{within: 36h}", "whole days"),
    ("{on_or_after: 2020-11-01}", "{on_or_after: 2020}", "a date must be written as YYYY-MM-DD"),
    ("{years_ago: 10}", "{years_ago: 1.5}", "valid integer"),
    ("gang_participation_age: {at_least: 16}", "gang_participation_age: {at_least: '16'}", "valid integer"),
    ("order_by: removal_at", "order_by: deadline", "'filed_at' or 'removal_at'"),
    (
        "when: always\n    order_by",
        "when: {custody: {is: detained}}\n    order_by",
        "the last lane must take every case",
    ),
    ("  - id: detained", "  - id: citizenship_claim", "the id citizenship_claim is not unique"),
    ("  - id: border_security", "  - id: detained", "must not share the id detained"),
    ("earlier_by: 30d", "earlier_by: 31d", "at most numbers.largest_credit"),
    ("first_look: 14d", "first_look: 14d\n    top: true\n    weight: 3", "Extra inputs"),
    ("largest_credit: 30d", "largest_credit: 91d", "between 0m and 90d"),
    ("to: 2021-11-29T00:00:00-05:00}", "to: 2020-11-29T00:00:00-05:00}", "must end after it begins"),
    (
        "2021-11-29T00:00:00-05:00}\n",
        "2021-11-29T00:00:00-05:00}\n  - {from: 2021-03-01T00:00:00Z}\n",
        "in order and must not overlap",
    ),
    ("    first_look: 4h\n    top: true\n", "    first_look: 4h\n", "a top lane must come before all other lanes"),
    ("from: 2021-02-18T00:00:00-05:00", "from: 2021-02-18T00:00:00", "timezone"),
    ("    text: Detained in ICE custody.\n", "", "Field required"),
    ("mode: presumption", "mode: score", "'presumption' or 'totality'"),
    ("polarity: mitigating", "polarity: mitigating\n    polarity: aggravating", "the key polarity occurs twice"),
    ("lanes:", "lanes: [", "expected"),
    ("issued: 2021-02-18", "issued: 2021-02-31", "cannot read"),
]


@pytest.mark.parametrize(("old", "new", "message"), FAULTS)
def test_a_fault_is_reported_with_its_message(old: str, new: str, message: str) -> None:
    assert old in GOOD
    with pytest.raises(DocumentError, match=re.escape(message)):
        packaged.read_policy(GOOD.replace(old, new, 1))


@pytest.mark.parametrize(
    "text", ["", "# nothing", "[]", "text", "a: &x [*x]", "!!python/object:os.system {}", "\x00", "a: b: c"]
)
def test_text_that_is_not_a_document_is_rejected(text: str) -> None:
    with pytest.raises(DocumentError):
        packaged.read_policy(text)


BOMB = "a: &a [x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefghij", "bcdefghijk", strict=True))


@pytest.mark.parametrize(
    "text", [BOMB, "lanes: &x [*x]", "lanes: " + "[" * 100_000, GOOD + "extra: &name {a: 1}\nmore: *name\n"]
)
def test_aliases_and_deep_nesting_are_rejected(text: str) -> None:
    with pytest.raises(DocumentError):
        packaged.read_policy(text)


@given(st.text("{}[]:,-&*!|>#'\"\n a1"))
def test_arbitrary_text_raises_only_document_errors(text: str) -> None:
    with pytest.raises(DocumentError):
        packaged.read_policy(text)


def test_a_fault_names_the_rule_and_its_line() -> None:
    text = GOOD.replace("{custody: {is: detained}}", "{custody: {at_least: 1}}", 1)
    with pytest.raises(DocumentError) as caught:
        packaged.read_policy(text)
    [fault] = caught.value.faults
    assert fault.where == "lanes detained when"
    assert "{custody: {at_least: 1}}" in text.splitlines()[fault.line - 1]


def test_all_faults_are_reported_together_in_order_of_lines() -> None:
    text = GOOD.replace("order_by: removal_at", "order_by: x", 1).replace("{years_ago: 10}", "{years_ago: ten}")
    with pytest.raises(DocumentError) as caught:
        packaged.read_policy(text)
    first, second = caught.value.faults
    assert (first.where, second.where) == (
        "lanes imminent_removal order_by",
        "factors lengthy_presence when entered_on years_ago",
    )
    assert first.line < second.line


def test_the_same_id_can_occur_in_two_sections() -> None:
    document = packaged.packaged("2021-02-18-interim")
    assert {credit.id for credit in document.credits} & {"pregnant"}
    renamed = packaged.read_policy(GOOD.replace("  - id: health", "  - id: pregnant", 1))
    assert "pregnant" in {factor.id for factor in renamed.factors}


def test_every_fact_accepts_at_least_one_operator() -> None:
    facts = set(FactTests.__annotations__) - {"any", "all", "not"}
    assert all(operators(fact) for fact in facts)
    assert not any(operators(name) for name in ("any", "all", "not", "role"))


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_has_a_text_and_its_source_is_a_memo_or_house_rule(name: str) -> None:
    document = packaged.packaged(name)
    rules = [
        rule
        for section in ("lanes", "credits", "categories", "approvals", "factors")
        for rule in getattr(document, section)
    ]
    for rule in rules:
        assert rule.text.endswith((".", "?"))
        assert re.search(r"house rule|interim guidance|guidelines|Executive Order|announcement", rule.source)


@pytest.mark.parametrize("name", NAMES)
def test_every_number_is_stated_in_the_packaged_documents(name: str) -> None:
    numbers = packaged.packaged(name).numbers
    assert numbers.model_fields_set == set(type(numbers).model_fields)


def test_the_published_schema_equals_the_generated_one(capsys: pytest.CaptureFixture[str]) -> None:
    main()
    assert capsys.readouterr().out == (ROOT / "docs/policy.schema.json").read_text(encoding="utf-8")


def test_the_published_schema_of_amendments_equals_the_generated_one(capsys: pytest.CaptureFixture[str]) -> None:
    main("amendment")
    text = capsys.readouterr().out
    assert text == (ROOT / "docs/amendment.schema.json").read_text(encoding="utf-8")
    vacated = {"id": "end", "amends": "x", "title": "t", "text": "t", "source": "s", "in_force": []}
    jsonschema.validate(vacated, json.loads(text))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**vacated, "lanes": []}, json.loads(text))


@pytest.mark.parametrize("name", NAMES)
def test_the_packaged_documents_satisfy_the_published_schema(name: str) -> None:
    text = (DOCUMENTS / f"{name}.yaml").read_text(encoding="utf-8")
    document = json.loads(json.dumps(load_yaml(text), default=lambda value: value.isoformat()))
    jsonschema.validate(document, published_schema(), format_checker=jsonschema.FormatChecker())


@pytest.mark.parametrize(
    "when",
    [
        {"custody": {"at_least": 1}},
        {"custody": {"is": "free"}},
        {"custody": {"is": "detained"}, "pregnant": {"is": True}},
        {"role": {"is": "attorney"}},
        {"any": []},
        {"not": {"custody": {}}},
        {"entered_on": {"before": "2020-01-01", "after": "2019-01-01"}},
        {"check_in_on": {"within": "fortnight"}},
        {"removal_at": {"known": None}},
        "never",
        {},
    ],
)
def test_the_published_schema_rejects_what_the_code_rejects(when: object) -> None:
    document = json.loads(json.dumps(load_yaml(GOOD), default=lambda value: value.isoformat()))
    document["lanes"][0]["when"] = when
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, published_schema())
    with pytest.raises(DocumentError):
        packaged.read_policy(json.dumps(document))
