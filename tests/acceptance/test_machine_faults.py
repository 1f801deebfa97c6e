"""A real `scheduler run` among many mails: told to stop in the middle, or left without room on its disk."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from scheduler.catcher import Catcher
from scheduler.delivery import DeliveryState
from tests.acceptance.crowd import IN_THE_MIDDLE, READERS, Arrivals, Office, assert_each_arrived_once, stop
from tests.acceptance.mail_servers.waiting import wait_until

LITTLE_ROOM = 100_000


def test_sigterm_while_mails_are_under_way_lets_them_end_and_the_next_start_sends_the_rest(tmp_path: Path) -> None:
    office, arrivals = Office(tmp_path), Arrivals()
    with Catcher(None, on_message=arrivals.note) as catcher:
        with office.run(catcher.port) as process:
            arrivals.in_the_middle = lambda: process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0
        first = office.list_deliveries()
        assert_each_arrived_once(arrivals, first)
        assert Counter(row.state for row in first if row.attempts) == {DeliveryState.SENT: len(arrivals.message_ids)}
        assert IN_THE_MIDDLE <= len(arrivals.message_ids) < READERS
        with office.run(catcher.port) as process:
            wait_until(lambda: arrivals.have_told_the_crowd, office.read_log)
            stop(process)
    assert_each_arrived_once(arrivals, office.list_deliveries())


class FileSizeLimit:
    """No file of the process may grow: writing fails with EFBIG (RLIMIT_FSIZE)."""

    def __init__(self, office: Office) -> None:
        self._ledger = office.var / "ledger.sqlite3"

    def fill(self, process: subprocess.Popen[bytes]) -> None:
        room = self._ledger.stat().st_size + LITTLE_ROOM
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))

    def make_room(self, process: subprocess.Popen[bytes]) -> None:
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    def close(self) -> None:
        """Nothing stays."""


class FullFileSystem:
    """The ledger lies on a file system of its own that is full: writing fails with ENOSPC. Needs root."""

    def __init__(self, office: Office) -> None:
        self._folder = office.var
        mounted = self._mount("size=64m")
        if mounted.returncode != 0:
            pytest.skip(f"no file system can be mounted here: {mounted.stderr.strip()}")

    def fill(self, process: subprocess.Popen[bytes]) -> None:
        space = os.statvfs(self._folder)
        used = (space.f_blocks - space.f_bfree) * space.f_frsize
        self._mount(f"remount,size={used + LITTLE_ROOM}").check_returncode()

    def make_room(self, process: subprocess.Popen[bytes]) -> None:
        self._mount("remount,size=64m").check_returncode()

    def close(self) -> None:
        subprocess.run(["umount", self._folder], check=True)

    def _mount(self, options: str) -> subprocess.CompletedProcess[str]:
        command = ["mount", "-t", "tmpfs", "-o", options, "ledger", str(self._folder)]
        return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("disk_kind", [FileSizeLimit, FullFileSystem])
def test_a_full_disk_stops_the_sending_and_with_room_again_each_mail_has_arrived_once(
    tmp_path: Path, disk_kind: type[FileSizeLimit] | type[FullFileSystem]
) -> None:
    office, arrivals = Office(tmp_path), Arrivals()
    disk = disk_kind(office)
    try:
        with Catcher(None, on_message=arrivals.note) as catcher, office.run(catcher.port) as process:
            arrivals.in_the_middle = lambda: disk.fill(process)
            office.wait_for_log("nothing more is claimed")
            assert "the ledger cannot be written" in office.read_log()
            before = len(arrivals.message_ids)
            assert IN_THE_MIDDLE <= before < READERS
            disk.make_room(process)
            office.save_an_edit()
            wait_until(lambda: arrivals.have_told_the_crowd, office.read_log)
            stop(process)
        assert_each_arrived_once(arrivals, office.list_deliveries())
    finally:
        disk.close()
