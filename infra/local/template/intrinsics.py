"""Resolves CloudFormation intrinsic functions in a translated template."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

Json = Any  # a JSON value of a template

_PLACEHOLDER: Final = re.compile(r"\$\{([^}]+)\}")
_NO_VALUE: Final = object()


class IntrinsicError(ValueError):
    """An intrinsic function is not supported or malformed, or refers to something that does not exist."""


class Resolver:
    """Resolves values of a template.

    Args:
        template: the translated template, for its Mappings and Conditions.
        names: the values of parameters and pseudo parameters (such as `AWS::Region`).
        ref: returns the Ref of a logical id that is not among `names`.
        get_att: returns an attribute of a logical id.
    """

    def __init__(
        self,
        template: Mapping[str, Json],
        names: Mapping[str, Json],
        ref: Callable[[str], Json],
        get_att: Callable[[str, str], Json],
    ) -> None:
        self._mappings = template.get("Mappings", {})
        self._conditions = template.get("Conditions", {})
        self._names = dict(names)
        self._ref = ref
        self._get_att = get_att
        self._functions: dict[str, Callable[[Json], Json]] = {
            "Ref": self._resolve_ref,
            "Condition": self.condition,
            "Fn::GetAtt": self._resolve_get_att,
            "Fn::Sub": self._resolve_sub,
            "Fn::Join": self._resolve_join,
            "Fn::Select": self._resolve_select,
            "Fn::Split": self._resolve_split,
            "Fn::If": self._resolve_if,
            "Fn::FindInMap": self._resolve_map,
            "Fn::Equals": lambda pair: self.resolve(pair[0]) == self.resolve(pair[1]),
            "Fn::Not": lambda one: not self.resolve(one[0]),
            "Fn::And": lambda several: all(self.resolve(each) for each in several),
            "Fn::Or": lambda several: any(self.resolve(each) for each in several),
            "Fn::Base64": self._resolve_base64,
        }

    def resolve(self, node: Json) -> Json:
        """Return a value with all intrinsic functions resolved. `AWS::NoValue` entries are removed.

        Raises:
            IntrinsicError: a function is not supported, or refers to something that does not exist.
        """
        result = self._resolve(node)
        return None if result is _NO_VALUE else result

    def condition(self, name: str) -> bool:
        """Return whether a condition of the template is true.

        Raises:
            IntrinsicError: the condition is not defined.
        """
        if name not in self._conditions:
            raise IntrinsicError(f"condition {name} is not defined")
        return bool(self.resolve(self._conditions[name]))

    def _resolve(self, node: Json) -> Json:
        if isinstance(node, list):
            return [item for each in node if (item := self._resolve(each)) is not _NO_VALUE]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            name, argument = next(iter(node.items()))
            if name in self._functions and not (name == "Condition" and not isinstance(argument, str)):
                return self._functions[name](argument)
            if name.startswith("Fn::"):
                raise IntrinsicError(f"the local run does not support {name}")
        return {key: item for key, each in node.items() if (item := self._resolve(each)) is not _NO_VALUE}

    def _resolve_ref(self, name: str) -> Json:
        if name == "AWS::NoValue":
            return _NO_VALUE
        return self._names[name] if name in self._names else self._ref(name)

    def _resolve_get_att(self, argument: str | list[str]) -> Json:
        name, attribute = argument.split(".", 1) if isinstance(argument, str) else argument
        return self._get_att(name, self.resolve(attribute))

    def _resolve_sub(self, argument: str | list[Json]) -> str:
        text, local = (argument, {}) if isinstance(argument, str) else (argument[0], argument[1])

        def replacement(match: re.Match[str]) -> str:
            name = match.group(1).strip()
            if name.startswith("!"):
                return "${" + name[1:] + "}"
            if name in local:
                return str(self.resolve(local[name]))
            if "." in name and not name.startswith("AWS::"):
                return str(self._get_att(*name.split(".", 1)))
            return str(self._resolve_ref(name))

        return _PLACEHOLDER.sub(replacement, text)

    def _resolve_join(self, argument: list[Json]) -> str:
        return str(argument[0]).join(str(item) for item in self.resolve(argument[1]))

    def _resolve_select(self, argument: list[Json]) -> Json:
        return self.resolve(argument[1])[int(self.resolve(argument[0]))]

    def _resolve_split(self, argument: list[Json]) -> list[str]:
        return str(self.resolve(argument[1])).split(argument[0])

    def _resolve_if(self, argument: list[Json]) -> Json:
        name, then, otherwise = argument
        return self._resolve(then if self.condition(name) else otherwise)

    def _resolve_map(self, argument: list[Json]) -> Json:
        name, first, second = (self.resolve(part) for part in argument[:3])
        try:
            return self.resolve(self._mappings[name][first][second])
        except KeyError:
            raise IntrinsicError(f"Fn::FindInMap: there is no {name}.{first}.{second}") from None

    def _resolve_base64(self, argument: Json) -> str:
        import base64  # noqa: PLC0415  few templates need it

        return base64.b64encode(str(self.resolve(argument)).encode()).decode()
