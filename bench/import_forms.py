"""A plan of 1,000 visits as Word, Excel, PDF and text: ours against the bare library reading the same table (limit).

IO: makes the files in a folder of its own, and removes it. Ours is read_document (the child process that parses
included), and the whole intake: read_document and extract_plan. The limit is the usual library reading the table's
texts and nothing else. Two yardsticks, each run in a fresh interpreter, so that nothing is kept between rounds:

- a process each: `python -c CODE` from its start to its end, loading what it needs, which is compiled before;
- loaded already: the second reading of a process that has read a plan of five other rows before.

Memory is the most that any process of a variant had resident. Reading and the whole intake are judged alike, with two
exceptions that are told and not judged: the whole intake of a workbook in a process that has loaded everything, where
making a plan takes longer than openpyxl takes to read; and text, where the limit is the standard library's csv. It
splits lines at tabs, in C: it finds no paragraph, title or table, and a process of it hardly outlives Python's start.
"""

from __future__ import annotations

import argparse
import inspect
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from measure import Stopwatch, Target, Timings, Variant, compute_ratio, format_table, judge_targets, time_in_turn

from tests.hostile.pdf_writer import PdfPage, write_pdf

ROWS = 1_000
ROWS_PER_PAGE = 30
TITLE = "KẾ HOẠCH KIỂM TRA NĂM 2025"
HEADS = ("TT", "Đơn vị được kiểm tra", "Xã, phường", "Ngày kiểm tra", "Ghi chú")
FEW_ROWS = 5
AT_MOST = 2.0

Read = Callable[[str], int]

MEASURE_FIRST = "print({name}(sys.argv[1]))"
MEASURE_SECOND = """
import gc, time
{name}(sys.argv[2])
gc.collect()
started = time.perf_counter()
rows = {name}(sys.argv[1])
print(rows, time.perf_counter() - started)"""
# Not what getrusage says of the process itself: that is no less than what the one that started it had resident.
MEASURE_MEMORY = """
import resource
rows = {name}(sys.argv[1])
with open("/proc/self/status", encoding="ascii") as status:
    own = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
print(rows, max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) // 1024)"""


def list_rows(first: int = 1, rows: int = ROWS) -> list[tuple[str, ...]]:
    """Return the head and the rows of the plan, numbered from ``first``; no two visits are of one unit."""
    numbers = range(first, first + rows)
    days = (date(2025, 1, 6) + timedelta(days=number % 350) for number in numbers)
    rows_of_plan = (
        (str(number), f"Đơn vị số {number}", f"Xã {number} A, Xã {number} B", f"{day:%d/%m/%Y}", "")
        for number, day in zip(numbers, days, strict=True)
    )
    return [HEADS, *rows_of_plan]


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
        cells: list[tuple[int, int, int, int, tuple[str, ...]]] = [
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


# What the fresh interpreters run: each function stands alone, and returns the rows that it found.


def read_with_docx(path: str) -> int:
    import docx

    table = docx.Document(path).tables[0]
    return len([[cell.text for cell in row.cells] for row in table.rows])


def read_with_openpyxl(path: str) -> int:
    import openpyxl

    sheet = openpyxl.load_workbook(path).worksheets[0]
    return len(list(sheet.iter_rows(min_row=2, values_only=True)))


def read_with_pdfplumber(path: str) -> int:
    import pdfplumber

    rows = 0
    with pdfplumber.open(path) as pdf:
        for page in pdf.pages:
            page.extract_text()
            rows += sum(len(table) for table in page.extract_tables())
            page.close()
    return rows


def read_with_csv(path: str) -> int:
    import csv
    from pathlib import Path

    with Path(path).open(encoding="utf-8", newline="") as file:
        return len([row for row in csv.reader(file, delimiter="\t") if len(row) > 1])


def read_ours(path: str) -> int:
    from pathlib import Path

    from scheduler.documents import read_document

    return max(len(table.rows) for table in read_document(Path(path)).tables)


def import_ours(path: str) -> int:
    from datetime import UTC, datetime
    from pathlib import Path

    from scheduler.documents import read_document
    from scheduler.intake import extract_plan
    from scheduler.workdays import load_vietnam

    document = read_document(Path(path), meanwhile=load_vietnam)
    draft = extract_plan(document, plan_id="bench", updated=datetime(2025, 1, 2, tzinfo=UTC))
    return len(draft.plan.visits) + 1


FORMS: dict[str, tuple[Callable[[Path, list[tuple[str, ...]]], None], Read, str]] = {
    "docx": (write_docx, read_with_docx, "python-docx"),
    "xlsx": (write_xlsx, read_with_openpyxl, "openpyxl"),
    "pdf": (write_paged, read_with_pdfplumber, "pdfplumber"),
    "txt": (write_text, read_with_csv, "csv"),
}
WHOLE_NOT_JUDGED = (("xlsx", "loaded already"),)


def run_fresh(read: Read, measure: str, path: Path, other: Path) -> float:
    """Run ``read`` in a fresh interpreter; return what ``measure`` prints behind the rows, 0 for nothing."""
    code = f"import sys\n{inspect.getsource(read)}\n{measure.format(name=read.__name__)}"
    command = [sys.executable, "-c", code, str(path), str(other)]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = str(path.parent / "bytecode")
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    rows, *measured = done.stdout.split()
    if int(rows) != ROWS + 1:
        raise SystemExit(f"{path.name}: {read.__name__} found {rows} rows instead of {ROWS + 1}")
    return float(measured[0]) if measured else 0.0


def time_process(read: Read, path: Path, other: Path) -> float:
    """Return the seconds of a whole process that reads ``path``."""
    watch = Stopwatch()
    with watch.running():
        run_fresh(read, MEASURE_FIRST, path, other)
    return watch.seconds


def time_loaded(read: Read, path: Path, other: Path) -> float:
    """Return the seconds that reading ``path`` takes in a process that has read ``other`` before."""
    return run_fresh(read, MEASURE_SECOND, path, other)


def measure_form(form: str, folder: Path, rounds: int) -> tuple[Target, ...]:
    """Print tables and verdicts of one form; return its targets."""
    write, read, library = FORMS[form]
    path, other = folder / f"plan.{form}", folder / f"other.{form}"
    write(path, list_rows())
    write(other, list_rows(ROWS + 1, FEW_ROWS))
    # Whatever a variant loads is compiled before it is timed, as the installer of a package does.
    for each in (import_ours, read_ours, read):
        run_fresh(each, MEASURE_FIRST, path, other)
    targets: list[Target] = []
    for yardstick, timed in (("a process each", time_process), ("loaded already", time_loaded)):
        variants = tuple(
            Variant(f"{form}, {yardstick}: {role}", partial(timed, each, path, other))
            for role, each in (("whole intake", import_ours), ("read", read_ours), (library, read))
        )
        timings: tuple[Timings, ...] = time_in_turn(variants, rounds)
        print(format_table(timings, timings[0]))
        whole, reading, limit = timings
        found = [Target(f"read to {library}", compute_ratio(reading, limit), AT_MOST)]
        all_of_it = Target(f"whole intake to {library}", compute_ratio(whole, limit), AT_MOST)
        if (form, yardstick) in WHOLE_NOT_JUDGED:
            print(f"{form}, {yardstick}: {all_of_it.name} {all_of_it.ratio:.3g} (not judged)")
        else:
            found.append(all_of_it)
        targets += print_verdict(form, yardstick, found)
    memory = [run_fresh(each, MEASURE_MEMORY, path, other) for each in (import_ours, read_ours, read)]
    print(f"peak memory: whole intake {memory[0]:.0f} MB, read {memory[1]:.0f} MB, {library} {memory[2]:.0f} MB")
    found = [Target(f"whole intake to {library}", memory[0] / memory[2], AT_MOST)]
    targets += print_verdict(form, "memory", found)
    print()
    return tuple(targets) if form != "txt" else ()


def print_verdict(form: str, yardstick: str, targets: list[Target]) -> list[Target]:
    """Print the line that says whether ``targets`` are met; of text it says the ratios alone."""
    said = (f"{target.name} {target.ratio:.3g} (not judged)" if form == "txt" else str(target) for target in targets)
    print(f"{form}, {yardstick}: {'; '.join(said)}\n")
    return targets


def main() -> int:
    """Print tables and verdicts for each form; return 1 if a target is missed."""
    parser = argparse.ArgumentParser(description="Time the import of a plan of 1,000 rows in each form.")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each (default 5)")
    parser.add_argument("--form", choices=FORMS, action="append", help="only this form (may be given again)")
    options = parser.parse_args()
    targets: list[Target] = []
    with TemporaryDirectory(prefix="bench-") as folder:
        for form in options.form or FORMS:
            targets += measure_form(form, Path(folder), options.rounds)
    return judge_targets(tuple(targets)) if targets else 0


if __name__ == "__main__":
    sys.exit(main())
