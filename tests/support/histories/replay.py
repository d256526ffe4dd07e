"""Replay the histories of all cases, event by event, into the state that they tell of, without the code under test.

A link and a split move requests: their earlier events stay where they are, so the histories of all cases are replayed
together, in an order in which every move comes after what led to it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping

from casereview.schema.event_records import Event
from tests.support.histories.checks import apply_check
from tests.support.histories.corrections import correct, undo_link, unlinks
from tests.support.histories.events import BLANK, of_case, of_request, show, state, with_found
from tests.support.histories.state import CaseState, Decision, Found, Link, RequestState, World, stated

_LIVE = frozenset(
    {"received", "in_line", "in_review", "information_needed", "awaiting_approval", "with_senior_official"}
)


def replay(events: Mapping[str, Mapping[int, Event]], cleared: Collection[str]) -> World:
    """Replay the events of all cases.

    Args:
        events: By case and version.
        cleared: The ids of the staff members who may open restricted cases.

    Raises:
        AssertionError: The histories contradict each other or the rules of verification.
    """
    return _Replay(events, cleared).run()


class _Replay:
    def __init__(self, events: Mapping[str, Mapping[int, Event]], cleared: Collection[str]) -> None:
        self.world = World()
        self._cleared = cleared
        self._left = {case_id: deque(event for _, event in sorted(own.items())) for case_id, own in events.items()}
        self._split_off: dict[str, tuple[RequestState, list[Found], set[str]]] = {}
        """By new case: what a split moves to it."""

    def run(self) -> World:
        while any(self._left.values()):
            steps = sum(self._advance(case_id) for case_id in self._left)
            assert steps, f"histories that contradict each other: {self._left}"
        assert not self._split_off, "a split to a case that does not exist"
        return self.world

    def _advance(self, case_id: str) -> int:
        """Replay the events of a case until one waits for another case; return how many were replayed."""
        left, steps = self._left[case_id], 0
        while left and self._is_next(left[0]):
            event = left.popleft()
            if unlinks(event):
                source = self._left[self._link_of(event).source].popleft()
                undo_link(self.world, event, source, self._begin)
            elif event.kind == "linked":
                source = self._left[str(event.details["linked_from"])].popleft()
                self._link(source, event)
            else:
                self._apply(event)
            steps += 1
        return steps

    def _link_of(self, event: Event) -> Link:
        """Return the link that an event undoes in the case that the requests were brought to."""
        return self.world.cases[event.case_id].links[int(str(event.details["event"]))]

    def _begin(self, case: CaseState, event: Event) -> None:
        self._before_shown(case, event)
        show(case, event)

    def _is_next(self, event: Event) -> bool:
        if unlinks(event):
            if int(str(event.details["event"])) not in self.world.cases[event.case_id].links:
                return False  # the event of the linked case, which is replayed with that of the other
            waiting = self._left[self._link_of(event).source]
            return bool(waiting) and unlinks(waiting[0])
        if "split_from" in event.details:
            return event.case_id in self._split_off
        if event.kind != "linked":
            return True
        others = self._left.get(str(event.details.get("linked_from")))
        return bool(others and others[0].details.get("linked_to") == event.case_id)

    # ---- events of one case

    def _apply(self, event: Event) -> None:
        before = self.world.cases.get(event.case_id)
        if before is None:
            self._open_case(event)
            return
        self._before_shown(before, event)
        was_restricted = before.restricted
        show(before, event)
        if event.kind == "joined":
            self._add_request(before, event)
            before.filed_at = min(before.filed_at, event.at)
        elif event.kind == "split":
            self._split(before, event)
        elif event.kind == "proof_asked":
            for receipt in _texts(event.details["receipts"]):
                self._asked(before, before.request(receipt), event)
        elif event.kind in {"verified", "requester_checked"}:
            self._verification(before, event)
        elif event.kind == "identity_corrected":
            self._correction(before, event)
        elif event.kind == "corrected":
            correct(before, event)
        elif event.receipt:
            of_request(before, before.request(event.receipt), event, was_restricted=was_restricted)
        of_case(before, event)

    def _before_shown(self, case: CaseState, event: Event) -> None:
        """Keep what depends on the state before the event."""
        restricts = event.changes.get("restricted")
        if restricts is not None:
            case.shown_before = case.seen() if restricts.after and case.seen_status else None
            case.restricted_after = event.version - 1
        if event.kind in {"decided", "decision_proposed", "approved", "official_decided", "remanded"}:
            case.decisions.append(Decision(event, case.citizenship_stands(), case.outcome, case.material))

    def _open_case(self, event: Event) -> None:
        case = CaseState(event.case_id, dict(BLANK), event.at)
        self.world.cases[event.case_id] = case
        show(case, event)
        moved = self._split_off.pop(event.case_id, None)
        if moved is None:
            self._add_request(case, event)
            case.opener = str(event.receipt)
            return
        request, found, reviewers = moved
        assert event.receipt == request.receipt, event
        assert event.filing == request.filing.evolve(opened=True), (event, request)
        assert stated(event.claims) == request.facts, (event, request)
        self._move(request, case, 1, opened=True)
        case.filed_at, case.found, case.reviewers = request.filed_at, found, reviewers
        case.made, case.opener = list(found), request.receipt

    def _add_request(self, case: CaseState, event: Event) -> None:
        assert event.filing is not None, event
        assert event.receipt is not None, event
        request = RequestState(
            event.receipt,
            case.case_id,
            event.filing,
            event.at,
            str(event.details["office"]),
            opened=event.kind == "filed",
            filed_by=event.user_id,
        )
        assert event.filing.opened == request.opened, event
        state(request, stated(event.claims), event.at, at_filing=True)
        assert request.receipt not in self.world.requests, "a request was filed twice"
        self.world.requests[request.receipt] = case.requests[request.receipt] = request
        self.world.stays[request.receipt] = {case.case_id}

    def _asked(self, case: CaseState, request: RequestState, event: Event) -> None:
        fits = "prove_identity" if request.filing.role == "self" else "prove_authority"
        codes = [code for code in _texts(event.details["codes"]) if code == fits]
        assert codes, event
        assert request.live, event
        assert not request.verified, (case, event)
        request.asked = [*request.asked, fits][-5:]

    def _correction(self, case: CaseState, event: Event) -> None:
        case.material = event.version
        if event.claims is not None:
            found = Found(
                stated(event.claims),
                confirmed=True,
                at=event.at,
                version=event.version,
                receipt=event.receipt,
                source=None,
            )
            case.found = with_found(case.found, found)
            case.made.append(found)

    def _verification(self, case: CaseState, event: Event) -> None:
        if event.claims is not None:
            assert event.verification is not None, event
            confirmed = event.verification.verdict == "confirmed"
            found = Found(stated(event.claims), confirmed, event.at, event.version, event.receipt, None)
            case.found = with_found(case.found, found)
            case.made.append(found)
            closes = found.facts.get("protected") is True and confirmed and event.user_id not in self._cleared
            if closes and case.shown["status"] != "awaiting_approval":
                case.holder = case.held_since = None
            case.looked_at, case.material = event.at, event.version
            return
        request = case.request(str(event.receipt))
        if apply_check(case, request, event, self._cleared):
            case.material = event.version
        if case.holder is not None and event.user_id == case.holder and case.shown["status"] in _LIVE:
            case.looked_at = event.at

    # ---- moves

    def _move(self, request: RequestState, case: CaseState, version: int, *, opened: bool) -> None:
        request.case_id, request.opened, request.moved = case.case_id, opened, version
        case.requests[request.receipt] = request
        self.world.stays[request.receipt].add(case.case_id)

    def _split(self, case: CaseState, event: Event) -> None:
        request = case.requests.pop(str(event.receipt))
        named = [one for one in case.found if one.receipt == request.receipt]
        taken = [one._replace(version=1, source=None) for one in named]
        marks = [one for one in case.findings_on("protected") if one.receipt is None and one.value("protected") is True]
        if marks and case.restricted:
            taken.append(marks[-1]._replace(version=1, source=None, facts={"protected": True}))
        case.found = [one for one in case.found if one not in named]
        case.made = list(case.found)
        case.filed_at = min(one.filed_at for one in case.all_requests())
        case.material = event.version
        self._split_off[str(event.details["split_to"])] = request, taken, set(case.reviewers)

    def _link(self, source_event: Event, event: Event) -> None:
        """Replay the two events of a link, which are one transaction."""
        target, source = self.world.cases[event.case_id], self.world.cases[source_event.case_id]
        assert source_event.details["linked_to"] == event.case_id, (source_event, event)
        for case, own in ((source, source_event), (target, event)):
            self._begin(case, own)
        moved = _texts(event.details["receipts"])
        for receipt in moved:
            self._move(source.requests.pop(receipt), target, event.version, opened=False)
        source.left, source.requests = {**source.left, **source.requests}, {}
        assert not any(one.live for one in source.left.values()), "a link left a live request behind"
        for one in source.found:
            brought = one._replace(source=one.source or source.case_id, version=event.version)
            target.found = with_found(target.found, brought)
            target.made.append(brought)
        target.links[event.version] = Link(source.case_id, moved, target.linked)
        target.finals += [(came_from or source.case_id, at) for came_from, at in source.finals]
        target.decision_of = max((at for _case_id, at in target.finals), default=None)
        target.linked = target.material = event.version
        target.filed_at = min(target.filed_at, source.filed_at)
        target.reviewers |= source.reviewers
        source.linked_to, source.holder, source.held_since = target.case_id, None, None


def _texts(value: object) -> list[str]:
    assert isinstance(value, list), value
    return [str(one) for one in value]
