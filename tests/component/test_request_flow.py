from __future__ import annotations

from tests.support.memory.recording import record_memory_calls
from tests.support.system import System, body


def test_a_request_is_filed_ranked_and_acknowledged(system: System) -> None:
    filed = system.file(body())
    system.pump()
    assert system.look_up(filed)["status"] == "received"
    assert system.case_of(filed).status == "in_line"
    assert system.look_up(filed)["lane"] == "detained"
    assert [sent.to for sent in system.outbox()] == ["ana@example.org"]


def test_a_look_up_decrypts_once_what_was_filed_and_once_a_changed_contact(system: System) -> None:
    filed = system.file(body())
    for decrypted in (1, 2):
        with record_memory_calls() as calls:
            system.look_up(filed)
        assert [call.action for call in calls].count("kms:Decrypt") == decrypted
        assert system.on(filed, "POST", "/updates", {"contact": {"language": "ht"}}).status == 202
