"""Problems of a draft -> each with the file it is in, the lines around it, and where it can be mended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from scheduler.drafts import Draft, read_content
from scheduler.errors import Problem
from scheduler.web.admin.desk import Desk
from scheduler.web.admin.editing.files import is_edited_here
from scheduler.web.admin.editing.saving import find_file
from scheduler.web.admin.editing.texts import show_text

_AROUND = 2
_LONGEST_LINE = 300


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file; ``mark`` is the column, from 0, where something is wrong with it; None for neighbours."""

    number: int
    text: str
    mark: int | None


@dataclass(frozen=True, slots=True)
class PlacedProblem:
    """``name`` is the file's in the configuration folder; ``is_editable`` where it can be mended here."""

    problem: Problem
    name: str
    lines: tuple[Line, ...]
    is_editable: bool


def place_problems(desk: Desk, draft: Draft | None, problems: Iterable[Problem]) -> tuple[PlacedProblem, ...]:
    """Return each problem with the lines around its place, as the draft (None: the file itself) has them.

    Those of the files that the draft changes come first: what others say of them is often wrong only for that.
    """
    texts: dict[str, tuple[str, ...]] = {}
    placed = []
    for problem in problems:
        name = problem.file.removeprefix(f"{desk.config_dir.as_posix()}/")
        editable = is_edited_here(name)
        if name not in texts:
            texts[name] = _read_lines(desk, draft, name) if editable else ()
        placed.append(PlacedProblem(problem, name, _cut_out(texts[name], problem), editable))
    edited = {file.name for file in draft.files} if draft is not None else set()
    return tuple(sorted(placed, key=lambda one: one.name not in edited))


def _read_lines(desk: Desk, draft: Draft | None, name: str) -> tuple[str, ...]:
    file = find_file(draft, name)
    content = read_content(desk.config_dir, name) if file is None else file.after
    return tuple((show_text(content or b"") or "").split("\n"))


def _cut_out(lines: tuple[str, ...], problem: Problem) -> tuple[Line, ...]:
    if not 1 <= problem.line <= len(lines):
        return ()
    first = max(1, problem.line - _AROUND)
    return tuple(
        Line(number, text[:_LONGEST_LINE], problem.column - 1 if number == problem.line else None)
        for number, text in enumerate(lines[first - 1 : problem.line + _AROUND], start=first)
    )
