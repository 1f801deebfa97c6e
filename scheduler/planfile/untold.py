"""Who cannot be told, as warnings at the place where it can be mended: no address, no contact, no date.

Pure. For files without errors; what the rules never tell is not missed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from scheduler.errors import Problem
from scheduler.model import Audience, Rule
from scheduler.planfile.crosscheck import Complaint, FileTree, make_problem, place
from scheduler.planfile.tree import Mapping, Scalar
from scheduler.planfile.wording import quote

_UNADDRESSED = re.compile(r"\.email: (?P<name>.*) has no address and cannot be told; fill it in$", re.DOTALL)
_MOST_UNFOLDED = 3


def find_untold(
    contacts: tuple[FileTree, ...], plans: tuple[FileTree, ...], rules: tuple[Rule, ...]
) -> tuple[Problem, ...]:
    """Return contacts without address or sharing one, bodies without contact, teams nobody is of, undated visits."""
    warnings: list[Problem] = []
    for tree in contacts:
        warnings += _find_without_address(tree)
    warnings += _find_shared_mailboxes(contacts)
    for plan in plans:
        if plan.root is not None:
            belongs = _map_contacts(contacts, plan.stem)
            wanted = {a for rule in rules if rule.about == "visit" and _is_for(rule, plan.stem) for a in rule.to}
            warnings += place(plan.file, _find_gaps(plan.root, set(belongs.values()), wanted))
            if any("heads" in rule.to for rule in rules if rule.about == "report" and _is_for(rule, plan.stem)):
                warnings += place(plan.file, _find_headless(plan.root, belongs, _list_heads(contacts)))
            if "team" in wanted:
                warnings += place(plan.file, _find_lost_members(plan.root, belongs))
    return tuple(warnings)


def _is_for(rule: Rule, plan: str) -> bool:
    return not rule.plans or plan in rule.plans


def fold_unaddressed(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """Return the problems with many contacts without address as one warning a file, at the first of them."""
    alike: dict[str, list[tuple[Problem, str]]] = {}
    for problem in problems:
        found = _UNADDRESSED.search(problem.message)
        if found is not None:
            alike.setdefault(problem.file, []).append((problem, found["name"]))
    folded: dict[Problem, Problem | None] = {}
    for same in alike.values():
        if len(same) > _MOST_UNFOLDED:
            names = ", ".join(name for _, name in same[:_MOST_UNFOLDED])
            said = f"{len(same)} contacts have no address and cannot be told; fill it in: {names}, …"
            folded |= {problem: None for problem, _ in same} | {same[0][0]: replace(same[0][0], message=said)}
    told = (folded.get(problem, problem) for problem in problems)
    return tuple(problem for problem in told if problem is not None)


def _find_without_address(tree: FileTree) -> Iterator[Problem]:
    for index, contact in tree.root.mappings("contacts") if tree.root else ():
        email, name = contact.entry("email"), contact.text("name")
        if email is None or not isinstance(email.value, Scalar) or not email.value.text.strip():
            said = f"{quote(name.text if name else '')} has no address and cannot be told; fill it in"
            at = contact if email is None else email.key if tree.sheet is None else email.value
            yield make_problem(tree.file, at, f"contacts[{index}].email", said, "warning")


def _find_shared_mailboxes(contacts: tuple[FileTree, ...]) -> Iterator[Problem]:
    """Warn of each contact whose mailbox another has already: it gets one mail about an item, in the other's name."""
    first: dict[str, str] = {}
    for tree in contacts:
        for index, contact in tree.root.mappings("contacts") if tree.root else ():
            email, name = contact.text("email"), contact.text("name")
            mailbox = email.text.strip().lower() if email is not None else ""
            if email is None or not mailbox:
                continue
            if mailbox in first:
                said = (
                    f"{quote(email.text)} is the mailbox of {quote(first[mailbox])} too: a mail about one item"
                    " goes there once, in that name; give each its own where both must read it"
                )
                yield make_problem(tree.file, email, f"contacts[{index}].email", said, "warning")
            first.setdefault(mailbox, name.text if name is not None else "")


def _map_contacts(contacts: tuple[FileTree, ...], plan: str) -> dict[str, str]:
    """Return what each contact of ``plan`` belongs to."""
    found: dict[str, str] = {}
    for tree in contacts:
        for _, contact in tree.root.mappings("contacts") if tree.root else ():
            contact_id, of = contact.text("id"), contact.text("of")
            chosen = {name.text for _, name in contact.texts("plans")}
            if contact_id is not None and of is not None and (not chosen or plan in chosen):
                found[contact_id.text] = of.text
    return found


def _find_gaps(root: Mapping, told: set[str], wanted: set[Audience]) -> Iterator[Complaint]:
    for index, visit in root.mappings("visits"):
        path, unit, team = f"visits[{index}]", visit.text("unit"), visit.text("team")
        cancelled = visit.value("cancelled")
        if cancelled is not None and cancelled.plain is True:
            continue
        if visit.text("date") is None and not visit.items("dates"):
            yield Complaint(visit, path, "has no date: no event and no reminder until it has one", "warning")
        if unit is not None:
            yield from _miss(unit, f"{path}.unit", unit.text, told)
        for i, commune in visit.texts("communes") if unit is not None and "communes" in wanted else ():
            yield from _miss(commune, f"{path}.communes[{i}]", f"{unit.text}/{commune.text}" if unit else "", told)
        if team is not None and team.text.strip() and "team" in wanted:
            yield from _miss(team, f"{path}.team", team.text, told)
    for index, report in root.mappings("reports"):
        for i, ower in report.texts("owed_by"):
            yield from _miss(ower, f"reports[{index}].owed_by[{i}]", ower.text, told)


def _list_heads(contacts: tuple[FileTree, ...]) -> frozenset[str]:
    """Return the ids of the contacts that lead what they belong to."""
    return frozenset(
        contact_id.text
        for tree in contacts
        for _, contact in (tree.root.mappings("contacts") if tree.root else ())
        if (contact_id := contact.text("id")) is not None
        and (head := contact.value("head")) is not None
        and head.plain is True
    )


def _find_headless(root: Mapping, belongs: dict[str, str], heads: frozenset[str]) -> Iterator[Complaint]:
    """Yield who owes a report and has contacts, but none that a rule for heads could write to."""
    led = {of for contact, of in belongs.items() if contact in heads}
    for index, report in root.mappings("reports"):
        for i, ower in report.texts("owed_by"):
            if ower.text in set(belongs.values()) - led:
                said = f"{quote(ower.text)} has no head who could be told; write 'head: true' below one of its contacts"
                yield Complaint(ower, f"reports[{index}].owed_by[{i}]", said, "warning")


def _miss(node: Scalar, path: str, body: str, told: set[str]) -> Iterator[Complaint]:
    if body not in told:
        said = f"{quote(body)} has no contact and cannot be told; add one with 'of: {body}'"
        yield Complaint(node, path, said, "warning")


def _find_lost_members(root: Mapping, belongs: dict[str, str]) -> Iterator[Complaint]:
    """Yield members who are told of nothing, since their contact belongs to something else."""
    for index, team in root.mappings("teams"):
        team_id = team.text("id")
        for i, member in team.texts("members"):
            of = belongs.get(member.text)
            if team_id is not None and of is not None and of != team_id.text:
                said = (
                    f"{quote(member.text)} is a contact of {quote(of)} and is not told of this team's visits;"
                    f" add a contact with 'of: {team_id.text}'"
                )
                yield Complaint(member, f"teams[{index}].members[{i}]", said, "warning")
