"""Marks of reports that came -> the short mail that thanks each unit for its report.

Pure. A receipt is a reminder like any other to ledger and mail: its rule is ``receipt``, its occurrence the number of
the mark that it tells of. Only the newest mark of a report has one, so taking it back withdraws the receipt.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

from scheduler.arrivals import Mark, ReportMark
from scheduler.model import Contact, Plan, PlanStatus, Reminder

RULE, TEMPLATE = "receipt", "report-received"
USEFUL_FOR = timedelta(days=7)
WITHDRAWN = "what was said of the report has changed"


def plan_receipts(plan: Plan, contacts: Iterable[Contact], marks: Iterable[ReportMark]) -> tuple[Reminder, ...]:
    """Return a receipt for each contact of each unit whose report is in, ordered by (due_at, key).

    ``marks`` in order of their making. One is due as its mark is made, and of use for a week.
    """
    if plan.status is PlanStatus.CANCELLED:
        return ()
    numbered: dict[tuple[str, str], tuple[int, ReportMark]] = {}
    for mark in marks:
        if mark.plan == plan.id:
            before, _ = numbered.get((mark.report, mark.unit), (0, mark))
            numbered[mark.report, mark.unit] = (before + 1, mark)
    owed = {(report.id, unit) for report in plan.reports for unit in report.owed_by}
    people = tuple(contacts)
    receipts = {
        receipt.key: receipt
        for place, (number, mark) in numbered.items()
        if mark.mark is Mark.RECEIVED and place in owed
        for receipt in _thank(mark, number, people)
    }
    return tuple(sorted(receipts.values(), key=lambda receipt: (receipt.due_at, receipt.key)))


def _thank(mark: ReportMark, number: int, contacts: tuple[Contact, ...]) -> Iterator[Reminder]:
    occurrence = f"m{number}"
    told = f"{mark.plan}|{mark.report}|{mark.unit}|{occurrence}"
    for contact in contacts:
        if contact.of == mark.unit and contact.email:
            mailbox = contact.email.lower()
            yield Reminder(
                key=f"{told}|{RULE}|{mailbox}",
                series=f"{told}|{mailbox}",
                plan=mark.plan,
                about="report",
                item=mark.report,
                unit=mark.unit,
                occurrence=occurrence,
                rule=RULE,
                template=TEMPLATE,
                contact=contact.id,
                address=contact.email,
                due_at=mark.made_at,
                useful_until=mark.made_at + USEFUL_FOR,
                why=f"the report is in, says {mark.by}",
            )


def is_receipt(key: str) -> bool:
    """Tell a receipt by its delivery key."""
    # The mailbox, which comes last, may hold the mark that parts the others.
    return key.split("|", 5)[4] == RULE
