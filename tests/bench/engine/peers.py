"""The rule engines that the engine is measured beside: each runs the same document, compiled as suits it best.

They are installed apart (requirements/bench.txt), behind everything that the project itself uses.
"""

from __future__ import annotations

import importlib
import json
import site
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from tests.bench.engine.rules import All, Expression, FlatFacts, FlatPolicy, Some, Test, facts_of

Evaluate: TypeAlias = Callable[[FlatFacts], list[bool]]
"""Which rules hold, in the order of ``FlatPolicy.rules``."""
_ENVIRONMENT = Path(__file__).parents[3] / ".tools" / "bench"


def find_peers() -> None:
    """Put the peers behind everything on the path. Raises FileNotFoundError where they are not installed."""
    folder = _ENVIRONMENT / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder}: run `make bench`, which installs the peers")
    site.addsitedir(str(folder))


def rule_engine(policy: FlatPolicy) -> Evaluate:
    """Compile for ``rule-engine``: one expression that gives a list, so that a case is handed over once."""
    library = importlib.import_module("rule_engine")
    context = library.Context(resolver=library.resolve_item)
    text = _listed(_written(rule.holds, _RULE_ENGINE) for rule in policy.rules())
    rule = library.Rule(text, context=context)
    return lambda facts: list(rule.evaluate(facts))


def common_expression_language(policy: FlatPolicy) -> Evaluate:
    """Compile for CEL in Rust: one expression that gives a list, so that a case is handed over once."""
    library = importlib.import_module("cel")
    program = library.compile(_listed(_written(rule.holds, _CEL) for rule in policy.rules()))
    return lambda facts: list(program.execute(facts))


def cel_rule_by_rule(policy: FlatPolicy) -> Evaluate:
    """Compile for CEL in Rust as it is commonly used: a program for each rule, and a case handed over to each."""
    library = importlib.import_module("cel")
    programs = [library.compile(_written(rule.holds, _CEL)) for rule in policy.rules()]
    return lambda facts: [program.execute(facts) for program in programs]


def business_rules(policy: FlatPolicy) -> Evaluate:
    """Compile for ``business-rules``: its variables are methods, its rules are JSON, its actions gather numbers."""
    run_all = importlib.import_module("business_rules").run_all
    actions = importlib.import_module("business_rules.actions")
    tests = [rule.holds for rule in policy.rules()]
    variables = _variables(tests)
    rules = [
        {"conditions": _as_json(test), "actions": [{"name": "note", "params": {"number": number}}]}
        for number, test in enumerate(tests)
    ]
    note = actions.rule_action(params={"number": "numeric"})(lambda self, number: self.found.append(number))
    notes = type("Notes", (actions.BaseActions,), {"note": note})

    def evaluate(facts: FlatFacts) -> list[bool]:
        subject = variables()
        subject.facts = facts
        noted = notes()
        noted.found = []
        run_all(rules, subject, noted)
        held = [False] * len(rules)
        for number in noted.found:
            held[number] = True
        return held

    return evaluate


PEERS: Mapping[str, Callable[[FlatPolicy], Evaluate]] = {
    "rule-engine": rule_engine,
    "business-rules": business_rules,
    "common-expression-language": common_expression_language,
    "common-expression-language rule by rule": cel_rule_by_rule,
}

_Words: TypeAlias = Mapping[str, str]
_RULE_ENGINE: _Words = {"and": " and ", "or": " or ", "known": "{0} != null and {0} {1} {2}"}
_CEL: _Words = {"and": " && ", "or": " || ", "known": "{0} != null && {0} {1} {2}"}


def _listed(expressions: Iterable[str]) -> str:
    return f"[{', '.join(expressions)}]"


def _written(expression: Expression, words: _Words) -> str:
    if isinstance(expression, Test):
        constant = json.dumps(expression.constant)
        pattern = words["known"] if expression.operator in {"<=", ">="} else "{0} {1} {2}"
        return f"({pattern.format(expression.fact, expression.operator, constant)})"
    joint = words["and"] if isinstance(expression, All) else words["or"]
    parts = [_written(part, words) for part in expression.parts]
    return f"({joint.join(parts)})" if parts else ("true" if isinstance(expression, All) else "false")


# business-rules knows no unknown values: each test of a number has a boolean beside it that says whether it is known.

_OPERATORS = {"<=": "less_than_or_equal_to", ">=": "greater_than_or_equal_to"}


def _as_json(expression: Expression) -> dict[str, Any]:
    if isinstance(expression, All | Some):
        parts = [_as_json(part) for part in expression.parts] or [_boolean("always")]
        return {"all" if isinstance(expression, All) else "any": parts}
    if expression.operator == "==" and isinstance(expression.constant, bool):
        return _boolean(f"{expression.fact}_is_{expression.constant}")
    if expression.operator in _OPERATORS:
        number = {
            "name": expression.fact,
            "operator": _OPERATORS[expression.operator],
            "value": expression.constant,
        }
        return {"all": [_boolean(f"{expression.fact}_is_known"), number]}
    constants = expression.constant if isinstance(expression.constant, tuple) else (expression.constant,)
    return {"any": [{"name": expression.fact, "operator": "equal_to", "value": each} for each in constants]}


def _boolean(name: str) -> dict[str, Any]:
    return {"name": name, "operator": "is_true", "value": True}


def _variables(expressions: list[Expression]) -> Any:  # noqa: ANN401  # the library has no types
    library = importlib.import_module("business_rules.variables")
    methods = {"always": library.boolean_rule_variable()(lambda _self: True)}
    for fact in frozenset().union(*[facts_of(expression) for expression in expressions]):
        kinds = {type(test.constant) for expression in expressions for test in _tests(expression) if test.fact == fact}
        if bool in kinds:
            methods |= _booleans(library, fact)
        elif int in kinds:
            methods[fact] = library.numeric_rule_variable()(lambda self, fact=fact: self.facts[fact])
            methods[f"{fact}_is_known"] = library.boolean_rule_variable()(
                lambda self, fact=fact: self.facts[fact] is not None
            )
        else:
            methods[fact] = library.string_rule_variable()(lambda self, fact=fact: self.facts[fact])
    return type("Variables", (library.BaseVariables,), methods)


def _booleans(library: Any, fact: str) -> dict[str, Any]:  # noqa: ANN401  # the library has no types
    return {
        f"{fact}_is_{wanted}": library.boolean_rule_variable()(
            lambda self, fact=fact, wanted=wanted: self.facts[fact] is wanted
        )
        for wanted in (True, False)
    }


def _tests(expression: Expression) -> list[Test]:
    if isinstance(expression, Test):
        return [expression]
    return [test for part in expression.parts for test in _tests(part)]
