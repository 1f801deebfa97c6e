"""Every mail that would go out, when, to whom and why; and who cannot be told.

Pure: it plans as the service does, and neither asks nor changes the ledger.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from scheduler.feeds import number_without_ledger
from scheduler.messages import ComposedMessage, MessageWriter
from scheduler.model import Reminder, Untold
from scheduler.reminders import select_upcoming
from scheduler.snapshot import Snapshot, Wanted


@dataclass(frozen=True, slots=True)
class PreviewedMail:
    """One mail to come; ``message`` is what would be sent if the plan stays as it is."""

    reminder: Reminder
    message: ComposedMessage


@dataclass(frozen=True, slots=True)
class Preview:
    """Mails in order of (due_at, key), and who cannot be told, in plan order.

    ``mails`` go out for certain, ``conditional`` only where a report is not in by then.
    """

    mails: tuple[PreviewedMail, ...]
    untold: tuple[Untold, ...]
    conditional: tuple[PreviewedMail, ...] = ()


def preview_mails(
    snapshot: Snapshot, writer: MessageWriter, *, first: date | None, last: date | None, as_of: datetime | None
) -> Preview:
    """Write every mail of ``snapshot`` due from ``first`` to ``last`` (local dates, both included).

    With ``as_of`` only what is still to come then, by invariant 6; what is overdue goes at ``as_of`` itself.
    """
    span = _Span(first, last, as_of)
    mails = [
        mail for wanted in snapshot.wanted for mail in _write_mails(snapshot, wanted, wanted.reminders, writer, span)
    ]
    conditional = [
        mail for wanted in snapshot.wanted for mail in _write_mails(snapshot, wanted, wanted.conditional, writer, span)
    ]
    untold = tuple(untold for wanted in snapshot.wanted for untold in wanted.untold)
    return Preview(tuple(sorted(mails, key=_order)), untold, tuple(sorted(conditional, key=_order)))


@dataclass(frozen=True, slots=True)
class _Span:
    first: date | None
    last: date | None
    as_of: datetime | None


def _write_mails(
    snapshot: Snapshot, wanted: Wanted, reminders: tuple[Reminder, ...], writer: MessageWriter, span: _Span
) -> Iterator[PreviewedMail]:
    upcoming = reminders if span.as_of is None else select_upcoming(reminders, span.as_of)
    contacts = {contact.id: contact for contact in wanted.contacts}
    recorded = number_without_ledger(wanted.plan, wanted.events)
    for reminder in upcoming:
        due_on = reminder.due_at.astimezone(wanted.plan.zone).date()
        if (span.first is not None and due_on < span.first) or (span.last is not None and due_on > span.last):
            continue
        message = writer.write(
            wanted.plan,
            reminder,
            contacts[reminder.contact],
            contacts=wanted.contacts,
            events=tuple(row for row in recorded if _belongs(row.event.about, row.event.item, reminder)),
            workdays=snapshot.workdays,
            written_at=reminder.due_at if span.as_of is None else max(reminder.due_at, span.as_of),
        )
        yield PreviewedMail(reminder, message)


def _order(mail: PreviewedMail) -> tuple[datetime, str]:
    return mail.reminder.due_at, mail.reminder.key


def _belongs(about: str, item: str, reminder: Reminder) -> bool:
    return (about, item) == (reminder.about, reminder.item)
