"""The stack: creates each resource of the template when it is first referred to, and keeps its Ref and attributes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from infra.local.account import ACCOUNT, REGION
from infra.local.template.intrinsics import IntrinsicError, Resolver
from infra.local.template.loader import Template, TemplateError

STACK_NAME: Final = "case-review"


@dataclass(frozen=True)
class PhysicalResource:
    """A created resource: its Ref and its attributes."""

    ref: str
    attributes: Mapping[str, Any] = field(default_factory=dict)


Creator = Callable[["Stack", str, dict[str, Any]], PhysicalResource]


class Stack:
    """The resources of one template.

    Args:
        template: the translated template.
        creators: the creator of each supported resource type.
        client: returns a boto3 client of a service, with administrator credentials.
    """

    def __init__(self, template: Template, creators: Mapping[str, Creator], client: Callable[[str], Any]) -> None:
        self.template = template
        self.client = client
        self._creators = creators
        self._existing: dict[str, PhysicalResource] = {}
        self._pending: list[str] = []
        names = {
            **template.parameters,
            "AWS::Region": REGION,
            "AWS::AccountId": ACCOUNT,
            "AWS::Partition": "aws",
            "AWS::URLSuffix": "amazonaws.com",
            "AWS::StackName": STACK_NAME,
            "AWS::StackId": f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{STACK_NAME}/local",
            "AWS::NotificationARNs": [],
        }
        self.resolver = Resolver(template.body, names, lambda name: self.get(name).ref, self._attribute)

    def create(self) -> None:
        """Create every resource whose condition is true.

        Raises:
            TemplateError: a resource type is not supported, or resources depend on each other in a cycle.
        """
        self._check_types()
        for name in self.template.resources:
            if self._is_created(name):
                self.get(name)

    def get(self, name: str) -> PhysicalResource:
        """Return a resource by logical id; create it if it does not exist yet.

        Raises:
            IntrinsicError: the template has no such resource.
            TemplateError: resources depend on each other in a cycle.
        """
        if name not in self._existing:
            self._existing[name] = self._create(name)
        return self._existing[name]

    def physical_ids(self) -> dict[str, str]:
        """Return the physical id (the Ref) of every resource that was created, by logical id."""
        return {name: str(each.ref) for name, each in self._existing.items()}

    def properties(self, name: str) -> dict[str, Any]:
        """Return the resolved properties of a resource."""
        resolved: dict[str, Any] = self.resolver.resolve(self.template.resources[name].get("Properties", {}))
        return resolved

    def of_type(self, *types: str) -> list[str]:
        """Return the logical ids of all resources of the given types whose condition is true, in template order."""
        return [
            name for name, each in self.template.resources.items() if each["Type"] in types and self._is_created(name)
        ]

    def physical_name(self, name: str) -> str:
        """Return the name of a resource that the template does not name."""
        return f"{STACK_NAME}-{name}"

    def _is_created(self, name: str) -> bool:
        condition = self.template.resources[name].get("Condition")
        return condition is None or self.resolver.condition(condition)

    def _check_types(self) -> None:
        unknown = {each["Type"] for each in self.template.resources.values()} - set(self._creators)
        if unknown:
            names = [name for name, each in self.template.resources.items() if each["Type"] in unknown]
            raise TemplateError(
                f"the local run does not support the resource types {', '.join(sorted(unknown))} ({', '.join(names)}). "
                "Add them in infra/local/template/resources as created, interpreted or ignored."
            )

    def _create(self, name: str) -> PhysicalResource:
        if name not in self.template.resources:
            raise IntrinsicError(f"{name} is neither a parameter nor a resource")
        if name in self._pending:
            raise TemplateError(f"circular dependency: {' -> '.join([*self._pending, name])}")
        self._pending.append(name)
        creator = self._creators[self.template.resources[name]["Type"]]
        physical = creator(self, name, self.template.resources[name].get("Properties", {}))
        self._pending.pop()
        return physical

    def _attribute(self, name: str, attribute: str) -> Any:  # noqa: ANN401  attributes are of several types
        attributes = self.get(name).attributes
        if attribute not in attributes:
            kind = self.template.resources[name]["Type"]
            raise IntrinsicError(f"the local run does not support the attribute {attribute} of {name} ({kind})")
        return attributes[attribute]
