"""All files of a configuration folder as one reading, never half before and half after an edit.

IO. A reader takes no lock that an editor would heed; so the files are read, and read again if any changed meanwhile.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from scheduler.errors import ConfigError, Problem
from scheduler.planfile.admins import ADMINS
from scheduler.planfile.read import CONTACTS, DAYS, PLANS, RULES
from scheduler.planfile.sheet import SHEETS

SETTINGS = "settings.yaml"
TEMPLATES = "templates/email"

_ATTEMPTS = 40
_BETWEEN_ATTEMPTS_SECONDS = 0.05

T = TypeVar("T")

Stamp = tuple[int, ...]
"""Of a file, as far as it tells whether it was written since: times, size, inode; () where there is none."""


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """One file; ``name`` is relative to the folder, with slashes. One that cannot be read has no content.

    ``owner`` is the number of the user it belongs to, None where that is not known.
    """

    name: str
    content: bytes
    stamp: Stamp
    owner: int | None = None


@dataclass(frozen=True, slots=True)
class FolderFiles:
    """The files of a folder, ascending by name; none where there is no folder."""

    files: tuple[ConfigFile, ...]

    @property
    def digest(self) -> str:
        """A name for what stands in the files: the same for the same names and contents."""
        total = hashlib.sha256()
        for file in self.files:
            total.update(f"{file.name}\0{len(file.content)}\0".encode() + file.content)
        return total.hexdigest()


@dataclass(frozen=True, slots=True)
class Reading(Generic[T]):
    """A folder that is right: its files, and what was loaded from these very files."""

    files: FolderFiles
    value: T


@dataclass(frozen=True, slots=True)
class Refused:
    """A folder that is wrong, with everything that is wrong in it."""

    files: FolderFiles
    problems: tuple[Problem, ...]


def read_as_one(config_dir: Path, load: Callable[[Path], T]) -> Reading[T] | Refused:
    """Load ``config_dir`` with ``load`` so that no file changed from before its first reading to after its last.

    Where edits never leave off, the answer is a refusal that says so.
    """
    for attempt in range(_ATTEMPTS):
        if attempt:
            time.sleep(_BETWEEN_ATTEMPTS_SECONDS)
        before = read_files(config_dir)
        outcome: Reading[T] | Refused
        try:
            outcome = Reading(before, load(config_dir))
        except ConfigError as error:
            outcome = Refused(before, error.problems)
        if read_files(config_dir) == before:
            return outcome
    return Refused(before, (Problem(config_dir.as_posix(), 0, 0, "is written all the time; let it rest for a second"),))


def read_files(config_dir: Path) -> FolderFiles:
    """Read every file that the configuration consists of, settings and the admin's own templates included."""
    return FolderFiles(tuple(_read_file(config_dir, name) for name in _list_names(config_dir)))


def stamp_files(config_dir: Path) -> tuple[tuple[str, Stamp], ...]:
    """Return the files' names and stamps without reading them: cheap enough to ask often."""
    return tuple((name, stamp_file(config_dir / name)) for name in _list_names(config_dir))


def stamp_file(path: Path) -> Stamp:
    """Return the stamp of what ``path`` leads to, through links; () where there is nothing."""
    try:
        known = path.stat()
    except OSError:
        return ()
    return known.st_mtime_ns, known.st_ctime_ns, known.st_size, known.st_ino, known.st_dev


def _read_file(config_dir: Path, name: str) -> ConfigFile:
    path = config_dir / name
    stamp = stamp_file(path)
    try:
        content = path.read_bytes()
        owner: int | None = path.stat().st_uid
    except OSError:
        content, owner = b"", None
    return ConfigFile(name, content, stamp, owner)


def _list_names(config_dir: Path) -> tuple[str, ...]:
    single = (name for name in (SETTINGS, CONTACTS, RULES, DAYS, ADMINS, *SHEETS) if os.path.lexists(config_dir / name))
    plans = (name for name in _list_folder(config_dir / PLANS) if name.endswith((".yaml", ".yml")))
    templates = (name for name in _list_folder(config_dir / TEMPLATES) if name.endswith((".txt", ".html")))
    return tuple(
        sorted((*single, *(f"{PLANS}/{name}" for name in plans), *(f"{TEMPLATES}/{name}" for name in templates)))
    )


def _list_folder(folder: Path) -> Iterator[str]:
    """Yield the names in ``folder`` that are neither hidden nor what an editor leaves; nothing where it is missing."""
    try:
        names = [path.name for path in folder.iterdir()]
    except OSError:
        return
    yield from (name for name in names if not name.startswith((".", "#", "~")))
