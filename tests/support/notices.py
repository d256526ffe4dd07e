"""Helpers for the tests of notify: file a request, process the message of its notice, and count metrics."""

from __future__ import annotations

import json
from itertools import count
from typing import TYPE_CHECKING, Any, Unpack, cast

import notify.app
import prioritize.app
from casereview.schema.notice_records import Notice
from casereview.schema.records import Case
from casereview.schema.request_records import Request
from casereview.schema.vocabulary import TemplateId
from casereview.store import keys
from casereview.store.transaction import put_new, put_over
from tests.support.system import Sent, System, body

if TYPE_CHECKING:
    import pytest

    from casereview.schema.field_sets import CaseFields


_numbers = count(100)


def file_and_rank(system: System, **changes: Any) -> Notice:  # noqa: ANN401  # any field of a body
    """File a request for a new person, rank its case, and return its pending acknowledgement."""
    number = next(_numbers)
    person = {"a_number": f"A{number:09d}", "given_name": "Ana"}
    contact = {"email": f"ana{number}@example.org", "language": "es"}
    requester = {"role": "self", "contact": contact} | changes.pop("requester", {})
    filed = system.file(body(subject=person, requester=requester, **changes))
    request = system.read(Request, keys.request(filed["receipt"]))
    notice = system.read(Notice, keys.notice(request.case_id, f"acknowledgement-{request.receipt}"))
    rank_case_of(system, notice)
    return notice


def rank_case_of(system: System, notice: Notice) -> Case:
    """Have prioritize rank the case of a notice, and return the case."""
    record = {"messageId": "r", "body": json.dumps({"schema": 1, "case_id": notice.case_id}), "eventSourceARN": "rank"}
    assert prioritize.app.respond(system.prioritize, {"Records": [record]}) == {"batchItemFailures": []}
    system._flush()
    return case_of(system, notice)


def process_message(system: System, notice: Notice) -> list[dict[str, str]]:
    """Have notify process the message of a notice, and return the batch item failures."""
    message = {"schema": 1, "case_id": notice.case_id, "notice_id": notice.notice_id}
    record = {"messageId": "m", "body": json.dumps(message), "eventSourceARN": "notice"}
    answer = notify.app.respond(system.notify, {"Records": [record]})
    system._flush()
    return answer["batchItemFailures"]


def sent_for(system: System, notice: Notice) -> list[Sent]:
    """Return the messages that were sent with the receipt of a notice."""
    return [sent for sent in system.outbox() if notice.receipt in sent.body]


def reload(system: System, notice: Notice) -> Notice:
    """Read the current state of a notice."""
    return system.read(Notice, keys.notice(notice.case_id, notice.notice_id))


def case_of(system: System, notice: Notice) -> Case:
    return system.read(Case, keys.case(notice.case_id))


def request_of(system: System, notice: Notice) -> Request:
    return system.read(Request, keys.request(notice.receipt))


def add_pending_notice(system: System, notice: Notice, template: TemplateId) -> Notice:
    """Store another notice to the requester of a notice, pending."""
    other = notice.evolve(notice_id=f"{template}-{notice.receipt}", template=template)
    system.notify.table.write(put_new(other))
    return other


def change_case(system: System, notice: Notice, **fields: Unpack[CaseFields]) -> None:
    """Change the case of a notice, as a concurrent write would."""
    case = case_of(system, notice)
    changes: CaseFields = {**fields, "version": case.version + 1}
    system.notify.table.write(put_over(case.evolve(**changes), version=case.version))


def metric_count(capsys: pytest.CaptureFixture[str], metric: str) -> int:
    """Return the sum of a metric in the output since the last call."""
    found = 0
    for line in capsys.readouterr().out.splitlines():
        if line.startswith('{"_aws"'):
            found += sum(int(value) for value in cast("list[float]", json.loads(line).get(metric, [])))
    return found
