"""Write docs/problems.md, the problem types and codes of both APIs, from the code: ``make problems``."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from casereview.http.problem_types import PREFIX, PROBLEMS, ProblemType, problem_types
from casereview.http.routes import Endpoint
from casereview.schema.error_codes import MEANINGS
from infra.documents.command import Document, run
from infra.documents.openapi.public import PUBLIC
from infra.documents.openapi.staff import STAFF
from infra.paths import ROOT
from intake.routes import ROUTES as PUBLIC_ROUTES
from review.routes import ROUTES as STAFF_ROUTES

PATH: Final = Path("docs/problems.md")
_HEAD: Final = f"""\
# Problem types

Both APIs refuse a request with a problem document ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)), as
`application/problem+json`:

```json
{{
  "type": "{PREFIX}wrong-state",
  "title": "The current state does not allow this",
  "status": 409,
  "errors": [
    {{"pointer": "/office", "code": "same_office", "message": "The case is at this office already."}}
  ]
}}
```

- `type` and the `code` of an error are stable: a client acts on them. `title` and `message` are for people, and may
  change. The public API gives them in the language of the caller; here they are in English.
- A type has one status and one title. Each reason that a client can act on has a type or a code of its own.
- `pointer` is a JSON Pointer (RFC 6901) into the body, the name of a header or query parameter, or empty where an error
  concerns the whole request. At least one error is given below status 500.
- No part of a problem repeats a value of the request.
- An error that adds nothing to its type has the name of the type as its code, with underscores: `claim_required`.

This page is generated from `shared/casereview/http/problem_types.py`, `shared/casereview/schema/error_codes.py` and the
two tables of routes (`make problems`); `make check` fails where they differ.
"""


def text() -> str:
    """Return the document."""
    public = ("## Public API\n", *_routes(PUBLIC_ROUTES, PUBLIC.gateway))
    staff = ("## Staff API\n", *_routes(STAFF_ROUTES, STAFF.gateway))
    return "\n".join((_HEAD, "## Types\n", *_types(), *public, *staff, "## Codes\n", *_codes()))


def _types() -> Iterator[str]:
    yield "| type | status | title | meaning | what to do |"
    yield "|---|---|---|---|---|"
    for type_ in problem_types():
        kind = PROBLEMS[type_]
        yield f"| `{PREFIX}{type_}` | {int(kind.status)} | {kind.title} | {kind.meaning} | {kind.remedy} |"
    reserved = ", ".join(f"`{type_}`" for type_ in problem_types() if type_ not in _answered())
    yield f"\nNo route answers with these yet: {reserved}.\n"


def _answered() -> set[ProblemType]:
    by_routes = {type_ for route in (*PUBLIC_ROUTES, *STAFF_ROUTES) for type_ in route.refusals}
    return by_routes | PUBLIC.gateway | STAFF.gateway


def _routes(routes: Sequence[Endpoint], gateway: Iterable[ProblemType]) -> Iterator[str]:
    common = frozenset.intersection(*(route.refusals for route in routes))
    yield f"The gateway may answer any request with {_names(gateway)}; each route may with {_names(common)}.\n"
    yield "| route | may answer with |"
    yield "|---|---|"
    for route in routes:
        yield f"| `{route.method} {route.path}` | {_names(route.refusals - common) or 'nothing else'} |"
    yield ""


def _names(types: Iterable[ProblemType]) -> str:
    return ", ".join(f"`{type_}`" for type_ in problem_types() if type_ in set(types))


def _codes() -> Iterator[str]:
    yield "| code | meaning |"
    yield "|---|---|"
    for code, meaning in MEANINGS.items():
        yield f"| `{code}` | {meaning} |"
    yield "\nAn error in a policy document has the id of its check as its code: [checks](policies.md#checks).\n"


DOCUMENT: Final = Document(PATH, "problems", lambda _present: text())


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Write or check the document below a directory, and return the exit code."""
    return run(DOCUMENT, arguments, root)


if __name__ == "__main__":
    sys.exit(main())
