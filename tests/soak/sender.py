"""The service over many deliveries that are all due, as a process that can be killed.

Run as ``python -m tests.soak.sender DIR PORT DELIVERIES CONNECTIONS``; ends when nothing is due. How many rows stood
``sending`` in DIR/ledger.sqlite3 at its start is written to DIR/interrupted, a line for each start.
"""

from __future__ import annotations

import logging
import sys
from datetime import timedelta
from pathlib import Path

import structlog

from scheduler.clock import JumpingClock, read_wall_clock
from scheduler.following import Setup
from scheduler.ledger import Ledger, hold_instance_lock
from scheduler.mailer import Mailer, RelaySettings
from scheduler.messages import Letterhead, MessageWriter
from scheduler.service import Service
from scheduler.shipped_files import find_shipped
from scheduler.templates import load_templates
from tests.integration.post_office import DUE, make_visit_snapshot


def main() -> None:
    folder, port, deliveries, connections = Path(sys.argv[1]), *map(int, sys.argv[2:])
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    url = f"sqlite:///{folder / 'ledger.sqlite3'}"
    with hold_instance_lock(url, read_wall_clock()):
        ledger = Ledger.open(url)
        with (folder / "interrupted").open("a") as file:
            file.write(f"{len(ledger.sending.list_interrupted(DUE))}\n")
        # Some seconds later at each start, so that what an earlier one put off is due by now.
        last = ledger.sending.find_last_instant() or DUE
        clock = JumpingClock(max(DUE, last + timedelta(seconds=1)))
        mailer = Mailer(
            RelaySettings("127.0.0.1", port, "none", None, None, 30.0),
            local_hostname="so.example",
            connections=connections,
        )
        templates = load_templates((find_shipped("templates") / "email",))
        writer = MessageWriter(templates, Letterhead("so@so.example", "so@so.example", "so.example"))
        service = Service(
            setup=Setup(make_visit_snapshot(deliveries), writer),
            ledger=ledger,
            mailer=mailer,
            clock=clock,
            publish=lambda snapshot, recorded, today: None,
        )
        service.start()
        service.tick()
        mailer.close()
        ledger.close()


if __name__ == "__main__":
    main()
