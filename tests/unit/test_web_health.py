"""Health: ready when the timer ticks and nothing is broken, else every reason at once."""

from datetime import UTC, datetime, timedelta

import pytest

from scheduler.web.health import Health, judge_health

NOW = datetime(2024, 5, 20, 1, 0, tzinfo=UTC)
LIMIT = timedelta(seconds=60)


def judge(
    last_tick_at: datetime | None, *, configuration_fault: str | None = None, ledger_fault: str | None = None
) -> Health:
    return judge_health(
        NOW,
        last_tick_at=last_tick_at,
        tick_limit=LIMIT,
        configuration_fault=configuration_fault,
        ledger_fault=ledger_fault,
    )


@pytest.mark.parametrize("age", [timedelta(0), LIMIT])
def test_a_service_whose_timer_ticks_is_ready(age: timedelta) -> None:
    assert judge(NOW - age) == Health(ready=True)


def test_a_timer_that_stands_still_is_told_with_its_age_and_limit() -> None:
    assert judge(NOW - timedelta(seconds=61)) == Health(
        ready=False,
        reasons=(
            "The timer last ticked 61 s ago, at 2024-05-20T00:58:59+00:00; the limit is 60 s. "
            "Restart the service if this stays.",
        ),
    )


def test_all_reasons_are_told_together() -> None:
    health = judge(None, configuration_fault="plans/a.yaml:3:1 is broken", ledger_fault="disk full")
    assert health == Health(
        ready=False,
        reasons=(
            "The timer has not ticked yet.",
            "The configuration cannot be used, the last good one runs on: plans/a.yaml:3:1 is broken",
            "The ledger cannot be reached: disk full",
        ),
    )
