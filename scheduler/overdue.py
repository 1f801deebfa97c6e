"""Plan + contacts + rules that fire after the last day -> what goes out only where a report is not in.

Pure. One reminder per rule, repeat, unit and address, planned from the start and kept back as soon as the report is
in, said to be sent, or excused (``arrivals``). An instant on a day off moves forward, unlike those before the last day.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from scheduler.model import Contact, Plan, PlanStatus, Reminder, Report, Rule, Untold, When
from scheduler.reminders import NO_ADDRESS, NO_CONTACT, NO_HEAD, Moment, Planned
from scheduler.truths import tell_report
from scheduler.workdays import WorkingDays, format_day

USEFUL_WORKING_DAYS = 5


@dataclass(frozen=True, slots=True)
class Step:
    """The ``number``-th time (from 1) that a rule fires, and until when (exclusive) its mail is of use."""

    number: int
    moment: Moment
    useful_until: datetime


def plan_overdue(plan: Plan, contacts: tuple[Contact, ...], rules: tuple[Rule, ...], workdays: WorkingDays) -> Planned:
    """Apply every rule that fires after the last day to every report of ``plan``, ordered by (due_at, key).

    A cancelled plan has none. ``untold`` names units without a contact, or without a head, that a rule would write
    to, and contacts without address.
    """
    if plan.status is PlanStatus.CANCELLED:
        return Planned((), ())
    reminders: dict[str, Reminder] = {}
    untold: dict[Untold, None] = {}
    own = tuple(rule for rule in rules if rule.when.after and rule.about == "report")
    for report in plan.reports:
        for rule in own:
            steps = list_steps(rule, report.due.last_day, workdays, plan)
            for unit in report.owed_by:
                for contact in _list_readers(rule, report.id, unit, contacts, untold):
                    for step in steps:
                        reminder = _make_reminder(plan, report, unit, rule, step, contact)
                        reminders.setdefault(reminder.key, reminder)
    ordered = sorted(reminders.values(), key=lambda reminder: (reminder.due_at, reminder.key))
    return Planned(tuple(ordered), tuple(untold))


def list_steps(rule: Rule, last_day: date, workdays: WorkingDays, plan: Plan) -> tuple[Step, ...]:
    """Return each time that ``rule`` fires after ``last_day``, in order.

    A mail is of use until the rule fires again, the last one for 5 working days.
    """
    repeat, counted = rule.repeat, _count_on(last_day, rule.when.lead_days, rule.when.working, workdays)
    times = 1 if repeat is None else repeat.times
    moments: list[Moment] = []
    days: list[date] = []
    for number in range(1, times + 1):
        if repeat is not None and number > 1:
            counted = _count_on(counted, repeat.every, repeat.working, workdays)
        days.append(workdays.forward_to_working(counted))
        due_at = datetime.combine(days[-1], rule.when.at, plan.zone)
        moments.append(Moment(due_at, _say_why(rule, number, last_day, counted, days[-1], workdays)))
    over = datetime.combine(workdays.step_forward(days[-1], USEFUL_WORKING_DAYS), rule.when.at, plan.zone)
    ends = [*(moment.due_at for moment in moments[1:]), over]
    return tuple(
        Step(number, moment, end) for number, (moment, end) in enumerate(zip(moments, ends, strict=True), start=1)
    )


def read_step(occurrence: str) -> int:
    """Return which time of its rule an overdue reminder is, from 1, by its occurrence."""
    _, _, number = occurrence.partition("/")
    return int(number) if number else 1


def _count_on(day: date, count: int, working: bool, workdays: WorkingDays) -> date:
    return workdays.step_forward(day, count) if working else day + timedelta(days=count)


def _list_readers(
    rule: Rule, report: str, unit: str, contacts: tuple[Contact, ...], untold: dict[Untold, None]
) -> Iterator[Contact]:
    for audience in rule.to:
        if audience not in ("units", "heads"):
            continue
        readers = [contact for contact in contacts if contact.of == unit and (contact.head or audience == "units")]
        if not readers:
            reason = NO_CONTACT if audience == "units" else NO_HEAD
            untold[Untold("report", report, unit, unit, reason)] = None
        for contact in readers:
            if contact.email:
                yield contact
            else:
                untold[Untold("report", report, unit, contact.id, NO_ADDRESS)] = None


def _make_reminder(plan: Plan, report: Report, unit: str, rule: Rule, step: Step, contact: Contact) -> Reminder:
    address = contact.email or ""
    late_from = f"{report.due.ends_at(plan.zone):%Y-%m-%dT%H:%M}"
    # The first time has the key that the rule would have without a repeat: adding one sends nothing again.
    occurrence = late_from if step.number == 1 else f"{late_from}/{step.number}"
    told = f"{plan.id}|{report.id}|{unit}"
    return Reminder(
        key=f"{told}|{occurrence}|{rule.id}|{address.lower()}",
        series=f"{told}|{late_from}|{address.lower()}",
        plan=plan.id,
        about="report",
        item=report.id,
        unit=unit,
        occurrence=occurrence,
        rule=rule.id,
        template=rule.template,
        contact=contact.id,
        address=address,
        due_at=step.moment.due_at,
        useful_until=step.useful_until,
        why=step.moment.why,
        truth=str(tell_report(plan, report, unit)),
    )


def _say_why(rule: Rule, number: int, last_day: date, counted: date, due_day: date, workdays: WorkingDays) -> str:
    words = [f"{rule.when.sentence}: {_say_count(rule.when)} after the last day, {format_day(last_day)}"]
    if rule.repeat is not None and number > 1:
        words.append(f"{rule.repeat.sentence}: time {number} of {rule.repeat.times}")
    words[-1] += f", is {format_day(counted)}"
    if due_day != counted:
        words.append(f"that is a day off ({workdays.explain(counted).reason}), so {format_day(due_day)}")
    if rule.when.working or (rule.repeat is not None and rule.repeat.working):
        words.extend(f"{format_day(kind.day)}: {kind.reason}" for kind in workdays.list_peculiar(last_day, counted))
    return "; ".join((*words, "only if the report is not in"))


def _say_count(when: When) -> str:
    days = "day" if when.lead_days == 1 else "days"
    return f"{when.lead_days} {'working ' if when.working else ''}{days}"
