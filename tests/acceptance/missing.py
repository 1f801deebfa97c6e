"""What a test needs of this machine and may not find."""

from __future__ import annotations

import os

import pytest


def skip_where(missing: str | None) -> None:
    """Skip the test where something is missing, None meaning nothing; with CLIENTS=all, as in CI, fail it."""
    if missing is not None and os.environ.get("CLIENTS") == "all":
        pytest.fail(missing)
    if missing is not None:
        pytest.skip(missing)
