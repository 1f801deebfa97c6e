"""Who was told something that is no longer true, and is owed the new truth: told + wanted -> notices.

Pure. A notice is a reminder like any other to ledger and mail: its rule is ``notice``, its template says what
changed, its occurrence is the revision that it announces. What it tells was compared with what that one
person was last told, so edit and revert owe nothing, and nobody hears the same truth twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from scheduler.model import About, Contact, Plan, PlanStatus, RecordedEvent, Reminder, Visit
from scheduler.plan_index import is_member
from scheduler.reminders import find_first_start
from scheduler.truths import Truth, read_truth, tell_report, tell_visit

RULE = "notice"
MOVED, CANCELLED, CONFIRMED, CORRECTION = "visit-moved", "visit-cancelled", "plan-confirmed", "correction"


@dataclass(frozen=True, slots=True)
class Told:
    """The last mail that one person got about one item of a plan."""

    plan: str
    about: About
    item: str
    unit: str
    contact: str
    address: str
    truth: str
    useful_until: datetime
    told_at: datetime
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Settling:
    """How long an edit may still be taken back before people hear of it, and when that does not wait."""

    pause: timedelta = timedelta(minutes=10)
    urgent_within: timedelta = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class Edit:
    """The newest revision of an item's events, and when it was made."""

    number: int
    made_at: datetime


def plan_notices(
    plan: Plan,
    reminders: tuple[Reminder, ...],
    contacts: tuple[Contact, ...],
    told: Iterable[Told],
    recorded: Iterable[RecordedEvent],
    settling: Settling,
    now: datetime,
    conditional: tuple[Reminder, ...] = (),
) -> tuple[Reminder, ...]:
    """Return a notice for each person whose last news of an item is no longer true, ordered by (due_at, key).

    ``recorded`` are the plan's events as they stand after the edit, ``conditional`` the reminders that go only where
    a report does not come in time. Nobody is told of what is past, nobody at an address that no contact has any more.
    A plan that turned from tentative to confirmed is told once a person.
    """
    every = tuple(told)
    if not every:
        return ()
    people = {(contact.id, (contact.email or "").lower()): contact for contact in contacts}
    current = {(r.item, r.unit, r.address.lower()): r for r in (*conditional, *reminders)}
    concerned = _Concerned(plan, every)
    edits = find_edits(recorded)
    notices: dict[str, Reminder] = {}
    confirmed: dict[str, Told] = {}
    for last in every:
        contact = people.get((last.contact, last.address.lower()))
        before = read_truth(last.truth)
        if contact is None or before is None:
            continue
        reminded = current.get((last.item, last.unit, last.address.lower()))
        wanted = reminded or concerned.find(last, contact)
        after = None if wanted is None else read_truth(wanted.truth)
        edit = edits.get((last.about, last.item), Edit(0, last.told_at))
        kind = choose_kind(last.about, before, after)
        if kind is not None:
            notice = _make_notice(plan, last, wanted, kind, edit, settling)
            if notice.useful_until > max(now, notice.due_at):
                notices[notice.key] = notice
        elif reminded is not None and reminded.useful_until > now and _is_confirmed(before, after):
            earliest = confirmed.setdefault(last.address.lower(), last)
            if last.useful_until < earliest.useful_until:
                confirmed[last.address.lower()] = last
    for last in confirmed.values():
        notice = _make_confirmation(plan, last, edits, settling, reminders)
        notices[notice.key] = notice
    return tuple(sorted(notices.values(), key=lambda notice: (notice.due_at, notice.key)))


class _Concerned:
    """Whom a plan's items concern, whether or not a rule tells them of it: a rule that is gone makes nothing untrue."""

    def __init__(self, plan: Plan, told: tuple[Told, ...]) -> None:
        items = {last.item for last in told}
        self._plan = plan
        self._visits = {visit.id: visit for visit in plan.visits if visit.id in items}
        self._reports = {report.id: report for report in plan.reports if report.id in items}

    def find(self, last: Told, contact: Contact) -> Reminder | None:
        """Return what there is to know for one who was told, as a rule would tell it; None where it is not theirs."""
        if self._plan.status is PlanStatus.CANCELLED:
            return None
        if last.about == "visit":
            visit = self._visits.get(last.item)
            if visit is None or visit.unit != last.unit or not _is_visited(self._plan, visit, contact):
                return None
            return self._tell(last, contact, find_first_start(self._plan, visit), tell_visit(self._plan, visit))
        report = self._reports.get(last.item)
        if report is None or last.unit not in report.owed_by or contact.of != last.unit:
            return None
        truth = tell_report(self._plan, report, last.unit)
        return self._tell(last, contact, report.due.ends_at(self._plan.zone), truth)

    def _tell(self, last: Told, contact: Contact, useful_until: datetime, truth: Truth) -> Reminder:
        told = f"{self._plan.id}|{last.item}|{last.unit}|{useful_until:%Y-%m-%dT%H:%M}"
        return Reminder(
            key=f"{told}||{last.address.lower()}",
            series=f"{told}|{last.address.lower()}",
            plan=self._plan.id,
            about=last.about,
            item=last.item,
            unit=last.unit,
            occurrence=f"{useful_until:%Y-%m-%dT%H:%M}",
            rule="",
            template="",
            contact=contact.id,
            address=last.address,
            due_at=useful_until,
            useful_until=useful_until,
            why="",
            truth=str(truth),
        )


def _is_visited(plan: Plan, visit: Visit, contact: Contact) -> bool:
    if visit.cancelled or not visit.dates:
        return False
    places = (visit.unit, *(f"{visit.unit}/{commune}" for commune in visit.communes))
    return contact.of in places or (contact.of == visit.team and is_member(plan, contact))


def choose_kind(about: About, before: Truth, after: Truth | None) -> str | None:
    """Say which notice the change from ``before`` to ``after`` (None: no longer concerned) asks for.

    A truth without ``when`` is that of a cancellation: who was told of one is told when it is taken back.
    """
    if after is None:
        if not before.when:
            return None
        return CANCELLED if about == "visit" else CORRECTION
    if not before.when:
        return CORRECTION
    if before.when != after.when:
        return MOVED if about == "visit" else CORRECTION
    if (before.where, before.how) != (after.where, after.how):
        return CORRECTION
    return None


def drop_superseded(reminders: Iterable[Reminder], notices: Iterable[Reminder]) -> tuple[Reminder, ...]:
    """Return the reminders without those that a notice makes needless: of its series, due no later than it."""
    due = {notice.series: notice.due_at for notice in notices}
    return tuple(r for r in reminders if r.series not in due or r.due_at > due[r.series])


def drop_told(reminders: Iterable[Reminder], told: Iterable[Told]) -> tuple[Reminder, ...]:
    """Return the reminders without those whose instant is past, and whose reader was told the same since then."""
    newest = {(last.item, last.unit, last.address.lower()): last for last in told}
    return tuple(r for r in reminders if not _is_told(r, newest.get((r.item, r.unit, r.address.lower()))))


def _is_told(reminder: Reminder, last: Told | None) -> bool:
    if last is None or reminder.due_at > last.told_at:
        return False
    said, wanted = read_truth(last.truth), read_truth(reminder.truth)
    return (
        said is not None
        and wanted is not None
        and (said.when, said.where, said.how) == (wanted.when, wanted.where, wanted.how)
    )


def find_edits(recorded: Iterable[RecordedEvent]) -> dict[tuple[About, str], Edit]:
    """Return each item's newest revision."""
    newest: dict[tuple[About, str], Edit] = {}
    for row in recorded:
        place = (row.event.about, row.event.item)
        edit = Edit(row.revision.sequence, row.revision.modified_at)
        if place not in newest or (edit.made_at, edit.number) > (newest[place].made_at, newest[place].number):
            newest[place] = edit
    return newest


def _is_confirmed(before: Truth, after: Truth | None) -> bool:
    return after is not None and (before.status, after.status) == (PlanStatus.TENTATIVE, PlanStatus.CONFIRMED)


def _make_notice(
    plan: Plan, last: Told, wanted: Reminder | None, kind: str, edit: Edit, settling: Settling
) -> Reminder:
    useful_until = last.useful_until if wanted is None else wanted.useful_until
    soonest = min(last.useful_until, useful_until)
    urgent = edit.made_at <= soonest <= edit.made_at + settling.urgent_within
    due_at = edit.made_at if urgent else edit.made_at + settling.pause
    told = f"{plan.id}|{last.item}|{last.unit}"
    return Reminder(
        key=f"{told}|r{edit.number}|{RULE}|{last.address.lower()}",
        # In the series of the new occurrence, so that a reminder of the same truth does not follow at once.
        series=f"{told}|r{edit.number}|{last.address.lower()}" if wanted is None else wanted.series,
        plan=plan.id,
        about=last.about,
        item=last.item,
        unit=last.unit,
        occurrence=f"r{edit.number}",
        rule=RULE,
        template=kind,
        contact=last.contact,
        address=last.address,
        due_at=due_at,
        useful_until=useful_until,
        why=f"was told otherwise on {last.told_at.astimezone(plan.zone):%d/%m/%Y %H:%M}",
        truth=str(Truth((), (), (), str(plan.status))) if wanted is None else wanted.truth,
    )


def _make_confirmation(
    plan: Plan,
    last: Told,
    edits: dict[tuple[About, str], Edit],
    settling: Settling,
    reminders: tuple[Reminder, ...],
) -> Reminder:
    own = [r for r in reminders if r.address.lower() == last.address.lower()]
    places = {(reminder.about, reminder.item) for reminder in own}
    made_at = max((edits[place].made_at for place in places if place in edits), default=last.told_at)
    told = f"{plan.id}|{plan.id}|{plan.id}"
    return Reminder(
        key=f"{told}|confirmed|{RULE}|{last.address.lower()}",
        series=f"{told}|confirmed|{last.address.lower()}",
        plan=plan.id,
        about="plan",
        item=plan.id,
        unit=last.unit,
        occurrence="confirmed",
        rule=RULE,
        template=CONFIRMED,
        contact=last.contact,
        address=last.address,
        due_at=made_at + settling.pause,
        useful_until=max(r.useful_until for r in own),
        why="the plan is confirmed; was told of it as tentative",
        truth=str(Truth((), (), (), str(plan.status))),
    )


def mark_confirmed(told: Iterable[Told]) -> tuple[Told, ...]:
    """Return the mails about items, each with the newest status that its reader was told, and no mail about a plan."""
    every = tuple(told)
    statuses: dict[tuple[str, str], tuple[datetime, str]] = {}
    for last in every:
        truth = read_truth(last.truth)
        reader = (last.plan, last.address.lower())
        if truth is not None and (reader not in statuses or statuses[reader][0] < last.told_at):
            statuses[reader] = (last.told_at, truth.status)
    marked = []
    for last in every:
        truth = read_truth(last.truth)
        if last.about != "plan" and truth is not None:
            status = statuses[(last.plan, last.address.lower())][1]
            marked.append(replace(last, truth=str(replace(truth, status=status))))
    return tuple(marked)
