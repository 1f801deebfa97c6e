"""One document -> the files of a plan: its YAML, the kept extraction, contact stubs; or a merge with the plan there is.

IO shell: reads the document, lets intake and merging decide, writes each file whole (a temporary one, then renamed).
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from scheduler.documents import read_document
from scheduler.documents.document import Document
from scheduler.errors import SchedulerError, UsageError
from scheduler.intake import extract_plan
from scheduler.intake.draft import Draft
from scheduler.intake.realign import keep_ids
from scheduler.merging import Change, Merge, merge_plans
from scheduler.merging.twins import tell_twin
from scheduler.model import OFFICE_ZONE, Contact, Finding, Plan, Severity
from scheduler.naming import is_fuller_name
from scheduler.planfile import append_contacts, plan_to_yaml, read_plan_text
from scheduler.planfile.amend import amend_plan_text
from scheduler.planfile.contacts import describe_contact, list_bodies, parse_contacts, read_stubs
from scheduler.planfile.days import read_days
from scheduler.planfile.read import list_plan_files
from scheduler.planfile.sheet import read_sheets
from scheduler.shipped_files import find_shipped
from scheduler.whole_files import write_whole
from scheduler.workdays import WorkingDays, load_vietnam

READING, UNDERSTANDING, WRITING = "reading", "finding the schedule", "writing"
_STARTING_FILES = ("settings.yaml", "reminders.yaml", "holidays.yaml")


Report = Callable[[str, int, int], None]
"""Told a stage, and how much of it is done and how much there is in all (0: not known)."""


def _report_nothing(stage: str, done: int, total: int) -> None:
    """Take no notice."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import wrote; ``added_contacts`` counts the stubs that are new in contacts.yaml.

    ``changes`` are what the document changed in a plan that was there; None for a plan that is new or replaced.
    """

    draft: Draft
    plan_file: Path
    contacts_file: Path
    added_contacts: int
    written: tuple[Path, ...]
    changes: tuple[Change, ...] | None = None


@dataclass(frozen=True, slots=True)
class _Files:
    """Where the files of one plan are; ``kept`` and ``kept_contacts`` hold the extraction itself."""

    config: Path
    plan_id: str

    @property
    def plan(self) -> Path:
        return self.config / "plans" / f"{self.plan_id}.yaml"

    @property
    def kept(self) -> Path:
        return self.config / "plans" / ".imported" / f"{self.plan_id}.yaml"

    @property
    def kept_contacts(self) -> Path:
        return self.config / "plans" / ".imported" / f"{self.plan_id}.contacts.yaml"

    @property
    def contacts(self) -> Path:
        return self.config / "contacts.yaml"


def extract_document(
    document: Path,
    config_dir: Path,
    *,
    plan_id: str | None,
    now: datetime,
    report: Report = _report_nothing,
) -> Draft:
    """Read ``document`` and return the draft; DocumentError when it is unreadable or holds no schedule.

    Days off are those of ``config_dir``, else the shipped ones. ``report`` is told each stage.
    """
    report(READING, 0, 0)
    read = read_document(document, lambda done, total: report(READING, done, total), load_vietnam)
    report(UNDERSTANDING, 0, 0)
    return understand_document(read, config_dir, plan_id=plan_id, now=now)


def understand_document(read: Document, config_dir: Path, *, plan_id: str | None, now: datetime) -> Draft:
    """Return the draft of a document that was read; DocumentError when it holds no schedule.

    A plan that ``config_dir`` has not yet is held against those that it has.
    """
    updated = now.astimezone(OFFICE_ZONE).replace(second=0, microsecond=0)
    days = read_days(config_dir if (config_dir / "holidays.yaml").exists() else find_shipped("config"))
    draft = extract_plan(read, plan_id=plan_id, updated=updated, working_days=WorkingDays(days))
    if _Files(config_dir, draft.plan.id).plan.exists():
        return draft
    return replace(draft, findings=(*tell_twin(draft.plan, _list_imported(config_dir)), *draft.findings))


def _list_imported(config_dir: Path) -> Iterator[Plan]:
    """Yield the plans that are there as they were imported; what cannot be read is no concern of a new plan."""
    for plan_file in list_plan_files(config_dir):
        kept = _Files(config_dir, plan_file.stem).kept
        with suppress(SchedulerError):
            if kept.exists():
                yield read_plan_text(_read_text(kept), str(kept))


def import_document(
    document: Path,
    config_dir: Path,
    *,
    plan_id: str | None,
    out: Path | None,
    force: bool,
    now: datetime,
    report: Report = _report_nothing,
) -> Imported:
    """Import ``document`` into ``config_dir``; a plan that is there is merged with it, or replaced with ``force``.

    A plan that changes is kept as .bak. A draft with errors is written as ``<id>.draft.yaml``, which the service does
    not load, and nothing else of a plan that is there is touched.
    """
    draft = extract_document(document, config_dir, plan_id=plan_id, now=now, report=report)
    report(WRITING, 0, 0)
    return write_draft(draft, config_dir, out=out, force=force)


def write_draft(draft: Draft, config_dir: Path, *, out: Path | None, force: bool) -> Imported:
    """Write the files of a draft into ``config_dir`` as ``import_document`` does."""
    files = _Files(config_dir, draft.plan.id)
    if out is None and files.plan.exists() and not force and not draft.has_errors:
        return _merge_again(draft, files)
    suffix = ".draft.yaml" if draft.has_errors else ".yaml"
    plan_file = out or files.plan.with_name(f"{draft.plan.id}{suffix}")
    if plan_file.exists() and not draft.has_errors and not force:
        raise UsageError(
            f"{plan_file} exists already; give --force to replace it (the old one is kept as {plan_file.name}.bak),"
            " or another --out"
        )
    if files.plan.exists() and plan_file != files.plan:
        # The plan in use keeps its own base and contacts until an import changes it.
        _replace_plan(plan_file, plan_to_yaml(draft.plan))
        return Imported(draft, plan_file, files.contacts, 0, (plan_file,))
    return _write_new(draft, files, plan_file)


def _write_new(draft: Draft, files: _Files, plan_file: Path) -> Imported:
    if draft.has_errors:
        # Contacts of a plan that is not loaded would be contacts of nothing.
        _replace_plan(plan_file, plan_to_yaml(draft.plan))
        return Imported(draft, plan_file, files.contacts, 0, (plan_file,))
    written = _add_starting_files(files.config)
    text = plan_to_yaml(draft.plan)
    old_contacts = _read_text(files.contacts)
    standing = _read_standing(files, old_contacts)
    contacts = append_contacts(old_contacts, standing.leave_out(draft.contacts), draft.plan, str(files.contacts))
    written += _write_changed((files.contacts, old_contacts, contacts))
    # The plan comes after them: the service never sees it without its contacts.
    _replace_plan(plan_file, text)
    # The base comes last: before the plan it would say of a plan that was not written that it has all of the document.
    write_whole(files.kept_contacts, append_contacts("", draft.contacts, draft.plan))
    write_whole(files.kept, text)
    added = _count_needed(contacts) - _count_needed(old_contacts)
    told = (*_tell_differing(draft, standing), *draft.findings)
    return Imported(replace(draft, findings=told), plan_file, files.contacts, added, (*written, plan_file))


def _tell_differing(draft: Draft, standing: _Standing) -> tuple[Finding, ...]:
    """Tell of each contact that stands in the configuration under the id of somebody else in the document."""
    known = standing.who
    return tuple(
        Finding(
            Severity.WARNING,
            "contact-differs",
            f"the document names {stub.id} '{describe_contact(stub.name, stub.title or '')}', and "
            f"{known[stub.id].file} has '{known[stub.id].said}', who is told; check who it is",
            "",
        )
        for stub in draft.contacts
        if stub.id in known and not is_fuller_name(stub.name, known[stub.id].said)
    )


@dataclass(frozen=True, slots=True)
class _Who:
    """A contact that stands in ``file``, by name and title."""

    said: str
    file: str


@dataclass(frozen=True, slots=True)
class _Standing:
    """The contacts that stand in a configuration by their ids, those in spreadsheets too, and what they belong to."""

    who: dict[str, _Who]
    in_sheets: frozenset[str]
    bodies: frozenset[str]

    def leave_out(self, stubs: tuple[Contact, ...]) -> tuple[Contact, ...]:
        """Return the stubs but those that stand in a spreadsheet: an id may stand in one file only."""
        return tuple(stub for stub in stubs if stub.id not in self.in_sheets)


def _read_standing(files: _Files, contacts: str) -> _Standing:
    """Return who stands in the text of contacts.yaml and in the spreadsheets beside it."""
    sheets = read_sheets(files.config)
    roots = {files.contacts: parse_contacts(contacts, str(files.contacts)), **sheets}
    who = {id_: _Who(said, str(path)) for path, root in roots.items() for id_, said in read_stubs(root).items()}
    in_sheets = frozenset(id_ for root in sheets.values() for id_ in read_stubs(root))
    return _Standing(who, in_sheets, frozenset().union(*map(list_bodies, roots.values())))


# --- importing again --------------------------------------------------------------------------------


def _merge_again(draft: Draft, files: _Files) -> Imported:
    """Merge the new extraction into the plan; what says the same stays as it is, byte for byte."""
    if not files.kept.exists():
        raise UsageError(
            f"{files.plan} exists already and was not imported ({files.kept} is missing), so that nothing tells the "
            "document's changes from yours; give --force to replace it, or --id for another id"
        )
    text, kept_text, contacts = _read_text(files.plan), _read_text(files.kept), _read_text(files.contacts)
    base, ours = read_plan_text(kept_text, str(files.kept)), read_plan_text(text, str(files.plan))
    draft, standing = keep_ids(draft, base, ours), _read_standing(files, contacts)
    # As it would be read from a file: the base and the plan were.
    theirs = read_plan_text(plan_to_yaml(draft.plan), str(files.plan))
    if {unit.id for unit in theirs.units}.isdisjoint(unit.id for plan in (base, ours) for unit in plan.units):
        raise UsageError(
            f"{files.plan} is of another plan: the document names none of its units; give --id for another id, or "
            "--force to replace it"
        )
    if replace(theirs, updated=base.updated) == base:
        merge, amended = Merge(ours, (), ()), text
    else:
        merge = merge_plans(base, ours, theirs, bodies=standing.bodies)
        amended = _amend(text, ours, merge.plan, kept_text, files)
    offered = _read_text(files.kept_contacts)
    more, told, changes = _compare_contacts(draft, merge.plan, offered, standing, str(files.contacts))
    new_contacts = append_contacts(contacts, standing.leave_out(more), merge.plan, str(files.contacts))
    written = _write_changed(
        (files.contacts, contacts, new_contacts),
        (files.plan, text, amended),
        # The base comes last: until then the same import can be made again.
        (files.kept_contacts, offered, append_contacts("", draft.contacts, theirs)),
        (files.kept, kept_text, kept_text if replace(theirs, updated=base.updated) == base else plan_to_yaml(theirs)),
    )
    shown = tuple(path for path in written if path not in (files.kept, files.kept_contacts))
    merged = Draft(merge.plan, draft.contacts, (*merge.findings, *told, *draft.findings))
    added = _count_needed(new_contacts) - _count_needed(contacts)
    return Imported(merged, files.plan, files.contacts, added, shown, (*merge.changes, *changes))


def _amend(text: str, ours: Plan, plan: Plan, kept_text: str, files: _Files) -> str:
    """Return the plan's text with the merged values; SchedulerError where that would not read as the merged plan."""
    amended = amend_plan_text(text, ours, plan, kept_text, str(files.plan))
    if replace(read_plan_text(amended, str(files.plan)), sources=()) != replace(plan, sources=()):
        raise SchedulerError(
            f"{files.plan}: its lines cannot be amended one by one and nothing was written; give --force to replace "
            f"it (the old one is kept as {files.plan.name}.bak)"
        )
    return amended


def _compare_contacts(
    draft: Draft, plan: Plan, offered: str, standing: _Standing, contacts_file: str
) -> tuple[tuple[Contact, ...], tuple[Finding, ...], tuple[Change, ...]]:
    """Return the stubs that no import offered before, and what the document changed about those it did."""
    known = read_stubs(parse_contacts(offered))
    bodies = {unit.id for unit in plan.units} | {team.id for team in plan.teams}
    bodies |= {f"{unit.id}/{commune.id}" for unit in plan.units for commune in unit.communes}
    findings: list[Finding] = []
    changes: list[Change] = []
    for stub in draft.contacts:
        said, before = describe_contact(stub.name, stub.title or ""), known.get(stub.id)
        if before is not None and before != said:
            file = standing.who[stub.id].file if stub.id in standing.who else contacts_file
            text = f"the document now names {stub.id} '{said}' (it said '{before}'); edit {file} where it is right"
            findings.append(Finding(Severity.WARNING, "contact-changed", text, ""))
            changes.append(Change(f"contact {stub.id} (not applied)", f"'{before}'", f"'{said}'", ""))
    new = tuple(stub for stub in draft.contacts if stub.id not in known and stub.of in bodies)
    return new, tuple(findings), tuple(changes)


def _write_changed(*texts: tuple[Path, str, str]) -> tuple[Path, ...]:
    """Write each file whose text (path, before, after) changes, in order; return their paths.

    SchedulerError, and nothing written, where one is no longer as it was read.
    """
    changed = tuple(each for each in texts if each[1] != each[2])
    for path, before, _ in changed:
        if _read_text(path) != before:
            raise SchedulerError(f"{path}: was saved by somebody else meanwhile; import again")
    for path, _, after in changed:
        (_replace_plan if path.parent.name == "plans" else write_whole)(path, after)
    return tuple(path for path, _, _ in changed)


# --- files ------------------------------------------------------------------------------------------


def _replace_plan(path: Path, text: str) -> None:
    """Write ``path``; what it held before is kept beside it as .bak."""
    if path.exists():
        shutil.copy2(path, path.with_name(path.name + ".bak"))
    write_whole(path, text)


def _read_text(path: Path) -> str:
    """Return the file's text with its line ends as they are; "" where there is no file."""
    try:
        return path.read_bytes().decode("utf-8") if path.exists() else ""
    except UnicodeDecodeError as error:
        raise SchedulerError(f"{path}: is not UTF-8 text; save the file with the encoding UTF-8") from error


def _count_needed(contacts: str) -> int:
    return contacts.count("# address needed")


def _add_starting_files(config_dir: Path) -> list[Path]:
    """Give a folder that is not yet a configuration the shipped settings, rules and holidays."""
    if config_dir.exists() and any(config_dir.iterdir()):
        return []
    added = []
    for name in _STARTING_FILES:
        write_whole(config_dir / name, (find_shipped("config") / name).read_text(encoding="utf-8"))
        added.append(config_dir / name)
    return added
