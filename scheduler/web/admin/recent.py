"""Answers of the ledger that many pages ask for, kept for a moment, and then for as long as nothing is written into it.

IO: threads. What a page's own click changed is asked anew at once.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

_MOST = 200
_NOT_OLDER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class _Known(Generic[V]):
    """An answer, when it was last found to hold, and the ledger's version that it holds for."""

    at: datetime
    version: int
    answer: V


class Recent(Generic[K, V]):
    """Keeps what ``ask`` answered for ``keep``, and longer while ``read_version`` says the same.

    One thread asks; others that want the same get the answer before where it is no older than a minute, or wait.
    """

    def __init__(self, ask: Callable[[K], V], read_version: Callable[[], int], keep: timedelta) -> None:
        self._ask = ask
        self._read_version = read_version
        self._keep = keep
        self._turn = threading.Condition()
        self._known: OrderedDict[K, _Known[V]] = OrderedDict()
        self._asking: set[K] = set()
        self._forgotten = 0

    def get(self, key: K, now: datetime) -> V:
        with self._turn:
            while True:
                known = self._known.get(key)
                good_for = max(self._keep, _NOT_OLDER) if key in self._asking else self._keep
                if known is not None and timedelta(0) <= now - known.at < good_for:
                    return known.answer
                if key not in self._asking:
                    break
                self._turn.wait()
            self._asking.add(key)
            forgotten = self._forgotten
        found = None
        try:
            # Before asking: what is written meanwhile makes the answer one of an earlier version.
            version = self._read_version()
            answer = known.answer if known is not None and known.version == version else self._ask(key)
            found = _Known(now, version, answer)
            return answer
        finally:
            with self._turn:
                self._asking.discard(key)
                # What was asked before a click does not show what came of it.
                if found is not None and forgotten == self._forgotten:
                    self._hold(key, found)
                self._turn.notify_all()

    def forget(self) -> None:
        with self._turn:
            self._forgotten += 1
            self._known.clear()

    def _hold(self, key: K, found: _Known[V]) -> None:
        self._known[key] = found
        self._known.move_to_end(key)
        while len(self._known) > _MOST:
            self._known.popitem(last=False)
