"""The last valid configuration, kept beside the ledger: an invalid edit leaves it running, across restarts too.

IO. Each version is a folder of its own; the link `current` is moved to a new one in a single step, so that a crash
leaves the old version or the new one, and nothing in between:

    <state>/last-good/current -> version-…/settings.yaml, plans/…, templates/email/…, withdrawn.json

``withdrawn.json`` holds the plans that the configuration has no longer, while there are people to tell.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from scheduler.errors import ConfigError, Problem, SchedulerError
from scheduler.planfile.folder import SETTINGS, FolderFiles, Reading, read_as_one, read_files
from scheduler.planfile.read import list_plan_files, read_config_text
from scheduler.planfile.tree import Mapping as Tree
from scheduler.planfile.yamlfile import parse_yaml
from scheduler.settings_sections import LedgerSettings
from scheduler.snapshot import WithdrawnPlan

FOLDER, CURRENT, WITHDRAWN = "last-good", "current", "withdrawn.json"

_COPIES = TypeAdapter(tuple[WithdrawnPlan, ...])

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Started(Generic[T]):
    """What the service starts from.

    ``problems`` is empty where the configuration itself is right; else they are what is wrong with it, and ``reading``
    is the last one that was right. ``seen`` are the files of the configuration itself, right or wrong.
    """

    reading: Reading[T]
    problems: tuple[Problem, ...]
    seen: FolderFiles


def load_or_last_good(config_dir: Path, state_dir: Path, load: Callable[[Path], T]) -> Started[T]:
    """Load ``config_dir``; where it is wrong, the last good configuration kept in ``state_dir``.

    Raises ConfigError with the problems of ``config_dir`` where none is kept, or the kept one is refused as well.
    """
    outcome = read_as_one(config_dir, load)
    if isinstance(outcome, Reading):
        return Started(outcome, (), outcome.files)
    kept = find_last_good(state_dir)
    if kept is None:
        raise ConfigError(outcome.problems)
    before = read_as_one(kept, load)
    if isinstance(before, Reading):
        return Started(before, outcome.problems, outcome.files)
    said = "the last good configuration cannot be used either; mend the configuration itself"
    raise ConfigError((*outcome.problems, Problem(kept.as_posix(), 0, 0, said)))


def find_last_good(state_dir: Path) -> Path | None:
    """Return the folder of the last good configuration; None where none is kept."""
    current = state_dir / FOLDER / CURRENT
    return current.resolve() if current.is_dir() else None


def read_withdrawn(kept: Path) -> tuple[WithdrawnPlan, ...]:
    """Return the plans kept with a last good configuration that it has no longer; SchedulerError where damaged."""
    path = kept / WITHDRAWN
    try:
        return _COPIES.validate_json(path.read_bytes())
    except FileNotFoundError:
        return ()
    except (OSError, ValidationError) as error:
        raise SchedulerError(
            f"{path} cannot be read: who was told of a plan that was taken away will not hear that it is off;"
            " delete it once they know"
        ) from error


def list_plans_kept(kept: Path) -> frozenset[str]:
    """Return the ids of all plans that a last good configuration has or had."""
    return frozenset((*(path.stem for path in list_plan_files(kept)), *(one.plan.id for one in read_withdrawn(kept))))


def keep_last_good(state_dir: Path, files: FolderFiles, withdrawn: tuple[WithdrawnPlan, ...] = ()) -> None:
    """Keep ``files`` as the last good configuration; SchedulerError names what cannot be written.

    Readable by the service's user alone: contacts are people's addresses. Does nothing where the same is kept.
    """
    store = state_dir / FOLDER
    kept = find_last_good(state_dir)
    if kept is not None and _is_same(kept, files, withdrawn):
        return
    try:
        store.mkdir(mode=0o700, parents=True, exist_ok=True)
        version = Path(tempfile.mkdtemp(prefix="version-", dir=store))
        try:
            _write_files(version, files, withdrawn)
        except BaseException:
            shutil.rmtree(version, ignore_errors=True)
            raise
        _point_to(store, version.name)
    except OSError as error:
        said = f"the last good configuration cannot be kept: {error.strerror}; mend the folder's owner and mode"
        raise SchedulerError(f"{error.filename or store}: {said}") from error
    for other in store.iterdir():
        if other.name not in (version.name, CURRENT):
            shutil.rmtree(other, ignore_errors=True)


def _is_same(kept: Path, files: FolderFiles, withdrawn: tuple[WithdrawnPlan, ...]) -> bool:
    try:
        return read_files(kept).digest == files.digest and read_withdrawn(kept) == withdrawn
    except SchedulerError:
        return False


def _write_files(folder: Path, files: FolderFiles, withdrawn: tuple[WithdrawnPlan, ...]) -> None:
    for file in files.files:
        for parent in reversed(Path(file.name).parents):
            (folder / parent).mkdir(mode=0o700, exist_ok=True)
        _write_file(folder / file.name, file.content)
    if withdrawn:
        _write_file(folder / WITHDRAWN, _COPIES.dump_json(withdrawn, indent=1))
    # A folder without plans is right too.
    (folder / "plans").mkdir(mode=0o700, exist_ok=True)
    for inner in (folder, *(path for path in folder.rglob("*") if path.is_dir())):
        _sync_folder(inner)


def _write_file(path: Path, content: bytes) -> None:
    with path.open("wb") as out:
        os.fchmod(out.fileno(), 0o600)
        out.write(content)
        out.flush()
        os.fsync(out.fileno())


def _point_to(store: Path, version: str) -> None:
    link = store / f".{CURRENT}"
    link.unlink(missing_ok=True)
    link.symlink_to(version)
    link.replace(store / CURRENT)
    _sync_folder(store)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def guess_ledger_url(config_dir: Path, environ: Mapping[str, str]) -> str:
    """Return where the ledger is even while settings.yaml is wrong elsewhere: the last good configuration is beside it.

    The environment wins, then what the file says as far as it can be read, then the default.
    """
    text, _ = read_config_text(config_dir / SETTINGS)
    root, _ = parse_yaml(text, SETTINGS)
    section = None if root is None else root.value("ledger")
    said = section.text("url") if isinstance(section, Tree) else None
    return environ.get("SCHEDULER_LEDGER__URL", "").strip() or (said.text if said else "") or LedgerSettings().url
