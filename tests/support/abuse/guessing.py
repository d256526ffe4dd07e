"""Guessed receipts and access codes, and valid ones that do not belong together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from random import Random
from typing import Any

from casereview.schema.identifiers import ALPHABET, CODE_SYMBOLS, RECEIPT_SYMBOLS, encode_identifier, group
from tests.support.abuse.observations import Observation, observe, send_request
from tests.support.proofs.tally import Tally
from tests.support.system import System, body

ROUTES = {
    "": ("GET", None),
    "/updates": ("POST", {"statement": "More."}),
    "/withdrawal": ("POST", {}),
    "/escalation": ("POST", {"statement": "Look again."}),
}
Pair = tuple[str, str]


def file_requests(system: System, number: int) -> list[dict[str, Any]]:
    """File requests, each second of which joins the case of the one before, and rank their cases."""
    found = [system.file(body(subject={"a_number": f"A0000{1 + index // 2:04d}9"})) for index in range(number)]
    system.pump()
    return found


def _well_formed(random: Random) -> Pair:
    return encode_identifier(random.randbytes(16), RECEIPT_SYMBOLS), encode_identifier(
        random.randbytes(16), CODE_SYMBOLS
    )


def _without_check(random: Random) -> Pair:
    return tuple(group("".join(random.choices(ALPHABET, k=count + 1))) for count in (RECEIPT_SYMBOLS, CODE_SYMBOLS))  # type: ignore[return-value]


def wrong_pairs(known: Sequence[dict[str, Any]], random: Random) -> Iterator[tuple[str, Pair]]:
    """Yield wrong pairs of a receipt and a code without end, each kind in turn; most are nearly valid."""
    while True:
        mine, other = random.sample(list(known), 2)
        receipt, code = _well_formed(random)
        yield "both guessed", (receipt, code)
        yield "an existing receipt", (mine["receipt"], code)
        yield "an existing code", (receipt, mine["access_code"])
        yield "another's code", (mine["receipt"], other["access_code"])
        yield "another's receipt as code", (mine["receipt"], other["receipt"])
        yield "the receipt as its code", (mine["receipt"], mine["receipt"])
        yield "the code as a receipt", (mine["access_code"], mine["access_code"])
        yield "no check symbol", _without_check(random)
        yield "one symbol changed", (mine["receipt"], _with_one_symbol_changed(mine["access_code"], random))
        yield "nothing", (mine["receipt"], "")


def _with_one_symbol_changed(code: str, random: Random) -> str:
    place = random.choice([index for index, symbol in enumerate(code) if symbol != "-"])
    return code[:place] + random.choice(ALPHABET.replace(code[place], "")) + code[place + 1 :]


def observe_pair(system: System, what: str, pair: Pair) -> Observation:
    """Send a request with a pair to a route, and observe it."""
    method, sent = ROUTES[what]
    headers = {"Authorization": f"Bearer {pair[1]}"}
    return observe(partial(send_request, system, method, f"/requests/{pair[0]}{what}", sent, headers))


def prove_guesses(system: System, known: Sequence[dict[str, Any]], tally: Tally, number: int, seed: int = 4) -> None:
    """Try wrong pairs, and check that each gets the same response by the same calls, and changes nothing.

    Args:
        system: The system.
        known: The filed requests.
        tally: Counts the cases.
        number: The number of pairs to try.
        seed: The seed of the random generator.
    """
    random, before = Random(seed), system.items()  # noqa: S311  # not a secret
    first = {what: observe_pair(system, what, _well_formed(random)) for what in ROUTES}
    assert {each.answer for each in first.values()} == {first[""].answer}
    assert first[""].answer[0] == 404
    found = wrong_pairs(known, random)
    for count in range(number):
        kind, pair = next(found)
        what = list(ROUTES)[count // 10 % len(ROUTES)]
        with tally.case(f"{what}: {kind}"):
            got = observe_pair(system, what, pair)
            assert got.answer == first[what].answer, "different response"
            assert got.names == first[what].names, "different calls"
            if kind != "the code as a receipt":  # a code is longer than a receipt, which the sender knows
                assert got.calls == first[what].calls, "calls of different sizes"
    with tally.case("the table afterwards"):
        assert system.items() == before
    system._flush()
