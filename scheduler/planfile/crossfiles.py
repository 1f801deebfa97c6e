"""What one file of the configuration says about another, and who cannot be told.

Pure. What cannot be decided because a file did not parse is not complained of.
"""

from __future__ import annotations

from collections.abc import Iterator

from scheduler.errors import Problem
from scheduler.planfile.crosscheck import (
    Complaint,
    FileTree,
    find_days_twice,
    find_doubles,
    list_communes,
    list_ids,
    make_problem,
    place,
    say_unknown,
)
from scheduler.planfile.tree import Mapping, Scalar
from scheduler.planfile.wording import quote, suggest


def check_contacts(contacts: FileTree, plans: tuple[FileTree, ...]) -> tuple[Problem, ...]:
    """Return doubles among the contacts, contacts of nothing, and team members who are no contact."""
    if contacts.root is None:
        return ()
    problems = list(place(contacts.file, find_doubles(contacts.root, "contacts")))
    if not plans or any(plan.root is None for plan in plans):
        return tuple(problems)
    known = _list_bodies(plans)
    for index, contact in contacts.root.mappings("contacts"):
        of = contact.text("of")
        if of is not None and of.text not in known:
            said = f"{quote(of.text)} is no unit, unit/commune or team of a plan; {suggest(of.text, known)}"
            problems.append(make_problem(contacts.file, of, f"contacts[{index}].of", said))
    return (*problems, *_check_members(contacts.root, plans))


def check_rules(rules: FileTree, template_kinds: frozenset[str]) -> tuple[Problem, ...]:
    """Return doubles among the rules, rules that tell nobody, and templates that do not exist."""
    if rules.root is None:
        return ()
    complaints = list(find_doubles(rules.root, "rules"))
    for index, rule in rules.root.mappings("rules"):
        template, to = rule.text("template"), rule.entry("to")
        if template is not None and template.text not in template_kinds:
            said = f"{quote(template.text)} is no template; {_list_kinds(template_kinds)}"
            complaints.append(Complaint(template, f"rules[{index}].template", said))
        if to is not None and not rule.items("to"):
            complaints.append(
                Complaint(to.key, f"rules[{index}].to", "is empty; name units, communes or team, or delete the rule")
            )
    return tuple(place(rules.file, complaints))


def check_days(days: FileTree) -> tuple[Problem, ...]:
    """Return days that stand twice in the list of days off."""
    if days.root is None:
        return ()
    dates = ((f"days[{i}].date", day.text("date")) for i, day in days.root.mappings("days"))
    return tuple(place(days.file, find_days_twice(dates)))


def find_untold(contacts: FileTree, plans: tuple[FileTree, ...]) -> tuple[Problem, ...]:
    """Return as warnings who cannot be told: contacts without address, units without contact, undated visits.

    For files without errors.
    """
    warnings: list[Problem] = []
    told = set()
    for index, contact in contacts.root.mappings("contacts") if contacts.root else ():
        of, email, name = contact.text("of"), contact.entry("email"), contact.text("name")
        told.add(of.text if of else "")
        if email is None or not isinstance(email.value, Scalar) or not email.value.text.strip():
            said = f"{quote(name.text if name else '')} has no address and cannot be told; fill it in"
            warnings.append(
                make_problem(
                    contacts.file, email.key if email else contact, f"contacts[{index}].email", said, "warning"
                )
            )
    for tree in plans:
        if tree.root is not None:
            warnings += place(tree.file, _find_gaps(tree.root, told))
    return tuple(warnings)


def _list_bodies(plans: tuple[FileTree, ...]) -> dict[str, None]:
    """Return the ids that a contact may be of, nearest first in a list of known ones: units, teams, communes."""
    roots = [plan.root for plan in plans if plan.root is not None]
    communes = [(unit, known) for root in roots for unit, known in list_communes(root).items()]
    full_ids = (f"{unit}/{commune}" for unit, known in communes for commune in sorted(known))
    teams = (team for root in roots for team in sorted(list_ids(root, "teams")))
    return dict.fromkeys((*(unit for unit, _ in communes), *teams, *full_ids))


def _check_members(contacts: Mapping, plans: tuple[FileTree, ...]) -> Iterator[Problem]:
    known = list_ids(contacts, "contacts")
    for tree in plans:
        for index, team in tree.root.mappings("teams") if tree.root else ():
            for i, member in team.texts("members"):
                if member.text not in known:
                    complaint = say_unknown(member, f"teams[{index}].members[{i}]", "contact (contacts.yaml)", known)
                    yield from place(tree.file, (complaint,))


def _list_kinds(template_kinds: frozenset[str]) -> str:
    return "known: " + ", ".join(sorted(template_kinds)) if template_kinds else "there are no templates at all"


def _find_gaps(root: Mapping, told: set[str]) -> Iterator[Complaint]:
    for index, visit in root.mappings("visits"):
        path, unit = f"visits[{index}]", visit.text("unit")
        cancelled = visit.value("cancelled")
        if cancelled is not None and cancelled.plain is True:
            continue
        if visit.text("date") is None and not visit.items("dates"):
            yield Complaint(visit, path, "has no date: no event and no reminder until it has one", "warning")
        if unit is not None and unit.text not in told:
            said = f"{quote(unit.text)} has no contact and cannot be told; add one with 'of: {unit.text}'"
            yield Complaint(unit, f"{path}.unit", said, "warning")
    for index, report in root.mappings("reports"):
        for i, ower in report.texts("owed_by"):
            if ower.text not in told:
                said = f"{quote(ower.text)} has no contact and cannot be told; add one with 'of: {ower.text}'"
                yield Complaint(ower, f"reports[{index}].owed_by[{i}]", said, "warning")
