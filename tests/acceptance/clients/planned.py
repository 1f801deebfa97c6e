"""A plan file -> what its calendar must show, read with a YAML parser alone: none of the program's code has a say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap

CANCELLED_MARK = "ĐÃ HỦY: "


@dataclass(frozen=True, slots=True)
class Entry:
    """One event as a calendar shows it.

    ``start`` and ``end`` are local hours ("2024-05-20 07:00"), of an all-day event its first and last day
    ("2024-05-09"). None stands for what a client does not show, and for what a plan file does not say.
    """

    start: str
    end: str
    title: str
    status: str | None = None
    uid: str | None = None
    sequence: int | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """One morning's edit of a plan: ``moved`` goes to ``day``, ``removed`` goes, and a commune has another name.

    ``renamed`` is a visit; the name is that of the first commune that it names.
    """

    moved: str
    day: date
    removed: str
    renamed: str
    commune_name: str


def read_entries(plan_file: Path) -> dict[str, tuple[Entry, ...]]:
    """Return what the plan's calendar must show, for each visit and report by its id."""
    plan = YAML(typ="safe").load(plan_file.read_text("utf-8"))
    status = plan["plan"]["status"].upper()
    units = {unit["id"]: unit["name"] for unit in plan["units"]}
    communes = {(unit["id"], commune["id"]): commune["name"] for unit in plan["units"] for commune in unit["communes"]}
    sessions = {session["id"]: session for session in plan["sessions"]}
    entries = {}
    for visit in plan["visits"]:
        unit, day = visit["unit"], visit["date"]
        place = f"{units[unit]} ({', '.join(communes[unit, commune] for commune in visit['communes'])})"
        entries[visit["id"]] = tuple(
            Entry(
                f"{day} {session['start']}",
                f"{day} {session['end']}",
                f"Kiểm tra: {place} – {_lower_first(session['name'])}",
                status,
            )
            for session in (sessions[name] for name in visit["sessions"])
        )
    for report in plan["reports"]:
        late = report["due"]["before"]
        last_day = str(late - timedelta(days=1))
        title = f"Hạn nộp {_lower_first(report['title'])}: trước ngày {late.day}/{late.month}/{late.year}"
        entries[report["id"]] = (Entry(last_day, last_day, title, status),)
    return entries


def cancel(entry: Entry) -> Entry:
    """Return how an event that a plan no longer has must look."""
    return replace(entry, title=f"{CANCELLED_MARK}{entry.title}", status="CANCELLED")


def sort_entries(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    return tuple(sorted(entries, key=lambda entry: (entry.start, entry.title)))


def edit_plan(plan_file: Path, edit: Edit) -> None:
    """Edit the plan as an admin would: in its file, leaving all else as it stands."""
    with _open_plan(plan_file) as plan:
        visits = {visit["id"]: visit for visit in plan["visits"]}
        visits[edit.moved]["date"] = edit.day
        renamed = visits[edit.renamed]
        unit = next(unit for unit in plan["units"] if unit["id"] == renamed["unit"])
        commune = next(commune for commune in unit["communes"] if commune["id"] == renamed["communes"][0])
        commune["name"] = edit.commune_name
        plan["visits"].remove(visits[edit.removed])


def confirm_plan(plan_file: Path) -> None:
    """Write into the plan's file that its dates are fixed."""
    with _open_plan(plan_file) as plan:
        plan["plan"]["status"] = "confirmed"


@contextmanager
def _open_plan(plan_file: Path) -> Iterator[CommentedMap]:
    """Yield the plan for changes, and save it."""
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 10_000
    plan = yaml.load(plan_file.read_text("utf-8"))
    yield plan
    yaml.dump(plan, plan_file)


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]
