"""The configuration folder as a Configuration, or all that is wrong with it at once.

IO: reads files; what it decides about them is in the pure modules beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from scheduler.errors import ConfigError, Problem
from scheduler.model import Contact, DayOverride, Plan, Rule, Unit, Visit
from scheduler.planfile.crosscheck import FileTree, check_plan
from scheduler.planfile.crossfiles import check_contacts, check_days, check_rules
from scheduler.planfile.explain import explain
from scheduler.planfile.foresight import LoadedPlan, find_dates_amiss, find_double_bookings, find_idle_rules
from scheduler.planfile.schemas import ContactsKeys, DaysKeys, Keys, PlanKeys, RulesKeys
from scheduler.planfile.sheet import find_sheets, read_sheet, reword_place
from scheduler.planfile.tree import Mapping
from scheduler.planfile.untold import find_untold
from scheduler.planfile.yamlfile import MAX_CHARACTERS, parse_yaml
from scheduler.workdays import WorkingDays

PLANS, CONTACTS, RULES, DAYS = "plans", "contacts.yaml", "reminders.yaml", "holidays.yaml"
_PURPOSE = {
    CONTACTS: "it holds the e-mail addresses; without any, write 'contacts: []'",
    RULES: "it holds the reminder rules; without any, write 'rules: []'",
    DAYS: "it holds days off and made-up working days; without any, write 'days: []'",
}

_PATH = re.compile(r"[a-z_]+[a-z_0-9.\[\]]*: ")

K = TypeVar("K", bound=Keys)


@dataclass(frozen=True, slots=True)
class Configuration:
    """All that admins edit, one snapshot; ``plans`` ascend by id, the rest stands in file order.

    ``warnings`` ascend by file and line: who cannot be told, and what else a person should look at.
    """

    plans: tuple[Plan, ...]
    contacts: tuple[Contact, ...]
    rules: tuple[Rule, ...]
    overrides: tuple[DayOverride, ...]
    warnings: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class _Known:
    """A file's text and what came of it: its tree and problems, and its keys where they are right."""

    text: str
    root: Mapping | None
    problems: tuple[Problem, ...]
    keys: Keys | None = None


class Recollection:
    """What came of each file when it was last read: a folder read again costs what changed in it. For one thread."""

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}
        self._plans: dict[str, tuple[dict[str, Unit], dict[str, Visit]]] = {}

    def parse(self, text: str, file: str) -> tuple[Mapping | None, tuple[Problem, ...]]:
        """Return what ``parse_yaml`` does; the very same tree for a text that is as it was."""
        known = self._known.get(file)
        if known is None or known.text != text:
            known = self._known[file] = _Known(text, *parse_yaml(text, file))
        return known.root, known.problems

    def validate(self, shape: type[K], tree: FileTree, root: Mapping) -> K:
        """Return the keys of a file that is right; raise ValidationError."""
        known = self._known.get(tree.file)
        if known is None or known.root is not root:
            return shape.model_validate(root.plain)
        if not isinstance(known.keys, shape):
            keys = shape.model_validate(root.plain)
            self._known[tree.file] = replace(known, keys=keys)
            return keys
        return known.keys

    def keep_same(self, plan: Plan) -> Plan:
        """Return ``plan`` with the very units and visits of before where they are equal: so an edit is seen at once."""
        known_units, known_visits = self._plans.get(plan.id, ({}, {}))
        units = tuple(known_units[u.id] if known_units.get(u.id) == u else u for u in plan.units)
        visits = tuple(known_visits[v.id] if known_visits.get(v.id) == v else v for v in plan.visits)
        self._plans[plan.id] = ({unit.id: unit for unit in units}, {visit.id: visit for visit in visits})
        return replace(plan, units=units, visits=visits)


def load_configuration(
    config_dir: Path,
    *,
    template_kinds: frozenset[str],
    today: date | None = None,
    recollection: Recollection | None = None,
) -> Configuration:
    """Read and check ``config_dir``; raise ConfigError with the errors of all files, by file and line.

    Plans are the files ``plans/*.yaml`` that are neither hidden nor drafts (``*.draft.yaml``); what editors leave
    beside them is not read. Contacts stand in contacts.yaml, in a spreadsheet (``contacts.xlsx``, ``contacts.csv``),
    or in several of them. ``today`` is local: with it, past dates are warned of.
    """
    if not config_dir.is_dir():
        raise ConfigError(
            (Problem(config_dir.as_posix(), 0, 0, "no such folder; name it with --config or SCHEDULER_CONFIG"),)
        )
    problems: list[Problem] = []
    plans_dir = config_dir / PLANS
    if not plans_dir.is_dir():
        problems.append(Problem(plans_dir.as_posix(), 0, 0, "no such folder; make it, it holds one file for each plan"))
    recall = recollection or Recollection()
    trees = _Trees(
        plans=tuple(_read_tree(path, problems, recall) for path in list_plan_files(config_dir)),
        contacts=_read_contacts(config_dir, problems, recall),
        rules=_read_tree(config_dir / RULES, problems, recall),
        days=_read_tree(config_dir / DAYS, problems, recall),
    )
    return _check_trees(trees, problems, _find_odd_files(config_dir), template_kinds, today, recall)


@dataclass(frozen=True, slots=True)
class _Trees:
    """All files of a configuration, as parsed."""

    plans: tuple[FileTree, ...]
    contacts: tuple[FileTree, ...]
    rules: FileTree
    days: FileTree

    def name_cells(self, problems: Iterable[Problem]) -> tuple[Problem, ...]:
        """Return the problems in order, each once; those of a spreadsheet with their cell for a place."""
        sheets = {tree.file: tree.sheet for tree in self.contacts if tree.sheet is not None}
        return tuple(reword_place(p, sheets[p.file]) if p.file in sheets else p for p in sorted(_tell_once(problems)))


def _tell_once(problems: Iterable[Problem]) -> Iterator[Problem]:
    """Yield one problem for each value: of several the last, which knows most; of a place YAML refuses only that."""
    by_place: dict[tuple[str, int, int], dict[str, Problem]] = {}
    for problem in problems:
        path = _PATH.match(problem.message)
        here = by_place.setdefault((problem.file, problem.line, problem.column), {})
        here[path[0] if path else ""] = problem
    for here in by_place.values():
        yield from (here[""],) if "" in here else here.values()


def _check_trees(
    trees: _Trees,
    problems: list[Problem],
    odd: tuple[Problem, ...],
    kinds: frozenset[str],
    today: date | None,
    recall: Recollection,
) -> Configuration:
    plan_keys = [keys for tree in trees.plans if (keys := _validate(PlanKeys, tree, problems, recall)) is not None]
    books = [book for tree in trees.contacts if (book := _validate(ContactsKeys, tree, problems, recall)) is not None]
    rule_keys = _validate(RulesKeys, trees.rules, problems, recall)
    day_keys = _validate(DaysKeys, trees.days, problems, recall)
    for tree in trees.plans:
        problems += check_plan(tree)
    problems += check_contacts(trees.contacts, trees.plans)
    problems += (*check_rules(trees.rules, trees.plans, kinds), *check_days(trees.days))
    if problems or rule_keys is None or day_keys is None:
        raise ConfigError(trees.name_cells(problems))
    configuration = Configuration(
        plans=tuple(recall.keep_same(keys.to_plan()) for keys in plan_keys),
        contacts=tuple(contact for book in books for contact in book.to_contacts()),
        rules=rule_keys.to_rules(),
        overrides=day_keys.to_overrides(),
        warnings=(),
    )
    warnings = (*_foresee(configuration, trees, today), *odd)
    return replace(configuration, warnings=trees.name_cells(warnings))


def _foresee(configuration: Configuration, trees: _Trees, today: date | None) -> Iterator[Problem]:
    """Yield as warnings who cannot be told, and what will not go as its admin expects."""
    workdays = WorkingDays(configuration.overrides)
    pairs = zip(trees.plans, configuration.plans, strict=True)
    loaded = tuple(LoadedPlan(tree, tree.root, plan) for tree, plan in pairs if tree.root is not None)
    yield from find_untold(trees.contacts, trees.plans, configuration.rules)
    for one in loaded:
        yield from find_dates_amiss(one, workdays, today)
    yield from find_double_bookings(loaded)
    yield from find_idle_rules(trees.rules, configuration.rules, loaded, workdays)


def read_plan_text(text: str, file: str) -> Plan:
    """Read the text of one plan file; raise ConfigError with all that is wrong in it.

    ``file`` names the place in messages; its last part must be ``<id>.yaml``.
    """
    root, found = parse_yaml(text, file)
    problems = list(found)
    tree = FileTree(file, _stem(Path(file)), root)
    keys = _validate(PlanKeys, tree, problems, Recollection())
    problems += check_plan(tree)
    if keys is None or problems:
        raise ConfigError(tuple(sorted(set(problems))))
    return keys.to_plan()


def list_plan_files(config_dir: Path) -> tuple[Path, ...]:
    """Return the plan files that are loaded, ascending by name."""
    found = (config_dir / PLANS).glob("*.yaml")
    return tuple(
        sorted(path for path in found if not path.name.startswith(".") and not path.name.endswith(".draft.yaml"))
    )


def read_config_text(path: Path) -> tuple[str, tuple[Problem, ...]]:
    """Return the file's text (UTF-8, with or without byte order mark), or "" and why it cannot be read."""
    file = path.as_posix()
    try:
        if path.stat().st_size > 4 * MAX_CHARACTERS:
            return "", (
                Problem(file, 0, 0, f"is larger than {4 * MAX_CHARACTERS:,} bytes; this is no configuration file"),
            )
        content = path.read_bytes()
    except FileNotFoundError:
        purpose = _PURPOSE.get(path.name, "check the name and --config")
        return "", (Problem(file, 0, 0, f"no such file; {purpose}"),)
    except OSError as error:
        return "", (Problem(file, 0, 0, f"cannot be read: {error.strerror}; mend its owner and mode"),)
    try:
        return content.decode("utf-8-sig"), ()
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line, column = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
        return "", (Problem(file, line, column, "is not UTF-8 text; save the file with the encoding UTF-8"),)


def _read_contacts(config_dir: Path, problems: list[Problem], recall: Recollection) -> tuple[FileTree, ...]:
    trees = []
    sheets = find_sheets(config_dir)
    if not sheets or (config_dir / CONTACTS).exists():
        trees.append(_read_tree(config_dir / CONTACTS, problems, recall))
    for path in sheets:
        tree, found = read_sheet(path)
        trees.append(tree)
        problems += found
    return tuple(trees)


def _read_tree(path: Path, problems: list[Problem], recall: Recollection) -> FileTree:
    text, unreadable = read_config_text(path)
    root, found = (None, unreadable) if unreadable else recall.parse(text, path.as_posix())
    problems += found
    return FileTree(path.as_posix(), _stem(path), root)


def _stem(path: Path) -> str:
    return path.name.removesuffix(".yaml")


def _validate(shape: type[K], tree: FileTree, problems: list[Problem], recall: Recollection) -> K | None:
    if tree.root is None:
        return None
    try:
        return recall.validate(shape, tree, tree.root)
    except ValidationError as error:
        problems += explain(error, tree.root, shape, tree.file)
        return None


def _find_odd_files(config_dir: Path) -> tuple[Problem, ...]:
    """Return as warnings files that look like plans and are not loaded, or that there is no plan."""
    plans_dir = config_dir / PLANS
    odd = [
        Problem(path.as_posix(), 0, 0, f"is not loaded; rename it to '{path.stem}.yaml'", "warning")
        for path in plans_dir.glob("*.yml")
        if not path.name.startswith(".")
    ]
    if not odd and not list_plan_files(config_dir):
        odd = [
            Problem(plans_dir.as_posix(), 0, 0, "holds no plan; make one with: scheduler import DOCUMENT", "warning")
        ]
    return tuple(odd)
