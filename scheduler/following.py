"""Which configuration the service runs: the one in force, one on offer, one that waits for a person's approval.

Shell over the ledger and ``reconciling``. An offer takes effect as a whole or not at all; while one waits, the
configuration in force runs on (invariants 9 and 10).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

import structlog

from scheduler.composing import Composer
from scheduler.delivery import Delivery
from scheduler.differences import Differences
from scheduler.hearing import LedgerHearing
from scheduler.holding import Held, Rows, group_rows, list_rows, revise_rows
from scheduler.ledger import Ledger
from scheduler.messages import MessageWriter
from scheduler.model import RecordedEvent
from scheduler.notices import Told
from scheduler.planfile.folder import FolderFiles
from scheduler.reconciling import Caution, Proposal, apply_proposal, describe_plan, propose_changes, reconcile_marks
from scheduler.snapshot import Snapshot
from scheduler.withdrawn import carry_withdrawn

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Setup:
    """One valid configuration, ready to be put in force: what it asks for, and who writes its mails.

    ``caution`` None applies it whatever it changes: for a rehearsal, which sends nothing to anybody. ``files`` are
    those it was read from; None where they are not to be kept.
    """

    snapshot: Snapshot
    writer: MessageWriter
    caution: Caution | None = None
    files: FolderFiles | None = None


@dataclass(frozen=True)
class InForce:
    """The setup that runs, with the events of each plan as the ledger has them."""

    setup: Setup
    rows: Mapping[str, Rows]
    composer: Composer

    @cached_property
    def recorded(self) -> tuple[RecordedEvent, ...]:
        """All events of the plans that are configured."""
        plans = (wanted.plan.id for wanted in self.setup.snapshot.wanted)
        return tuple(row for plan in plans for row in list_rows(self.rows[plan]))


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of an offer: ``applied``, or it waits for ``proposal.reasons``.

    ``differences`` are what an applied one changed in each of the proposal's plans.
    """

    setup: Setup
    proposal: Proposal
    applied: bool
    at: datetime
    differences: tuple[Differences, ...] = ()


class _Memory:
    """What each reader was last told, read once an item: asked for as an edit is put in force, before the next."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._told: dict[tuple[str, str], dict[tuple[str, str], Told]] = {}

    def __call__(self, delivery: Delivery) -> Told | None:
        item = (delivery.plan, delivery.item)
        if item not in self._told:
            told = self._ledger.history.list_told(delivery.plan, (delivery.item,))
            self._told[item] = {(last.unit, last.address.lower()): last for last in told}
        return self._told[item].get((delivery.unit, delivery.address.lower()))


class Following:
    """Puts setups in force; one thread calls ``settle``, any thread may ``offer``.

    ``before`` is what was in force before us, as far as that is known: which plans are gone since.
    """

    def __init__(
        self,
        ledger: Ledger,
        tell: Callable[[Decision], None] = lambda decision: None,
        before: Snapshot | None = None,
    ) -> None:
        self._ledger = ledger
        self._tell = tell
        self._before = before
        self._lock = threading.Lock()
        self._offer: Setup | None = None
        self._waiting: Setup | None = None
        self._heeded: int | None = None
        self._held: tuple[Held, Caution] | None = None
        self._look_again = False
        self._untold: Decision | None = None
        self.in_force: InForce | None = None
        self.is_in_step = True
        """Whether the ledger holds what ``in_force`` asks for: not where an edit was written but could not be run."""

    @property
    def waits(self) -> bool:
        """Whether an edit waits for approval."""
        return self._waiting is not None

    @property
    def waiting(self) -> Setup | None:
        """The edit that waits for approval; None where none does."""
        return self._waiting

    def offer(self, setup: Setup) -> None:
        """Offer a setup; it takes the place of one on offer, and is looked at by the next ``settle``."""
        with self._lock:
            self._offer = setup

    def settle(self, now: datetime) -> bool:
        """Look at what is on offer, and at whether what waits was approved; True when another setup is in force now.

        Where that fails, the next call looks at the same offer again.
        """
        self._tell_applied()
        with self._lock:
            offer, self._offer = self._offer, None
        if offer is None and self._look_again and self.in_force is not None and not self._ledger.sending.is_under_way():
            # What was on its way told what was true before the edit; now it counts as told.
            offer = self._waiting or self.in_force.setup
        if offer is None and self._waiting is not None:
            waiting = self._ledger.edits.find_waiting()
            offer = self._waiting if waiting is not None and waiting.approved_at is not None else None
        if offer is None:
            return False
        try:
            return self._consider(offer, now)
        except Exception:
            self._offer_again(offer)
            raise

    def _offer_again(self, setup: Setup) -> None:
        with self._lock:
            # A newer one has its place already.
            self._offer = self._offer or setup

    def heed_marks(self, now: datetime) -> bool:
        """Heed what people said of reports since the last look; False where nothing was said."""
        in_force = self.in_force
        version = self._ledger.arrivals.read_version()
        if in_force is None or version == self._heeded:
            return False
        reconcile_marks(in_force.setup.snapshot, self._ledger, in_force.setup.caution or Caution(), now)
        self._heeded = version
        return True

    def put_in_force(self, setup: Setup) -> None:
        """Run ``setup``, whose changes the ledger has already, from the service before us."""
        plans = [wanted.plan.id for wanted in setup.snapshot.wanted]
        self._run(setup, {plan: group_rows(self._ledger.events.list_recorded(plan)) for plan in plans})

    def _run(self, setup: Setup, rows: Mapping[str, Rows]) -> None:
        composer = Composer(setup.snapshot, setup.writer, rows, _Memory(self._ledger), LedgerHearing(self._ledger))
        self.in_force = InForce(setup, rows, composer)

    def _consider(self, setup: Setup, now: datetime) -> bool:
        before = self._before if self.in_force is None else self.in_force.setup.snapshot
        setup = replace(setup, snapshot=carry_withdrawn(setup.snapshot, before, now))
        caution, version = setup.caution or Caution(), self._ledger.arrivals.read_version()
        # What was said of reports and not heeded yet may touch any of them.
        is_held = self._held is not None and self._held[1] == caution and version == self._heeded
        held = self._held[0] if self._held is not None and is_held else None
        proposal = propose_changes(setup.snapshot, self._ledger, caution, now, held)
        if setup.caution is None:
            proposal = replace(proposal, reasons=())
        if proposal.reasons and not self._is_approved(proposal):
            self._waiting = setup
            if self._ledger.edits.let_wait(proposal.fingerprint, proposal.reasons, now):
                _log.warning("an edit waits: scheduler approve", edit=proposal.fingerprint, reasons=proposal.reasons)
                self._tell(Decision(setup, proposal, applied=False, at=now))
            return False
        self._waiting = None
        # Before it is applied: the ledger then no longer says when a mail would have gone.
        differences = tuple(describe_plan(plan, self._ledger, now) for plan in proposal.plans)
        self._apply(setup, caution, proposal, now)
        self._heeded = version
        _log_applied(proposal)
        self._untold = Decision(setup, proposal, applied=True, at=now, differences=differences)
        self._tell_applied()
        return True

    def _tell_applied(self) -> None:
        """Tell of what was applied; where that fails, before anything else at the next look."""
        if self._untold is not None:
            self._tell(self._untold)
            self._untold = None

    def _apply(self, setup: Setup, caution: Caution, proposal: Proposal, now: datetime) -> None:
        # Nothing is known to be held until all of it is written; a mail on its way may still tell what was true before.
        self._held = None
        self._look_again = self._ledger.sending.is_under_way()
        apply_proposal(proposal, self._ledger, now)
        self.is_in_step = False
        self._ledger.edits.settle(now)
        rows = {plan.plan: revise_rows(plan.rows, plan.events) for plan in proposal.plans}
        self._run(setup, rows)
        self.is_in_step = True
        if not self._look_again:
            self._held = (Held(setup.snapshot, rows), caution)

    def _is_approved(self, proposal: Proposal) -> bool:
        waiting = self._ledger.edits.find_waiting()
        return waiting is not None and waiting.fingerprint == proposal.fingerprint and waiting.approved_at is not None


def _log_applied(proposal: Proposal) -> None:
    for plan in proposal.plans:
        if not plan.is_empty:
            _log.info(
                "plan reconciled",
                plan=plan.plan,
                events_changed=len(plan.events.record),
                reminders_added=len(plan.reminders.add),
                reminders_revised=len(plan.reminders.revise),
                reminders_cancelled=len(plan.reminders.cancel),
            )
