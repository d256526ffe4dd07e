"""The OpenAPI documents of the APIs, generated from their routes and records: ``python -m infra.documents.openapi``."""

from __future__ import annotations

import sys

from infra.paths import ROOT

# A function's package is found from its own directory, as on Lambda.
sys.path.extend(str(path) for path in sorted((ROOT / "functions").iterdir()) if str(path) not in sys.path)
