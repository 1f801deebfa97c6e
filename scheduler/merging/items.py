"""One visit, report, unit, team or session three-way: each field by the rule of ``threeway``.

Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TypeVar

from scheduler.merging.threeway import ThreeWay
from scheduler.model import Commune, Report, Session, Team, Unit, Visit

T = TypeVar("T")


def merge_visit(work: ThreeWay, base: Visit, ours: Visit, theirs: Visit, pointer: str) -> Visit:
    subject = work.names.describe(theirs)

    def pick(key: str, read: Callable[[Visit], T]) -> T:
        return work.pick(f"{subject}, {key}", f"{pointer}/{key}", read(base), read(ours), read(theirs))

    dates = work.pick(
        f"{subject}, date",
        work.choose_pointer(f"{pointer}/date", f"{pointer}/dates"),
        base.dates,
        ours.dates,
        theirs.dates,
    )
    return replace(
        ours,
        unit=pick("unit", lambda visit: visit.unit),
        communes=work.join(
            f"{subject}, communes", f"{pointer}/communes", base.communes, ours.communes, theirs.communes
        ),
        dates=dates,
        sessions=pick("sessions", lambda visit: visit.sessions),
        levels=pick("levels", lambda visit: visit.levels),
        scope=pick("scope", lambda visit: visit.scope),
        team=pick("team", lambda visit: visit.team),
    )


def merge_report(work: ThreeWay, base: Report, ours: Report, theirs: Report, pointer: str) -> Report:
    subject = work.names.describe(ours)

    def pick(key: str, read: Callable[[Report], T]) -> T:
        return work.pick(f"{subject}, {key}", f"{pointer}/{key}", read(base), read(ours), read(theirs))

    def join(key: str, read: Callable[[Report], tuple[str, ...]]) -> tuple[str, ...]:
        return work.join(f"{subject}, {key}", f"{pointer}/{key}", read(base), read(ours), read(theirs))

    return replace(
        ours,
        title=pick("title", lambda report: report.title),
        due=pick("due", lambda report: report.due),
        deliver_to=pick("deliver_to", lambda report: report.deliver_to),
        submit_to=join("submit_to", lambda report: report.submit_to),
        owed_by=join("owed_by", lambda report: report.owed_by),
        forms=pick("forms", lambda report: report.forms),
    )


def merge_team(work: ThreeWay, base: Team, ours: Team, theirs: Team, pointer: str) -> Team:
    subject = work.names.describe(ours)
    name = work.pick(f"{subject}, name", f"{pointer}/name", base.name, ours.name, theirs.name)
    members = work.join(f"{subject}, members", f"{pointer}/members", base.members, ours.members, theirs.members)
    return Team(ours.id, name, members)


def merge_session(work: ThreeWay, base: Session, ours: Session, theirs: Session, pointer: str) -> Session:
    subject = work.names.describe(ours)
    return Session(
        ours.id,
        work.pick(f"{subject}, name", f"{pointer}/name", base.name, ours.name, theirs.name),
        work.pick(f"{subject}, start", f"{pointer}/start", base.start, ours.start, theirs.start),
        work.pick(f"{subject}, end", f"{pointer}/end", base.end, ours.end, theirs.end),
    )


def merge_unit(work: ThreeWay, needed: frozenset[str], base: Unit, ours: Unit, theirs: Unit, pointer: str) -> Unit:
    """Merge one unit; its communes whose full ids are ``needed`` are not dropped."""
    subject = work.names.describe(ours)
    inner = frozenset(full.partition("/")[2] for full in needed if full.startswith(f"{ours.id}/"))
    listed = (base.communes, ours.communes, theirs.communes)
    communes = work.merge_items("communes", listed, partial(merge_commune, work), inner, pointer)
    name = work.pick(f"{subject}, name", f"{pointer}/name", base.name, ours.name, theirs.name)
    return Unit(ours.id, name, communes)


def merge_commune(work: ThreeWay, base: Commune, ours: Commune, theirs: Commune, pointer: str) -> Commune:
    subject = work.names.describe(ours)
    return Commune(ours.id, work.pick(f"{subject}, name", f"{pointer}/name", base.name, ours.name, theirs.name))
