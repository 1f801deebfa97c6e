"""What a mail tells about an item, as a value that can be kept and compared: when, where, how.

Pure. A person who was told one truth and lives under another is owed a notice (``notices``).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, time

from scheduler.model import Plan, Report, Visit

_write_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Truth:
    """``when`` holds local starts of a visit's sessions, or the instant a report is late; ``where`` communes;
    ``how`` the form and the addresses of a report, or hours that differ; ``status`` the plan's."""

    when: tuple[str, ...]
    where: tuple[str, ...]
    how: tuple[str, ...]
    status: str

    def __str__(self) -> str:
        return _write_json([self.when, self.where, self.how, self.status])


def format_wall_time(instant: datetime) -> str:
    """Return "2024-05-20T07:00", what a clock on the wall of the instant's zone shows."""
    return instant.isoformat("T", "minutes")[:16]  # four times as quick as strftime


def read_truth(text: str) -> Truth | None:
    """Read what ``str`` of a truth wrote; None for "" (a row that tells of no item)."""
    if not text:
        return None
    when, where, how, status = json.loads(text)
    return Truth(tuple(when), tuple(where), tuple(how), str(status))


def tell_visit(plan: Plan, visit: Visit) -> Truth:
    """Return what is told of a visit: each session of each date, the communes, in the plan's order."""
    hours = {session.id: session for session in plan.sessions}
    when: list[str] = []
    how: list[str] = []
    for day in visit.dates:
        for part in visit.sessions:
            usual = hours.get(part.id)
            start = part.start or (usual.start if usual else time(0, 0))
            end = part.end or (usual.end if usual else None)
            when.append(f"{day.isoformat()}T{start.isoformat('minutes')}")
            how.append(
                "/".join((part.id, part.commune or "", part.place or "", end.isoformat("minutes") if end else ""))
            )
        if not visit.sessions:
            when.append(f"{day}")
    return Truth(tuple(sorted(when)), visit.communes, tuple(how), str(plan.status))


def tell_report(plan: Plan, report: Report, unit: str) -> Truth:
    """Return what ``unit`` is told of a report: the instant it is late, its form, where it goes."""
    how = (report.forms.for_unit(unit) or "", report.deliver_to or "", *report.submit_to)
    return Truth((format_wall_time(report.due.ends_at(plan.zone)),), (), how, str(plan.status))
