"""Replaces a file in one step: whoever reads it finds what it held or what it holds, after a power cut too.

IO.
"""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from scheduler.errors import SchedulerError

Dress = Callable[[int, Path], None]
"""Gives the unfinished file, an open descriptor, what the file at the path shall have besides its content."""


def keep_mode(descriptor: int, path: Path) -> None:
    """Give the mode, and where allowed the owner, of the file that is replaced; a new file's are the usual."""
    try:
        held = path.stat()
    except FileNotFoundError:
        mask = os.umask(0o077)
        os.umask(mask)
        os.fchmod(descriptor, 0o666 & ~mask)
        return
    os.fchmod(descriptor, stat.S_IMODE(held.st_mode))
    with suppress(PermissionError):
        os.fchown(descriptor, held.st_uid, held.st_gid)


def keep_private(_descriptor: int, _path: Path) -> None:
    """Leave the file to its writer alone: it was made so."""


def replace_file(path: Path, content: bytes, dress: Dress = keep_mode) -> None:
    """Write ``path`` as a whole or not at all; OSError where it cannot be written."""
    put_in_place(write_beside(path, content, dress), path)


def write_beside(path: Path, content: bytes, dress: Dress = keep_mode) -> Path:
    """Write what shall stand at ``path`` into a hidden file beside it, and return that; OSError, and none, else."""
    path = path.resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    unfinished = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            dress(file.fileno(), path)
            os.fsync(file.fileno())
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    return unfinished


def put_in_place(written: Path, path: Path) -> None:
    """Let ``path`` be what ``write_beside`` wrote for it; OSError where it cannot be, and then that is gone."""
    try:
        # A link, as clusters mount them, stays one.
        written.replace(path.resolve())
    except BaseException:
        written.unlink(missing_ok=True)
        raise


def write_whole(path: Path, text: str) -> None:
    """Write ``path`` as a whole or not at all; SchedulerError names it when it cannot be written."""
    try:
        replace_file(path, text.encode())
    except OSError as error:
        raise SchedulerError(f"{path}: cannot be written: {error.strerror}") from error
