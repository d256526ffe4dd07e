"""List the policies by pages: the packaged ones, the approved ones by creation time, then drafts and refused by id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from casereview.policy.packaged import PACKAGED
from casereview.usecases.services import CaseServices
from review.authorization import Caller
from review.paging import Paging, read_limit
from review.policies.views import Listing, listing_of, shown_switch
from review.schema.policies import PolicyItem, PolicyList

if TYPE_CHECKING:
    from pydantic import JsonValue

MAX_SIZE: Final = 500_000
"""The size at which a page ends, in characters of JSON; it stays below 1 MB."""


class _Entry(NamedTuple):
    """A policy of the list, or the id of one that cannot be read."""

    section: str
    policy_id: str
    item: PolicyItem | None

    @property
    def place(self) -> dict[str, JsonValue]:
        """Return what a cursor holds of the entry."""
        return {self.section: self.policy_id}


def list_policies(services: CaseServices, caller: Caller, limit: str | None, cursor: str) -> PolicyList:
    """Return a page of the policies and drafts, and the policy in force.

    Args:
        services: The policies.
        caller: The caller; the cursors are valid for this caller alone.
        limit: The parameter ``limit``.
        cursor: ``next`` of the page before; empty for the first page.

    Raises:
        ProblemError: 400 for a bad limit or cursor.
    """
    most, paging = read_limit(limit), Paging(services, caller, "GET /staff/policies", ())
    place = paging.open(cursor) or {}
    services.policies.take_over(drafts=True)
    listing = listing_of(services)
    page, more = _page(_entries(listing, place, most), most)
    switch = listing.registry.switch
    return PolicyList(
        in_force=listing.governing,
        policies=tuple(entry.item for entry in page if entry.item),
        unreadable=tuple(sorted({*listing.registry.unreadable, *(one.policy_id for one in page if not one.item)})),
        switch=shown_switch(services, caller, switch) if switch else None,
        next=paging.seal(page[-1].place) if more else None,
    )


def _page(entries: Iterator[_Entry], most: int) -> tuple[list[_Entry], bool]:
    """Return the entries of a page, and whether there are more."""
    page, size = list[_Entry](), 0
    for entry in entries:
        if len(page) == most or size >= MAX_SIZE:
            return page, True
        page.append(entry)
        size += len(entry.item.model_dump_json()) if entry.item else 0
    return page, False


def _entries(listing: Listing, after: Mapping[str, JsonValue], most: int) -> Iterator[_Entry]:
    if "draft" not in after:
        yield from _approved(listing, after.get("policy"))
    yield from _drafts(listing, str(after.get("draft", "")), most)


def _approved(listing: Listing, after: JsonValue) -> Iterator[_Entry]:
    records = listing.registry.records
    stored = sorted(records.values(), key=lambda record: (record.created_at, record.policy_id))
    names = [*(name for name in PACKAGED if name not in records), *(record.policy_id for record in stored)]
    for name in names[names.index(after) + 1 if after in names else 0 :]:
        record = records.get(name)
        yield _Entry("policy", name, listing.stored(record) if record else listing.packaged(name))


def _drafts(listing: Listing, after: str, most: int) -> Iterator[_Entry]:
    for name, head in listing.services.policies.drafts(after, most + 1):
        yield _Entry("draft", name, listing.stored(head) if head else None)
