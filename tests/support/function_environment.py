"""The environment that a function's process gets: what the template gives it, and the paths of its modules."""

from __future__ import annotations

import os

from infra.paths import ROOT

_PLACEHOLDER = "https://queue.us-east-1.amazonaws.com/123456789012/q"
_KEY = "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000000"
_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_LAMBDA_FUNCTION_NAME": "function",
    "POWERTOOLS_SERVICE_NAME": "bench",
    "POWERTOOLS_METRICS_NAMESPACE": "CaseReview",
    "TABLE_NAME": "table",
    "IDEMPOTENCY_TABLE_NAME": "idempotency",
    "RANK_QUEUE_URL": _PLACEHOLDER,
    "NOTICE_QUEUE_URL": _PLACEHOLDER,
    "SEALING_KEY_ARN": _KEY,
    "MAC_KEY_ARN": _KEY,
    "USER_POOL_ID": "us-east-1_pool",
    "MAIL_FROM": "review@example.gov",
    "MAIL_CONFIGURATION_SET": "mail",
    "SMS_CONFIGURATION_SET": "texts",
    "SMS_IDENTITY": "arn:aws:sms-voice:us-east-1:123456789012:pool/case-review",
    "DELIVERY_QUEUE_ARN": "arn:aws:sqs:us-east-1:123456789012:delivery",
}


def environment_of(name: str) -> dict[str, str]:
    """Return the environment of a function, or of the blueprint."""
    folders = [ROOT / "tests/bench/start"] if name == "blueprint" else [ROOT / "shared", ROOT / "functions" / name]
    return {**_ENVIRONMENT, "PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(map(str, folders))}
