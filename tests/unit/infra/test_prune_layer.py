"""What the built layer leaves out: nothing that a function reads."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import botocore
import pytest

from casereview.runtime.aws_clients import SERVICES
from infra.paths import ROOT
from infra.tooling.prune_layer import UNUSED, prune, pruned

PACKAGES = Path(botocore.__file__).parents[1]
MODELS = PACKAGES / "botocore/data"
FUNCTIONS = ("intake", "prioritize", "notify", "review", "pages", "desk")
USE = """
import sys
opened = set()
sys.addaudithook(lambda event, args: opened.add(str(args[0])) if event == "open" else None)
import importlib
for name in {functions}:
    importlib.import_module(name + ".app")
from casereview.runtime.aws_clients import SERVICES, AwsClients
for service in SERVICES:
    AwsClients().make(service, region_name="us-east-1")
from casereview.crypto.sealing import KmsSeal
KmsSeal("arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000000")
from casereview.schema.email_addresses import *
from casereview.schema.phone_numbers import read_number
read_number("+1 404 555 0100")
from casereview.schema.submission import Submission
contact = {{"email": "ana@example.org", "phone": "+1 404 893 1210", "language": "Haitian Creole"}}
body = {{"requester": {{"role": "self", "contact": contact}}, "subject": {{"given_name": "Ana"}}, "grounds": "x"}}
from datetime import datetime, UTC
import json
from casereview.http.json_body import read_object
from casereview.http.validation import validate
validate(Submission, read_object(json.dumps(body)), datetime.now(UTC))
print("\\n".join(opened))
"""


def test_no_function_opens_anything_that_is_left_out() -> None:
    paths = os.pathsep.join(str(ROOT / part) for part in ("shared", *(f"functions/{name}" for name in FUNCTIONS)))
    ran = subprocess.run(
        [sys.executable, "-B", "-c", USE.format(functions=FUNCTIONS)],
        env={"PYTHONPATH": paths, "AWS_DEFAULT_REGION": "us-east-1", "POWERTOOLS_SERVICE_NAME": "x"},
        capture_output=True,
        text=True,
        check=True,
    )
    opened = {Path(line) for line in ran.stdout.splitlines() if line.startswith(str(PACKAGES))}
    assert len(opened) > 300
    left_out = set(pruned(PACKAGES))
    assert [path for path in opened if not left_out.isdisjoint({path, *path.parents})] == []
    models = {path.relative_to(MODELS).parts[0] for path in opened if MODELS in path.parents}
    assert models >= {*SERVICES}


@pytest.mark.parametrize("name", UNUSED)
def test_every_folder_that_is_left_out_is_in_the_packages(name: str) -> None:
    assert (PACKAGES / name).is_dir()


def test_the_models_of_the_services_that_are_called_stay(tmp_path: Path) -> None:
    models = tmp_path / "botocore/data"
    for name in (*SERVICES, "ec2"):
        (models / name).mkdir(parents=True)
    (models / "endpoints.json").touch()
    (tmp_path / "phonenumbers/geodata").mkdir(parents=True)
    (tmp_path / "a.pyi").touch()
    prune(tmp_path)
    assert {each.name for each in models.iterdir()} == {*SERVICES, "endpoints.json"}
    assert not (tmp_path / "phonenumbers/geodata").exists()
    assert not (tmp_path / "a.pyi").exists()
