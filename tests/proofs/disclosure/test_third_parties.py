"""A verified third party sees of a case no more than its own words, whether it is in review, and its decision."""

from __future__ import annotations

import pytest

from tests.support.disclosure.third_party import PAIRS, told_apart
from tests.support.proofs.tally import Tally


@pytest.mark.proof(8)
def test_a_verified_third_party_does_not_learn_the_rest(tally: Tally) -> None:
    for name, pair in PAIRS.items():
        with tally.case(name):
            found = told_apart(pair)
            assert not found, "; ".join(map(str, found[:3]))
