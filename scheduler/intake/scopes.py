"""The clauses on what is inspected where -> the scope in general, the units with another, and at which levels.

Pure. Such a clause has a subject ("Đối với huyện …", "Tại các huyện còn lại (trừ …)") and a task.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from scheduler.intake.exemptions import read_exceptions
from scheduler.intake.offices import UnitRoll, names_commune_group, names_unit_group
from scheduler.intake.outline import Clause, Outline
from scheduler.intake.wording import (
    Placed,
    capitalise_first,
    drop_brackets,
    split_heading,
    split_sentences,
    trim_clause,
)

_ABOUT_CONTENT: Final = re.compile(r"\bnội dung\b|\bphạm vi\b|\bđối tượng\b", re.IGNORECASE)
_TASK: Final = r"(?:đoàn|nội dung|chỉ|kiểm tra|thanh tra|giám sát|khảo sát|tập trung|phạm vi|xem xét|đánh giá)\b"
_SUBJECT: Final = re.compile(
    rf"(?:Tại|Đối với|Với|Riêng|Ở)\s+(?P<subject>.{{1,300}}?)\s*(?::|,\s*(?={_TASK})|\s(?={_TASK}))\s*", re.IGNORECASE
)
_INSPECTS: Final = re.compile(r"kiểm tra|thanh tra|giám sát|khảo sát|xem xét|đánh giá", re.IGNORECASE)
_HOW: Final = re.compile(r"^(?:cách thức|phương pháp|hình thức|thời gian|thành phần)", re.IGNORECASE)
_WHO_INSPECTS: Final = re.compile(
    r"^đoàn\s+(?:(?:kiểm tra|thanh tra|giám sát)\s+(?=sẽ|tập trung|xem xét|đánh giá))?(?:sẽ\s+)?", re.IGNORECASE
)
_COMMUNES_ONLY: Final = re.compile(
    r"\bchỉ\b[^.;]{0,100}?\b(?:cấp xã|các xã|xã, phường)"
    r"|\bkhông\b[^.;]{0,30}\b(?:kiểm tra|thanh tra|giám sát|làm việc)\b[^.;]{0,20}\bcấp huyện",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Scopes:
    """``general`` is for all units but those of ``by_unit``; ``communes_only`` are not inspected at their own level."""

    general: Placed[str] | None
    by_unit: tuple[tuple[str, Placed[str]], ...]
    communes_only: tuple[tuple[str, str], ...]  # unit id, place that says so

    def of_unit(self, unit: str) -> Placed[str] | None:
        """Return the scope that ``unit`` alone has; None where it has the general one."""
        return next((scope for named, scope in self.by_unit if named == unit), None)


def read_scopes(outline: Outline, roll: UnitRoll) -> Scopes:
    """Read the clauses of the sections on content; a unit's first own scope counts."""
    general: Placed[str] | None = None
    by_unit: dict[str, Placed[str]] = {}
    communes_only: dict[str, str] = {}
    for clause, subject, task in _list_tasks(outline):
        outer = drop_brackets(subject)
        named = roll.find_in(outer)
        alone = named if _COMMUNES_ONLY.search(task) else ()
        for unit in (*read_exceptions(subject, roll).units, *alone):
            communes_only.setdefault(unit, clause.place)
        if alone or not task:
            continue
        scope = Placed(_word_scope(task), clause.place)
        for unit in named:
            by_unit.setdefault(unit, scope)
        if not named and general is None and _is_of_units(outer, clause):
            general = scope
    return Scopes(general, tuple(by_unit.items()), tuple(communes_only.items()))


def _list_tasks(outline: Outline) -> Iterator[tuple[Clause, str, str]]:
    """Yield clause, subject and task of each sentence that says what is inspected where."""
    for clause in outline.body:
        for sentence in split_sentences(clause.text) if _is_about_content(clause) else ():
            subject, task = _split_subject(sentence)
            if subject and _INSPECTS.search(sentence) and not _HOW.match(subject):
                yield clause, subject, task


def _is_about_content(clause: Clause) -> bool:
    return any(_ABOUT_CONTENT.search(heading.text[:120]) for heading in clause.within)


def _split_subject(sentence: str) -> tuple[str, str]:
    """Split a sentence into whom it is about and what is to be done there; ("", sentence) without a subject."""
    # Brackets are blanked for the search only: they may hold colons and verbs of their own.
    blanked = re.sub(r"\([^()]*\)", lambda match: "\x00" * len(match.group()), sentence)
    match = _SUBJECT.match(blanked)
    if match:
        return sentence[match.start("subject") : match.end("subject")], sentence[match.end() :]
    return split_heading(sentence)


def _is_of_units(subject: str, clause: Clause) -> bool:
    """Tell whether the clause is about the units in general: its subject says so, or the heading it stands under."""
    for text in (subject, *(heading.text for heading in reversed(clause.within))):
        if names_unit_group(text):
            return True
        if names_commune_group(text):
            return False
    return False


def _word_scope(task: str) -> str:
    return capitalise_first(trim_clause(_WHO_INSPECTS.sub("", task)))
