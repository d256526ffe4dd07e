"""Pages as HTML: the templates, with the words for codes and times."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache, partial
from importlib.resources import files
from typing import Any, Final

from jinja2 import BaseLoader, Environment, FileSystemLoader, ModuleLoader, StrictUndefined

from casereview.routing.facilities import referred
from casereview.web.assets import assets
from casereview.web.browser import PageAnswer
from desk import words
from desk.times import off, when

_PACKAGE: Final = files("desk")


def environment() -> Environment:
    """Return new settings of the templates."""
    found = Environment(
        loader=_loader(),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    found.filters["when"] = when
    found.filters["value"] = in_words
    found.filters["of_fact"] = fact_in_words
    for name, table in _TABLES.items():
        found.filters[name] = partial(words.said, table=table)
    found.globals.update(words=words)
    return found


_TABLES: Final[Mapping[str, Mapping[str, str]]] = {
    "status": words.STATUSES,
    "flag": words.FLAGS,
    "role": words.ROLES,
    "authority": words.AUTHORITIES,
    "outcome": words.OUTCOMES,
    "grant": words.GRANTS,
    "duty": words.DUTIES,
    "proof": words.PROOFS,
    "fact": words.FACTS,
    "source": words.SOURCES,
    "event": words.EVENTS,
    "returned": words.RETURNED,
    "spaced": {},
}
_ANSWERS: Final = {None: "Nobody said anything", True: "Yes", False: "No"}
_CODE: Final = re.compile("[a-z]+(_[a-z]+)*")
"""What a value of an enumeration looks like."""
_environment: Callable[[], Environment] = cache(environment)


def _loader() -> BaseLoader:
    """Return the loader of the compiled templates where the build made them, else of their sources."""
    compiled = _PACKAGE.joinpath("compiled")
    return ModuleLoader(str(compiled)) if compiled.is_dir() else FileSystemLoader(str(_PACKAGE.joinpath("templates")))


def render(name: str, prefix: str, at: datetime, status: int = 200, **values: object) -> PageAnswer:
    """Return a page as an answer.

    Args:
        name: the name of the page and of its template.
        prefix: what comes before the path of the desk in an address, as the stage of an API.
        at: the time of the request.
        status: the HTTP status.
        values: what the template shows.
    """
    common: dict[str, Any] = {
        "page": name,
        "prefix": prefix,
        "at": at,
        "off": partial(off, at=at),
        "asset": lambda asset: f"{prefix}/{assets('desk')[asset].path}",
    }
    return PageAnswer(_environment().get_template(f"{name}.html").render(**common, **values), status)


def in_words(value: object) -> str:
    """Return the value of a fact in words."""
    if value is None or isinstance(value, bool):
        return _ANSWERS[value]
    if isinstance(value, list):
        return "; ".join(map(in_words, value)) or "None"
    if isinstance(value, dict):
        known = {name: each for name, each in value.items() if each is not None}
        return ", ".join(f"{words.said(name, words.FACTS)}: {in_words(each)}" for name, each in known.items())
    text = str(value)
    return words.said(text, words.GRANTS) if _CODE.fullmatch(text) else text


def fact_in_words(value: object, fact: str) -> str:
    """Return the value of a fact in words: a facility by its name and town, a time in Eastern time."""
    if value is None or not isinstance(value, str):
        return in_words(value)
    if fact == "facility":
        places = (f"{each.name}, {each.city}, {each.state}" for each in referred(value))
        return " or ".join(places) or value
    return when(value) if fact.endswith(("_at", "_on")) and len(value) >= len("2021-03-05") else in_words(value)
