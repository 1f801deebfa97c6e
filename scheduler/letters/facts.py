"""The facts of one letter: their names are the names a template may use (docs/templates.md lists them).

Pure. ``visit`` or ``report`` is None where the letter is not about one, or where it is gone; ``notice`` is
None in reminders. All words are Vietnamese and ready to be set.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from scheduler.errors import SchedulerError

Audience = Literal["unit", "commune", "team"]


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """``reference`` names the plan with its number where it has one."""

    id: str
    title: str
    reference: str
    organiser: str
    tentative: bool
    public: bool


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """``hours`` is "từ 07 giờ 00, dự kiến đến 11 giờ 30"; ``where`` the place, or the communes and the unit."""

    name: str
    start: str
    end: str
    hours: str
    where: str


@dataclass(frozen=True, slots=True)
class DayFacts:
    """One day of a visit; ``sessions`` in order, for the team those of all its visits that day.

    ``heading`` is the date with a capital. ``places_differ`` is true where a session is not simply at the visit's
    label, so that each must name its place.
    """

    date: str
    heading: str
    brief: str
    sessions: tuple[SessionFacts, ...]
    places_differ: bool


@dataclass(frozen=True, slots=True)
class HostFacts:
    """Whom the team meets: a contact of the unit or of one of its communes; ``email`` is None where unknown."""

    name: str
    title: str | None
    place: str
    email: str | None


@dataclass(frozen=True, slots=True)
class AttendanceFacts:
    """Who of those asked about a visit comes, sends somebody else, cannot, and has not answered.

    Each is a name; who sends somebody ("X: cử Y dự thay") or cannot ("X: lý do") says so behind it.
    """

    coming: tuple[str, ...]
    substitutes: tuple[str, ...]
    unable: tuple[str, ...]
    silent: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VisitFacts:
    """A visit as one recipient should read of it.

    ``commune_list`` names the communes, ``commune`` the recipient's own (None for others). ``when`` is a short
    date for the subject. ``shared_sessions`` is true where the plan does not say which commune has which
    session. ``hosts`` and ``attendance`` are filled for the team alone, the latter on the eve.
    """

    unit: str
    communes: tuple[str, ...]
    commune_list: str
    commune: str | None
    label: str
    when: str
    dates: str
    days: tuple[DayFacts, ...]
    days_left: int
    countdown: str
    scope: str | None
    team: str | None
    commune_level_only: bool
    shared_sessions: bool
    hosts: tuple[HostFacts, ...]
    attendance: AttendanceFacts | None = None


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """A report that the recipient's unit owes.

    ``due`` is "trước ngày 10/5/2024", ``deadline`` the same with the last day spelled out, ``heading`` that with a
    capital, ``last_day_reason`` a sentence on how the last day follows from the wording. Days are left after the day
    of writing, up to and including the last day; they are negative once it is over, and then ``overdue_days`` counts
    them from 1. ``step`` is which time its rule writes about this report. ``received_on`` is the day it came, None
    until it has; ``late`` says that this was after the last day. ``unusual_days`` are those among them that are not
    what their weekday says.
    """

    title: str
    unit: str
    due: str
    deadline: str
    heading: str
    last_day: str
    last_day_reason: str
    form: str | None
    deliver_to: str | None
    submit_to: tuple[str, ...]
    days_left: int
    working_days_left: int
    countdown: str
    unusual_days: tuple[str, ...]
    overdue_days: int = 0
    step: int = 1
    received_on: str | None = None
    late: bool = False


@dataclass(frozen=True, slots=True)
class ChangeFacts:
    """One thing that is no longer as it was announced; ``now`` is None where it no longer applies.

    ``heading`` is ``before`` with a capital.
    """

    what: str
    before: str
    now: str | None
    heading: str


@dataclass(frozen=True, slots=True)
class NoticeFacts:
    """What a notice is about: what its reader was told before, and what has become of it.

    ``what`` and ``when`` are as announced: a visit's label and dates, or a report's title and deadline;
    ``heading`` is ``when`` with a capital, ``when_brief`` is for the subject ("thứ Hai, 20/5/2024", "trước ngày
    10/5/2024"). ``date_changed`` tells a new date from new hours. ``concerned`` is false where the item is
    gone or no longer concerns this reader. ``restored`` is true where the earlier mail told of a cancellation that is
    taken back; then ``changes`` is empty. ``goes_on`` is true where the visit takes place, be it without this reader.
    ``earlier`` names the mail to be ignored. In plan-confirmed ``visits`` and ``reports`` are the reader's own and
    ``earlier`` is None.
    """

    about: Literal["visit", "report", "plan"]
    what: str
    when: str
    heading: str
    when_brief: str
    changes: tuple[ChangeFacts, ...]
    date_changed: bool
    concerned: bool
    restored: bool
    goes_on: bool
    earlier: str | None
    visits: tuple[VisitFacts, ...]
    reports: tuple[ReportFacts, ...]


@dataclass(frozen=True, slots=True)
class DigestReportFacts:
    """Where one report stands: names of those who owe it, by state; ``count`` of ``total`` are in.

    ``said`` are those who say they sent what is not in yet; of ``late`` and ``received`` each has its day behind it.
    """

    title: str
    deadline: str
    countdown: str
    total: int
    count: int
    received: tuple[str, ...]
    late: tuple[str, ...]
    said: tuple[str, ...]
    excused: tuple[str, ...]
    owed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DigestVisitFacts:
    """A visit of this week, and who attends."""

    when: str
    label: str
    attendance: AttendanceFacts


@dataclass(frozen=True, slots=True)
class DigestFacts:
    """How a plan stands on ``today``.

    ``undelivered`` and ``decisions`` are whole sentences. ``escalated`` (units whose head was reminded) and
    ``exhausted`` (others that were reminded as often as the rules say) are for the head of the team alone.
    """

    today: str
    reports: tuple[DigestReportFacts, ...]
    visits: tuple[DigestVisitFacts, ...]
    undelivered: tuple[str, ...]
    decisions: tuple[str, ...]
    escalated: tuple[str, ...]
    exhausted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """All that a template may say. ``reason`` tells why this recipient gets the letter.

    ``asks`` says what the reader may answer at ``answer_link``, which is theirs alone: None where there is nothing.

    ``you`` addresses the reader within a sentence: "Quý cơ quan", to a member of the team "Quý vị".
    """

    audience: Audience
    you: str
    for_information: bool
    recipient: str
    recipient_title: str | None
    address: str
    plan: PlanFacts
    visit: VisitFacts | None
    report: ReportFacts | None
    notice: NoticeFacts | None
    reason: str
    wrong_address_contact: str
    link: str | None
    asks: Literal["visit", "report"] | None = None
    answer_link: str = ""
    digest: DigestFacts | None = None


@dataclass(frozen=True, slots=True)
class RenderedLetter:
    """A letter set in its templates: ``subject`` is one line; ``text`` and ``html`` are complete, each by itself."""

    subject: str
    text: str
    html: str


FACTS = frozenset(
    (
        PlanFacts, SessionFacts, DayFacts, HostFacts, AttendanceFacts, VisitFacts, ReportFacts, ChangeFacts,
        NoticeFacts, DigestReportFacts, DigestVisitFacts, DigestFacts, Letter,
    )
)  # fmt: skip


class LetterError(SchedulerError):
    """The item is not such that a letter can be written about it: the admin looks at the plan."""
