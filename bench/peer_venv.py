"""A peer from the package index -> a virtual environment of its own, where it changes nothing that others load.

IO: runs venv and pip, once for each environment.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def install_peer(venv: Path, package: str) -> Path:
    """Return the interpreter of ``venv``, in which ``package`` is; FileNotFoundError where it cannot be had."""
    python = venv / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    if subprocess.run([str(python), "-c", f"import {package}"], check=False, capture_output=True).returncode != 0:
        install = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", package]
        if subprocess.run(install, check=False).returncode != 0:
            raise FileNotFoundError(f"{package} is missing and could not be installed into {venv}")
    return python
