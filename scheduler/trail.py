"""Who changed what, and what followed from it: two readings of the configuration -> the trail's rows.

Pure but for one thing: a file's owner is looked up by its number.
"""

from __future__ import annotations

import hashlib
import pwd
import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Final, Literal

from scheduler.following import Decision
from scheduler.ledger import FileEdit
from scheduler.planfile.folder import ConfigFile, FolderFiles
from scheduler.reminders import select_upcoming

_NOT_TEXT = "(not text)"
# Its parameters are parted by commas.
_HASH = re.compile(r"\$argon2[a-z]*\$[^\s\"'}\]]+")
_MASKED = "(hash)"
_MAIL_WORDS: Final[dict[Literal["new", "moved", "withdrawn"], str]] = {
    "new": "planned",
    "moved": "moved",
    "withdrawn": "taken back",
}


def list_file_edits(
    before: FolderFiles,
    after: FolderFiles,
    made_at: datetime,
    followed: str,
    find_editor: Callable[[str], str | None] = lambda version: None,
) -> tuple[FileEdit, ...]:
    """Return one row for each file that is new, other or gone, ordered by name.

    ``find_editor`` says by the name of a version who wrote it on the pages; None where nobody did.
    """
    old = {file.name: file for file in before.files}
    new = {file.name: file for file in after.files}
    edits = []
    for name in sorted({*old, *new}):
        was, now = old.get(name), new.get(name)
        if was is None or now is None or was.content != now.content:
            author = find_editor(name_version(name, None if now is None else now.content))
            if author is None:
                author = find_author(now) if now is not None else ""
            edits.append(FileEdit(made_at, name, _show(was), _show(now), author, followed))
    return tuple(edits)


def name_version(file: str, content: bytes | None) -> str:
    """Return the name of what a file holds, such as "contacts.yaml 3f2ac901be12"; "contacts.yaml -" for no file."""
    return f"{file} {'-' if content is None else hashlib.sha256(content).hexdigest()[:12]}"


def describe_decision(decision: Decision) -> str:
    """Say in a line what an edit changed: "a: 2 events moved, 5 mails moved"; as ``differences`` count."""
    words = []
    for plan, differences in zip(decision.proposal.plans, decision.differences, strict=True):
        kinds = Counter(difference.change for difference in differences.events)
        counts = [f"{count} events {change}" for change, count in sorted(kinds.items())]
        mails = Counter(difference.change for difference in differences.mails)
        counts += [f"{mails[change]} mails {word}" for change, word in _MAIL_WORDS.items() if mails[change]]
        # Who reads them, or what they tell.
        told = {difference.reminder.key for difference in differences.mails}
        others = [one.reminder for one in plan.reminders.revise if one.reminder.key not in told]
        changed = select_upcoming(others, decision.at)
        if changed:
            counts.append(f"{len(changed)} mails changed")
        if counts:
            words.append(f"{plan.plan}: {', '.join(counts)}")
    return "; ".join(words) or "no event and no mail changed"


def find_author(file: ConfigFile) -> str:
    """Return the name of the file's owner; its number where nobody has it, "" where that is not known."""
    if file.owner is None:
        return ""
    try:
        return pwd.getpwuid(file.owner).pw_name
    except KeyError:
        return str(file.owner)


def _show(file: ConfigFile | None) -> str | None:
    if file is None:
        return None
    try:
        # Whoever reads the trail must learn no password's hash.
        return _HASH.sub(_MASKED, file.content.decode("utf-8"))
    except UnicodeDecodeError:
        return _NOT_TEXT
