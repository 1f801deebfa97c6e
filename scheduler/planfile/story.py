"""A story for a rehearsal: which reports come when, and what is said of them, as marks on a plan's units.

IO: reads one file, a list:

    - {at: 2024-05-06T10:00+07:00, unit: son-dong, mark: received, on: 2024-05-06}
    - {at: 2024-05-08T09:00+07:00, unit: Lục Ngạn, mark: said}
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from scheduler.arrivals import Mark, ReportMark
from scheduler.errors import ConfigError, Problem, UsageError
from scheduler.model import Plan
from scheduler.owing import find_owed
from scheduler.planfile.explain import explain
from scheduler.planfile.fields import Day, Id, Instant, Line, Many, Maybe
from scheduler.planfile.read import read_config_text
from scheduler.planfile.schemas import Keys
from scheduler.planfile.yamlfile import parse_yaml

_KEY = "story"


class MarkKeys(Keys):
    at: Instant
    """When it is said."""
    unit: Line
    """Of which unit: its id, unit/commune, or its name."""
    mark: Literal["received", "said", "excused", "taken-back"]
    """What is said."""
    on: Maybe[Day] = None
    """The day on which a received report came; left out: the day on which that is said."""
    report: Maybe[Id] = None
    """Which report, where the unit owes several."""
    plan: Maybe[Id] = None
    """Of which plan, where there are several."""
    by: Line = "story"
    """Who says so."""


class StoryKeys(Keys):
    story: Many[MarkKeys] = ()


def read_story(path: Path, plans: tuple[Plan, ...]) -> tuple[ReportMark, ...]:
    """Return the marks of a story in order of time; ConfigError names every line that is wrong."""
    file = path.as_posix()
    text, unreadable = read_config_text(path)
    if unreadable:
        raise ConfigError(unreadable)
    # The list becomes the value of a key, which is what the reader of YAML takes.
    root, found = parse_yaml(f"{_KEY}:\n{text}", file)
    problems = list(found)
    marks: list[ReportMark] = []
    if root is not None and not problems:
        try:
            told = StoryKeys.model_validate(root.plain).story
        except ValidationError as error:
            problems += explain(error, root, StoryKeys, file)
            told = ()
        for (_, node), keys in zip(root.mappings(_KEY), told, strict=False):
            made = _make_mark(keys, plans)
            if isinstance(made, ReportMark):
                marks.append(made)
            else:
                problems.append(Problem(file, node.line, node.column, made))
    if problems:
        raise ConfigError(tuple(sorted(replace(one, line=max(0, one.line - 1)) for one in problems)))
    return tuple(sorted(marks, key=lambda mark: mark.made_at))


def _make_mark(keys: MarkKeys, plans: tuple[Plan, ...]) -> ReportMark | str:
    """Return the mark, or what is wrong with it."""
    try:
        owed = find_owed(plans, keys.unit, report=keys.report, plan=keys.plan)
    except UsageError as error:
        return f"unit: {error}"
    mark = Mark(keys.mark)
    said_on = keys.at.astimezone(owed.plan.zone).date()
    if keys.on is not None and mark is not Mark.RECEIVED:
        return f"on: only a received report came on a day; delete it, or write 'mark: received' for '{keys.mark}'"
    if keys.on is not None and keys.on > said_on:
        return f"on: {keys.on} is after {said_on}, the day on which that is said; mend one of the two"
    came_on = (keys.on or said_on) if mark is Mark.RECEIVED else None
    return ReportMark(owed.plan.id, owed.report.id, owed.unit, mark, came_on, keys.by, keys.at)
