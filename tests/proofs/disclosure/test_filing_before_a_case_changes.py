"""An unverified filer sees the same bytes, by the same calls, whatever becomes of the case that the request joined."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from casereview.schema.vocabulary import Role
from tests.support.disclosure.stories import ROLES, SOME_ROLES, prove, some_stories, stories
from tests.support.proofs.sizes import sized
from tests.support.proofs.tally import Tally

pytestmark = pytest.mark.timeout(sized(120, 900))


@pytest.mark.proof(8)
@pytest.mark.parametrize("role", sized(SOME_ROLES["after"], ROLES))
def test_a_filer_learns_nothing_of_what_becomes_of_a_case(
    role: Role, tally: Tally, record_property: Callable[[str, object], None]
) -> None:
    chosen = sized(some_stories, stories)(role, "after")
    record_property("disclosure", prove(tally, role, chosen, sized(2, 4)).rows())
