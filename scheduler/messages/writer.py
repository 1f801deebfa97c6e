"""Reminder or notice, plan and contact -> one e-mail, with all that mails have in common made once.

Pure; keeps what it made. Mails of one reminder to several readers of one place differ in name and address
alone, so their letter is rendered once; the calendar of a visit is encoded once a second.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal, Protocol

from scheduler.heard import NOTHING_SAID, Said
from scheduler.letters import (
    DigestFacts,
    EarlierMail,
    Letter,
    RenderedLetter,
    describe_digest,
    describe_letter,
    describe_notice,
)
from scheduler.letters.sharing import SharedLetter
from scheduler.links import PREFIX, PREVIEWED, Link, LinkSigner
from scheduler.messages.calendar import CalendarWriter
from scheduler.messages.compose import ComposedMessage, Letterhead, compose_message
from scheduler.model import Contact, Plan, RecordedEvent, Reminder
from scheduler.plan_index import PlanIndex
from scheduler.workdays import WorkingDays

_KEPT_LETTERS = 256


class LetterSetter(Protocol):
    """Sets a letter in the templates of a kind; ``scheduler.templates`` has the one that reads files."""

    def render(self, kind: str, letter: Letter) -> RenderedLetter: ...

    def render_subject(self, kind: str, letter: Letter) -> str: ...

    def render_shared(self, kind: str, letter: Letter) -> SharedLetter | None:
        """Set what ``letter`` has in common with those to others of its place; None where nothing can be shared."""
        ...


@dataclass(frozen=True, slots=True)
class _Sources:
    """What the kept letters of a plan were made from; a reload brings other objects."""

    index: PlanIndex
    contacts: tuple[Contact, ...]
    workdays: WorkingDays
    head: Letterhead


@dataclass(frozen=True, slots=True)
class _KeptLetter:
    """A letter that may be shared (None: it cannot be), and what its readers may answer."""

    sources: _Sources
    shared: SharedLetter | None
    asks: Literal["visit", "report"] | None


# Plan, template, item, unit, the readers' place and title, the local day, and what was said of the item: what a
# reminder's letter depends on.
_LetterKey = tuple[str, str, str, str, str, str | None, date, Said]


class MessageWriter:
    """Writes the mails of reminders and notices; safe to share between threads, since what it keeps is whole."""

    def __init__(self, templates: LetterSetter, letterhead: Letterhead, links: LinkSigner | None = None) -> None:
        self._templates = templates
        self._letterhead = letterhead
        self._links = links
        self._calendars = CalendarWriter()
        self._sources: dict[str, _Sources] = {}
        self._letters: dict[_LetterKey, _KeptLetter] = {}

    def signing(self, secret: str) -> MessageWriter:
        """Return a writer like this one whose letters carry links that work, signed with ``secret``."""
        links = LinkSigner(secret, self._letterhead.public_url or "")
        return MessageWriter(self._templates, self._letterhead, links)

    def subject(
        self, plan: Plan, reminder: Reminder, contact: Contact, *, workdays: WorkingDays, written_at: datetime
    ) -> str:
        """Return the subject that ``write`` would give, without the rest; for previews."""
        letter = self._describe(PlanIndex(plan), reminder, contact, (), workdays, written_at)
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
        said: Said = NOTHING_SAID,
    ) -> ComposedMessage:
        """Return the mail of ``reminder``; ``written_at`` (aware) becomes its Date, and DTSTAMP of its events.

        ``events`` of a visit go along as a calendar, those of a report do not. ``said`` is what people said about the
        item. A SchedulerError of this mail
        alone: MessageError, EventError, LetterError, UnknownIdError or a template's.
        """
        sources = self._find_sources(plan, contacts, workdays)
        carried = events if reminder.about == "visit" else ()
        return self._compose(
            sources,
            key=reminder.key,
            thread=f"{plan.id}|{reminder.about}|{reminder.item}",
            rendered=self._render(sources, reminder, contact, written_at, said),
            calendar=self._write_calendar(sources, reminder.item, carried, written_at),
            to=reminder.address,
            to_name=contact.name,
            written_at=written_at,
        )

    def write_notice(
        self,
        plan: Plan,
        notice: Reminder,
        contact: Contact,
        *,
        earlier: EarlierMail | None,
        contacts: tuple[Contact, ...],
        events: tuple[RecordedEvent, ...],
        workdays: WorkingDays,
        written_at: datetime,
    ) -> ComposedMessage:
        """Return the mail of ``notice``, in the thread of its item; errors and times as in ``write``.

        ``earlier`` is what this reader was last told of the item, None for plan-confirmed. ``events`` go along as
        they are recorded: moved ones with a higher SEQUENCE, those that are gone CANCELLED. To a reader whom the
        item no longer concerns all of them go as CANCELLED.
        """
        sources = self._find_sources(plan, contacts, workdays)
        location = next((row.event.location for row in events if row.event.location), None)
        if earlier is not None and location is not None and not earlier.location:
            earlier = replace(earlier, location=location)
        letter = describe_notice(
            sources.index,
            notice,
            contact,
            earlier=earlier,
            contacts=contacts,
            workdays=workdays,
            written_at=written_at,
            wrong_address_contact=self._letterhead.contact,
            link=self._letterhead.public_url,
        )
        letter = replace(letter, answer_link=self._find_link(letter.asks, notice, contact))
        withdrawn = letter.notice is not None and not letter.notice.concerned
        # In plan-confirmed each reader has a calendar of their own.
        item = f"{notice.about}|{notice.item}|{contact.of}"
        return self._compose(
            sources,
            key=notice.key,
            thread=f"{plan.id}|{notice.about}|{notice.item}",
            rendered=self._templates.render(notice.template, letter),
            calendar=self._write_calendar(
                sources, item, events if notice.about != "report" else (), written_at, withdrawn
            ),
            to=notice.address,
            to_name=contact.name,
            written_at=written_at,
        )

    def write_digest(
        self, plan: Plan, reminder: Reminder, contact: Contact, digest: DigestFacts, *, written_at: datetime
    ) -> ComposedMessage:
        """Return the mail that tells a member of a team how ``plan`` stands; errors as in ``write``."""
        index = PlanIndex(plan)
        letter = describe_digest(
            index,
            reminder,
            contact,
            digest,
            wrong_address_contact=self._letterhead.contact,
            link=self._letterhead.public_url,
        )
        return compose_message(
            key=reminder.key,
            thread=f"{plan.id}|digest|{plan.id}",
            list_name=plan.id,
            rendered=self._templates.render(reminder.template, letter),
            calendar=None,
            letterhead=self._head(plan),
            to=reminder.address,
            to_name=contact.name,
            written_at=written_at.astimezone(plan.zone),
        )

    def _compose(
        self,
        sources: _Sources,
        *,
        key: str,
        thread: str,
        rendered: RenderedLetter,
        calendar: bytes | None,
        to: str,
        to_name: str,
        written_at: datetime,
    ) -> ComposedMessage:
        plan = sources.index.plan
        return compose_message(
            key=key,
            thread=thread,
            list_name=plan.id,
            rendered=rendered,
            calendar=calendar,
            letterhead=sources.head,
            to=to,
            to_name=to_name,
            written_at=written_at.astimezone(plan.zone),
        )

    def _find_link(self, asks: Literal["visit", "report"] | None, reminder: Reminder, contact: Contact) -> str:
        """Return where ``contact`` may answer; without a signer an address that opens nothing, for previews."""
        if asks is None:
            return ""
        if self._links is None:
            return f"{(self._letterhead.public_url or '').rstrip('/')}{PREFIX}{PREVIEWED}"
        return self._links.sign(Link(asks, reminder.plan, reminder.item, reminder.unit, contact.id))

    def _render(
        self, sources: _Sources, reminder: Reminder, contact: Contact, written_at: datetime, said: Said
    ) -> RenderedLetter:
        """Set the letter of ``reminder``: from the one that others of the same place got, where it can be shared."""
        plan, kind = sources.index.plan, reminder.template
        today = written_at.astimezone(plan.zone).date()
        item = f"{reminder.about}|{reminder.item}|{reminder.occurrence}"
        key = (plan.id, kind, item, reminder.unit, contact.of, contact.title, today, said)
        kept = self._letters.get(key)
        if kept is None or kept.sources is not sources:
            letter = self._describe(
                sources.index, reminder, contact, sources.contacts, sources.workdays, written_at, said
            )
            kept = _KeptLetter(sources, self._templates.render_shared(kind, letter), letter.asks)
            if len(self._letters) >= _KEPT_LETTERS:
                self._letters.clear()
            self._letters[key] = kept
        answer_link = self._find_link(kept.asks, reminder, contact)
        filled = None if kept.shared is None else kept.shared.fill(contact.name, reminder.address, answer_link)
        if filled is not None:
            return filled
        letter = self._describe(sources.index, reminder, contact, sources.contacts, sources.workdays, written_at, said)
        return self._templates.render(kind, replace(letter, answer_link=answer_link))

    def _describe(
        self,
        index: PlanIndex,
        reminder: Reminder,
        contact: Contact,
        contacts: tuple[Contact, ...],
        workdays: WorkingDays,
        written_at: datetime,
        said: Said = NOTHING_SAID,
    ) -> Letter:
        return describe_letter(
            index,
            reminder,
            contact,
            contacts=contacts,
            workdays=workdays,
            written_at=written_at,
            wrong_address_contact=self._letterhead.contact,
            link=self._letterhead.public_url,
            said=said,
        )

    def _find_sources(self, plan: Plan, contacts: tuple[Contact, ...], workdays: WorkingDays) -> _Sources:
        known = self._sources.get(plan.id)
        if (
            known is None
            or known.index.plan is not plan
            or known.contacts is not contacts
            or known.workdays is not workdays
        ):
            known = self._sources[plan.id] = _Sources(PlanIndex(plan), contacts, workdays, self._head(plan))
        return known

    def _head(self, plan: Plan) -> Letterhead:
        """Return who writes about ``plan``: its own sender, else the deployment's in the organiser's name."""
        head, sender = self._letterhead, plan.sender
        if sender is not None:
            name = sender.name or head.name or plan.organiser.name
            return replace(head, address=sender.address, name=name, reply_to=sender.reply_to)
        return head if head.name else replace(head, name=plan.organiser.name)

    def _write_calendar(
        self,
        sources: _Sources,
        item: str,
        events: tuple[RecordedEvent, ...],
        written_at: datetime,
        withdrawn: bool = False,
    ) -> bytes | None:
        if not events:
            return None
        head = sources.head
        return self._calendars.write(
            sources.index.plan,
            item,
            events,
            organiser_address=head.reply_to or head.address,
            written_at=written_at,
            withdrawn=withdrawn,
        )
