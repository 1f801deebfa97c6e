"""What `scheduler diff` foretells of an edit, and what then happens, each as values that can be compared.

The command runs on folders written for it, at the season's time. What happens is read off the ledger's rows and the
feed's bytes, before and after.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from icalendar import Calendar

from scheduler.cli import commands
from scheduler.delivery import Delivery, DeliveryState
from scheduler.model import Contact, Plan, Rule
from scheduler.planfile import plan_to_yaml

LIVE, DRAFT = "live", "draft"
_STAMPS = ("SEQUENCE", "DTSTAMP", "LAST-MODIFIED")
_CANCELLED = "STATUS:CANCELLED"
_OPEN = (DeliveryState.PLANNED, DeliveryState.RETRYING)

Configured = tuple[tuple[Plan, ...], tuple[Contact, ...], tuple[Rule, ...]]
EventChange = tuple[str, str, str]
"""What happens to an event, its UID and summary."""


@dataclass(frozen=True, slots=True)
class MailChange:
    """What happens to a mail still to come."""

    change: str
    to: str
    rule: str
    item: str
    due_at: datetime
    moved_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What an edit does, as foretold or as it came about."""

    events: frozenset[EventChange]
    mails: frozenset[MailChange]


@dataclass(frozen=True, slots=True)
class Seen:
    """The ledger's rows by id, and the VEVENTs of all feeds by UID, at one time."""

    rows: dict[int, Delivery]
    events: dict[str, dict[str, str]]


def write_folder(folder: Path, configured: Configured, ledger_url: str) -> None:
    """Write a configuration folder that asks for exactly what ``configured`` does."""
    plans, contacts, rules = configured
    (folder / "plans").mkdir(parents=True, exist_ok=True)
    for old in (folder / "plans").iterdir():
        old.unlink()
    for plan in plans:
        (folder / "plans" / f"{plan.id}.yaml").write_text(plan_to_yaml(plan), encoding="utf-8")
    settings = {
        "smtp": {"host": "127.0.0.1", "port": 25, "security": "none"},
        "mail": {"sender": "so@so.example"},
        "ledger": {"url": ledger_url},
        "follow_up": {"receipts": False, "digest": False},
    }
    files: dict[str, object] = {
        "settings": settings,
        "holidays": {"days": []},
        "contacts": {"contacts": [_write_contact(contact) for contact in contacts]},
        "reminders": {"rules": [_write_rule(rule) for rule in rules]},
    }
    for name, value in files.items():
        # JSON is YAML too.
        (folder / f"{name}.yaml").write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _write_contact(contact: Contact) -> dict[str, object]:
    said = {"id": contact.id, "name": contact.name, "of": contact.of, "email": contact.email, "title": contact.title}
    return {**said, "plans": list(contact.plans)}


def _write_rule(rule: Rule) -> dict[str, object]:
    said = {"id": rule.id, "about": rule.about, "when": rule.when.sentence, "template": rule.template}
    return {**said, "to": list(rule.to), "plans": list(rule.plans)}


def ask(folder: Path, now: datetime, *, draft: bool) -> tuple[Told, bool]:
    """Return what `scheduler diff --json` says at ``now``, and whether it needs approval.

    With ``draft`` the folder DRAFT against LIVE, else what was saved in LIVE and waits.
    """
    arguments = ["diff", "--json", "--config", str(folder / LIVE), *(("--draft", str(folder / DRAFT)) if draft else ())]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("scheduler.cli.editing.read_wall_clock", lambda: now)
        ran = CliRunner().invoke(commands, arguments, catch_exceptions=False)
    assert ran.exit_code == 0, ran.output
    said = json.loads(ran.stdout)
    events = frozenset((e["change"], e["uid"], e["summary"]) for e in said["events"])
    mails = [
        MailChange(
            m["change"],
            m["to"],
            m["rule"],
            m["item"],
            datetime.fromisoformat(m["due_at"]),
            None if m["moved_from"] is None else datetime.fromisoformat(m["moved_from"]),
        )
        for m in said["mails"]
    ]
    assert len(set(mails)) == len(mails)
    return Told(events, frozenset(mails)), bool(said["needs_approval"])


def read_events(feeds: Iterable[bytes]) -> dict[str, dict[str, str]]:
    """Return what each VEVENT says, by UID."""
    found: dict[str, dict[str, str]] = {}
    for feed in feeds:
        for event in Calendar.from_ical(feed).events:
            named = ((re.split("[:;]", line, maxsplit=1)[0], line) for line in map(str, event.content_lines()) if line)
            found[str(event["UID"])] = {**dict(named), "SUMMARY": str(event["SUMMARY"])}
    return found


def compare(before: Seen, after: Seen, since: datetime) -> Told:
    """Return what changed between two looks, of which the second is right after an edit at ``since``."""
    return Told(_compare_events(before.events, after.events), _compare_rows(before.rows, after.rows, since))


def _compare_events(before: dict[str, dict[str, str]], after: dict[str, dict[str, str]]) -> frozenset[EventChange]:
    assert before.keys() <= after.keys()
    found = set()
    for uid, now in after.items():
        old = before.get(uid)
        facts = {name: value for name, value in now.items() if name not in _STAMPS}
        if old is not None and facts == {name: value for name, value in old.items() if name not in _STAMPS}:
            assert now == old
            continue
        assert _read_sequence(now) == (0 if old is None else _read_sequence(old) + 1)
        gone = now["STATUS"] == _CANCELLED
        if gone:
            change = "cancelled"
        elif old is None or old["STATUS"] == _CANCELLED:
            change = "added"
        else:
            is_moved = (old["DTSTART"], old["DTEND"]) != (now["DTSTART"], now["DTEND"])
            change = "moved" if is_moved else "changed"
        found.add((change, uid, now["SUMMARY"].removeprefix("ĐÃ HỦY: ")))
    return frozenset(found)


def _read_sequence(event: dict[str, str]) -> int:
    return int(event["SEQUENCE"].removeprefix("SEQUENCE:"))


def _compare_rows(before: dict[int, Delivery], after: dict[int, Delivery], since: datetime) -> frozenset[MailChange]:
    """Name each mail that is to come after and was not before, or the other way; pairs of them have moved."""
    was = {number: row for number, row in before.items() if row.state in _OPEN}
    now = {number: row for number, row in after.items() if row.state in _OPEN or _went(row, before.get(number))}
    came = [row for number, row in now.items() if number not in was]
    gone = {_identify(row): row for number, row in was.items() if number not in now and row.useful_until > since}
    found = set()
    for row in came:
        old = gone.pop(_identify(row), None)
        if old is None:
            found.add(MailChange("new", row.address, row.rule, row.item, row.due_at))
        elif old.due_at != row.due_at:
            found.add(MailChange("moved", row.address, row.rule, row.item, row.due_at, old.due_at))
    for number in was.keys() & now.keys():
        if was[number].due_at != now[number].due_at:
            row = now[number]
            found.add(MailChange("moved", row.address, row.rule, row.item, row.due_at, was[number].due_at))
    found |= {MailChange("withdrawn", row.address, row.rule, row.item, row.due_at) for row in gone.values()}
    return frozenset(found)


def _went(row: Delivery, before: Delivery | None) -> bool:
    return row.state is DeliveryState.SENT and (before is None or before.state is not DeliveryState.SENT)


def _identify(row: Delivery) -> tuple[str, str, str, str, str]:
    return (row.plan, row.item, row.unit, row.rule, row.address.lower())
