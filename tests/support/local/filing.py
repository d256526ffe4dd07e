"""Concurrent clients that file requests with a running local system."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

from tests.support.local.local_system import Local
from tests.support.system import body

CLIENTS = 16


def request_of(number: int) -> dict[str, Any]:
    requester = {"name": f"Ana {number}", "contact": {"email": address_of(number), "language": "es"}}
    return body(requester=requester, subject={"a_number": f"A{100_000_000 + number}"})


def address_of(number: int) -> str:
    return f"number-{number}@example.org"


def file_all(local: Local, numbers: Iterator[int]) -> dict[str, str]:
    """File requests from several clients concurrently; return the address that each receipt belongs to."""

    def work(_: int) -> list[tuple[str, str]]:
        filed = []
        with closing(local.client()) as client:
            for number in numbers:
                answer = client.call("POST", "/requests", request_of(number))
                assert answer.status == 201, answer.body
                filed.append((answer.json()["receipt"], address_of(number)))
        return filed

    with ThreadPoolExecutor(CLIENTS) as pool:
        return dict(pair for filed in pool.map(work, range(CLIENTS)) for pair in filed)
