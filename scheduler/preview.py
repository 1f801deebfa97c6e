"""Every mail that would go out, when, to whom and why; and who cannot be told.

Pure: it plans as the service does, and neither asks nor changes the ledger.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from scheduler.feeds import number_without_ledger
from scheduler.messages import ComposedMessage, MessageWriter
from scheduler.model import Reminder, Untold
from scheduler.reminders import select_upcoming
from scheduler.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class PreviewedMail:
    """One mail to come; ``message`` is what would be sent if the plan stays as it is."""

    reminder: Reminder
    message: ComposedMessage


@dataclass(frozen=True, slots=True)
class Preview:
    """Mails in order of (due_at, key), and who cannot be told, in plan order."""

    mails: tuple[PreviewedMail, ...]
    untold: tuple[Untold, ...]


def preview_mails(
    snapshot: Snapshot, writer: MessageWriter, *, first: date | None, last: date | None, as_of: datetime | None
) -> Preview:
    """Write every mail of ``snapshot`` due from ``first`` to ``last`` (local dates, both included).

    With ``as_of`` only what is still to come then, by invariant 6; what is overdue goes at ``as_of`` itself.
    """
    mails = []
    for wanted in snapshot.wanted:
        reminders = wanted.reminders if as_of is None else select_upcoming(wanted.reminders, as_of)
        contacts = {contact.id: contact for contact in wanted.contacts}
        recorded = number_without_ledger(wanted.plan, wanted.events)
        for reminder in reminders:
            due_on = reminder.due_at.astimezone(wanted.plan.zone).date()
            if (first is not None and due_on < first) or (last is not None and due_on > last):
                continue
            message = writer.write(
                wanted.plan,
                reminder,
                contacts[reminder.contact],
                contacts=wanted.contacts,
                events=tuple(row for row in recorded if _belongs(row.event.about, row.event.item, reminder)),
                workdays=snapshot.workdays,
                written_at=reminder.due_at if as_of is None else max(reminder.due_at, as_of),
            )
            mails.append(PreviewedMail(reminder, message))
    mails.sort(key=lambda mail: (mail.reminder.due_at, mail.reminder.key))
    return Preview(tuple(mails), tuple(untold for wanted in snapshot.wanted for untold in wanted.untold))


def _belongs(about: str, item: str, reminder: Reminder) -> bool:
    return (about, item) == (reminder.about, reminder.item)
