"""Reminder, plan and contact -> the bytes of one e-mail.

Pure: the templates are passed in, and so is the time. RFC 5322 and RFC 2045; the calendar of a visit
goes along as RFC 5546 PUBLISH (RFC 6047 says how in mail). The same input gives the same bytes: Message-ID
and MIME boundaries come from the delivery key.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import format_datetime
from hashlib import sha256
from typing import Protocol

from scheduler.headers import MessageError, check_address, write_address_header, write_text_header
from scheduler.ics import render_calendar, render_event
from scheduler.letters import Letter, RenderedLetter, describe_letter
from scheduler.model import Contact, Organiser, Plan, RecordedEvent, Reminder
from scheduler.plan_index import PlanIndex
from scheduler.workdays import WorkingDays

CALENDAR_FILE = "lich-kiem-tra.ics"

_LONGEST_LINE = 998  # RFC 5322 section 2.1.1


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who writes: the same for all mails of a deployment.

    ``name`` None means the plan's organiser. Answers go to ``reply_to``, else to ``address``. ``contact`` is
    whom a recipient tells that the address is wrong. ``domain`` is the right side of Message-IDs.
    ``public_url`` is the page that shows public plans, None where there is none.
    """

    address: str
    contact: str
    domain: str
    name: str | None = None
    reply_to: str | None = None
    public_url: str | None = None


@dataclass(frozen=True, slots=True)
class ComposedMessage:
    """One mail to one recipient; ``sender`` and ``to`` are its envelope, ``content`` CRLF bytes, ASCII throughout."""

    message_id: str
    subject: str
    sender: str
    to: str
    content: bytes


class LetterSetter(Protocol):
    """Sets a letter in the templates of a kind; ``scheduler.templates`` has the one that reads files."""

    def render(self, kind: str, letter: Letter) -> RenderedLetter: ...

    def render_subject(self, kind: str, letter: Letter) -> str: ...


class MessageWriter:
    """Writes the mails of reminders."""

    def __init__(self, templates: LetterSetter, letterhead: Letterhead) -> None:
        self._templates = templates
        self._letterhead = letterhead
        self._index: PlanIndex | None = None

    def subject(
        self, plan: Plan, reminder: Reminder, contact: Contact, *, workdays: WorkingDays, written_at: datetime
    ) -> str:
        """Return the subject that ``write`` would give, without the rest; for previews."""
        letter = self._describe(plan, reminder, contact, (), workdays, written_at)
        return self._templates.render_subject(reminder.template, letter)

    def write(
        self,
        plan: Plan,
        reminder: Reminder,
        contact: Contact,
        *,
        contacts: tuple[Contact, ...],
        events: tuple[RecordedEvent, ...],
        workdays: WorkingDays,
        written_at: datetime,
    ) -> ComposedMessage:
        """Return the mail of ``reminder``; ``written_at`` (aware) becomes its Date, and DTSTAMP of its events.

        ``events`` of a visit go along as a calendar, those of a report do not. A SchedulerError of this mail
        alone: MessageError, EventError, LetterError, UnknownIdError or a template's.
        """
        letter = self._describe(plan, reminder, contact, contacts, workdays, written_at)
        return compose_message(
            key=reminder.key,
            thread=f"{plan.id}|{reminder.about}|{reminder.item}",
            list_name=plan.id,
            rendered=self._templates.render(reminder.template, letter),
            calendar=self._render_events(plan, events, written_at) if reminder.about == "visit" else None,
            letterhead=replace(self._letterhead, name=self._letterhead.name or plan.organiser.name),
            to=reminder.address,
            to_name=contact.name,
            written_at=written_at.astimezone(plan.zone),
        )

    def _describe(
        self,
        plan: Plan,
        reminder: Reminder,
        contact: Contact,
        contacts: tuple[Contact, ...],
        workdays: WorkingDays,
        written_at: datetime,
    ) -> Letter:
        return describe_letter(
            self._find_index(plan),
            reminder,
            contact,
            contacts=contacts,
            workdays=workdays,
            written_at=written_at,
            wrong_address_contact=self._letterhead.contact,
            link=self._letterhead.public_url,
        )

    def _find_index(self, plan: Plan) -> PlanIndex:
        index = self._index
        if index is None or index.plan is not plan:
            index = self._index = PlanIndex(plan)
        return index

    def _render_events(self, plan: Plan, events: tuple[RecordedEvent, ...], written_at: datetime) -> bytes | None:
        if not events:
            return None
        # Whoever answers an invitation writes to ORGANIZER, so it is a mailbox that somebody reads.
        organiser = Organiser(plan.organiser.name, self._letterhead.reply_to or self._letterhead.address)
        return render_calendar(
            name=None,
            description=None,
            zone=plan.zone,
            blocks=tuple(
                render_event(replace(row.event, organiser=organiser), row.revision, written_at, zone=plan.zone)
                for row in events
            ),
            days=tuple(row.event.start for row in events),
            method="PUBLISH",
        )


def compose_message(
    *,
    key: str,
    thread: str,
    list_name: str,
    rendered: RenderedLetter,
    calendar: bytes | None,
    letterhead: Letterhead,
    to: str,
    to_name: str,
    written_at: datetime,
) -> ComposedMessage:
    """Return the mail as it goes over the wire.

    ``key`` makes Message-ID and boundaries; mails of one ``thread`` refer to one root. ``calendar`` None gives
    multipart/alternative {plain, html}, else mixed {alternative {plain, html, calendar}, .ics}.
    MessageError when a name, an address or the subject cannot stand in a header.
    """
    message_id = _make_id(key, letterhead.domain)
    root_id = _make_id(f"thread|{thread}", letterhead.domain)
    # RFC 2919: a list's id looks like a host name, whose labels end at 63 characters.
    list_id = f"{list_name[:63].rstrip('-')}.{letterhead.domain}"
    check_address("List-Id", f"list@{list_id}")
    head = b"".join(
        (
            write_address_header("From", letterhead.name, letterhead.address),
            write_address_header("To", to_name, to),
            write_address_header("Reply-To", None, letterhead.reply_to or letterhead.address),
            write_text_header("Subject", rendered.subject),
            *_write_plain_headers(message_id, root_id, list_id, written_at),
        )
    )
    if any(len(line) > _LONGEST_LINE for line in head.split(b"\r\n")):
        raise MessageError(f"mail to {to}: a header line is longer than {_LONGEST_LINE} characters; shorten its text")
    body = _write_body(key, rendered, calendar)
    return ComposedMessage(message_id, rendered.subject, letterhead.address, to, head + body)


def _write_plain_headers(message_id: str, root_id: str, list_id: str, written_at: datetime) -> tuple[bytes, ...]:
    values = (
        ("Date", format_datetime(written_at)),
        ("Message-ID", message_id),
        ("In-Reply-To", root_id),
        ("References", root_id),
        ("Auto-Submitted", "auto-generated"),  # RFC 3834: no vacation answers
        ("X-Auto-Response-Suppress", "All"),  # the same for Exchange
        ("List-Id", f"<{list_id}>"),
        ("Content-Language", "vi"),
        ("MIME-Version", "1.0"),
    )
    return tuple(f"{name}: {value}\r\n".encode("ascii") for name, value in values)


def _write_body(key: str, rendered: RenderedLetter, calendar: bytes | None) -> bytes:
    alternatives = [
        _write_part('text/plain; charset="utf-8"', _encode_text(rendered.text)),
        _write_part('text/html; charset="utf-8"', _encode_text(rendered.html)),
    ]
    if calendar is None:
        return _write_multipart("alternative", key, alternatives)
    alternatives.append(_write_part('text/calendar; method=PUBLISH; charset="utf-8"', calendar))
    # application/ics, so that a client that shows the inline part does not offer the same events twice.
    attachment = _write_part(
        f'application/ics; name="{CALENDAR_FILE}"', calendar, f'attachment; filename="{CALENDAR_FILE}"'
    )
    return _write_multipart("mixed", key, [_write_multipart("alternative", key, alternatives), attachment])


def _write_multipart(kind: str, key: str, parts: list[bytes]) -> bytes:
    # "=_" cannot stand in base64, so no part can hold a boundary.
    boundary = f"=_{_digest(f'{kind}|{key}')}".encode("ascii")
    opening = b"--" + boundary + b"\r\n"
    head = b'Content-Type: multipart/%s;\r\n boundary="%s"\r\n\r\n' % (kind.encode("ascii"), boundary)
    return b"".join((head, *(opening + part + b"\r\n" for part in parts), b"--", boundary, b"--\r\n"))


def _write_part(content_type: str, content: bytes, disposition: str | None = None) -> bytes:
    head = f"Content-Type: {content_type}\r\nContent-Transfer-Encoding: base64\r\n"
    if disposition is not None:
        head += f"Content-Disposition: {disposition}\r\n"
    return head.encode("ascii") + b"\r\n" + base64.encodebytes(content).replace(b"\n", b"\r\n")


def _encode_text(text: str) -> bytes:
    # RFC 2045 section 6.8: the line breaks of text are CRLF before it is encoded.
    return text.replace("\r\n", "\n").replace("\n", "\r\n").encode()


def _make_id(key: str, domain: str) -> str:
    return f"<{_digest(key)}@{domain}>"


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:32]
