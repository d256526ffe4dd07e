"""An unverified filer sees the same bytes, by the same calls, in whatever state another case is at the filing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from casereview.schema.vocabulary import Role
from tests.support.disclosure.stories import ROLES, SOME_ROLES, prove, some_stories, stories
from tests.support.proofs.sizes import sized
from tests.support.proofs.tally import Tally

pytestmark = pytest.mark.timeout(sized(120, 900))


@pytest.mark.proof(8)
@pytest.mark.parametrize("role", sized(SOME_ROLES["before"], ROLES))
def test_a_filer_learns_nothing_of_an_earlier_case(
    role: Role, tally: Tally, record_property: Callable[[str, object], None]
) -> None:
    chosen = sized(some_stories, stories)(role, "before")
    record_property("disclosure", prove(tally, role, chosen, sized(2, 9)).rows())
