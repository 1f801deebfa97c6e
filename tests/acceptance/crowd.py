"""A real `scheduler run` that has a crowd to tell at once, so that there is a middle for something to happen in."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from pathlib import Path

from scheduler.delivery import Delivery, DeliveryState
from scheduler.ledger import Ledger
from tests.acceptance.commandline import SHIPPED_CONFIG, make_environment
from tests.acceptance.mail_servers.waiting import wait_until
from tests.acceptance.test_running_service import move_to_now

READERS = 120
IN_THE_MIDDLE = 30


class Arrivals:
    """What a relay took, by Message-ID; ``in_the_middle`` is called once, while a mail waits for its answer."""

    def __init__(self) -> None:
        self.message_ids: list[str] = []
        self.told: set[str] = set()
        self.in_the_middle: Callable[[], None] = lambda: None

    def note(self, to: str, content: bytes) -> None:
        self.message_ids.append(message_from_bytes(content)["Message-ID"])
        self.told.add(to)
        if len(self.message_ids) == IN_THE_MIDDLE:
            self.in_the_middle()

    @property
    def have_told_the_crowd(self) -> bool:
        """Whether all of the crowd have a mail; the team and the unit's own offices have theirs besides."""
        # The relay's thread adds to them meanwhile.
        return sum(address.endswith("@crowd.example") for address in tuple(self.told)) == READERS


class Office:
    """A configuration with a crowd to tell at once, its ledger in ``var``, and services on it one after the other."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.log = folder, folder / "log"
        self.var = folder / "var"
        self.var.mkdir()
        config = folder / "config"
        shutil.copytree(SHIPPED_CONFIG, config)
        move_to_now(config)
        self._contacts = config / "contacts.yaml"
        with self._contacts.open("a", encoding="utf-8") as file:
            file.writelines(
                f"  - {{id: c{number}, name: Cơ quan {number}, email: c{number}@crowd.example, of: son-dong}}\n"
                for number in range(READERS)
            )

    @contextmanager
    def run(self, smtp_port: int) -> Iterator[subprocess.Popen[bytes]]:
        """Run the service until the block ends."""
        settings = {"HTTP__PORT": "0", "SMTP__PORT": str(smtp_port), "EDITS__MAILS_AT_ONCE": "1000"}
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-c", "from scheduler.cli import main; main()", "run"],
                cwd=self.folder,
                env=make_environment(**{f"SCHEDULER_{name}": value for name, value in settings.items()}),
                stderr=log,
            )
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def save_an_edit(self) -> None:
        """Save an edit that changes nothing, for which the service looks at once what is due."""
        with self._contacts.open("a", encoding="utf-8") as file:
            file.write("# nothing new\n")

    def wait_for_log(self, words: str) -> None:
        wait_until(lambda: words in self.read_log(), self.read_log)

    def read_log(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def list_deliveries(self) -> list[Delivery]:
        """Return what the ledger says of the mails that are of use; no service may run on it."""
        ledger = Ledger.open(f"sqlite:///{self.var}/ledger.sqlite3")
        rows = ledger.history.list_deliveries()
        ledger.close()
        return [row for row in rows if row.state is not DeliveryState.EXPIRED]


def stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0


def assert_each_arrived_once(arrivals: Arrivals, deliveries: list[Delivery]) -> None:
    sent = [row.message_id for row in deliveries if row.state is DeliveryState.SENT]
    assert Counter(arrivals.message_ids) == Counter(sent)
    assert set(Counter(sent).values()) == {1}
    assert not any(row.in_doubt for row in deliveries)
