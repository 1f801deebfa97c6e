"""Plan + teams -> the digests that tell the team how things stand: rows planned from the start, worded when they go.

Pure. A digest is a reminder like any other to ledger and mail: its rule is ``digest``, it is about the plan, its
occurrence is its day. What it says is read from the ledger at that instant; with nothing to say none goes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from scheduler.model import Contact, Plan, PlanStatus, Reminder
from scheduler.plan_index import is_member
from scheduler.workdays import WorkingDays, format_day

RULE, TEMPLATE = "digest", "digest"
NOTHING_TO_SAY = "nothing to say"
BEGINS_BEFORE = timedelta(days=14)
LAST_USEFUL_FOR = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What goes out beside the rules: a receipt for each report, and the team's digests.

    A digest goes at ``digest_at`` on ``digest_weekday`` (0 = Monday), until ``season_days`` after a plan's last item.
    """

    receipts: bool = True
    digest: bool = True
    digest_at: time = time(7, 30)
    digest_weekday: int = 0
    season_days: int = 30


def plan_digests(
    plan: Plan, contacts: tuple[Contact, ...], workdays: WorkingDays, follow_up: FollowUp
) -> tuple[Reminder, ...]:
    """Return each digest to each member of the plan's teams who has an address, ordered by (due_at, key).

    Each is of use until the next, the last for two days. A cancelled plan has none.
    """
    days = _list_days(plan, workdays, follow_up)
    if plan.status is PlanStatus.CANCELLED or not follow_up.digest or not days:
        return ()
    instants = [datetime.combine(day, follow_up.digest_at, plan.zone) for day in days]
    ends = [*instants[1:], instants[-1] + LAST_USEFUL_FOR]
    readers = tuple(_list_readers(plan, contacts))
    digests = [
        _make_reminder(plan, team, contact, due_at, end, days[due_at.date()])
        for due_at, end in zip(instants, ends, strict=True)
        for team, contact in readers
    ]
    return tuple(sorted(digests, key=lambda digest: (digest.due_at, digest.key)))


def find_season(plan: Plan) -> tuple[date, date] | None:
    """Return the first and the last day of the visits that take place and of the reports' last days; None for none."""
    days = {day for visit in plan.visits if not visit.cancelled for day in visit.dates}
    days.update(report.due.last_day for report in plan.reports)
    return (min(days), max(days)) if days else None


def leads_team(plan: Plan, team_id: str, contact: Contact) -> bool:
    """Tell whether ``contact`` leads a team: marked as its head, or named first among its members."""
    members = next((team.members for team in plan.teams if team.id == team_id), ())
    return contact.head or members[:1] == (contact.id,)


def _list_days(plan: Plan, workdays: WorkingDays, follow_up: FollowUp) -> dict[date, str]:
    """Return the days on which a digest goes, ascending, each with the reason."""
    season = find_season(plan)
    if season is None:
        return {}
    first, last = season[0] - BEGINS_BEFORE, season[1] + timedelta(days=follow_up.season_days)
    days: dict[date, str] = {}
    day = first + timedelta(days=(follow_up.digest_weekday - first.weekday()) % 7)
    while day <= last:
        sent_on = workdays.forward_to_working(day)
        moved = "" if sent_on == day else f"; that is a day off ({workdays.explain(day).reason})"
        days[sent_on] = f"once a week: {format_day(day)}{moved}"
        day += timedelta(days=7)
    for report in plan.reports:
        eve = workdays.step_back(report.due.last_day, 1)
        days[eve] = f"1 working day before the last day of {report.id}, {format_day(report.due.last_day)}"
    return dict(sorted(days.items()))


def _list_readers(plan: Plan, contacts: tuple[Contact, ...]) -> Iterator[tuple[str, Contact]]:
    """Yield the members who have an address, each mailbox once, with the first of their teams."""
    told: set[str] = set()
    for team in plan.teams:
        for contact in contacts:
            mailbox = (contact.email or "").lower()
            if contact.of == team.id and is_member(plan, contact) and mailbox and mailbox not in told:
                told.add(mailbox)
                yield team.id, contact


def _make_reminder(
    plan: Plan, team: str, contact: Contact, due_at: datetime, useful_until: datetime, why: str
) -> Reminder:
    address = contact.email or ""
    told = f"{plan.id}|{plan.id}|{team}"
    return Reminder(
        key=f"{told}|{due_at:%Y-%m-%d}|{RULE}|{address.lower()}",
        series=f"{told}|{RULE}|{address.lower()}",
        plan=plan.id,
        about="plan",
        item=plan.id,
        unit=team,
        occurrence=f"{due_at:%Y-%m-%d}",
        rule=RULE,
        template=TEMPLATE,
        contact=contact.id,
        address=address,
        due_at=due_at,
        useful_until=useful_until,
        why=why,
    )
