"""Many acknowledgements at once: the sending rate is used, SES refuses few, and other work does not wait for them."""

from __future__ import annotations

from tests.bench.burst import measure


def test_a_burst_of_notices_uses_the_sending_rate_and_delays_no_other_work() -> None:
    found = measure(700)
    at_best = found["notices"] / found["rate"] / 60
    assert found["minutes"] <= at_best + 3, "the last that SES refuses waits for the sweep"
    assert found["refused"] <= 0.03 * found["notices"]
    assert found["latest_wake_up"] <= 180
    assert found["not_woken"] == 0


def test_workers_that_do_not_fit_the_sending_rate_are_found() -> None:
    fitting, unfit = measure(200), measure(200, workers=10, paced=False)
    assert unfit["refused"] > 5 * (fitting["refused"] + 1)
