"""The JSON Schemas of policy documents and amendments, for editors and validators.

``python -m casereview.policy.json_schema`` prints the schema of documents; with the argument ``amendment``, that of
amendments.
"""

from __future__ import annotations

import json
import sys
from typing import Any, Final

from casereview.policy.document import Amendment, Policy

_DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"


def amendment_schema() -> dict[str, Any]:
    """Return the schema of amendments, committed as docs/amendment.schema.json."""
    schema = Amendment.model_json_schema(by_alias=True)
    return {"$schema": _DRAFT, "$id": "amendment.schema.json", **schema, "title": "Amendment of a policy"}


def published_schema() -> dict[str, Any]:
    """Return the schema of documents, committed as docs/policy.schema.json.

    JSON Schema cannot express every rule (the order of lanes, for example); ``checks`` enforces the rest.
    """
    schema = Policy.model_json_schema(by_alias=True)
    definitions = schema["$defs"]
    for name in list(definitions):
        if name.endswith("Test"):
            definitions[name] |= {"minProperties": 1, "maxProperties": 1}
    return {"$schema": _DRAFT, "$id": "policy.schema.json", **schema, "title": "Policy document"}


def main(*names: str) -> None:
    """Print a schema as JSON."""
    json.dump(amendment_schema() if "amendment" in names else published_schema(), sys.stdout, indent=2, sort_keys=True)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
