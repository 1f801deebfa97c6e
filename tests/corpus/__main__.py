"""Writes every document of the corpus into the folder that is named."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.corpus.shelves import SAMPLES, write_samples

if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    write_samples(target)
    sys.stdout.write(f"{len(SAMPLES)} documents in {target}\n")
