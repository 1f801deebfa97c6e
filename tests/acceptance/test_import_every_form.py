"""One plan typed into every form: the same plan each time, places aside."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scheduler.documents import read_document
from scheduler.documents.document import Paragraph, Table
from scheduler.intake import Draft, extract_plan
from scheduler.model import Contact, Plan
from tests.corpus.pages import UP, CellText, Grid, Page, Text
from tests.corpus.writers import CONVERTED, OFFICE, WRITERS, convert_files

ROOT = Path(__file__).parents[2]
UPDATED = datetime(2024, 4, 15, tzinfo=UTC)
FORMS = ("txt", "txt-nfd", "txt-utf16", "md", "csv", "docx", "xlsx", "pdf", "odt")


def find_plan(name: str) -> Path | None:
    """Return the shipped sample, or the office's own plan, which is laid beside a checkout and not part of it."""
    if name == "sample":
        return ROOT / "examples" / "ke-hoach-kiem-tra-2024.txt"
    return next(iter(sorted((ROOT.parent / "shared" / "plans").glob("000_*.txt"))), None)


def type_page(path: Path) -> Page:
    """Return the document's paragraphs and tables; a column that is filled once is merged down."""
    blocks = read_document(path).blocks
    return tuple(Text(block.text) if isinstance(block, Paragraph) else Grid(merge_columns(block)) for block in blocks)


def merge_columns(table: Table) -> tuple[tuple[CellText, ...], ...]:
    rows = [[cell.text for cell in row.cells] for row in table.rows]
    once = {
        column for column in range(len(rows[0])) if rows[1][column] and not any(row[column] for row in rows[2:])
    } if len(rows) > 2 else set()  # fmt: skip
    return tuple(
        tuple(UP if at > 1 and column in once else text for column, text in enumerate(row))
        for at, row in enumerate(rows)
    )


def extract(path: Path) -> Draft:
    return extract_plan(read_document(path), plan_id="kiem-tra-2024", updated=UPDATED)


def leave_out_places(draft: Draft) -> tuple[Plan, tuple[Contact, ...], Counter[str], list[str]]:
    pointers = sorted(source.pointer for source in draft.plan.sources)
    codes = Counter(finding.code for finding in draft.findings)
    return replace(draft.plan, sources=()), draft.contacts, codes, pointers


@pytest.fixture(params=["real", "sample"], scope="module")
def source(request: pytest.FixtureRequest) -> Path:
    path = find_plan(request.param)
    if path is None:
        pytest.skip("the office's plan is not beside this checkout")
    return path


@pytest.fixture(scope="module")
def typed(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the plan in every form, ``plan-<form>.<suffix>``."""
    folder = tmp_path_factory.mktemp("typed")
    page = type_page(source)
    for form, (suffix, write) in WRITERS.items():
        write(page, folder / f"plan-{form}.{suffix}")
    for form in ("pdf", "odt") if OFFICE else ():
        word = folder / f"plan-{form}.docx"
        WRITERS[CONVERTED[form]][1](page, word)
        convert_files((word,), form, folder)
    return folder


@pytest.mark.parametrize("form", FORMS)
def test_the_plan_is_the_same_in_every_form(form: str, source: Path, typed: Path) -> None:
    if form in CONVERTED and OFFICE is None:
        pytest.skip(f"LibreOffice, which writes .{form}, is not installed")
    path = typed / f"plan-{form}.{WRITERS[form][0] if form in WRITERS else form}"
    assert leave_out_places(extract(path)) == leave_out_places(extract(source))
