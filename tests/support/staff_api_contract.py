"""A system that checks every call of the staff API against docs/openapi-staff.json."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from infra.paths import ROOT
from tests.support.system import START, Answer, Staff, System

DOCUMENT = json.loads((ROOT / "docs/openapi-staff.json").read_text(encoding="utf-8"))


def _validator(schema: dict[str, Any]) -> Draft202012Validator:
    whole = {**schema, "components": DOCUMENT["components"]}
    return Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER)


@cache
def _template_of(path: str) -> str:
    """Return the documented path that matches an address."""
    found = [template for template in DOCUMENT["paths"] if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path)]
    return str(min(found, key=lambda template: template.count("{")))


@cache
def _answer(method: str, template: str, status: int) -> tuple[str, Draft202012Validator] | None:
    """Return the media type and the schema of a documented response, or None if it has no body."""
    found = DOCUMENT["paths"][template][method]["responses"][str(status)]
    if "$ref" in found:
        found = DOCUMENT["components"]["responses"][found["$ref"].rpartition("/")[2]]
    if "content" not in found:
        return None
    ((media_type, content),) = found["content"].items()
    return media_type, _validator(content["schema"])


@cache
def _body(method: str, template: str) -> Draft202012Validator:
    return _validator(DOCUMENT["paths"][template][method]["requestBody"]["content"]["application/json"]["schema"])


class Documented(System):
    """A system that fails a test if a response or an accepted body does not match the document."""

    def empty(self) -> None:
        """Reset the system: empty the table, the queues and the outbox, drop cached policies, and reset the clock."""
        self._flush()
        self.cloud.clear()
        self.time = START
        for policies in (self.intake.policies, self.prioritize.policies):
            policies._read_at = None

    def staff(self, user: Staff, method: str, path: str, body: object = None) -> Answer:
        answer = super().staff(user, method, path, body)
        hold(method.lower(), path.partition("?")[0], body, answer)
        return answer


def hold(method: str, path: str, body: object, answer: Answer) -> None:
    """Check the response, and the body if it was accepted, against the document."""
    template = _template_of(path)
    expected = _answer(method, template, answer.status)
    if expected is None:
        assert answer.body == ""
    else:
        media_type, schema = expected
        assert answer.content_type == media_type
        schema.validate(answer.json())
    if answer.status < 300 and method in {"post", "put"} and body is not None:
        _body(method, template).validate(json.loads(body) if isinstance(body, str) else body)
