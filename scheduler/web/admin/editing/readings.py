"""What stands in a file, read once for all pages that ask while the file is the same.

IO: threads alone.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

from scheduler.drafts import digest_content

T = TypeVar("T")

_MOST_KEPT = 6


class Readings(Generic[T]):
    """Keeps what ``read`` made of the last few contents: a large plan takes a second. Any thread may ask."""

    def __init__(self, read: Callable[[str, bytes], T]) -> None:
        self._read = read
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[str, str], T] = OrderedDict()

    def read(self, file: str, content: bytes) -> T:
        key = (file, digest_content(content))
        with self._lock:
            if key not in self._known:
                self._known[key] = self._read(file, content)
                while len(self._known) > _MOST_KEPT:
                    self._known.popitem(last=False)
            self._known.move_to_end(key)
            return self._known[key]
