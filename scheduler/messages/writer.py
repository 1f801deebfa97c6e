"""Reminder or notice, plan and contact -> one e-mail, with all that mails have in common made once.

Pure; keeps what it made. Mails of one reminder to several readers of one place differ in name and address
alone, so their letter is rendered once; the calendar of a visit is encoded once a second.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Protocol

from scheduler.letters import EarlierMail, Letter, RenderedLetter, describe_letter, describe_notice
from scheduler.letters.sharing import SharedLetter
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


# Plan, template, item, unit, the readers' place and title, and the local day: what a reminder's letter depends on.
_LetterKey = tuple[str, str, str, str, str, str | None, date]


class MessageWriter:
    """Writes the mails of reminders and notices; safe to share between threads, since what it keeps is whole."""

    def __init__(self, templates: LetterSetter, letterhead: Letterhead) -> None:
        self._templates = templates
        self._letterhead = letterhead
        self._calendars = CalendarWriter()
        self._sources: dict[str, _Sources] = {}
        self._letters: dict[_LetterKey, tuple[_Sources, SharedLetter | None]] = {}

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
    ) -> ComposedMessage:
        """Return the mail of ``reminder``; ``written_at`` (aware) becomes its Date, and DTSTAMP of its events.

        ``events`` of a visit go along as a calendar, those of a report do not. A SchedulerError of this mail
        alone: MessageError, EventError, LetterError, UnknownIdError or a template's.
        """
        sources = self._find_sources(plan, contacts, workdays)
        carried = events if reminder.about == "visit" else ()
        return self._compose(
            sources,
            key=reminder.key,
            thread=f"{plan.id}|{reminder.about}|{reminder.item}",
            rendered=self._render(sources, reminder, contact, written_at),
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

    def _render(self, sources: _Sources, reminder: Reminder, contact: Contact, written_at: datetime) -> RenderedLetter:
        """Set the letter of ``reminder``: from the one that others of the same place got, where it can be shared."""
        plan, kind = sources.index.plan, reminder.template
        today = written_at.astimezone(plan.zone).date()
        key = (
            plan.id,
            kind,
            f"{reminder.about}|{reminder.item}|{reminder.occurrence}",
            reminder.unit,
            contact.of,
            contact.title,
            today,
        )
        kept = self._letters.get(key)
        if kept is not None and kept[0] is sources and kept[1] is not None:
            filled = kept[1].fill(contact.name, reminder.address)
            if filled is not None:
                return filled
        letter = self._describe(sources.index, reminder, contact, sources.contacts, sources.workdays, written_at)
        if kept is None or kept[0] is not sources:
            shared = self._templates.render_shared(kind, letter)
            if len(self._letters) >= _KEPT_LETTERS:
                self._letters.clear()
            self._letters[key] = (sources, shared)
            filled = None if shared is None else shared.fill(contact.name, reminder.address)
            if filled is not None:
                return filled
        return self._templates.render(kind, letter)

    def _describe(
        self,
        index: PlanIndex,
        reminder: Reminder,
        contact: Contact,
        contacts: tuple[Contact, ...],
        workdays: WorkingDays,
        written_at: datetime,
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
