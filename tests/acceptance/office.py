"""An office in the middle of its season: the sample plan with dates around today, and a ledger of what happened."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from scheduler.arrivals import Mark, ReportMark
from scheduler.attendance import Reply, VisitAnswer
from scheduler.cli.wiring import Wiring, load_everything
from scheduler.composing import Composer
from scheduler.delivery import Accepted, Delivery, Outcome, Permanent, Unconfirmed, judge_outcome
from scheduler.holding import group_plans
from scheduler.ledger import Ledger
from scheduler.ledger.sending import Claim, FrozenMessage, Result
from scheduler.model import Admin
from scheduler.passwords import hash_password
from scheduler.planfile.admins import save_admin
from scheduler.reconciling import Caution, apply_proposal, propose_changes
from scheduler.reminders import find_first_start
from tests.acceptance.commandline import SHIPPED_CONFIG

PLAN = "kiem-tra-2024"
REPORT = "bao-cao"
PUBLIC_URL = "https://lich.so-ldtbxh.example"
PASSWORD = "con mèo đen ngủ trên mái"
_MIDDLE = date(2024, 5, 22)
_GOOD = Accepted("250 2.0.0 Ok: queued as 4F2A31B")
_BAD = (
    Permanent("550 5.1.1 mailbox unavailable", 550),
    Unconfirmed("final dot: no answer within 600 s"),
    Permanent("552 5.2.2 mailbox full", 552),
    Permanent("550 5.1.1 mailbox unavailable", 550),
    Unconfirmed("final dot: no answer within 600 s"),
)
_DAY = re.compile(r"(?<=[ \[])2024-0[4-6]-\d{2}(?=[\s,\]}])")


@dataclass(frozen=True, slots=True)
class Office:
    """Its configuration, its ledger's file, and the day around which its season lies."""

    config: Path
    ledger: Path
    today: date


def make_office(folder: Path, now: datetime) -> Office:
    """Make configuration and ledger in ``folder``; lan may change things, minh may look."""
    config = folder / "config"
    shutil.copytree(SHIPPED_CONFIG, config)
    today = now.astimezone().date()
    # Whole weeks, so that each visit keeps its day of the week.
    shift_plan(config / "plans" / f"{PLAN}.yaml", timedelta(weeks=round((today - _MIDDLE).days / 7)))
    settings = config / "settings.yaml"
    settings.write_text(settings.read_text("utf-8").replace("public_url:", f"public_url: {PUBLIC_URL}", 1), "utf-8")
    hash_ = hash_password(PASSWORD)
    save_admin(config, Admin("lan", "Nguyễn Thị Lan", "admin", hash_))
    save_admin(config, Admin("minh", "Trần Văn Minh", "viewer", hash_))
    office = Office(config, folder / "var" / "ledger.sqlite3", today)
    _live_through(office, load_everything(config), now)
    return office


def shift_plan(path: Path, by: timedelta) -> None:
    """Move every date of a plan."""
    text = path.read_text(encoding="utf-8")
    path.write_text(_DAY.sub(lambda day: str(date.fromisoformat(day[0]) + by), text), encoding="utf-8")


def _live_through(office: Office, wiring: Wiring, now: datetime) -> None:
    """Let everything that is due by ``now`` have gone out, five mails badly; and let people have answered."""
    ledger = Ledger.open(f"sqlite:///{office.ledger}")
    try:
        began = now - timedelta(days=60)
        apply_proposal(propose_changes(wiring.snapshot, ledger, Caution(), began), ledger, began)
        composer = Composer(wiring.snapshot, wiring.writer, group_plans(ledger.events.list_recorded(PLAN)))
        due = [d for d in ledger.history.list_deliveries() if d.due_at <= now]
        # Of those still useful, and not followed by a newer one, five go badly: a person can do something about them.
        newest = {delivery.series: delivery for delivery in sorted(due, key=lambda delivery: delivery.due_at)}
        useful = [d.id for d in newest.values() if d.about == "visit" and d.useful_until > now]
        bad = dict(zip(useful, _BAD, strict=False))
        for delivery in due:
            _send(ledger, composer, delivery, bad.get(delivery.id, _GOOD))
        _say_of_reports(ledger, wiring, now)
        _answer_about_visits(ledger, wiring, now)
    finally:
        ledger.close()


def _send(ledger: Ledger, composer: Composer, delivery: Delivery, outcome: Outcome) -> None:
    at = delivery.due_at
    written = composer.compose(delivery, at)
    message = FrozenMessage(written.message_id, written.sender, written.to, written.subject, written.content, at)
    assert ledger.sending.commit((), (Claim(delivery, message),), at).claimed
    verdict = judge_outcome(outcome, delivery, at)
    # A second silence waits for a person.
    waits = verdict if verdict.next_at is None else judge_outcome(outcome, _silent_before(delivery), at)
    ledger.sending.commit((Result(delivery, waits, at + timedelta(seconds=1)),), (), at)


def _silent_before(delivery: Delivery) -> Delivery:
    return Delivery(**{name: getattr(delivery, name) for name in delivery.__slots__} | {"silences": 1})


def _say_of_reports(ledger: Ledger, wiring: Wiring, now: datetime) -> None:
    plan = wiring.snapshot.wanted[0].plan
    report = plan.reports[0]
    said = (
        (Mark.RECEIVED, -2), (Mark.RECEIVED, -1), (Mark.RECEIVED, 0), (Mark.RECEIVED, 3), (Mark.SAID, None),
        (Mark.SAID, None), (Mark.EXCUSED, None),
    )  # fmt: skip
    for (mark, days), unit in zip(said, report.owed_by, strict=False):
        on = None if days is None else report.due.last_day + timedelta(days=days)
        by = f"{unit}" if mark is Mark.SAID else "admin lan"
        ledger.arrivals.add(ReportMark(plan.id, report.id, unit, mark, on, by, now - timedelta(days=3)))


def _answer_about_visits(ledger: Ledger, wiring: Wiring, now: datetime) -> None:
    wanted = wiring.snapshot.wanted[0]
    replies = (
        (Reply.ATTENDS, ""), (Reply.ATTENDS, ""), (Reply.SUBSTITUTE, "Nguyễn Văn Hòa, Phó Trưởng phòng"),
        (Reply.CANNOT, "trùng kỳ họp Hội đồng nhân dân huyện"),
    )  # fmt: skip
    for visit in wanted.plan.visits[:6]:
        asked = [c for c in wanted.contacts if c.of.partition("/")[0] in (visit.unit, visit.team)]
        occurrence = f"{find_first_start(wanted.plan, visit):%Y-%m-%dT%H:%M}"
        for contact, (reply, words) in zip(asked, replies, strict=False):
            answer = VisitAnswer(PLAN, visit.id, contact.id, occurrence, reply, words, now - timedelta(days=2))
            ledger.attendance.add(answer)
