"""Which fields of the bodies that people send hold words of theirs, found in the code, and the canaries sent in each.

A field needs a canary unless its values are a closed set, or a date or number that is an open fact. What else lies open
is listed here, each with the reason.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from casereview.schema.facts import Conviction, Facts
from infra.documents.openapi.document import Api
from tests.support.proofs.tally import Tally
from tests.support.recorded_system import Exchange
from tests.support.scenarios.coverage import is_request_to
from tests.support.scenarios.full_day import CanaryWords

Path = tuple[str, ...]
NOT_SEALED = {
    ("VerificationBody", "receipt"): "an id of ours",
    ("Split", "receipt"): "an id of ours",
    ("Lookup", "receipt"): "an id of ours",
    ("IdentityCorrection", "receipt"): "an id of ours",
    ("Reissue", "receipt"): "an id of ours",
    ("OnRequest", "receipt"): "an id of ours",
    ("WithdrawalAnswer", "receipt"): "an id of ours",
    ("InformationRequest", "to"): "ids of ours",
    ("Link", "case_id"): "an id of ours",
    ("Assignment", "to"): "the user name of staff; another word is refused",
    ("Transfer", "office"): "the code of an office; another word is refused",
    ("InformationRequest", "answer_by"): "a date that the office sets",
    ("Removal", "removed_at"): "a date that the office sets",
    ("DutyBody", "done_at"): "a date that the office sets",
    ("Decision", "policy"): "the id of a policy; another word is refused",
    ("Decision", "factors"): "ids of the policy; another word is refused",
    ("Decision", "language"): "a language tag; another word is refused",
    ("ReasonGiven", "about"): "the name of a fact, or the id of a factor; another word is refused",
    ("UnknownFactor", "factor"): "the id of a factor; another word is refused",
    ("Reopening", "changed_facts"): "names of facts; another word is refused",
    ("Approval", "approval"): "an id of the policy; another word is refused",
    ("Document", "document"): "a policy is public",
    ("PolicyApproval", "why"): "of a policy, not of a person: shown with it",
    ("PolicyApproval", "digest"): "a digest of a public document",
}
REFUSED = {
    ("/staff/cases/{case_id}/verifications", place): "a place that the tables do not have is refused"
    for place in [("facts", "facility"), *(("facts", "residence", name) for name in ("state", "county", "city", "zip"))]
}
_FACTS = Facts.model_fields.keys() | Conviction.model_fields.keys()


def leaves(model: type[BaseModel], path: Path = ()) -> Iterator[tuple[Path, type[BaseModel], str]]:
    """Yield the path of each field that may hold somebody's words, with the model that has it and its name there."""
    for field, info in model.model_fields.items():
        name = info.alias or field
        kinds = set(_kinds(info.annotation))
        for kind in kinds:
            if issubclass(kind, BaseModel):
                yield from leaves(kind, (*path, name))
        is_fact = kinds & {date, datetime} and name in _FACTS and str not in kinds
        if kinds & {str, date, datetime} and not is_fact:
            yield (*path, name), model, name


def _kinds(annotation: Any) -> Iterator[type]:  # noqa: ANN401  # any annotation
    """Yield the classes that a value may be of; a literal is of none."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _kinds(get_args(annotation)[0])
    elif origin in {Union, UnionType, tuple, list}:
        for part in get_args(annotation):
            yield from _kinds(part)
    elif origin is not Literal and isinstance(annotation, type):
        yield annotation


def every_field_has_a_canary(exchanges: Sequence[Exchange], words: CanaryWords, api: Api, tally: Tally) -> None:
    """Each such field of each body of an API was sent with a word of ours, and accepted."""
    for (method, path), operation in api.operations.items():
        bodies = [_parsed(each.body) for each in exchanges if each.status < 300 and is_request_to(each, method, path)]
        for place, model, name in leaves(operation.body) if operation.body else ():
            if (model.__name__, name) not in NOT_SEALED and (path, place) not in REFUSED:
                sent = [text for body in bodies for text in _at(body, place)]
                holds = any(word in text for word in words.made.values() for text in sent)
                tally.expect(f"{method} {path}: {'/'.join(place)}", holds=holds)


def _parsed(body: object) -> object:
    return json.loads(body) if isinstance(body, str) else body


def _at(value: object, place: Path) -> Iterator[str]:
    """Yield the texts at a place of a body, those of each element of a list."""
    if isinstance(value, list | tuple):
        for each in value:
            yield from _at(each, place)
    elif place and isinstance(value, dict) and place[0] in value:
        yield from _at(value[place[0]], place[1:])
    elif not place and isinstance(value, str):
        yield value
