"""A long list in pages: which part is shown, and the addresses of the others.

Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

PER_PAGE = 50

Parameters = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Pages:
    """Where in a list of ``total`` entries we are; ``number`` counts from 1. ``parameters`` keep what was chosen."""

    path: str
    parameters: Parameters
    number: int
    total: int
    per_page: int = PER_PAGE

    @property
    def last(self) -> int:
        return max(1, -(-self.total // self.per_page))

    @property
    def first(self) -> int:
        """The number of the first entry shown, from 0."""
        return (self.number - 1) * self.per_page

    def link(self, number: int) -> str:
        """Return the address of page ``number``."""
        chosen = tuple((name, value) for name, value in self.parameters if value)
        return f"{self.path}?{urlencode((*chosen, ('trang', str(number))))}"


def make_pages(path: str, parameters: Parameters, number: int, total: int, per_page: int = PER_PAGE) -> Pages:
    """Return the pages of a list; a number past the last page shows the last."""
    last = max(1, -(-total // per_page))
    return Pages(path, parameters, min(number, last), total, per_page)
