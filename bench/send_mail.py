"""Sending 10,000 due reminders to Postfix's smtp-sink: ours against two peers and a limit, in one run.

IO: ledgers and job stores in a folder of its own below --folder, smtp-sink on a free port of loopback; both are gone
afterwards. ``bench/README.md`` says what exactly each variant does.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import queue
import smtplib
import sqlite3
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from icalendar import Calendar, Event
from jinja2 import DictLoader, Environment
from mailing import BEFORE, CONNECTIONS, DOMAIN, DUE, Job, make_job, open_service, run_sink
from measure import Stopwatch, Target, Variant, compute_ratio, format_table, judge_targets, time_in_turn

from scheduler.cli.logs import configure_logs
from scheduler.clock import JumpingClock
from scheduler.model import Reminder

MAILS = 10_000
PEER_MAILS = 500
AT_LEAST_TO_PEERS = 8
AT_LEAST_TO_LIMIT = 0.5

# What the peers render: the facts and the length of our letter, with templates that are kept, as a careful script does.
PEER_TEMPLATES = {
    "letter.txt": """Kính gửi: {{ to }}

Đoàn kiểm tra của {{ organiser }} sẽ làm việc tại {{ place }}, {{ day }}:
{% for session in sessions %}
- {{ session }}
{% endfor %}
Nội dung: {{ title }}.
Đề nghị Quý cơ quan chuẩn bị hồ sơ, bố trí địa điểm và thành phần làm việc với Đoàn.

Vì sao Quý cơ quan nhận được thư này: {{ why }}.
Nếu địa chỉ chưa đúng, xin báo về {{ contact }}.
""",
    "letter.html": """<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>{{ title }}</title></head>
<body style="margin:0;background:#f4f4f4"><table role="presentation" width="100%"><tr><td align="center">
<table role="presentation" width="600" style="background:#ffffff;font-family:Arial,sans-serif;font-size:16px">
<tr><td style="padding:24px"><p>Kính gửi: <b>{{ to }}</b></p>
<p>Đoàn kiểm tra của {{ organiser }} sẽ làm việc tại <b>{{ place }}</b>, {{ day }}:</p>
<table role="presentation" width="100%" style="border-collapse:collapse">
{% for session in sessions %}<tr><td style="border-bottom:1px solid #dddddd;padding:8px">{{ session }}</td></tr>
{% endfor %}</table>
<p>Nội dung: {{ title }}.</p>
<p>Đề nghị Quý cơ quan chuẩn bị hồ sơ, bố trí địa điểm và thành phần làm việc với Đoàn.</p>
<p style="color:#666666;font-size:13px">Vì sao Quý cơ quan nhận được thư này: {{ why }}.<br>
Nếu địa chỉ chưa đúng, xin báo về {{ contact }}.</p></td></tr></table></td></tr></table></body></html>
""",
}


class Bench:
    """The variants; each run works on a file of its own and checks that every mail is recorded as sent."""

    def __init__(self, job: Job, port: int, folder: Path) -> None:
        self._job = job
        self._port = port
        self._folder = folder
        self._numbers = count(1)
        self.contents: list[tuple[str, bytes]] = []

    def send_ours(self) -> float:
        """The service: two durable commits a mail, grouped; rendered and composed from the plan."""
        watch = Stopwatch()
        clock = JumpingClock(BEFORE)
        with open_service(self._job.snapshot, clock, self._port, self._name_ledger()) as (service, ledger):
            clock.reach(DUE)
            with watch.running():
                service.tick()
            rows = ledger.history.list_deliveries()
            assert {row.state for row in rows} == {"sent"}, ledger.history.count_states()
            if not self.contents:
                for row in rows:
                    message = ledger.sending.find_message(row.id)
                    assert message is not None
                    self.contents.append((message.recipient, message.content))
        return watch.seconds

    def send_by_script(self) -> float:
        """A script that cron starts: for each due row render, compose, connect, send, commit."""
        watch = Stopwatch()
        with closing(self._make_table()) as connection, watch.running():
            environment = Environment(loader=DictLoader(PEER_TEMPLATES), autoescape=True)
            for (number,) in connection.execute("SELECT id FROM mails WHERE sent_at IS NULL").fetchall():
                self._send_one(environment, number)
                connection.execute("UPDATE mails SET sent_at = 1 WHERE id = ?", (number,))
                connection.commit()
        return watch.seconds * len(self._job.reminders) / PEER_MAILS

    def send_by_jobs(self) -> float:
        """APScheduler date jobs in its SQLite store, ten workers, each job as the script does it."""
        watch = Stopwatch()
        path = self._folder / f"{next(self._numbers)}.jobs.sqlite3"
        done = threading.Semaphore(0)
        connection = self._make_table()
        lock = threading.Lock()
        environment = Environment(loader=DictLoader(PEER_TEMPLATES), autoescape=True)

        def work(number: int) -> None:
            self._send_one(environment, number)
            with lock:
                connection.execute("UPDATE mails SET sent_at = 1 WHERE id = ?", (number,))
                connection.commit()
            done.release()

        _WORK.append(work)
        scheduler = BackgroundScheduler(
            jobstores={"default": SQLAlchemyJobStore(f"sqlite:///{path}")},
            executors={"default": ThreadPoolExecutor(10)},
            job_defaults={"misfire_grace_time": None},
        )
        scheduler.start(paused=True)
        for number in range(PEER_MAILS):
            scheduler.add_job(run_job, "date", run_date=BEFORE, args=(number,))
        with watch.running():
            scheduler.resume()
            for _ in range(PEER_MAILS):
                done.acquire()
        scheduler.shutdown()
        connection.close()
        _WORK.clear()
        return watch.seconds * len(self._job.reminders) / PEER_MAILS

    def send_ready_bytes(self) -> float:
        """The limit: smtplib on as many kept connections, ready bytes, nothing recorded."""
        waiting: queue.SimpleQueue[tuple[str, bytes]] = queue.SimpleQueue()
        for entry in self.contents:
            waiting.put(entry)

        def work() -> None:
            with smtplib.SMTP("127.0.0.1", self._port, local_hostname="bench.example") as server:
                while True:
                    try:
                        to, content = waiting.get_nowait()
                    except queue.Empty:
                        return
                    server.sendmail(f"so@{DOMAIN}", [to], content)

        threads = [threading.Thread(target=work) for _ in range(CONNECTIONS)]
        watch = Stopwatch()
        with watch.running():
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        return watch.seconds

    def profile_ours(self, lines: int) -> str:
        """Return where our time goes, by own time."""
        clock = JumpingClock(BEFORE)
        with open_service(self._job.snapshot, clock, self._port, self._name_ledger()) as (service, _):
            clock.reach(DUE)
            with cProfile.Profile() as profile:
                service.tick()
        with (self._folder / "profile.txt").open("w+", encoding="utf-8") as text:
            pstats.Stats(profile, stream=text).sort_stats("tottime").print_stats(lines)
            text.seek(0)
            return text.read()

    def _name_ledger(self) -> Path:
        return self._folder / f"{next(self._numbers)}.sqlite3"

    def _make_table(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._folder / f"{next(self._numbers)}.peer.sqlite3", check_same_thread=False)
        connection.execute("CREATE TABLE mails (id INTEGER PRIMARY KEY, sent_at REAL)")
        connection.executemany("INSERT INTO mails (id) VALUES (?)", [(number,) for number in range(PEER_MAILS)])
        connection.commit()
        return connection

    def _send_one(self, environment: Environment, number: int) -> None:
        reminder = self._job.reminders[number]
        content = compose_as_peers(environment, reminder)
        with smtplib.SMTP("127.0.0.1", self._port, local_hostname="bench.example") as server:
            server.sendmail(f"so@{DOMAIN}", [reminder.address], content)


_WORK: list[Callable[[int], None]] = []


def run_job(number: int) -> None:
    """What the stored jobs name: a job in a store is a function of a module."""
    _WORK[-1](number)


def compose_as_peers(environment: Environment, reminder: Reminder) -> bytes:
    """Render and compose one mail with EmailMessage and icalendar, as their documentation shows."""
    facts = {
        "to": reminder.address,
        "organiser": "Sở Lao động - Thương binh và Xã hội",
        "place": reminder.unit,
        "day": "thứ Hai, 17/3/2025",
        "title": "Kế hoạch kiểm tra liên ngành trên toàn tỉnh năm 2025",
        "sessions": ("Buổi sáng, từ 07 giờ 00 đến 11 giờ 30", "Buổi chiều, từ 13 giờ 30 đến 17 giờ 00"),
        "why": reminder.why,
        "contact": f"so@{DOMAIN}",
    }
    calendar = Calendar.new(prodid="-//bench//VI", method="PUBLISH")
    for hour in (7, 13):
        event = Event.new(
            uid=f"{reminder.item}.{hour}@{DOMAIN}", summary=f"Kiểm tra tại {reminder.unit}",
            start=datetime(2025, 3, 17, hour, tzinfo=UTC), end=datetime(2025, 3, 17, hour + 4, tzinfo=UTC), stamp=DUE,
        )  # fmt: skip
        calendar.add_component(event)
    message = EmailMessage()
    message["From"] = f"Đoàn kiểm tra <so@{DOMAIN}>"
    message["To"] = reminder.address
    message["Subject"] = f"Nhắc lịch kiểm tra thứ Hai, 17/3/2025: {reminder.unit}"
    message["Date"] = DUE
    message["Message-ID"] = f"<{abs(hash(reminder.key))}@{DOMAIN}>"
    message.set_content(environment.get_template("letter.txt").render(facts))
    message.add_alternative(environment.get_template("letter.html").render(facts), subtype="html")
    octets = calendar.to_ical()
    message.add_alternative(octets.decode(), subtype="calendar", params={"method": "PUBLISH"})
    message.add_attachment(octets, maintype="application", subtype="ics", filename="lich.ics")
    return message.as_bytes(policy=SMTP)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path(), help="on the disk whose fsync counts")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--mails", type=int, default=MAILS)
    parser.add_argument("--profile", type=int, default=0, metavar="LINES", help="print where our time goes instead")
    options = parser.parse_args()
    configure_logs("warning")
    job = make_job(options.mails)
    with run_sink() as port, TemporaryDirectory(prefix="send-mail-", dir=options.folder) as folder:
        bench = Bench(job, port, Path(folder))
        if options.profile:
            print(bench.profile_ours(options.profile))
            return 0
        timings = time_in_turn(
            (
                Variant("ours", bench.send_ours),
                Variant("cron script", bench.send_by_script),
                Variant("APScheduler jobs", bench.send_by_jobs),
                Variant(f"limit: ready bytes, smtplib, {CONNECTIONS} connections", bench.send_ready_bytes),
            ),
            options.rounds,
        )
    ours, script, jobs, limit = timings
    print(format_table(timings, ours))
    mails = len(job.reminders)
    print("mails/s:", "; ".join(f"{row.name} {mails / sorted(row.taken)[len(row.taken) // 2]:.0f}" for row in timings))
    targets = (
        Target("to the script", compute_ratio(script, ours), AT_LEAST_TO_PEERS, at_least=True),
        Target("to APScheduler", compute_ratio(jobs, ours), AT_LEAST_TO_PEERS, at_least=True),
        Target("of the limit", compute_ratio(limit, ours), AT_LEAST_TO_LIMIT, at_least=True),
    )
    return judge_targets(targets)


if __name__ == "__main__":
    sys.exit(main())
