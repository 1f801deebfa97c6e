"""Who else is at the same file, and telling them."""

from __future__ import annotations

from collections.abc import Iterable

from scheduler.drafts import read_content
from scheduler.ledger import Did
from scheduler.planfile.folder import ConfigFile, stamp_file
from scheduler.trail import find_author, name_version
from scheduler.web.admin.asking import Asked
from scheduler.web.admin.desk import Desk
from scheduler.web.admin.sessions import Notice
from scheduler.web.admin.words import word_user


def name_admin(desk: Desk, admin_id: str) -> str:
    """Return the name of an admin; the id where there is no such admin any more."""
    return desk.roster.name(f"admin {admin_id}")


def list_editors(desk: Desk, asked: Asked, file: str) -> tuple[str, ...]:
    """Return the names of others who have the file open, or in a draft of theirs."""
    open_now = (one.session.admin.id for one in desk.openings.list_openings(file, asked.now))
    at_it = dict.fromkeys((*open_now, *_list_drafters(desk, (file,))))
    return tuple(name_admin(desk, admin) for admin in at_it if admin != asked.visitor.id)


def find_saver(desk: Desk, file: str) -> str:
    """Return who wrote what stands in a file: an admin's name, or the user of the machine that the file belongs to."""
    content = read_content(desk.config_dir, file)
    action = desk.ledger.actions.find_last(Did.EDITED, name_version(file, content))
    if action is not None:
        return desk.roster.name(action.by)
    path = desk.config_dir / file
    owner = path.stat().st_uid if path.exists() else None
    return word_user(find_author(ConfigFile(file, b"", stamp_file(path), owner)))


def tell_editors(desk: Desk, asked: Asked, files: Iterable[str], text: str) -> None:
    """Let the next page of everybody else who is at one of the files tell ``text``."""
    names = tuple(files)
    sessions = {one.session.id: one.session for name in names for one in desk.openings.list_openings(name, asked.now)}
    for admin in _list_drafters(desk, names):
        sessions.update({session.id: session for session in desk.sessions.list_of(admin)})
    for session in sessions.values():
        if session.admin.id != asked.visitor.id:
            desk.sessions.leave_notice(session, Notice(text, is_good=False))


def _list_drafters(desk: Desk, files: tuple[str, ...]) -> tuple[str, ...]:
    drafts = desk.drafts.list_drafts()
    return tuple(draft.author for draft in drafts if any(file.name in files for file in draft.files))
