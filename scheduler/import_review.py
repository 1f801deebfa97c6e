"""What an import found: facts with their places, and what a person should look at beside the document's own words.

Pure. The document itself is not kept: what stands here is all that is left of it once it was read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypedDict

from scheduler.documents.document import Document, Table
from scheduler.intake.schedule import find_schedule_tables
from scheduler.merging import Change
from scheduler.model import Finding, Plan, Severity

MOST_FINDINGS = 300
_LONGEST_TEXT = 600
_MOST_CELLS = 40

# What the document as a whole lacks: no words of it show that.
_OF_THE_WHOLE = frozenset(
    {
        "address-needed", "issued-missing", "number-missing", "organiser-missing", "report-missing", "team-missing",
        "title-missing",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SourceText:
    """One paragraph, or one cell of a row with the head of its column, "" where it has none."""

    head: str
    text: str


@dataclass(frozen=True, slots=True)
class ReviewedFinding:
    """A finding with the words of its place, in the document's order; () where its place is not one of them."""

    finding: Finding
    source: tuple[SourceText, ...]


@dataclass(frozen=True, slots=True)
class ImportReview:
    """``document`` is the file's name, ``plan`` the id it became.

    ``changes`` are what the document changed in a plan that was there; None for a plan that is new or replaced.
    ``held`` until a person has looked at the errors: some of the document is not in the plan. ``more`` counts the
    findings past the most that are kept.
    """

    document: str
    plan: str
    findings: tuple[ReviewedFinding, ...]
    changes: tuple[Change, ...] | None
    held: bool
    more: int = 0


@dataclass(frozen=True, slots=True)
class Fact:
    """``pointer`` is of the value, or of the first part of it that the document has a place for; ``row`` is of
    another value whose row in the document is this fact's too."""

    kind: str
    value: str
    pointer: str
    row: str = ""


@dataclass(frozen=True, slots=True)
class PlacedFact:
    """A fact with its place, and what is doubtful about it."""

    fact: Fact
    where: str
    doubts: tuple[Finding, ...]


def place_facts(plan: Plan, facts: Iterable[Fact], findings: Iterable[Finding]) -> tuple[PlacedFact, ...]:
    """Put each fact to its place; a doubt stands beside the first fact whose place or row it has, once."""
    places = {source.pointer: source.place for source in plan.sources}
    waiting = list(findings)
    placed = []
    for fact in facts:
        found = [place for pointer, place in places.items() if f"{pointer}/".startswith(f"{fact.pointer}/")]
        where = places.get(fact.pointer) or (found[0] if found else "")
        rows = {_name_row(place) for place in (where, *found, places.get(fact.row, "")) if place}
        own = tuple(finding for finding in waiting if _name_row(finding.where) in rows)
        waiting = [finding for finding in waiting if finding not in own]
        placed.append(PlacedFact(fact, where, own))
    return tuple(placed)


class _SourceJson(TypedDict):
    head: str
    text: str


class _FindingJson(TypedDict):
    severity: str
    code: str
    message: str
    where: str
    source: list[_SourceJson]


class _ChangeJson(TypedDict):
    subject: str
    before: str | None
    after: str | None
    where: str


class ReviewJson(TypedDict):
    """The review as JSON has it."""

    document: str
    plan: str
    findings: list[_FindingJson]
    changes: list[_ChangeJson] | None
    held: bool
    more: int


def review_import(
    document: Document,
    plan: str,
    findings: Iterable[Finding],
    changes: tuple[Change, ...] | None,
    *,
    held: bool,
) -> ImportReview:
    """Put each finding beside its words, the gravest first, and those that have words before those of no one place."""
    texts = _list_texts(document)
    order = list(Severity)
    told = (replace(one, where="") if one.code in _OF_THE_WHOLE else one for one in findings)
    found = sorted(told, key=lambda one: (order.index(one.severity), _name_row(one.where) not in texts))
    reviewed = tuple(ReviewedFinding(one, texts.get(_name_row(one.where), ())) for one in found[:MOST_FINDINGS])
    return ImportReview(document.name, plan, reviewed, changes, held, max(0, len(found) - MOST_FINDINGS))


def review_to_json(review: ImportReview) -> ReviewJson:
    return {
        "document": review.document,
        "plan": review.plan,
        "findings": [
            {
                "severity": one.finding.severity.value,
                "code": one.finding.code,
                "message": one.finding.message,
                "where": one.finding.where,
                "source": [{"head": text.head, "text": text.text} for text in one.source],
            }
            for one in review.findings
        ],
        "changes": None
        if review.changes is None
        else [
            {"subject": one.subject, "before": one.before, "after": one.after, "where": one.where}
            for one in review.changes
        ],
        "held": review.held,
        "more": review.more,
    }


def review_from_json(content: ReviewJson) -> ImportReview:
    """Read what ``review_to_json`` wrote; KeyError, TypeError or ValueError for anything else."""
    changes = content["changes"]
    return ImportReview(
        document=content["document"],
        plan=content["plan"],
        findings=tuple(
            ReviewedFinding(
                Finding(Severity(one["severity"]), one["code"], one["message"], one["where"]),
                tuple(SourceText(text["head"], text["text"]) for text in one["source"]),
            )
            for one in content["findings"]
        ),
        changes=None if changes is None else tuple(Change(**change) for change in changes),
        held=content["held"],
        more=content["more"],
    )


def _list_texts(document: Document) -> dict[str, tuple[SourceText, ...]]:
    """Return the words at each place: of a paragraph itself, of a schedule's row with the heads of its columns.

    A table that is no schedule, such as the letterhead, has no head that could be told for one.
    """
    texts: dict[str, tuple[SourceText, ...]] = {}
    schedules = {id(each.table): each.columns for each in find_schedule_tables(document, year=None)}
    for block in document.blocks:
        if isinstance(block, Table):
            columns = schedules.get(id(block))
            for number, row in enumerate(block.rows):
                heads = ("",) * len(row.cells)
                if columns is not None and number >= columns.first_row:
                    heads = columns.heads
                pairs = zip(heads, row.cells, strict=False)
                texts.setdefault(row.place, tuple(_cut(h, c.text) for h, c in pairs if c.text)[:_MOST_CELLS])
        else:
            texts.setdefault(block.place, (_cut("", block.text),))
    return texts


def _cut(head: str, text: str) -> SourceText:
    return SourceText(head[:_LONGEST_TEXT], text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}…")


def _name_row(place: str) -> str:
    """Return the place without its column."""
    return place.partition(", column '")[0]
