"""What the service knows of itself -> whether it is ready, with the reasons it is not.

Pure. Being alive needs no judgement: a process that answers is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Health:
    """``reasons`` are whole sentences for an operator, empty when ``ready``."""

    ready: bool
    reasons: tuple[str, ...] = ()


class HealthSource(Protocol):
    """Told on the event loop at each probe: an implementation answers from memory and never waits."""

    def health(self) -> Health: ...


def judge_health(
    now: datetime,
    *,
    last_tick_at: datetime | None,
    tick_limit: timedelta,
    configuration_fault: str | None,
    ledger_fault: str | None,
) -> Health:
    """Return the service's health at the aware instant ``now``.

    ``last_tick_at`` is the aware instant of the timer's last finished tick, None before the first; a fault is
    the sentence that describes it, None where all is well.
    """
    reasons = []
    if last_tick_at is None:
        reasons.append("The timer has not ticked yet.")
    elif now - last_tick_at > tick_limit:
        age = (now - last_tick_at).total_seconds()
        reasons.append(
            f"The timer last ticked {age:.0f} s ago, at {last_tick_at.isoformat(timespec='seconds')}; "
            f"the limit is {tick_limit.total_seconds():.0f} s. Restart the service if this stays."
        )
    if configuration_fault is not None:
        reasons.append(f"The configuration cannot be used, the last good one runs on: {configuration_fault}")
    if ledger_fault is not None:
        reasons.append(f"The ledger cannot be reached: {ledger_fault}")
    return Health(ready=not reasons, reasons=tuple(reasons))
