"""What an earlier mail told against what the plan says now -> the facts of a notice.

Pure. Who is owed which notice is decided in ``scheduler.notices``; here it is put into words.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from scheduler.letters.announced import (
    Announced,
    AnnouncedVisit,
    announce_report,
    announce_visit,
    concerns,
    find_standing_report,
    find_standing_visit,
    list_changes,
    phrase_announced,
    recall_report,
    recall_visit,
)
from scheduler.letters.facts import LetterError, NoticeFacts
from scheduler.letters.reports import describe_report
from scheduler.letters.visits import describe_visit
from scheduler.model import Contact, Reminder
from scheduler.notices import CANCELLED, CONFIRMED, CORRECTION, MOVED
from scheduler.phrases import capitalise, phrase_day
from scheduler.plan_index import PlanIndex
from scheduler.truths import Truth
from scheduler.workdays import WorkingDays

NOTICE_KINDS = frozenset({MOVED, CANCELLED, CONFIRMED, CORRECTION})


@dataclass(frozen=True, slots=True)
class EarlierMail:
    """The last mail that a reader got about an item: what it told, when (aware), and its subject where known.

    ``location`` names the place of a visit for a plan that no longer has it; the visit's events know it, too.
    """

    truth: Truth
    sent_at: datetime
    subject: str | None = None
    location: str = ""


def describe_change(index: PlanIndex, notice: Reminder, place: str, earlier: EarlierMail) -> NoticeFacts:
    """Return the facts of a notice about one visit or report, for a reader of ``place``.

    A truth without an instant told of a cancellation, which now is taken back. LetterError where the plan has
    nothing that the notice could tell.
    """
    now = _find_now(index, notice, place)
    before = _recall(index, notice, place, earlier) if earlier.truth.when else None
    told = before or now
    if told is None or (notice.template == MOVED and now is None):
        raise LetterError(f"notice {notice.key}: {notice.about} '{notice.item}' is not, or no longer, one of {place}")
    what, when, brief = phrase_announced(told)
    old_dates = before.dates if isinstance(before, AnnouncedVisit) else None
    return NoticeFacts(
        about=notice.about,
        what=what,
        when=when,
        heading=capitalise(when),
        when_brief=brief,
        changes=() if before is None else list_changes(before, now),
        date_changed=isinstance(now, AnnouncedVisit) and now.dates != old_dates,
        concerned=now is not None,
        restored=before is None,
        goes_on=find_standing_visit(index, notice.item) is not None,
        earlier=_phrase_earlier(earlier, index.plan.zone),
        visits=(),
        reports=(),
    )


def describe_confirmation(
    index: PlanIndex,
    notice: Reminder,
    place: str,
    *,
    contacts: tuple[Contact, ...],
    workdays: WorkingDays,
    today: date,
) -> NoticeFacts:
    """Return the facts of plan-confirmed: the visits of ``place`` and the reports it owes, in order of time.

    What is over by ``today`` is left out. LetterError where nothing is left to tell.
    """
    visits = sorted(
        (visit for visit in index.plan.visits if visit.dates and visit.dates[-1] >= today),
        key=lambda visit: (visit.dates, visit.id),
    )
    standing = [visit for visit in visits if find_standing_visit(index, visit.id) and concerns(index, visit, place)]
    reports = sorted(
        (report for report in index.plan.reports if place in report.owed_by and report.due.last_day >= today),
        key=lambda report: (report.due.last_day, report.id),
    )
    if not standing and not reports:
        raise LetterError(f"notice {notice.key}: the plan has nothing more to come for {place}; send none")
    return NoticeFacts(
        about="plan",
        what=index.plan.title,
        when="",
        heading="",
        when_brief="",
        changes=(),
        date_changed=False,
        concerned=True,
        restored=False,
        goes_on=True,
        earlier=None,
        visits=tuple(describe_visit(index, index.resolve_visit(v), place, contacts, today) for v in standing),
        reports=tuple(describe_report(index, report, place, workdays, today) for report in reports),
    )


def _find_now(index: PlanIndex, notice: Reminder, place: str) -> Announced | None:
    if notice.about == "report":
        report = find_standing_report(index, notice.item)
        return announce_report(report, notice.unit) if report and notice.unit in report.owed_by else None
    visit = find_standing_visit(index, notice.item)
    return announce_visit(index, visit, place) if visit and concerns(index, visit, place) else None


def _recall(index: PlanIndex, notice: Reminder, place: str, earlier: EarlierMail) -> Announced:
    if notice.about == "report":
        return recall_report(index, notice.item, earlier.truth)
    return recall_visit(index, notice.unit, earlier.truth, place, location=earlier.location)


def _phrase_earlier(earlier: EarlierMail, zone: ZoneInfo) -> str:
    subject = f" “{earlier.subject}”" if earlier.subject else ""
    return f"thư ngày {phrase_day(earlier.sent_at.astimezone(zone).date())}{subject}"
