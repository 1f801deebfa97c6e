"""Composing 10,000 mails: ours against EmailMessage with icalendar (peer) and the bare encoding of ready parts (limit).

No IO but reading the templates and printing. All three write mails with the same headers, letter and calendar;
``bench/README.md`` says what exactly each of them does.
"""

from __future__ import annotations

import argparse
import sys
from binascii import b2a_base64
from dataclasses import dataclass, replace
from datetime import date
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage, Message
from email.utils import format_datetime
from hashlib import sha256

from icalendar import Calendar, Timezone
from icalendar import Event as Vevent
from large_plan import REMINDERS, LargePlan, make_large_plan
from measure import Stopwatch, Target, Timings, Variant, compute_ratio, format_table, judge_targets, time_in_turn

from scheduler.events import plan_events
from scheduler.letters import RenderedLetter, describe_letter
from scheduler.links import PREFIX, PREVIEWED
from scheduler.messages import Letterhead, MessageWriter
from scheduler.model import Contact, Event, RecordedEvent, Reminder, Revision
from scheduler.plan_index import PlanIndex
from scheduler.reminders import plan_reminders
from scheduler.shipped_files import find_shipped
from scheduler.templates import LetterTemplates, load_templates
from scheduler.workdays import WorkingDays

AT_LEAST_TO_PEER = 20
AT_MOST_TO_LIMIT = 10
HEAD = Letterhead("kiem-tra@so-ldtbxh.example", "van-thu@so-ldtbxh.example", "so-ldtbxh.example", public_url=None)
SAMPLES = 10  # letters compared part by part before anything is timed


@dataclass(frozen=True, slots=True)
class ReadyMail:
    """What the limit starts from: every text as it is, in bytes, but for its transfer encoding."""

    head: bytes
    boundary: bytes
    parts: tuple[bytes, ...]


def load_shipped() -> LetterTemplates:
    return load_templates((find_shipped("templates") / "email",))


class Bench:
    """The variants over the same reminders, in order of their instant; the peer takes every ``stride``-th of them."""

    def __init__(self, large: LargePlan, stride: int) -> None:
        self._plan = plan = large.plan
        self._contacts = large.contacts
        self._by_id = {contact.id: contact for contact in large.contacts}
        self._workdays = WorkingDays()
        self._index = PlanIndex(plan)
        self._templates = load_shipped()
        self._reminders = plan_reminders(plan, large.contacts, large.rules, self._workdays).reminders
        self._events: dict[str, tuple[RecordedEvent, ...]] = {}
        revision = Revision(0, plan.updated, plan.updated)
        for event in plan_events(plan, plan.visits, plan.reports, contacts=large.contacts, domain=HEAD.domain):
            self._events[event.item] = (*self._events.get(event.item, ()), RecordedEvent(event, revision))
        # The peer is not charged for the time zone, which takes icalendar longer than all the rest.
        self._zone = Timezone.from_tzinfo(plan.zone, plan.timezone, date(2025, 1, 1), date(2026, 1, 1))
        self._for_peer = self._reminders[::stride]
        self._stride = stride
        self._ready = [self._make_ready(content) for content in self._write_all(MessageWriter(self._templates, HEAD))]
        self._check_peer()

    def compose(self) -> float:
        """Time reminders -> bytes, beginning with nothing kept but the compiled templates."""
        watch, writer = Stopwatch(), MessageWriter(load_shipped(), HEAD)
        with watch.running():
            written = sum(1 for _ in self._write_all(writer))
        if written != REMINDERS:
            raise SystemExit(f"{written} mails were written instead of {REMINDERS}")
        return watch.seconds

    def compose_one_by_one(self) -> float:
        """Time the usual way on a part of the reminders; return it scaled to all."""
        watch = Stopwatch()
        with watch.running():
            for reminder in self._for_peer:
                self._compose_as_usual(reminder)
        return watch.seconds * self._stride

    def encode_ready_parts(self) -> float:
        """Time what no composer can leave out: each part in base64, joined with head and boundaries."""
        watch = Stopwatch()
        with watch.running():
            for mail in self._ready:
                _join(mail)
        return watch.seconds

    def _write_all(self, writer: MessageWriter) -> list[bytes]:
        return [self._write(writer, reminder) for reminder in self._reminders]

    def _write(self, writer: MessageWriter, reminder: Reminder) -> bytes:
        return writer.write(
            self._plan,
            reminder,
            self._by_id[reminder.contact],
            contacts=self._contacts,
            events=self._events[reminder.item],
            workdays=self._workdays,
            written_at=reminder.due_at,
        ).content

    def _compose_as_usual(self, reminder: Reminder) -> bytes:
        contact = self._by_id[reminder.contact]
        rendered = self._render(reminder, contact)
        message = EmailMessage(policy=policy.SMTP)
        message["From"] = Address(self._plan.organiser.name, addr_spec=HEAD.address)
        message["To"] = Address(contact.name, addr_spec=reminder.address)
        message["Subject"] = rendered.subject
        message["Date"] = format_datetime(reminder.due_at)
        message["Message-ID"] = f"<{sha256(reminder.key.encode()).hexdigest()[:32]}@{HEAD.domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(rendered.text, cte="base64")
        message.add_alternative(rendered.html, subtype="html", cte="base64")
        if reminder.about == "visit":
            calendar = _make_calendar(self._events[reminder.item], self._zone, reminder)
            message.add_alternative(calendar, subtype="calendar", params={"method": "PUBLISH"}, cte="base64")
            message.add_attachment(calendar.encode(), maintype="application", subtype="ics", filename="lich.ics")
        return message.as_bytes()

    def _render(self, reminder: Reminder, contact: Contact) -> RenderedLetter:
        letter = describe_letter(
            self._index,
            reminder,
            contact,
            contacts=self._contacts,
            workdays=self._workdays,
            written_at=reminder.due_at,
            wrong_address_contact=HEAD.contact,
            link=HEAD.public_url,
        )
        link = f"{(HEAD.public_url or '').rstrip('/')}{PREFIX}{PREVIEWED}" if letter.asks else ""
        return self._templates.render_alone(reminder.template, replace(letter, answer_link=link))

    def _make_ready(self, content: bytes) -> ReadyMail:
        head, _, _ = content.partition(b"\r\n\r\n")
        parts = (part for part in message_from_bytes(content).walk() if not part.is_multipart())
        return ReadyMail(head, b"--=_" + sha256(head).hexdigest()[:32].encode(), tuple(map(_read_payload, parts)))

    def _check_peer(self) -> None:
        """Stop unless the peer's mails say the same: subject, and every part of the letter."""
        writer = MessageWriter(self._templates, HEAD)
        for reminder in self._for_peer[:SAMPLES]:
            ours, theirs = self._write(writer, reminder), self._compose_as_usual(reminder)
            for kind in ("plain", "html"):
                mine = _read_lines(ours, kind)
                if mine is None or mine != _read_lines(theirs, kind):
                    raise SystemExit(f"{reminder.key}: the peer's {kind} part is not ours")
            if _list_types(ours) != _list_types(theirs):
                raise SystemExit(f"{reminder.key}: the peer's parts are not ours")


def _make_calendar(rows: tuple[RecordedEvent, ...], zone: Timezone, reminder: Reminder) -> str:
    calendar = Calendar()
    calendar.add("prodid", "-//bench//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for row in rows:
        calendar.add_component(_make_event(row.event, reminder))
    calendar.add_component(zone)
    lines: bytes = calendar.to_ical()
    return lines.decode()


def _make_event(event: Event, reminder: Reminder) -> Vevent:
    block = Vevent()
    block.add("uid", event.uid)
    block.add("dtstamp", reminder.due_at)
    block.add("sequence", 0)
    block.add("summary", event.summary)
    block.add("description", event.description)
    block.add("location", event.location)
    block.add("dtstart", event.start)
    block.add("dtend", event.end)
    block.add("status", event.status.value)
    return block


def _join(mail: ReadyMail) -> bytes:
    pieces = [mail.head, b"\r\n"]
    for part in mail.parts:
        encoded = b2a_base64(part, newline=False)
        pieces += (mail.boundary, b"\r\nContent-Transfer-Encoding: base64\r\n\r\n")
        pieces += [encoded[start : start + 76] + b"\r\n" for start in range(0, len(encoded), 76)]
    pieces += (mail.boundary, b"--\r\n")
    return b"".join(pieces)


def _read_payload(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        raise SystemExit(f"a {part.get_content_type()} part holds no content")
    return payload


def _read_lines(mail: bytes, kind: str) -> list[str] | None:
    body = message_from_bytes(mail, policy=policy.default).get_body((kind,))
    return None if body is None else str(body.get_content()).splitlines()


def _list_types(mail: bytes) -> list[str]:
    return [part.get_content_type() for part in message_from_bytes(mail).walk()]


def main() -> int:
    """Print the table and the targets; return 1 if a target is missed."""
    parser = argparse.ArgumentParser(description="Time the composing of 10,000 mails.")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each (default 5)")
    parser.add_argument("--stride", type=int, default=20, help="the peer takes every n-th mail (default 20), scaled up")
    options = parser.parse_args()
    if options.rounds < 1 or options.stride < 1:
        parser.error("--rounds and --stride are at least 1")
    bench = Bench(make_large_plan(), options.stride)
    ours, limit, peer = timings = _measure(bench, options.rounds, options.stride)
    print(f"{REMINDERS:,} mails, one thread")
    print(format_table(timings, ours))
    rate = REMINDERS / sorted(ours.taken)[len(ours.taken) // 2]
    print(f"ours: {rate:,.0f} mails a second")
    return judge_targets(
        (
            Target("peer to ours", compute_ratio(peer, ours), AT_LEAST_TO_PEER, at_least=True),
            Target("ours to limit", compute_ratio(ours, limit), AT_MOST_TO_LIMIT),
        )
    )


def _measure(bench: Bench, rounds: int, stride: int) -> tuple[Timings, Timings, Timings]:
    ours, limit, peer = time_in_turn(
        (
            Variant("ours: describe, render, compose", bench.compose),
            Variant("limit: encode and join ready parts", bench.encode_ready_parts),
            Variant(f"peer: EmailMessage, icalendar (every {stride}th mail, scaled)", bench.compose_one_by_one),
        ),
        rounds,
    )
    return ours, limit, peer


if __name__ == "__main__":
    sys.exit(main())
