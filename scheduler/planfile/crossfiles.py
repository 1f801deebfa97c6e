"""What one file of the configuration says about another: references, doubles.

Pure. What cannot be decided because a file did not parse is not complained of.
"""

from __future__ import annotations

from collections.abc import Iterator

from scheduler.errors import Problem
from scheduler.letters import FOLLOW_UP_KINDS, NOTICE_KINDS
from scheduler.planfile.crosscheck import (
    Complaint,
    FileTree,
    find_days_twice,
    find_doubles,
    iterate_ids,
    list_communes,
    list_ids,
    make_problem,
    place,
    say_unknown,
)
from scheduler.planfile.tree import Mapping, Scalar
from scheduler.planfile.wording import quote, suggest
from scheduler.rules import WhenError, parse_repeat, parse_when

RESERVED_RULES = frozenset(("notice", "receipt", "digest"))


def check_contacts(contacts: tuple[FileTree, ...], plans: tuple[FileTree, ...]) -> tuple[Problem, ...]:
    """Return doubles among the contacts of all files, contacts of nothing, and team members who are no contact."""
    problems = list(_find_contact_doubles(contacts))
    if not plans or any(tree.root is None for tree in (*contacts, *plans)):
        return tuple(problems)
    known_plans = [plan.stem for plan in plans]
    bodies: dict[frozenset[str], dict[str, None] | None] = {}
    for tree, index, contact in _iterate_contacts(contacts):
        of, chosen = contact.text("of"), [plan for _, plan in contact.texts("plans")]
        problems += place(tree.file, _check_plans(contact, f"contacts[{index}]", known_plans))
        names = frozenset(name.text for name in chosen)
        if names not in bodies:
            of_plans = tuple(plan for plan in plans if not names or plan.stem in names)
            bodies[names] = _list_bodies(of_plans) if of_plans else None
        known = bodies[names]
        if of is not None and known is not None and of.text not in known:
            said = (
                f"{quote(of.text)} is no unit, unit/commune or team of {_name_plans(chosen)}; {suggest(of.text, known)}"
            )
            problems.append(make_problem(tree.file, of, f"contacts[{index}].of", said))
    return (*problems, *_check_members(contacts, plans))


def check_rules(rules: FileTree, plans: tuple[FileTree, ...], template_kinds: frozenset[str]) -> tuple[Problem, ...]:
    """Return doubles among the rules, rules that tell nobody, templates and plans that do not exist."""
    if rules.root is None:
        return ()
    complaints = list(find_doubles(rules.root, "rules"))
    for index, rule in rules.root.mappings("rules"):
        template, to = rule.text("template"), rule.entry("to")
        if template is not None and template.text not in template_kinds:
            said = f"{quote(template.text)} is no template; {_list_kinds(template_kinds)}"
            complaints.append(Complaint(template, f"rules[{index}].template", said))
        elif template is not None:
            complaints += _check_letter(rule, template, f"rules[{index}].template", template_kinds)
        if to is not None and not rule.items("to"):
            complaints.append(
                Complaint(
                    to.key, f"rules[{index}].to", "is empty; name units, communes, team or heads, or delete the rule"
                )
            )
        complaints += _check_timing(rule, f"rules[{index}]")
        complaints += _check_name(rule, f"rules[{index}]")
        complaints += _check_plans(rule, f"rules[{index}]", [plan.stem for plan in plans])
    return tuple(place(rules.file, complaints))


def _check_letter(rule: Mapping, template: Scalar, path: str, kinds: frozenset[str]) -> Iterator[Complaint]:
    """Complain of a letter that tells of something else than the rule is about, or that goes by itself."""
    about = rule.text("about")
    if about is None or about.text not in ("visit", "report"):
        return
    usable = frozenset(k for k in kinds if k.startswith(f"{about.text}-") and k not in NOTICE_KINDS | FOLLOW_UP_KINDS)
    if template.text not in usable:
        said = f"{quote(template.text)} is no letter for a rule about a {about.text}; {_list_kinds(usable)}"
        yield Complaint(template, path, said)


def _check_timing(rule: Mapping, path: str) -> Iterator[Complaint]:
    """Complain of a rule that fires after what does not wait to be late, and of one that repeats before it is."""
    when, repeat, about = rule.text("when"), rule.text("repeat"), rule.text("about")
    try:
        after = when is not None and parse_when(when.text).after
        repeats = repeat is not None and bool(repeat.text.strip()) and bool(parse_repeat(repeat.text))
    except WhenError:
        return
    if after and when is not None and about is not None and about.text == "visit":
        said = f"{quote(when.text)} is for reports that are not in; a rule about a visit fires before it, or on its day"
        yield Complaint(when, f"{path}.when", said)
    if repeat is not None and repeats and not after:
        said = "is for rules that fire after the last day; delete it, or write 'when: 1 working day after at 08:00'"
        yield Complaint(repeat, f"{path}.repeat", said)


def _check_name(rule: Mapping, path: str) -> Iterator[Complaint]:
    name = rule.text("id")
    if name is not None and name.text in RESERVED_RULES:
        said = f"{quote(name.text)} is the name of mails that go by themselves; choose another"
        yield Complaint(name, f"{path}.id", said)


def check_days(days: FileTree) -> tuple[Problem, ...]:
    """Return days that stand twice in the list of days off."""
    if days.root is None:
        return ()
    dates = ((f"days[{i}].date", day.text("date")) for i, day in days.root.mappings("days"))
    return tuple(place(days.file, find_days_twice(dates)))


def _list_bodies(plans: tuple[FileTree, ...]) -> dict[str, None]:
    """Return the ids that a contact may be of, nearest first in a list of known ones: units, teams, communes."""
    roots = [plan.root for plan in plans if plan.root is not None]
    communes = [(unit, known) for root in roots for unit, known in list_communes(root).items()]
    full_ids = (f"{unit}/{commune}" for unit, known in communes for commune in sorted(known))
    teams = (team for root in roots for team in sorted(list_ids(root, "teams")))
    return dict.fromkeys((*(unit for unit, _ in communes), *teams, *full_ids))


def _iterate_contacts(contacts: tuple[FileTree, ...]) -> Iterator[tuple[FileTree, int, Mapping]]:
    for tree in contacts:
        for index, contact in tree.root.mappings("contacts") if tree.root else ():
            yield tree, index, contact


def _find_contact_doubles(contacts: tuple[FileTree, ...]) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for tree in contacts:
        if tree.root is None:
            continue
        yield from place(tree.file, find_doubles(tree.root, "contacts"))
        for index, contact_id in iterate_ids(tree.root, "contacts"):
            before = first.setdefault(contact_id.text, tree.file)
            if before != tree.file:
                said = f"{quote(contact_id.text)} stands in {before} too; delete one, or give it its own id"
                yield make_problem(tree.file, contact_id, f"contacts[{index}].id", said)


def _check_plans(item: Mapping, path: str, known: list[str]) -> Iterator[Complaint]:
    for i, plan in item.texts("plans"):
        if plan.text not in known:
            yield say_unknown(plan, f"{path}.plans[{i}]", "plan", known)


def _name_plans(chosen: list[Scalar]) -> str:
    return ", ".join(quote(plan.text) for plan in chosen) or "a plan"


def _check_members(contacts: tuple[FileTree, ...], plans: tuple[FileTree, ...]) -> Iterator[Problem]:
    known = [contact_id.text for tree in contacts if tree.root for _, contact_id in iterate_ids(tree.root, "contacts")]
    for tree in plans:
        for index, team in tree.root.mappings("teams") if tree.root else ():
            for i, member in team.texts("members"):
                if member.text not in known:
                    complaint = say_unknown(member, f"teams[{index}].members[{i}]", "contact (contacts.yaml)", known)
                    yield from place(tree.file, (complaint,))


def _list_kinds(template_kinds: frozenset[str]) -> str:
    return "known: " + ", ".join(sorted(template_kinds)) if template_kinds else "there are no templates at all"
