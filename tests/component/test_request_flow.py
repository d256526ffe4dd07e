from __future__ import annotations

from tests.support.system import System, body


def test_a_request_is_filed_ranked_and_acknowledged(system: System) -> None:
    filed = system.file(body())
    system.pump()
    assert system.look_up(filed)["status"] == "received"
    assert system.case_of(filed).status == "in_line"
    assert system.look_up(filed)["lane"] == "detained"
    assert [sent.to for sent in system.outbox()] == ["ana@example.org"]
