"""The running service as the pages for the office see it: asked from any thread, answered from memory where it can be.

Shell.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from scheduler.cli.trying import DraftTrials
from scheduler.delivery import Delivery
from scheduler.differences import Differences
from scheduler.drafts import Draft
from scheduler.errors import Problem
from scheduler.ledger import Ledger
from scheduler.reconciling import Caution, describe_proposal, propose_changes
from scheduler.service import Service
from scheduler.snapshot import Snapshot
from scheduler.web.admin.desk import Trial
from scheduler.web.health import Health


class Watched(Protocol):
    """What the run knows beside its service."""

    def health(self) -> Health: ...

    def list_problems(self) -> tuple[Problem, ...]: ...


class ServiceOffice:
    """Answers the pages; ``look`` makes the service look at its ledger at once."""

    def __init__(
        self, service: Service, ledger: Ledger, run: Watched, trials: DraftTrials, look: Callable[[], None]
    ) -> None:
        self._service = service
        self._ledger = ledger
        self._run = run
        self._trials = trials
        self._look = look
        self._describing = threading.Lock()
        self._described: tuple[str, Differences] | None = None

    def find_snapshot(self) -> Snapshot | None:
        in_force = self._service.in_force
        return None if in_force is None else in_force.setup.snapshot

    def list_problems(self) -> tuple[Problem, ...]:
        return self._run.list_problems()

    def health(self) -> Health:
        return self._run.health()

    def describe_waiting(self, now: datetime) -> Differences | None:
        """Say what the waiting edit would change; worked out once for each edit, since a large one takes a while."""
        waiting, setup = self._ledger.edits.find_waiting(), self._service.waiting
        if waiting is None or setup is None:
            return None
        with self._describing:
            if self._described is None or self._described[0] != waiting.fingerprint:
                proposal = propose_changes(setup.snapshot, self._ledger, setup.caution or Caution(), now)
                found = describe_proposal(proposal, self._ledger, now)
                self._described = (waiting.fingerprint, found)
            return self._described[1]

    def compose(self, delivery: Delivery, now: datetime) -> bytes | None:
        in_force = self._service.in_force
        if in_force is None or not in_force.composer.wants(delivery):
            return None
        composed = in_force.composer.compose(delivery, max(now, delivery.due_at))
        return None if composed is None else composed.content

    def try_draft(self, draft: Draft, now: datetime) -> Trial:
        return self._trials.try_draft(draft, now)

    def look(self) -> None:
        self._look()
