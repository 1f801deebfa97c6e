"""Whether the service is ready, with the reasons why it is not: what the pages ask of it.

Pure: values alone. Being alive needs no judgement: a process that answers is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Health:
    """``reasons`` are whole sentences for an operator, empty when ``ready``."""

    ready: bool
    reasons: tuple[str, ...] = ()


class HealthSource(Protocol):
    """Told on the event loop at each probe: an implementation answers from memory and never waits."""

    def health(self) -> Health: ...
