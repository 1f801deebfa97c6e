"""A plan of 1,000 visits as Word, Excel, PDF and text: ours against the bare library reading the same table (limit).

IO: makes the files in a folder of its own, and removes it. Ours is the whole import up to the draft: a child process
with limits reads the document, and the plan is extracted. The limit is the usual library reading the table's texts and
nothing else: as ours does, in a process of its own, which loads it first; and once more in this very process, loaded
already. Memory is the most that any process of a variant had resident, each in a fresh process.
"""

from __future__ import annotations

import argparse
import csv
import resource
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from measure import Stopwatch, Target, Timings, Variant, compute_ratio, format_table, judge_targets, time_in_turn

from tests.hostile.pdf_writer import PdfPage, write_pdf

ROWS = 1_000
ROWS_PER_PAGE = 30
TITLE = "KẾ HOẠCH KIỂM TRA NĂM 2025"
HEADS = ("TT", "Đơn vị được kiểm tra", "Xã, phường", "Ngày kiểm tra", "Ghi chú")
NOW = datetime(2025, 1, 2, tzinfo=UTC)
AT_MOST = 2.0

Read = Callable[[Path], int]


def list_rows() -> list[tuple[str, ...]]:
    """Return the head and the rows of the plan; no two visits are of one unit."""
    days = (date(2025, 1, 6) + timedelta(days=number % 350) for number in range(ROWS))
    rows = (
        (str(number), f"Đơn vị số {number}", f"Xã {number} A, Xã {number} B", f"{day:%d/%m/%Y}", "")
        for number, day in enumerate(days, start=1)
    )
    return [HEADS, *rows]


def write_docx(path: Path, rows: list[tuple[str, ...]]) -> None:
    import docx

    document = docx.Document()
    document.add_paragraph(TITLE)
    table = document.add_table(len(rows), len(HEADS))
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    document.save(str(path))


def write_xlsx(path: Path, rows: list[tuple[str, ...]]) -> None:
    import openpyxl

    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    sheet.append([TITLE])
    for row in rows:
        sheet.append(list(row))
    workbook.save(path)


def write_paged(path: Path, rows: list[tuple[str, ...]]) -> None:
    pages: list[PdfPage] = []
    for start in range(0, len(rows), ROWS_PER_PAGE):
        page = PdfPage()
        if not pages:
            page.write(150, 20, TITLE)
        cells = [
            (at, column, 1, 1, (text,) if text else ())
            for at, row in enumerate(rows[start : start + ROWS_PER_PAGE])
            for column, text in enumerate(row)
        ]
        edges = [50.0 + 22 * number for number in range(len(rows[start : start + ROWS_PER_PAGE]) + 1)]
        page.draw_table([20, 60, 200, 360, 460, 570], edges, cells)
        pages.append(page)
    path.write_bytes(write_pdf(pages))


def write_text(path: Path, rows: list[tuple[str, ...]]) -> None:
    path.write_text(f"{TITLE}\n\n" + "".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")


# The libraries are loaded where they are used: a fresh process of one must not pay for the others.


def read_with_docx(path: Path) -> int:
    import docx

    table = docx.Document(str(path)).tables[0]
    return len([[cell.text for cell in row.cells] for row in table.rows])


def read_with_openpyxl(path: Path) -> int:
    import openpyxl

    sheet = openpyxl.load_workbook(path).worksheets[0]
    return len(list(sheet.iter_rows(min_row=2, values_only=True)))


def read_with_pdfplumber(path: Path) -> int:
    import pdfplumber

    rows = 0
    with pdfplumber.open(path) as pdf:
        for page in pdf.pages:
            page.extract_text()
            rows += sum(len(table) for table in page.extract_tables())
            page.close()
    return rows


def read_with_csv(path: Path) -> int:
    with path.open(encoding="utf-8", newline="") as file:
        return sum(len(row) == len(HEADS) for row in csv.reader(file, delimiter="\t"))


def read_ours(path: Path) -> int:
    from scheduler.documents import read_document

    return max(len(table.rows) for table in read_document(path).tables)


def import_ours(path: Path) -> int:
    from scheduler.documents import read_document
    from scheduler.intake import extract_plan

    return len(extract_plan(read_document(path), plan_id="bench", updated=NOW).plan.visits) + 1


FORMS: dict[str, tuple[Callable[[Path, list[tuple[str, ...]]], None], Read, str]] = {
    "docx": (write_docx, read_with_docx, "python-docx"),
    "xlsx": (write_xlsx, read_with_openpyxl, "openpyxl"),
    "pdf": (write_paged, read_with_pdfplumber, "pdfplumber"),
    "txt": (write_text, read_with_csv, "csv"),
}


def time_reading(read: Read, path: Path) -> float:
    """Return the seconds of one reading; it must find every row."""
    watch = Stopwatch()
    with watch.running():
        rows = read(path)
    if rows != ROWS + 1:
        raise SystemExit(f"{path.name}: {read.__name__} found {rows} rows instead of {ROWS + 1}")
    return watch.seconds


def time_process(path: Path) -> float:
    """Return the seconds of the bare library in a process of its own."""
    watch = Stopwatch()
    with watch.running():
        measure_memory("limit", path)
    return watch.seconds


def measure_memory(role: str, path: Path) -> int:
    """Return the most MB that a fresh process, or the child it started, had resident while reading ``path``."""
    command = [sys.executable, __file__, "--memory", role, str(path)]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def print_memory(role: str, path: Path) -> int:
    read = read_ours if role == "read" else import_ours if role == "import" else FORMS[path.suffix[1:]][1]
    read(path)
    # Not what getrusage says of this process: that is no less than what the one that started it had resident.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    own = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    print(max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) // 1024)
    return 0


def measure_form(form: str, path: Path, rounds: int) -> tuple[Target, ...]:
    """Print the table of one form; return its targets."""
    write, read, library = FORMS[form]
    write(path, list_rows())
    variants = (
        Variant(f"{form}, ours: read and extract", lambda: time_reading(import_ours, path)),
        Variant(f"{form}, ours: read", lambda: time_reading(read_ours, path)),
        Variant(f"{form}, limit: {library}, own process", lambda: time_process(path)),
        Variant(f"{form}, limit: {library}, loaded already", lambda: time_reading(read, path)),
    )
    timings: tuple[Timings, ...] = time_in_turn(variants, rounds)
    whole, reading, limit, _ = timings
    memory = [measure_memory(role, path) for role in ("import", "read", "limit")]
    print(format_table(timings, whole))
    print(f"peak memory: read and extract {memory[0]} MB, read {memory[1]} MB, {library} {memory[2]} MB\n")
    if form == "txt":
        return ()  # splitting lines at tabs is no limit of finding paragraphs and tables; the seconds are what counts
    return (
        Target(f"{form} read to {library}", compute_ratio(reading, limit), AT_MOST),
        Target(f"{form} import to {library}", compute_ratio(whole, limit), AT_MOST),
        Target(f"{form} memory", memory[0] / memory[2], AT_MOST),
    )


def main() -> int:
    """Print a table for each form and the targets; return 1 if a target is missed."""
    parser = argparse.ArgumentParser(description="Time the import of a plan of 1,000 rows in each form.")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each (default 5)")
    parser.add_argument("--form", choices=FORMS, action="append", help="only this form (may be given again)")
    parser.add_argument("--memory", nargs=2, metavar=("ROLE", "FILE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.memory:
        return print_memory(options.memory[0], Path(options.memory[1]))
    targets: list[Target] = []
    with TemporaryDirectory(prefix="bench-") as folder:
        for form in options.form or FORMS:
            targets += measure_form(form, Path(folder) / f"plan.{form}", options.rounds)
    return judge_targets(tuple(targets)) if targets else 0


if __name__ == "__main__":
    sys.exit(main())
