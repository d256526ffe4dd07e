"""Change the numbers of the policy in force."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from casereview.policy import packaged
from casereview.policy.compiler import CompiledPolicy, compile_policy

if TYPE_CHECKING:
    import pytest


@contextmanager
def policy_numbers(monkeypatch: pytest.MonkeyPatch, **numbers: object) -> Iterator[None]:
    """Change numbers of the policy in force."""
    original = packaged.compiled

    def changed(name: str) -> CompiledPolicy:
        document = packaged.packaged(name)
        update = {"numbers": document.numbers.model_copy(update=numbers)}
        return compile_policy(document.model_copy(update=update), packaged.flags())

    with monkeypatch.context() as patch:
        patch.setattr(packaged, "compiled", changed)
        yield
    assert packaged.compiled is original
