from __future__ import annotations

import string
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casereview.crypto.cursors import Cursors, InvalidCursorError
from casereview.crypto.macs import Macs
from tests.support.memory.aws import MemoryKms

if TYPE_CHECKING:
    from types_boto3_kms import KMSClient

PLACE = {"rank": "02.1.0001", "case_id": "C1"}
BOUND = ("GET /staff/worklist", "omar", "ATL")
ALPHABET = string.ascii_letters + string.digits + "_-"


class CountingKms(MemoryKms):
    def __init__(self) -> None:
        self.messages: list[bytes] = []

    def generate_mac(self, *, Message: bytes, KeyId: str, MacAlgorithm: str) -> dict[str, bytes]:  # noqa: N803  # the name in boto3
        self.messages.append(Message)
        return super().generate_mac(Message=Message, KeyId=KeyId, MacAlgorithm=MacAlgorithm)


def cursors(key: str = "mac-key") -> Cursors:
    return Cursors(Macs(cast("KMSClient", MemoryKms()), key))


@given(st.dictionaries(st.text(), st.text() | st.integers() | st.none()), st.lists(st.text(), max_size=3))
def test_a_cursor_opens_where_it_was_made(place: dict[str, Any], bound: list[str]) -> None:
    cursor = cursors().seal(place, *bound)
    assert set(cursor) <= set(ALPHABET)
    assert cursors().open(cursor, *bound) == place


def test_two_cursors_of_one_place_differ_and_every_cursor_has_the_same_length() -> None:
    one, two = cursors().seal(PLACE, *BOUND), cursors().seal(PLACE, *BOUND)
    assert one != two
    assert len(one) == len(two) == len(cursors().seal({"rank": "1"}, *BOUND))


@pytest.mark.parametrize(
    "bound",
    [
        ("GET /staff/worklist", "olga", "ATL"),
        ("GET /staff/worklist", "omar", "ELP"),
        ("GET /staff/approvals", "omar", "ATL"),
        ("GET /staff/worklist", "omarATL", ""),
        ("GET /staff/worklist", "omar"),
        (),
    ],
)
def test_a_cursor_of_another_list_or_user_is_refused(bound: tuple[str, ...]) -> None:
    cursor = cursors().seal(PLACE, *BOUND)
    with pytest.raises(InvalidCursorError):
        cursors().open(cursor, *bound)


def test_a_cursor_of_another_key_is_refused() -> None:
    with pytest.raises(InvalidCursorError):
        cursors("other").open(cursors().seal(PLACE, *BOUND), *BOUND)


def test_a_cursor_with_any_character_changed_is_refused() -> None:
    cursor = cursors().seal(PLACE, *BOUND)
    for at, old in enumerate(cursor):
        new = ALPHABET[(ALPHABET.index(old) + 1) % len(ALPHABET)]
        with pytest.raises(InvalidCursorError):
            cursors().open(cursor[:at] + new + cursor[at + 1 :], *BOUND)


@pytest.mark.parametrize("altered", ["", "A", "AAAA", "=", "é", "\x00", "A" * 10_000, "AAAA=", "AA\nAA", " "])
def test_what_is_no_cursor_is_refused(altered: str) -> None:
    with pytest.raises(InvalidCursorError):
        cursors().open(altered, *BOUND)


@pytest.mark.parametrize("more", ["=", "==", "\n", "A", "AAAA"])
def test_a_cursor_with_something_added_is_refused(more: str) -> None:
    with pytest.raises(InvalidCursorError):
        cursors().open(cursors().seal(PLACE, *BOUND) + more, *BOUND)


def test_the_key_takes_one_call_of_kms_with_a_purpose_of_its_own() -> None:
    kms = CountingKms()
    found = Cursors(Macs(cast("KMSClient", kms), "mac-key"))
    assert kms.messages == []
    assert found.open(found.seal(PLACE, *BOUND), *BOUND) == PLACE
    assert kms.messages == [b"cursor|"]
