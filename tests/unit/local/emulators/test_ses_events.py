from __future__ import annotations

from typing import Any

from infra.local.emulators.ses_events import EventDestination, events_of

DESTINATIONS = {"set": [EventDestination("arn:topic", frozenset({"bounce"}))]}


def send(to: str, configuration_set: str = "set") -> list[tuple[str, dict[str, Any]]]:
    parameters = {
        "FromEmailAddress": "from@example.org",
        "Destination": {"ToAddresses": [to]},
        "ConfigurationSetName": configuration_set,
        "EmailTags": [{"Name": "notice", "Value": "n"}],
    }
    return list(events_of(parameters, "m-1", DESTINATIONS))


def test_a_bounce_event_has_the_tags_of_its_message() -> None:
    [(topic, event)] = send("bounce+label@simulator.amazonses.com")
    assert (topic, event["eventType"]) == ("arn:topic", "Bounce")
    assert event["bounce"]["bouncedRecipients"][0]["emailAddress"] == "bounce+label@simulator.amazonses.com"
    assert event["mail"]["tags"] == {"ses:configuration-set": ["set"], "notice": ["n"]}


def test_only_matching_event_types_are_published() -> None:
    assert not send("complaint@simulator.amazonses.com")
    assert not send("bounce@simulator.amazonses.com", "other")
    assert not send("bounce@example.org")


def test_each_mailbox_of_the_simulator_causes_its_event() -> None:
    found = {name: send(f"{name}@simulator.amazonses.com")[0][1]["bounce"] for name in ("suppressionlist", "ooto")}
    assert (found["suppressionlist"]["bounceType"], found["suppressionlist"]["bounceSubType"]) == (
        "Permanent",
        "Suppressed",
    )
    assert (found["ooto"]["bounceType"], found["ooto"]["bouncedRecipients"]) == (
        "Transient",
        [{"emailAddress": "ooto@simulator.amazonses.com"}],
    )
    assert send("success@simulator.amazonses.com") == []
