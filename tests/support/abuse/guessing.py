"""Receipts and codes that were guessed, and right ones that do not belong together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from random import Random
from typing import Any

from casereview.schema.identifiers import ALPHABET, CODE_SYMBOLS, RECEIPT_SYMBOLS, encode_identifier, group
from tests.support.abuse.observations import Seen, ask, seen
from tests.support.proofs.tally import Tally
from tests.support.system import System, body

ROUTES = {
    "": ("GET", None),
    "/updates": ("POST", {"statement": "More."}),
    "/withdrawal": ("POST", {}),
    "/escalation": ("POST", {"statement": "Look again."}),
}
Pair = tuple[str, str]


def filed(system: System, number: int) -> list[dict[str, Any]]:
    """File requests, some of which join another's case, and let them be ranked."""
    found = [system.file(body(subject={"a_number": f"A0000{1 + index // 2:04d}9"})) for index in range(number)]
    system.pump()
    return found


def _well_formed(random: Random) -> Pair:
    return encode_identifier(random.randbytes(16), RECEIPT_SYMBOLS), encode_identifier(
        random.randbytes(16), CODE_SYMBOLS
    )


def _without_check(random: Random) -> Pair:
    return tuple(group("".join(random.choices(ALPHABET, k=count + 1))) for count in (RECEIPT_SYMBOLS, CODE_SYMBOLS))  # type: ignore[return-value]


def guesses(known: Sequence[dict[str, Any]], random: Random) -> Iterator[tuple[str, Pair]]:
    """Give wrong pairs without end, each kind in turn: none of them right, most of them nearly."""
    while True:
        mine, other = random.sample(list(known), 2)
        receipt, code = _well_formed(random)
        yield "both guessed", (receipt, code)
        yield "a receipt that is one", (mine["receipt"], code)
        yield "a code that is one", (receipt, mine["access_code"])
        yield "another's code", (mine["receipt"], other["access_code"])
        yield "another's receipt as code", (mine["receipt"], other["receipt"])
        yield "the receipt as its code", (mine["receipt"], mine["receipt"])
        yield "the code as a receipt", (mine["access_code"], mine["access_code"])
        yield "no check symbol", _without_check(random)
        yield "one symbol off", (mine["receipt"], _off(mine["access_code"], random))
        yield "nothing", (mine["receipt"], "")


def _off(code: str, random: Random) -> str:
    place = random.choice([index for index, symbol in enumerate(code) if symbol != "-"])
    return code[:place] + random.choice(ALPHABET.replace(code[place], "")) + code[place + 1 :]


def look(system: System, what: str, pair: Pair) -> Seen:
    """Try a pair at a route, and see all that it gives and takes."""
    method, sent = ROUTES[what]
    headers = {"Authorization": f"Bearer {pair[1]}"}
    return seen(partial(ask, system, method, f"/requests/{pair[0]}{what}", sent, headers))


def guess(system: System, known: Sequence[dict[str, Any]], tally: Tally, number: int, seed: int = 4) -> None:
    """Try so many wrong pairs: each gives the same answer by the same calls, and changes nothing."""
    random, before = Random(seed), system.items()  # noqa: S311  # guesses of a test
    first = {what: look(system, what, _well_formed(random)) for what in ROUTES}
    assert {each.answer for each in first.values()} == {first[""].answer}
    assert first[""].answer[0] == 404
    found = guesses(known, random)
    for count in range(number):
        kind, pair = next(found)
        what = list(ROUTES)[count // 10 % len(ROUTES)]
        with tally.case(f"{what}: {kind}"):
            got = look(system, what, pair)
            assert got.answer == first[what].answer, "another answer"
            assert got.names == first[what].names, "other calls"
            if kind != "the code as a receipt":  # which is longer, as whoever sends it knows
                assert got.calls == first[what].calls, "calls of other sizes"
    with tally.case("the table afterwards"):
        assert system.items() == before
    system._flush()
