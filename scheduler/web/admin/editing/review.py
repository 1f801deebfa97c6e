"""A draft before it is in force: what is wrong with it at its line; else what it would change, and its lines."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from starlette.responses import Response

from scheduler.drafts import Draft, DraftFile, Rebased, name_draft, read_content, rebase_draft
from scheduler.errors import Problem
from scheduler.import_review import PlacedFact, place_facts
from scheduler.web.admin.asking import Asked, go_to
from scheduler.web.admin.desk import Desk, Trial
from scheduler.web.admin.editing.files import GONE, PATH, find_form, is_edited_here, word_file
from scheduler.web.admin.editing.found_words import list_facts
from scheduler.web.admin.editing.people import find_saver, list_editors, name_admin
from scheduler.web.admin.editing.placing import PlacedProblem, place_problems
from scheduler.web.admin.editing.plans import name_plan_file
from scheduler.web.admin.editing.saving import find_file
from scheduler.web.admin.editing.texts import show_text
from scheduler.web.admin.names import Names, make_names
from scheduler.web.admin.trail import DiffLine, compare_texts

_MOST_LINES = 400


@dataclass(frozen=True, slots=True)
class FileChange:
    """What a draft makes of one file; ``is_new`` and ``is_gone`` say that there was, or shall be, none.

    ``form`` is where it is edited but as text, "" where only text helps.
    """

    name: str
    words: str
    lines: tuple[DiffLine, ...]
    is_cut: bool
    is_new: bool
    is_gone: bool
    is_editable: bool
    form: str
    editors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Joined:
    """A file that somebody else changed meanwhile, and whose changes stand in the draft now."""

    name: str
    saver: str
    lines: tuple[DiffLine, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """A file of which somebody else changed the same lines; what each side made of the common footing."""

    name: str
    saver: str
    theirs: tuple[DiffLine, ...]
    ours: tuple[DiffLine, ...]


@dataclass(frozen=True, slots=True)
class DraftPage:
    """``version`` names what is shown, so that this is applied and nothing else; ``kept`` the draft as it is kept, so
    that nothing else is thrown away.

    With ``conflicts`` nothing was tried. ``counts`` are of events and of mails by change.
    """

    draft: Draft
    author: str
    is_own: bool
    version: str
    kept: str
    joined: tuple[Joined, ...]
    conflicts: tuple[Conflict, ...]
    trial: Trial
    problems: tuple[PlacedProblem, ...]
    warnings: tuple[Problem, ...]
    files: tuple[FileChange, ...]
    names: Names
    facts: tuple[PlacedFact, ...]
    event_counts: tuple[tuple[str, int], ...]
    mail_counts: tuple[tuple[str, int], ...]

    @property
    def is_empty(self) -> bool:
        """Whether no file would change."""
        return all(file.before == file.after for file in self.draft.files)

    @property
    def may_apply(self) -> bool:
        return not (self.conflicts or self.problems or self.is_empty or self.is_held)

    @property
    def is_held(self) -> bool:
        """Whether somebody has to look first at what an import could not read."""
        return self.draft.review is not None and self.draft.review.held


def show_draft(desk: Desk, asked: Asked) -> Response:
    """Show a draft on the footing of the files as they are now; the draft itself is left as it is."""
    draft = desk.drafts.find(asked.word("draft"))
    if draft is None:
        desk.tell(asked, GONE, is_good=False)
        return go_to(PATH)
    rebased = rebase_draft(desk.config_dir, draft)
    trial = Trial() if rebased.conflicts else desk.running.try_draft(rebased.draft, asked.now)
    differences = trial.differences
    return desk.show(
        "draft",
        asked,
        DraftPage(
            draft=rebased.draft,
            author=name_admin(desk, draft.author),
            is_own=draft.author == asked.visitor.id,
            version=name_draft(rebased.draft),
            kept=name_draft(draft),
            joined=_list_joined(desk, draft, rebased),
            conflicts=tuple(_make_conflict(desk, f) for f in draft.files if f.name in rebased.conflicts),
            trial=trial,
            problems=place_problems(desk, rebased.draft, trial.problems),
            warnings=trial.warnings,
            files=tuple(_make_change(desk, asked, file) for file in rebased.draft.files),
            names=desk.names() if trial.snapshot is None else make_names(trial.snapshot),
            facts=_list_facts(desk, rebased.draft),
            event_counts=tuple(Counter(str(one.change) for one in differences.events).items()),
            mail_counts=tuple(Counter(str(one.change) for one in differences.mails).items()),
        ),
    )


def _list_facts(desk: Desk, draft: Draft) -> tuple[PlacedFact, ...]:
    """Return what an import found, as the draft has it now; () for an edit by hand, or where the plan is wrong."""
    if draft.review is None:
        return ()
    name = name_plan_file(draft.review.plan)
    file = find_file(draft, name)
    content = read_content(desk.config_dir, name) if file is None else file.after
    read = None if content is None else desk.plan_readings.read(name, content)
    return (
        ()
        if read is None
        else place_facts(read.plan, list_facts(read.plan), (f.finding for f in draft.review.findings))
    )


def _list_joined(desk: Desk, draft: Draft, rebased: Rebased) -> tuple[Joined, ...]:
    pairs = zip(draft.files, rebased.draft.files, strict=True)
    return tuple(
        Joined(now.name, find_saver(desk, now.name), _compare(was.before, now.before)[:_MOST_LINES])
        for was, now in pairs
        if now.name in rebased.joined
    )


def _make_conflict(desk: Desk, file: DraftFile) -> Conflict:
    now = read_content(desk.config_dir, file.name)
    return Conflict(
        file.name,
        find_saver(desk, file.name),
        _compare(file.before, now)[:_MOST_LINES],
        _compare(file.before, file.after)[:_MOST_LINES],
    )


def _make_change(desk: Desk, asked: Asked, file: DraftFile) -> FileChange:
    lines = _compare(file.before, file.after)
    return FileChange(
        name=file.name,
        words=word_file(desk, file.name),
        lines=lines[:_MOST_LINES],
        is_cut=len(lines) > _MOST_LINES,
        is_new=file.before is None,
        is_gone=file.after is None,
        is_editable=is_edited_here(file.name),
        form=find_form(file.name),
        editors=list_editors(desk, asked, file.name),
    )


def _compare(before: bytes | None, after: bytes | None) -> tuple[DiffLine, ...]:
    return compare_texts(show_text(before or b"") or "", show_text(after or b"") or "")
