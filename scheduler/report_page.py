"""What a rehearsed season did, as one self-contained HTML page in Vietnamese.

IO: reads the page's template; the rest is a function of its arguments.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from scheduler.model import Event, Finding
from scheduler.shipped_files import find_shipped
from scheduler.snapshot import Wanted


@dataclass(frozen=True, slots=True)
class SentMail:
    """One mail that went out; ``at`` is local, ``file`` its name in the folder of mails."""

    at: datetime
    rule: str
    to: str
    subject: str
    file: str


@dataclass(frozen=True, slots=True)
class MailBatch:
    """The mails of one rule at one instant."""

    at: datetime
    rule: str
    mails: tuple[SentMail, ...]


def render_report(wanted: Wanted, mails: tuple[SentMail, ...], findings: tuple[Finding, ...]) -> str:
    """Return the page: the calendar, every mail with a link to its file, what to look at."""
    environment = Environment(
        loader=FileSystemLoader(find_shipped("templates") / "web"), autoescape=True, undefined=StrictUndefined
    )
    batches = tuple(
        MailBatch(at, rule, tuple(batch)) for (at, rule), batch in groupby(mails, key=lambda mail: (mail.at, mail.rule))
    )
    return environment.get_template("report.html").render(
        plan=wanted.plan,
        events=tuple((event, _say_when(event)) for event in wanted.events),
        batches=batches,
        findings=findings,
        total=len(mails),
        recipients=len({mail.to for mail in mails}),
    )


def _say_when(event: Event) -> str:
    if isinstance(event.start, datetime) and isinstance(event.end, datetime):
        return f"{event.start:%d/%m/%Y, %H:%M}–{event.end:%H:%M}"
    return f"{event.start:%d/%m/%Y}, cả ngày"
