"""What must still be possible with a case about which strangers have written all that they can."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from review.routes import ROUTES
from tests.support.blocking import ranking
from tests.support.blocking.strangers import A_NUMBER, AT_HOME, BOUND, EVER, LIVE, Crowd, Filed
from tests.support.proofs.tally import Tally
from tests.support.staff import decision
from tests.support.system import Answer, Staff, body

RITA, ROLF = Staff("rita", "officer,restricted"), Staff("rolf", "officer,restricted")
ROSA = Staff("rosa", "supervisor,restricted")
MOST_BYTES: Final = 1_000_000
"""The largest answer, in bytes."""
MOST_TIMES: Final = 20
"""How many times the processor time of ranking an ordinary case this one can take."""
WHY: Final = {"why": "To see."}


def bounds(crowd: Crowd, tally: Tally) -> None:
    """Check that requests, updates and bytes are bounded, and that a further request gets a case of its own."""
    system, case = crowd.system, crowd.case
    requests = [one for one in system.requests if one.case_id == case.case_id]
    with tally.case("at most 20 live requests, and 60 ever"):
        assert case.live == LIVE == sum(one.state == "live" for one in requests)
        assert case.requests == len(requests) <= EVER
    with tally.case("at most 40 updates and 200 KB of each request"):
        assert max(one.updates for one in requests) == BOUND.updates, "more updates than the bound"
        assert BOUND.size * 3 // 4 < max(one.said_bytes for one in requests) <= BOUND.size, "more bytes than the bound"
    with tally.case("beyond them 429, and nothing else"):
        assert crowd.refused == {429}
    with tally.case("a further request gets a case of its own"):
        late = system.file(_request(requester={"role": "family"}))
        system.pump()
        apart = system.case_of(late)
        assert apart.case_id != case.case_id, "it joined the full case"
        assert apart.over_limit


def _request(**changes: Any) -> dict[str, Any]:  # noqa: ANN401  # any field
    return body(**{"subject": {"a_number": A_NUMBER}, "facts": AT_HOME, **changes})


def ranked(crowd: Crowd, tally: Tally) -> None:
    """Check that the case is ranked, in time that does not depend on what strangers wrote, and reads no texts."""
    system, case_id = crowd.system, crowd.case_id
    with tally.case("it is ranked"):
        case = crowd.case
        assert (case.status, case.rank_at is None or case.rank_at > system.time) == ("in_line", True)
        assert not case.stuck
    with tally.case("her word lifts it at once"):
        assert system.on(crowd.mine, "POST", "/updates", {"facts": {"removal_soon": True}}).status == 202
        system.pump()
        assert crowd.case.lane == "imminent_removal"
    with tally.case("its ranking reads no texts and no history"):
        assert ranking.partitions_read(system, case_id) <= {"CASE", "CLAIMS", "POLICY"}
    with tally.case(f"it takes at most {MOST_TIMES} times the processor time of a case with ten events"):
        other = ranking.plain_case(system)
        found = min(ranking.ratio(system, case_id, other) for _ in range(2))
        assert found <= MOST_TIMES, f"{found:.1f} times"


def read(crowd: Crowd, tally: Tally) -> None:
    """Check that staff can read all of the case, in answers of at most 1 MB; a draft needs the claim, and is theirs."""
    case_id, receipt = crowd.case_id, crowd.strangers[1]["receipt"]
    for route in ROUTES:
        if route.method == "GET" and "{case_id}" in route.path and not route.path.endswith("/draft"):
            path = route.path.replace("{case_id}", case_id).replace("{receipt}", receipt)
            paged = path.endswith(("/history", "/statements", "/notices"))
            for limit in ("", "limit=1", "limit=100") if paged else ("",):
                with tally.case(f"{route.path} {limit}"):
                    number = sum(_check_size(answer) for answer in _pages(crowd, path, limit))
                    assert number < 10_000
    with tally.case("the contacts of its requesters"):
        _check_size(crowd.system.staff(RITA, "POST", f"/staff/cases/{case_id}/contacts", WHY))
    for path in ("/staff/worklist?office=ATL", "/staff/verifications?office=ATL"):
        with tally.case(path):
            assert _check_size(crowd.system.staff(RITA, "GET", path))
    with tally.case("every text of every stranger"):
        texts = sum(len(one.json()["items"]) for one in _pages(crowd, f"/staff/cases/{case_id}/statements", ""))
        assert texts == sum(item["sk"]["S"].startswith("TEXT#") for item in crowd.system.items())


def _check_size(answer: Answer) -> bool:
    size = len(answer.body.encode())
    assert answer.status == 200, answer.body[:300]
    assert size <= MOST_BYTES, f"an answer of {size:,} bytes"
    return True


def _pages(crowd: Crowd, path: str, query: str) -> Iterator[Answer]:
    """Yield all pages of a list, or the one answer of another route; with one item a page, the first ten."""
    cursor, number = "", 0
    while number < (10 if query == "limit=1" else 10_000):
        asked = "&".join(part for part in (query, cursor) if part)
        answer = crowd.system.staff(RITA, "GET", f"{path}?{asked}" if asked else path)
        yield answer
        number += 1
        following = answer.json().get("next") if answer.status == 200 else None
        if following is None:
            return
        cursor = f"cursor={following}"


def decided(crowd: Crowd, tally: Tally) -> None:
    """Check that no stranger delays a decision or its approval, except by words that lift the lane."""
    system, case_id = crowd.system, crowd.case_id
    system.work(RITA, case_id, "claim")
    _verify_her(crowd)
    with tally.case("words after the officer has read the case do not refuse the decision"):
        given = decision(system, RITA, case_id, outcome="declined")
        _say(crowd, statement=".")
        answer = system.staff(RITA, "POST", f"/staff/cases/{case_id}/decision", given)
        assert (answer.status, answer.json().get("status")) == (200, "awaiting_approval"), answer.body
    with tally.case("words while it awaits approval do not return it"):
        _say(crowd, statement=".", facts={"minor_children": 3})
        answer = system.staff(ROSA, "POST", f"/staff/cases/{case_id}/approval", {"approve": True, **WHY})
        assert (answer.status, answer.json().get("status")) == (200, "decided"), answer.body
    with tally.case("she learns the decision"):
        assert system.look_up(crowd.mine)["decision"]["outcome"] == "declined"


def decided_after_a_lift(crowd: Crowd, tally: Tally) -> None:
    """Check that words which lift the lane refuse a decision, and only until it is read again."""
    system, case_id = crowd.system, crowd.case_id
    system.work(RITA, case_id, "claim")
    _verify_her(crowd)
    given = decision(system, RITA, case_id)
    _say(crowd, facts={"removal_soon": True})
    with tally.case("words that lift the lane refuse a decision on what was read before"):
        answer = system.staff(RITA, "POST", f"/staff/cases/{case_id}/decision", given)
        assert (answer.status, answer.json()["type"]) == (409, "/problems/moved")
    with tally.case("once they are read, it is taken"):
        system.pump()
        system.work(RITA, case_id, "decision", decision(system, RITA, case_id))
        assert crowd.case.status == "decided"


def _say(crowd: Crowd, **given: object) -> None:
    """Let a stranger send an update, and deliver no message."""
    assert crowd.quiet
    assert crowd.system.on(crowd.quiet, "POST", "/updates", given).status == 202


def _verify_her(crowd: Crowd) -> None:
    given = {"identity": True, "verdict": "confirmed", "proof": "in_person", "receipt": crowd.mine["receipt"], **WHY}
    for user in (RITA, ROLF):
        crowd.system.work(user, crowd.case_id, "verifications", given)
    crowd.system.pump()


def split_and_linked(crowd: Crowd, tally: Tally) -> None:
    """Check that strangers are split off, that a late request of hers is linked, and that one split off can return."""
    system, case_id = crowd.system, crowd.case_id
    late = system.file(_request(requester={"role": "self", "contact": {"email": "ana2@example.org"}}))
    system.pump()
    own = system.case_of(late).case_id
    with tally.case("her late request is worked on by itself"):
        assert own != case_id
        assert system.case_of(late).status == "in_line"
        system.work(RITA, own, "claim")
        system.work(RITA, own, "release")
    with tally.case("every live stranger is split off"):
        for stranger in crowd.strangers:
            system.work(RITA, case_id, "split", {"receipt": stranger["receipt"], **WHY})
        system.pump()
        assert crowd.case.live == 1
    with tally.case("her late request is linked"):
        _link(crowd, late)
        assert system.case_of(late).case_id == case_id
    with tally.case("who was split off by mistake is linked again, with all that was written"):
        _link(crowd, crowd.strangers[1])
        assert system.case_of(crowd.strangers[1]).case_id == case_id


def _link(crowd: Crowd, filed: Filed) -> None:
    source = crowd.system.case_of(filed).case_id
    crowd.system.work(RITA, source, "link", {"case_id": crowd.case_id, **WHY})
    crowd.system.pump()


def own_request(crowd: Crowd, tally: Tally) -> None:
    """Check that the person's own request does all that it could without the strangers."""
    system, mine = crowd.system, crowd.mine
    with tally.case("she looks up"):
        assert system.look_up(mine)["status"] == "received"
    with tally.case("she writes"):
        assert system.on(mine, "POST", "/updates", {"statement": "It is me.", "contact": {"phone": None}}).status == 202
    with tally.case("she escalates"):
        assert system.on(mine, "POST", "/escalation", {"statement": "Look again."}).status == 202
    with tally.case("she is verified"):
        _verify_her(crowd)
        assert system.look_up(mine)["disclosure"] == "full"
    with tally.case("then her word wins over all strangers"):
        given = {"facts": {"minor_children": 7, "serious_illness": False}}
        assert system.on(mine, "POST", "/updates", given).status == 202
        system.pump()
        assert crowd.case.facts.minor_children == 7
        assert crowd.case.facts.serious_illness is False
    with tally.case("she withdraws, and takes it back"):
        assert system.on(mine, "POST", "/withdrawal", {}).status == 202
        assert system.on(mine, "POST", "/withdrawal", {"undo": True}).status == 202
        system.pump()
        assert crowd.case.live == LIVE


Check = Callable[[Crowd, Tally], None]
CHECKS: Final[dict[str, Check]] = {
    check.__name__: check
    for check in (bounds, ranked, read, decided, decided_after_a_lift, split_and_linked, own_request)
}
