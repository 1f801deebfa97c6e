"""What a valid configuration will not do as its admin expects: days off, past dates, two places at once, idle rules.

Pure. All are warnings: each is allowed, and is more often a slip than meant.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

from scheduler.errors import Problem
from scheduler.model import Plan, Rule, Visit
from scheduler.planfile import values
from scheduler.planfile.crosscheck import Complaint, FileTree, place
from scheduler.planfile.tree import Mapping, Scalar
from scheduler.planfile.wording import quote
from scheduler.reminders import compute_moment, find_first_start
from scheduler.workdays import WorkingDays, format_day


@dataclass(frozen=True, slots=True)
class LoadedPlan:
    """A plan with the tree it was read from: visits and reports stand in the same order in both."""

    tree: FileTree
    root: Mapping
    plan: Plan


@dataclass(frozen=True, slots=True)
class _SaidDay:
    """A date of a plan where it stands; ``day`` is the last day for a deadline."""

    node: Scalar
    path: str
    day: date
    is_deadline: bool


def find_dates_amiss(loaded: LoadedPlan, workdays: WorkingDays, today: date | None) -> tuple[Problem, ...]:
    """Return dates on a day off, before the plan was issued, and past ones of a plan that is not wholly past.

    Past dates are told together, at the first of them. ``today`` is local; None leaves them out.
    """
    days = tuple(_list_days(loaded))
    complaints = [complaint for said in days for complaint in _judge_day(said, loaded.plan, workdays)]
    past = [said for said in days if today is not None and said.day < today]
    issued = _find_issue_day(loaded.plan)
    meant = [said for said in past if issued is None or said.day >= issued]
    if today is not None and meant and len(past) < len(days):
        count = len(meant) - 1
        more = f"is {count} more date" if count == 1 else f"are {count} more dates"
        others = f", and so {more} of this plan" if count else ""
        said = (
            f"{quote(meant[0].node.text)} is past (today is {format_day(today)}){others}; no reminder goes out for it"
        )
        complaints.append(Complaint(meant[0].node, meant[0].path, said + "; mend the date if it is wrong", "warning"))
    return tuple(place(loaded.tree.file, complaints))


def _list_days(loaded: LoadedPlan) -> Iterator[_SaidDay]:
    for index, visit in loaded.root.mappings("visits"):
        if loaded.plan.visits[index].cancelled:
            continue
        single = visit.text("date")
        several = ((f"dates[{i}]", node) for i, node in visit.texts("dates"))
        for key, node in (("date", single), *several):
            if node is not None and node.text.strip():
                yield _SaidDay(node, f"visits[{index}].{key}", values.read_date(node.text), is_deadline=False)
    for index, report in loaded.root.mappings("reports"):
        due, known = report.value("due"), loaded.plan.reports[index].due
        node = due.text(known.kind) if isinstance(due, Mapping) else None
        if node is not None:
            yield _SaidDay(node, f"reports[{index}].due.{known.kind}", known.last_day, is_deadline=True)


def _judge_day(said: _SaidDay, plan: Plan, workdays: WorkingDays) -> Iterator[Complaint]:
    kind = workdays.explain(said.day)
    if not kind.working:
        what = f"the last day, {format_day(said.day)}," if said.is_deadline else f"{format_day(said.day)}"
        yield Complaint(
            said.node,
            said.path,
            f"{quote(said.node.text)}: {what} is a day off ({kind.reason}); mend the date,"
            " or name the day in holidays.yaml as a working day",
            "warning",
        )
    issued = _find_issue_day(plan)
    if issued is not None and said.day < issued:
        words = f"{quote(said.node.text)} lies before the plan was issued ({plan.issued}); mend the year, or 'issued'"
        yield Complaint(said.node, said.path, words, "warning")


def _find_issue_day(plan: Plan) -> date | None:
    """Return the first day on which the plan may have been issued; None where that is not said."""
    if plan.issued is None:
        return None
    return date.fromisoformat(plan.issued if len(plan.issued) > len("2024-04") else f"{plan.issued}-01")


# --- two places at once -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Outing:
    """One visit on one day, with the hours it takes; ``node`` is where it stands."""

    loaded: LoadedPlan
    index: int
    node: Mapping
    visit: Visit
    day: date

    @property
    def place(self) -> str:
        return f"{self.loaded.tree.file}:{self.node.line}"

    @property
    def hours(self) -> tuple[tuple[time, time], ...]:
        """From and to of each session; the whole day where none is said."""
        known = {session.id: session for session in self.loaded.plan.sessions}
        said = ((s.start or known[s.id].start, s.end or known[s.id].end) for s in self.visit.sessions)
        return tuple(said) or ((time.min, time.max),)


def find_double_bookings(plans: tuple[LoadedPlan, ...]) -> tuple[Problem, ...]:
    """Return teams, or members of two teams, that are in two places at the same hour; told at the later visit."""
    problems: list[Problem] = []
    by_day: dict[date, list[_Outing]] = {}
    for loaded in plans:
        if loaded.plan.status == "cancelled":
            continue
        for index, node in loaded.root.mappings("visits"):
            visit = loaded.plan.visits[index]
            if visit.team is None or visit.cancelled:
                continue
            for day in visit.dates:
                outing = _Outing(loaded, index, node, visit, day)
                before = next((o for o in by_day.get(day, ()) if _meet(o, outing)), None)
                if before is not None:
                    problems += place(loaded.tree.file, (_say_double(before, outing),))
                by_day.setdefault(day, []).append(outing)
    return tuple(problems)


def _meet(before: _Outing, outing: _Outing) -> bool:
    overlap = any(a < d and c < b for a, b in before.hours for c, d in outing.hours)
    return overlap and bool(_find_shared(before, outing))


def _find_shared(before: _Outing, outing: _Outing) -> str:
    """Return who goes to both: the team's id, or that of a member of both; "" for nobody."""
    if before.loaded is outing.loaded and before.visit.team == outing.visit.team:
        return outing.visit.team or ""
    known = _list_members(before)
    return next((member for member in _list_members(outing) if member in known), "")


def _list_members(outing: _Outing) -> tuple[str, ...]:
    return next((team.members for team in outing.loaded.plan.teams if team.id == outing.visit.team), ())


def _say_double(before: _Outing, outing: _Outing) -> Complaint:
    said = (
        f"{quote(_find_shared(before, outing))} is to be at {quote(before.visit.unit)} ({before.place}) as well on"
        f" {format_day(outing.day)}; move one of the two visits, or give them sessions at different hours"
    )
    return Complaint(outing.node.text("team") or outing.node, f"visits[{outing.index}].team", said, "warning")


# --- rules without effect ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Target:
    """What a rule is applied to; ``ends`` is when its reminder is of no more use."""

    name: str
    plan: Plan
    anchor: date
    ends: datetime


def find_idle_rules(
    tree: FileTree, rules: tuple[Rule, ...], plans: tuple[LoadedPlan, ...], workdays: WorkingDays
) -> tuple[Problem, ...]:
    """Return rules whose instant comes too late for all or some items, and audiences that are never told."""
    complaints: list[Complaint] = []
    targets = tuple(target for loaded in plans for target in _list_targets(loaded.plan))
    for (index, keys), rule in zip(tree.root.mappings("rules") if tree.root else (), rules, strict=True):
        mine = [t for about, t in targets if about == rule.about and (not rule.plans or t.plan.id in rule.plans)]
        sentence = keys.text("when")
        if sentence is not None and not rule.when.after:
            complaints += _judge_instants(rule, mine, sentence, f"rules[{index}].when", workdays)
        for i, audience in keys.texts("to") if rule.about == "report" else ():
            if audience.text not in ("units", "heads"):
                said = f"{quote(audience.text)} is told of no report: a report is owed by units; delete it"
                complaints.append(Complaint(audience, f"rules[{index}].to[{i}]", said, "warning"))
    return tuple(place(tree.file, complaints))


def _list_targets(plan: Plan) -> Iterator[tuple[str, _Target]]:
    if plan.status == "cancelled":
        return
    for visit in plan.visits:
        if visit.dates and not visit.cancelled:
            yield "visit", _Target(visit.id, plan, visit.dates[0], find_first_start(plan, visit))
    for report in plan.reports:
        yield "report", _Target(report.id, plan, report.due.last_day, report.due.ends_at(plan.zone))


def _judge_instants(
    rule: Rule, targets: list[_Target], node: Scalar, path: str, workdays: WorkingDays
) -> Iterator[Complaint]:
    instants: dict[tuple[date, str], datetime] = {}
    late: list[_Target] = []
    for target in targets:
        key = (target.anchor, target.plan.timezone)
        if key not in instants:
            instants[key] = compute_moment(rule.when, target.anchor, "", workdays, target.plan).due_at
        if instants[key] >= target.ends:
            late.append(target)
    if not late:
        return
    begins = "begins" if rule.about == "visit" else "is over"
    example = f"{quote(late[0].name)} {begins} at {late[0].ends:%H:%M} on {format_day(late[0].ends.date())}"
    if len(late) == len(targets):
        said = f"{quote(node.text)} can never fire, it always comes too late: {example}"
    else:
        said = f"{quote(node.text)} comes too late for {len(late)} of {len(targets)} {rule.about}s: {example}"
    yield Complaint(node, path, f"{said}; name an earlier hour, or an earlier day", "warning")
