"""``config/admins.yaml``: who may sign in to the pages for the office; read, checked, and changed with comments kept.

IO. The file is optional. It holds hashes of passwords, so it is written for its owner alone: where the superuser
writes it into a folder that belongs to a group, that group may read it too, since the service runs as another user.
"""

from __future__ import annotations

import io
import os
import stat
from pathlib import Path

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from scheduler.errors import ConfigError, Problem, SchedulerError, UsageError
from scheduler.model import Admin
from scheduler.planfile.crosscheck import find_doubles, place
from scheduler.planfile.explain import explain
from scheduler.planfile.read import read_config_text
from scheduler.planfile.schemas import AdminsKeys
from scheduler.planfile.yamlfile import parse_yaml
from scheduler.whole_files import replace_file

ADMINS = "admins.yaml"

_HEAD = """\
# yaml-language-server: $schema=schemas/admins.schema.json
# Who may sign in to the pages for the office. Written by: scheduler admin add, password, remove.
admins: []
"""


def load_admins(config_dir: Path) -> tuple[Admin, ...]:
    """Read and check the file; () where there is none. Raises ConfigError with all that is wrong in it."""
    path = config_dir / ADMINS
    return parse_admins(_read(path), path.as_posix()) if os.path.lexists(path) else ()


def find_readable_by_others(config_dir: Path) -> tuple[Problem, ...]:
    """Return as a warning that everybody on this machine may read the hashes."""
    path = config_dir / ADMINS
    try:
        mode = path.stat().st_mode
    except OSError:
        return ()
    if not mode & stat.S_IROTH:
        return ()
    said = "may be read by everybody on this machine, and holds hashes of passwords; chmod o= it"
    return (Problem(path.as_posix(), 0, 0, said, "warning"),)


def parse_admins(text: str, file: str = ADMINS) -> tuple[Admin, ...]:
    """Return the admins of the text of one file, in its order; ConfigError with all that is wrong."""
    root, found = parse_yaml(text, file)
    problems = list(found)
    keys: AdminsKeys | None = None
    if root is not None:
        problems += place(file, find_doubles(root, "admins"))
        try:
            keys = AdminsKeys.model_validate(root.plain)
        except ValidationError as error:
            problems += explain(error, root, AdminsKeys, file)
    if problems or keys is None:
        raise ConfigError(tuple(sorted(set(problems))))
    return keys.to_admins()


def save_admin(config_dir: Path, admin: Admin) -> None:
    """Write ``admin`` in the place of the one of the same id, or behind the others."""
    values = {"id": admin.id, "name": admin.name, "role": admin.role, "hash": admin.hash}
    book, entries = _open(config_dir)
    known = next((entry for entry in entries if entry.get("id") == admin.id), None)
    if known is None:
        entries.fa.set_block_style()
        entries.append(CommentedMap(values))
    else:
        known.update(values)
    _write(config_dir / ADMINS, book)


def delete_admin(config_dir: Path, admin_id: str) -> None:
    """Take the admin out of the file; UsageError where there is none of that id."""
    book, entries = _open(config_dir)
    kept = [index for index, entry in enumerate(entries) if entry.get("id") == admin_id]
    if not kept:
        raise UsageError(f"there is no admin '{admin_id}'; see: scheduler admin list")
    del entries[kept[0]]
    _write(config_dir / ADMINS, book)


def _read(path: Path) -> str:
    text, unreadable = read_config_text(path)
    if unreadable:
        raise ConfigError(unreadable)
    return text


def _open(config_dir: Path) -> tuple[CommentedMap, CommentedSeq]:
    """Return the file for changing, and the list in it; what is wrong in it is told first."""
    path = config_dir / ADMINS
    load_admins(config_dir)
    text = _read(path) if os.path.lexists(path) else _HEAD
    book: object = _make_yaml().load(text)
    if book is None:
        book = _make_yaml().load(text + "\nadmins: []\n")
    if not isinstance(book, CommentedMap):
        raise SchedulerError(f"{path}: begin the file with 'admins:'")
    entries = book.get("admins")
    if not isinstance(entries, CommentedSeq):
        entries = book["admins"] = CommentedSeq()
    return book, entries


def _make_yaml() -> YAML:
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = 4096
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _write(path: Path, book: CommentedMap) -> None:
    """Replace the file as a whole: a reader sees it as it was or as it is."""
    text = io.StringIO()
    _make_yaml().dump(book, text)
    parse_admins(text.getvalue(), path.as_posix())
    try:
        replace_file(path, text.getvalue().encode(), _give_to_reader)
    except OSError as error:
        raise SchedulerError(
            f"{path}: cannot be written: {error.strerror}; mend the folder's owner and mode"
        ) from error


def _give_to_reader(descriptor: int, path: Path) -> None:
    """Keep owner, group and mode of the file that is replaced; a new one is its writer's, mode 0600.

    The superuser writes for the service's user: the folder's group may read what it writes anew.
    """
    if path.exists():
        known = path.stat()
        os.fchmod(descriptor, stat.S_IMODE(known.st_mode) & 0o660)
        if os.geteuid() == 0:
            os.fchown(descriptor, known.st_uid, known.st_gid)
    elif os.geteuid() == 0 and (folder := path.parent.stat()).st_gid != 0:
        os.fchown(descriptor, folder.st_uid, folder.st_gid)
        os.fchmod(descriptor, 0o640 if folder.st_uid == 0 else 0o600)
