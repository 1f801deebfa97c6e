"""Who may sign in, as ``config/admins.yaml`` says at this moment.

IO. The file is looked at with each request, by its stamp: who is removed is out at once, also while an error elsewhere
in the configuration keeps an older one running. While the file itself is wrong, the last right one holds.
"""

from __future__ import annotations

import threading
from pathlib import Path

import structlog

from scheduler.errors import ConfigError
from scheduler.model import Admin
from scheduler.planfile.admins import ADMINS, load_admins
from scheduler.planfile.folder import Stamp, stamp_file

_log = structlog.get_logger(__name__)


class Roster:
    """The admins of one configuration folder; any thread may ask. ``known`` holds until the file can be read."""

    def __init__(self, config_dir: Path, known: tuple[Admin, ...] = ()) -> None:
        self._config_dir = config_dir
        self._admins = known
        self._stamp: Stamp | None = None
        self._lock = threading.Lock()

    def list_admins(self) -> tuple[Admin, ...]:
        with self._lock:
            stamp = stamp_file(self._config_dir / ADMINS)
            if stamp != self._stamp:
                self._stamp = stamp
                try:
                    self._admins = load_admins(self._config_dir)
                except ConfigError as error:
                    _log.error("admins.yaml is wrong; those who might sign in before still may", problem=str(error))
            return self._admins

    def find(self, admin_id: str) -> Admin | None:
        return next((admin for admin in self.list_admins() if admin.id == admin_id), None)

    def name(self, by: str) -> str:
        """Return who did something: an admin's name for "admin lan", the id of one who is gone, else as it stands."""
        admin_id = by.removeprefix("admin ")
        admin = None if admin_id == by else self.find(admin_id)
        return admin_id if admin is None else admin.name
