"""The environment that the functions' modules find when they are imported: import this before them."""

from __future__ import annotations

import os

REGION = "us-east-1"

os.environ.update(
    {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_SESSION_TOKEN": "testing",
        "AWS_DEFAULT_REGION": REGION,
        "POWERTOOLS_METRICS_NAMESPACE": "CaseReview",
        "POWERTOOLS_SERVICE_NAME": "test",
    }
)
