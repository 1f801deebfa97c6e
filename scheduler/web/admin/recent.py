"""Answers of the ledger that many pages ask for, kept for a moment: counts over all deliveries.

IO: threads. What a page's own click changed is asked anew at once.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

_MOST = 200


class Recent(Generic[K, V]):
    """Keeps what ``ask`` answered for ``keep``; one thread asks while others that want the same wait."""

    def __init__(self, ask: Callable[[K], V], keep: timedelta) -> None:
        self._ask = ask
        self._keep = keep
        self._lock = threading.Lock()
        self._known: OrderedDict[K, tuple[datetime, V]] = OrderedDict()

    def get(self, key: K, now: datetime) -> V:
        with self._lock:
            known = self._known.get(key)
            if known is not None and timedelta(0) <= now - known[0] < self._keep:
                return known[1]
            answer = self._ask(key)
            self._known[key] = (now, answer)
            self._known.move_to_end(key)
            while len(self._known) > _MOST:
                self._known.popitem(last=False)
            return answer

    def forget(self) -> None:
        with self._lock:
            self._known.clear()
