"""The pace of one worker of notices."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from notify.message_parts import parts_of
from notify.pace import LONGEST, Pace
from notify.provider_errors import RateExceededError
from notify.providers import TextMessages, TextSettings
from notify.render import render

if TYPE_CHECKING:
    from types_boto3_pinpoint_sms_voice_v2 import PinpointSMSVoiceV2Client


class Timer:
    """Seconds that pass while a worker pauses or works."""

    def __init__(self) -> None:
        self.seconds = 100.0
        self.paused = 0.0

    def now(self) -> float:
        return self.seconds

    def pause(self, seconds: float) -> None:
        self.seconds += seconds
        self.paused += seconds


def test_a_worker_waits_for_its_share_of_the_rate() -> None:
    timer = Timer()
    pace = Pace(7, timer.now, timer.pause)
    for _ in range(71):
        pace.wait()
    assert timer.paused == pytest.approx(10)


def test_a_worker_that_is_slower_than_the_rate_never_waits_and_saves_nothing_up() -> None:
    timer = Timer()
    pace = Pace(7, timer.now, timer.pause)
    for _ in range(10):
        pace.wait()
        timer.seconds += 0.5
    assert timer.paused == 0
    for _ in range(8):
        pace.wait()
    assert timer.paused == pytest.approx(1)


def test_a_message_of_several_parts_takes_the_time_of_all_of_them() -> None:
    timer = Timer()
    pace = Pace(3, timer.now, timer.pause)
    for _ in range(10):
        pace.wait(2)
    assert timer.paused == pytest.approx(9 * 2 / 3)


def test_a_worker_that_would_wait_too_long_sends_the_message_later_and_then_goes_on() -> None:
    timer = Timer()
    pace = Pace(1, timer.now, timer.pause)
    pace.wait(4)
    for _ in range(3):
        with pytest.raises(RateExceededError):
            pace.wait()
    assert timer.paused == 0
    timer.seconds += 4 - LONGEST
    pace.wait()
    assert timer.paused == pytest.approx(LONGEST)


class Texts:
    """A client of AWS End User Messaging that accepts every message."""

    def __init__(self) -> None:
        self.sent = 0

    def send_text_message(self, **_request: object) -> dict[str, str]:
        self.sent += 1
        return {"MessageId": str(self.sent)}


def test_text_messages_keep_the_pace_of_their_parts() -> None:
    timer, client = Timer(), Texts()
    settings = TextSettings(configuration_set="set", identity="arn", max_price="", time_to_live=60)
    texts = TextMessages(cast("PinpointSMSVoiceV2Client", client), settings, Pace(3, timer.now, timer.pause))
    message = render("news", "ar", others=False, receipt="9J03-1R92-ESN7-Q6BQ-C", look_up="")
    for _ in range(4):
        texts.send(message, "+12025550123", {})
    assert client.sent == 4
    assert timer.paused == pytest.approx(3 * parts_of(message.sms) / 3)
