"""One content -> a file of each form. Nothing here knows what a plan is."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

import docx
import openpyxl
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Pt
from docx.table import Table as WordTable

from tests.corpus.pages import Grid, Header, Merged, Page, Text, write_cell

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")


def write_text(page: Page) -> str:
    parts = []
    for block in page:
        if isinstance(block, Text):
            parts.append(block.text)
        elif isinstance(block, Grid):
            rows = ("\t".join(write_cell(cell).replace("\n", " ") for cell in row) for row in block.rows)
            parts.append("\n".join(rows))
    return "\n\n".join(parts) + "\n"


def write_markdown(page: Page) -> str:
    parts = []
    for block in page:
        if isinstance(block, Text):
            parts.append(block.text)
        elif isinstance(block, Grid):
            rows = [
                "| " + " | ".join(write_cell(cell).replace("\n", "<br>") for cell in row) + " |" for row in block.rows
            ]
            rows.insert(1, "|" + " --- |" * len(block.rows[0]))
            parts.append("\n".join(rows))
    return "\n\n".join(parts) + "\n"


def write_csv(page: Page, delimiter: str = ",") -> str:
    """Write every row as wide as the widest, as spreadsheets save them."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    width = max(len(row) for block in page if isinstance(block, Grid) for row in block.rows)
    for block in page:
        if isinstance(block, Text):
            writer.writerows([line, *[""] * (width - 1)] for line in block.text.splitlines())
        elif isinstance(block, Grid):
            writer.writerows([*map(write_cell, row), *[""] * (width - len(row))] for row in block.rows)
    return text.getvalue()


def write_docx(page: Page, path: Path) -> None:
    """Write it as Decree 30/2020/NĐ-CP (annex I) has it: centred title, paragraphs apart, annexes on new pages."""
    document = docx.Document()
    notes: list[str] = []
    before = ""
    for block in page:
        if isinstance(block, Text):
            for line in block.text.splitlines():
                paragraph = document.add_paragraph(line)
                centred = line.isupper() or before.isupper()
                paragraph.paragraph_format.page_break_before = line.startswith("PHỤ LỤC") and bool(before)
                paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if centred else WD_ALIGN_PARAGRAPH.JUSTIFY
                paragraph.paragraph_format.space_after = Pt(30 if centred and not line.isupper() else 6)
                before = line
        elif isinstance(block, Grid):
            style = "Table Grid" if block.ruled else "Normal Table"
            _fill_word_table(document.add_table(len(block.rows), len(block.rows[0]), style=style), block)
        elif isinstance(block, Header):
            document.sections[0].header.paragraphs[0].text = block.text
        else:
            notes.append(
                f'<w:footnote w:id="{len(notes) + 1}"><w:p><w:r><w:t>{block.text}</w:t></w:r></w:p></w:footnote>'
            )
            run = document.paragraphs[-1].add_run()
            run.element.append(parse_xml(f'<w:footnoteReference {nsdecls("w")} w:id="{len(notes)}"/>'))
    if notes:
        xml = f"<w:footnotes {nsdecls('w')}>{''.join(notes)}</w:footnotes>".encode()
        part = Part(PackURI("/word/footnotes.xml"), CONTENT_TYPE.WML_FOOTNOTES, xml, document.part.package)
        document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
    document.save(str(path))


def _fill_word_table(table: WordTable, grid: Grid) -> None:
    for at, row in enumerate(grid.rows):
        for column, cell in enumerate(row):
            if not isinstance(cell, Merged):
                table.cell(at, column).text = write_cell(cell)
    for top, left, bottom, right in list_areas(grid):
        table.cell(top, left).merge(table.cell(bottom, right)).text = write_cell(grid.rows[top][left])


def write_xlsx(page: Page, path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Lịch"
    line = 1
    for block in page:
        if isinstance(block, Text):
            for text in block.text.splitlines():
                sheet.cell(line, 1, text)
                line += 1
        if not isinstance(block, Grid):
            continue
        for at, row in enumerate(block.rows):
            for column, cell in enumerate(row):
                if isinstance(cell, date):
                    sheet.cell(line + at, column + 1, cell).number_format = "dd/mm/yyyy"
                elif cell and not isinstance(cell, Merged):
                    sheet.cell(line + at, column + 1, cell)
        for top, left, bottom, right in list_areas(block):
            sheet.merge_cells(start_row=line + top, start_column=left + 1, end_row=line + bottom, end_column=right + 1)
        line += len(block.rows) + 1
    book.save(path)


def list_areas(grid: Grid) -> list[tuple[int, int, int, int]]:
    """Return the merged areas: top, left, bottom, right, from 0, both corners included."""
    areas = []
    for top, row in enumerate(grid.rows):
        for left, cell in enumerate(row):
            if isinstance(cell, Merged):
                continue
            right = left
            while right + 1 < len(row) and row[right + 1] is Merged.LEFT:
                right += 1
            bottom = top
            while bottom + 1 < len(grid.rows) and grid.rows[bottom + 1][left] is Merged.UP:
                bottom += 1
            if (bottom, right) != (top, left):
                areas.append((top, left, bottom, right))
    return areas


def _encode(
    write: Callable[[Page], str], encoding: str = "utf-8", newline: str = "\n", form: str = "NFC"
) -> Callable[[Page, Path], None]:
    def write_file(page: Page, path: Path) -> None:
        path.write_bytes(unicodedata.normalize(form, write(page)).replace("\n", newline).encode(encoding))

    return write_file


WRITERS: dict[str, tuple[str, Callable[[Page, Path], None]]] = {
    "txt": ("txt", _encode(write_text)),
    "txt-bom-crlf": ("txt", _encode(write_text, "utf-8-sig", "\r\n")),
    "txt-nfd": ("txt", _encode(write_text, form="NFD")),
    "txt-utf16": ("txt", _encode(write_text, "utf-16")),
    "md": ("md", _encode(write_markdown)),
    "csv": ("csv", _encode(write_csv)),
    "csv-semicolon": ("csv", _encode(lambda page: write_csv(page, ";"), "utf-8-sig", "\r\n")),
    "tsv": ("tsv", _encode(lambda page: write_csv(page, "\t"))),
    "docx": ("docx", write_docx),
    "xlsx": ("xlsx", write_xlsx),
}
CONVERTED = {"pdf": "docx", "odt": "docx", "doc": "docx", "ods": "xlsx"}
"""Forms that LibreOffice writes, and the form they are made from."""


def convert_files(paths: Iterable[Path], form: str, folder: Path) -> None:
    """Convert ``paths`` to ``form`` in one run of LibreOffice; the results lie in ``folder``."""
    assert OFFICE is not None
    profile = folder / "profile"
    command = [OFFICE, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", form]
    subprocess.run([*command, "--outdir", str(folder), *map(str, paths)], check=True, capture_output=True, timeout=180)
    shutil.rmtree(profile)
