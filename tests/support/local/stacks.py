"""Stacks and function specifications for unit tests of the local run, without an emulator."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from infra.local.lambda_runtime.functions import FunctionSpec
from infra.local.template.loader import Template
from infra.local.template.resources import creators
from infra.local.template.stack import Stack


class FakeAws:
    """An AWS client that creates roles and queues by name."""

    def create_role(self, **arguments: object) -> dict[str, Any]:
        return {"Role": {"RoleId": str(arguments["RoleName"])}}

    def create_queue(self, **arguments: object) -> dict[str, Any]:
        return {"QueueUrl": f"http://127.0.0.1/123456789012/{arguments['QueueName']}"}


def stack_of(resources: dict[str, Any], code: dict[str, Path] | None = None, **sections: object) -> Stack:
    """Return a stack with resources and other sections of a CloudFormation template."""
    template = Template({"Resources": resources, **sections}, code or {}, {})
    return Stack(template, creators.CREATORS, lambda _service: FakeAws())


def function_spec(arn: str = "arn") -> FunctionSpec:
    """Return the specification of a function named `f`, with the logical id `F` and the role `role`."""
    return FunctionSpec("F", "f", arn, "a.b", Path(), (), {}, "role", 3.0, 128, snap_start=False, log_format="Text")
