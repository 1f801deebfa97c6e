"""How large, how slow and how hungry a document may be: far above any plan, far below what hurts the machine.

Pure.
"""

from __future__ import annotations

from typing import Final

MIB: Final = 1024 * 1024

MAX_BYTES: Final = 20 * MIB
"""Of the file as it is handed in."""

SMALL_TEXT: Final = 256 * 1024
"""Of plain text that is read without a process of its own: 1,000 visits take a third of it."""

MAX_MEMBERS: Final = 5_000
MAX_UNPACKED: Final = 256 * MIB
"""Of all members of a packed file together, as they declare it; reading stops at what a member declares."""

MAX_PART: Final = 48 * MIB
MAX_PACKING: Final = 200
"""Unpacked to packed size of one member over 8 MB; honest tables stay below 50."""

MAX_ROWS: Final = 20_000
MAX_COLUMNS: Final = 256
MAX_CELLS: Final = 400_000
"""Of one table, and of all tables of a document together, merged positions counted."""

MAX_PAGES: Final = 500

CHILD_MEMORY: Final = 512 * MIB
"""Address space of the process that parses: what it has resident is always less."""

CHILD_CPU_SECONDS: Final = 180
SILENT_SECONDS: Final = 10.0
"""After so long without a page, a sheet or a thousand rows the parser counts as hung."""

CONVERSION_SECONDS: Final = 90.0
CONVERSION_MEMORY: Final = 4096 * MIB
"""Address space of LibreOffice, which maps far more than it uses."""
