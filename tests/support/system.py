"""The whole system in one process: the real functions, in memory or on moto; the test runs the queues and the clock."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_string, policy
from typing import TYPE_CHECKING, Any, TypeVar, cast

import intake.app
import intake.services
import notify.app
import notify.services
import prioritize.app
import prioritize.services
import review.app
import review.services
from casereview.policy.packaged import governing
from casereview.schema.event_records import Event
from casereview.schema.notice_records import Notice
from casereview.schema.records import Case, Guard, Stored
from casereview.schema.request_records import Request
from casereview.store.items import attribute, from_item
from casereview.store.keys import Key
from casereview.store.table import Table
from review.services import ReviewServices, with_directory
from tests.support.any_system import AnySystem
from tests.support.clouds import BackendName, Cloud, MotoCloud, cloud

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext
    from types_boto3_dynamodb import DynamoDBClient

    from casereview.store.items import Item

_RECORD = TypeVar("_RECORD", bound=Stored)
START = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


class Context:
    """The context of a Lambda invocation."""

    function_name = "function"
    function_version = "1"
    memory_limit_in_mb = 1024
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:function"
    aws_request_id = "request"


@dataclass(frozen=True, slots=True)
class Answer:
    """A response of the public or staff API."""

    status: int
    content_type: str
    body: str
    retry_after: str | None = None
    cache_control: str | None = None

    def json(self) -> Any:  # noqa: ANN401  # the test knows the type
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Sent:
    """A mail or text message that was sent to a requester."""

    channel: str
    to: str
    language: str
    subject: str
    body: str
    raw: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Staff:
    """A staff member, with the claims of their ID token."""

    user: str
    groups: str = "officer"
    office: str | None = "ATL"
    sub: str | None = None

    @property
    def id(self) -> str:
        """The subject of the token, by which the system knows this person; by default one that fits the name."""
        return self.sub or f"id-of-{self.user}"

    def claims(self) -> dict[str, str]:
        office = {"custom:office": self.office} if self.office else {}
        user = {"sub": self.id, "cognito:username": self.user}
        return {"token_use": "id", **user, "cognito:groups": self.groups, **office}


class System(AnySystem[Answer]):
    """The four functions on one table and two queues."""

    def __init__(self, cloud: Cloud) -> None:
        self.time = START
        self.cloud = cloud
        self.cleared: frozenset[str] = frozenset()
        """The ids of the staff members who have called and may open restricted cases."""
        self.sqs, self.queues = cloud.sqs, cloud.queues
        self.intake, self.prioritize, self.notify = cloud.connect(self.clock)

    @property
    def dynamodb(self) -> DynamoDBClient:
        """The DynamoDB client; only on moto."""
        return self._on_moto.dynamodb

    @property
    def table(self) -> str:
        """The name of the table; only on moto."""
        return self._on_moto.backend.name

    @property
    def sealing_key(self) -> str:
        """The ARN of the sealing key; only on moto."""
        return self._on_moto.sealing_key

    @property
    def user_pool(self) -> str:
        """The id of the user pool of the staff; only on moto."""
        return self._on_moto.user_pool

    @property
    def _on_moto(self) -> MotoCloud:
        assert isinstance(self.cloud, MotoCloud), "this test requires moto: mark it with pytest.mark.moto"
        return self.cloud

    def clock(self) -> datetime:
        return self.time

    def later(self, **by: float) -> None:
        self.time += timedelta(**by)

    # ---- the public API

    def call(self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None) -> Answer:
        """Invoke the handler with one request, as API Gateway would."""
        event = self._event(method, path, body, headers or {})
        return _answer(intake.app.respond(self.intake, event, cast("LambdaContext", Context())))

    def _event(self, method: str, path: str, body: object, headers: Mapping[str, str]) -> dict[str, object]:
        raw = body if isinstance(body, str) or body is None else json.dumps(body)
        if raw is not None:
            headers = {"Content-Type": "application/json", **headers}
        path, _, query = path.partition("?")
        pairs = (
            [(name, value) for name, _, value in (part.partition("=") for part in query.split("&"))] if query else []
        )
        several: dict[str, list[str]] = {}
        for name, value in pairs:
            several.setdefault(name, []).append(value)
        return {
            "httpMethod": method,
            "path": path,
            "resource": path,
            "headers": dict(headers),
            "multiValueHeaders": {name: [value] for name, value in headers.items()},
            "queryStringParameters": dict(pairs) or None,
            "multiValueQueryStringParameters": several or None,
            "requestContext": {"requestId": "r", "stage": "live", "path": path},
            "body": raw,
            "isBase64Encoded": False,
        }

    def look_up(self, filed: Mapping[str, str]) -> dict[str, Any]:
        answer = self.on(filed, "GET")
        assert answer.status == 200, answer.body
        found: dict[str, Any] = answer.json()
        return found

    # ---- the staff API

    @property
    def review(self) -> ReviewServices:
        """The services of review: those of intake, and the directory of the staff."""
        return with_directory(self.intake, self.cloud.directory)

    def employ(self, user: Staff, *, enabled: bool = True) -> Staff:
        """Create the account of a staff member in the user pool, where an assignment looks for it; return them."""
        groups = [group for group in user.groups.replace(",", " ").split() if group]
        self.cloud.employ(user.user, user.id, user.office, groups, enabled=enabled)
        return user

    def staff(self, user: Staff, method: str, path: str, body: object = None) -> Answer:
        """Invoke the handler with one request of a staff member, with the claims that API Gateway would pass."""
        event = self._event(method, path, body, {})
        if "restricted" in user.groups:
            self.cleared |= {user.id}
        cast("dict[str, Any]", event["requestContext"])["authorizer"] = {"claims": user.claims()}
        return _answer(review.app.respond(self.review, event, cast("LambdaContext", Context())))

    def work(self, user: Staff, case_id: str, what: str, body: object = None) -> dict[str, Any]:
        """Act on a case, which must succeed, and return the response body."""
        answer = self.staff(user, "POST", f"/staff/cases/{case_id}/{what}", {} if body is None else body)
        assert answer.status == 200, answer.body
        found: dict[str, Any] = answer.json()
        return found

    # ---- the queues and the schedule

    def pump(self) -> None:
        """Deliver messages until both queues are empty; failed ones stay invisible for their visibility timeout."""
        workers: dict[str, Callable[[dict[str, Any]], Any]] = {
            "rank": lambda event: prioritize.app.respond(self.prioritize, event),
            "notice": lambda event: notify.app.respond(self.notify, event),
        }
        while sum(self._pump_once(name, worker) for name, worker in workers.items()):
            pass

    def _pump_once(self, name: str, worker: Callable[[dict[str, Any]], Any]) -> bool:
        messages = self.sqs.receive_message(QueueUrl=self.queues[name], MaxNumberOfMessages=10).get("Messages", [])
        if not messages:
            return False
        records = [
            {"messageId": message["MessageId"], "body": message["Body"], "eventSourceARN": name} for message in messages
        ]
        found = worker({"Records": records})
        self._flush()
        failed = {failure["itemIdentifier"] for failure in found["batchItemFailures"]}
        for message in messages:
            if message["MessageId"] not in failed:
                self.sqs.delete_message(QueueUrl=self.queues[name], ReceiptHandle=message["ReceiptHandle"])
        return True

    def hand_back(self, url: str, messages: Iterable[Mapping[str, Any]], failed: Collection[str]) -> None:
        """Show again at once what failed, by the ids of messages, and delete the others."""
        for message in messages:
            handle = message["ReceiptHandle"]
            if message["MessageId"] in failed:
                self.sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=0)
            else:
                self.sqs.delete_message(QueueUrl=url, ReceiptHandle=handle)

    def bounce(self, event: dict[str, Any]) -> dict[str, Any]:
        """Deliver an SES delivery event in its SNS envelope."""
        return self.deliver_event(event)

    def deliver_event(self, event: dict[str, Any], *, raw: bool = False) -> dict[str, Any]:
        """Deliver a delivery event, in its SNS envelope or as a topic with raw message delivery does."""
        body = json.dumps(event if raw else {"Type": "Notification", "Message": json.dumps(event)})
        record = {"messageId": "1", "body": body, "eventSourceARN": "delivery"}
        found = cast("dict[str, Any]", notify.app.respond(self.notify, {"Records": [record]}))
        self._flush()
        return found

    def sweep(self) -> dict[str, int]:
        """Run the sweep once, as the schedule does every minute."""
        return self.duty("sweep")

    def duty(self, duty: str, **more: str) -> dict[str, int]:
        """Invoke prioritize for one scheduled duty."""
        done = cast("dict[str, int]", prioritize.app.respond(self.prioritize, {"duty": duty, **more}))
        self._flush()
        return done

    def _flush(self) -> None:
        """Write the metrics to standard output, as the handlers do at the end of each invocation."""
        for module in (intake, prioritize, notify, review):
            if module.services.metrics.provider.metric_set:
                module.services.metrics.flush_metrics()

    def settle(self, minutes: int = 30) -> None:
        """Advance the clock by minutes; in each, run the sweep and deliver all messages."""
        for _ in range(minutes):
            self.later(minutes=1)
            self.sweep()
            self.pump()

    # ---- the contents of the table

    def read(self, model: type[_RECORD], key: Key) -> _RECORD:
        item = self.cloud.backend.get(key)
        assert item is not None, key
        return from_item(model, item)

    def items(self) -> list[Item]:
        """Return all items of the table, in stored form."""
        return self.cloud.items()

    def tamper(self, key: Key, **attributes: object) -> None:
        """Set attributes of an item directly, without the application; None removes one."""
        item = self.cloud.backend.get(key)
        assert item is not None, key
        changed = {**item, **{name: attribute(value) for name, value in attributes.items() if value is not None}}
        gone = {name for name, value in attributes.items() if value is None}
        self.cloud.backend.put({name: value for name, value in changed.items() if name not in gone})

    @property
    def cases(self) -> list[Case]:
        return self.all(Case, "CASE")

    @property
    def requests(self) -> list[Request]:
        return self.all(Request, "REQUEST")

    @property
    def notices(self) -> list[Notice]:
        return self.all(Notice, "NOTICE")

    @property
    def guards(self) -> list[Guard]:
        return self.all(Guard, "OPEN")

    def history(self, case: Case) -> list[Event]:
        return sorted(
            (event for event in self.all(Event, "EVENT") if event.case_id == case.case_id),
            key=lambda event: event.version,
        )

    def worklist(self, office: str) -> list[str]:
        """Return the case ids of an office in rank order."""
        places = Table(self.cloud.backend).worklist.places(office, limit=1000)
        return [place.case_id for place in places]

    def outbox(self) -> list[Sent]:
        """Return the messages that were sent, mails first."""
        texts = (Sent("sms", number, "", "", text, text) for number, text in self.cloud.text_messages())
        return [*map(_mail, self.cloud.mails()), *texts]

    def policy_id(self) -> str | None:
        return governing(self.time)[0].id


def _answer(found: Any) -> Answer:  # noqa: ANN401  # the response of a handler
    headers = found["multiValueHeaders"]
    content_type, retry_after = headers.get("Content-Type", [""])[0], headers.get("Retry-After", [None])[0]
    cache_control = headers.get("Cache-Control", [None])[0]
    return Answer(found["statusCode"], content_type, found["body"] or "", retry_after, cache_control)


def _mail(raw: str) -> Sent:
    message = message_from_string(raw, policy=policy.default)
    part = message.get_body(("plain",))
    assert part is not None
    to = message["To"].addresses[0].addr_spec
    return Sent(
        "email",
        to,
        str(message["Content-Language"]),
        str(message["Subject"]),
        part.get_content().replace("\r\n", "\n"),
        raw,
    )


@contextmanager
def running(backend: BackendName | None = None) -> Iterator[System]:
    """Start a new system on the given backend; by default, on that of the environment."""
    with cloud(backend) as found:
        yield System(found)


def body(**changes: Any) -> dict[str, Any]:  # noqa: ANN401  # any field
    """Return a valid request body; objects in ``changes`` are merged into it, other values replace its own."""
    plain: dict[str, Any] = {
        "requester": {"role": "self", "name": "Ana Example", "contact": {"email": "ana@example.org", "language": "es"}},
        "subject": {"a_number": "A000-000-011", "given_name": "Ana", "family_name": "Example", "born_on": "1980-02-03"},
        "facts": {"custody": "detained", "facility": "STWRTGA"},
        "grounds": "I have lived here for twenty years.",
        "outcome_sought": ["release"],
    }
    for name, value in changes.items():
        merged = isinstance(value, dict) and isinstance(plain.get(name), dict)
        plain[name] = {**plain[name], **value} if merged else value
    return plain
