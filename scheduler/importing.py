"""One document -> the files of a plan: its YAML, the kept extraction, contact stubs.

IO shell: reads the document, lets intake decide, writes each file whole (a temporary one, then renamed).
"""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from scheduler.documents import read_document
from scheduler.errors import SchedulerError, UsageError
from scheduler.intake import extract_plan
from scheduler.intake.draft import Draft
from scheduler.planfile import append_contacts, plan_to_yaml
from scheduler.shipped_files import find_shipped

OFFICE_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
_STARTING_FILES = ("settings.yaml", "reminders.yaml", "holidays.yaml")


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import wrote; ``added_contacts`` counts the stubs that are new in contacts.yaml."""

    draft: Draft
    plan_file: Path
    contacts_file: Path
    added_contacts: int
    written: tuple[Path, ...]


def extract_document(document: Path, *, plan_id: str | None, now: datetime) -> Draft:
    """Read ``document`` and return the draft; DocumentError when it is unreadable or holds no schedule."""
    updated = now.astimezone(OFFICE_ZONE).replace(second=0, microsecond=0)
    return extract_plan(read_document(document), plan_id=plan_id, updated=updated)


def import_document(
    document: Path, config_dir: Path, *, plan_id: str | None, out: Path | None, force: bool, now: datetime
) -> Imported:
    """Import ``document`` into ``config_dir``; an existing plan is kept unless ``force``, and then as .bak.

    A draft with errors is written as ``<id>.draft.yaml``, which the service does not load.
    """
    draft = extract_document(document, plan_id=plan_id, now=now)
    suffix = ".draft.yaml" if draft.has_errors else ".yaml"
    plan_file = out or config_dir / "plans" / f"{draft.plan.id}{suffix}"
    if plan_file.exists() and not draft.has_errors and not force:
        raise UsageError(
            f"{plan_file} exists already; give --force to replace it (the old one is kept as {plan_file.name}.bak),"
            " or --id for another id"
        )
    contacts_file = config_dir / "contacts.yaml"
    written = _add_starting_files(config_dir)
    text = plan_to_yaml(draft.plan)
    if plan_file.exists():
        shutil.copy2(plan_file, plan_file.with_name(plan_file.name + ".bak"))
    # By bytes: the admin's line ends stay as they are.
    old_contacts = contacts_file.read_bytes().decode("utf-8") if contacts_file.exists() else ""
    contacts = append_contacts(old_contacts, draft.contacts, draft.plan, str(contacts_file))
    write_whole(config_dir / "plans" / ".imported" / f"{draft.plan.id}.yaml", text)
    if contacts != old_contacts:
        write_whole(contacts_file, contacts)
        written.append(contacts_file)
    # The plan comes last: the service never sees it without its contacts.
    write_whole(plan_file, text)
    added = contacts.count("# address needed") - old_contacts.count("# address needed")
    return Imported(draft, plan_file, contacts_file, added, (*written, plan_file))


def write_whole(path: Path, text: str) -> None:
    """Write ``path`` as a whole or not at all; SchedulerError names it when it cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).chmod(0o644)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise SchedulerError(f"{path}: cannot be written: {error.strerror}") from error


def _add_starting_files(config_dir: Path) -> list[Path]:
    """Give a folder that is not yet a configuration the shipped settings, rules and holidays."""
    if config_dir.exists() and any(config_dir.iterdir()):
        return []
    added = []
    for name in _STARTING_FILES:
        write_whole(config_dir / name, (find_shipped("config") / name).read_text(encoding="utf-8"))
        added.append(config_dir / name)
    return added
