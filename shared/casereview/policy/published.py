"""The JSON Schema of policy documents, for editors and validators: ``python -m casereview.policy.published``."""

from __future__ import annotations

import json
import sys
from typing import Any, Final

from casereview.policy.schema import Policy

_DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"


def published_schema() -> dict[str, Any]:
    """The schema as committed in docs/policy.schema.json. What it cannot say (order, totality) the loader checks."""
    schema = Policy.model_json_schema(by_alias=True)
    definitions = schema["$defs"]
    for name in list(definitions):
        if name.endswith("Test"):
            definitions[name] |= {"minProperties": 1, "maxProperties": 1}
    return {"$schema": _DRAFT, "$id": "policy.schema.json", **schema, "title": "Policy document"}


def main() -> None:
    """Print the schema."""
    json.dump(published_schema(), sys.stdout, indent=2, sort_keys=True)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
