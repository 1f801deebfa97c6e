"""What a draft would do, tried on a copy of the configuration by the code that the service itself runs.

Shell: it loads the copy as the service would, and compares it with the ledger as `scheduler diff --draft` does.
"""

from __future__ import annotations

import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from scheduler.cli.wiring import load_everything, make_caution
from scheduler.drafts import Draft, lay_over, name_draft
from scheduler.errors import ConfigError, Problem, SchedulerError
from scheduler.ledger import Ledger
from scheduler.planfile.folder import read_files
from scheduler.reconciling import describe_proposal, propose_changes
from scheduler.snapshot import Snapshot
from scheduler.web.admin.desk import Trial
from scheduler.withdrawn import carry_withdrawn

_KEEP = timedelta(seconds=30)
_MOST_KEPT = 8
_PATIENCE_SECONDS = 20.0


class DraftTrials:
    """Tries drafts, one at a time; what came of one is kept for a moment, since a page is often looked at twice."""

    def __init__(
        self,
        config_dir: Path,
        ledger: Ledger,
        list_known: Callable[[], tuple[Problem, ...]],
        find_in_force: Callable[[], Snapshot | None],
    ) -> None:
        self._config_dir = config_dir
        self._ledger = ledger
        self._list_known = list_known
        self._find_in_force = find_in_force
        self._trying = threading.Lock()
        self._tried: OrderedDict[tuple[str, str], tuple[datetime, Trial]] = OrderedDict()

    def try_draft(self, draft: Draft, now: datetime) -> Trial:
        """Say what is wrong with a draft, else what it would change; SchedulerError where others take too long."""
        if not self._trying.acquire(timeout=_PATIENCE_SECONDS):
            raise SchedulerError("other drafts are being looked at; try again in a moment")
        try:
            key = (name_draft(draft), read_files(self._config_dir).digest)
            known = self._tried.get(key)
            if known is not None and timedelta(0) <= now - known[0] < _KEEP:
                return known[1]
            trial = self._try(draft, now)
            self._tried[key] = (now, trial)
            self._tried.move_to_end(key)
            while len(self._tried) > _MOST_KEPT:
                self._tried.popitem(last=False)
            return trial
        finally:
            self._trying.release()

    def _try(self, draft: Draft, now: datetime) -> Trial:
        with tempfile.TemporaryDirectory(prefix="scheduler-draft-") as name:
            folder = Path(name)
            lay_over(self._config_dir, draft.files, folder)
            try:
                wiring = load_everything(folder)
            except ConfigError as error:
                return Trial(problems=self._name_files(error.problems, folder))
        snapshot = carry_withdrawn(wiring.snapshot, self._find_in_force(), now)
        proposal = propose_changes(snapshot, self._ledger, make_caution(wiring.settings), now)
        known = {(problem.file, problem.message) for problem in self._list_known()}
        warnings = self._name_files(wiring.configuration.warnings, folder)
        return Trial(
            warnings=tuple(each for each in warnings if (each.file, each.message) not in known),
            differences=describe_proposal(proposal, self._ledger, now),
            snapshot=snapshot,
        )

    def _name_files(self, problems: tuple[Problem, ...], folder: Path) -> tuple[Problem, ...]:
        """Return the problems as those of the configuration itself."""
        copy, own = folder.as_posix(), self._config_dir.as_posix()
        return tuple(replace(p, file=p.file.replace(copy, own), message=p.message.replace(copy, own)) for p in problems)
