"""Finds the files that come with the program: templates, the sample configuration, the sample document.

IO. In a checkout they stand beside the package; in an installed wheel inside it.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def find_shipped(name: str) -> Path:
    """Return the shipped folder ``name`` (templates, config or examples)."""
    inside = _PACKAGE / "shipped" / name
    return inside if inside.is_dir() else _PACKAGE.parent / name
