"""Golden files: what a run must give, byte for byte; ``GOLDEN=write`` writes them anew."""

import os
from pathlib import Path

_FOLDER = Path(__file__).parent


def assert_golden(name: str, content: bytes) -> None:
    """Compare ``content`` with the golden file ``name``, or write it when ``GOLDEN=write`` is in the environment."""
    path = _FOLDER / name
    if os.environ.get("GOLDEN") == "write":
        path.write_bytes(content)
    assert path.exists(), f"{path} is missing; make it with GOLDEN=write and read it"
    assert content.decode() == path.read_bytes().decode()
