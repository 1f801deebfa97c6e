"""A plan of 1,000 visits as Word, Excel, PDF and text: ours against the bare library reading the same table (limit).

IO: makes the files in a folder of its own, and removes it. Ours is read_document (the child process that parses
included), and the whole intake: read_document and extract_plan. The limit is the usual library reading the table's
texts and nothing else. Two yardsticks, each run in a fresh interpreter, so that nothing is kept between rounds:

- a process each: `python -c CODE` from its start to its end, loading what it needs, which is compiled before;
- loaded already: the second reading of a process that has read a plan of five other rows before.

Memory is the most that any process of a variant had resident. Reading and the whole intake are judged alike. Told and
not judged is what a process that has loaded everything takes where the library has next to nothing to do: the whole
intake of a workbook, and text.

For text the library is pandas, which people take to read a table of tabs; it comes from the package index into
--pandas, a venv of its own (openpyxl loads numpy where it finds it, and would be slowed). Beside it the standard
library's csv is told: nothing to load, lines split at tabs in C, and a process that hardly outlives Python's start.
"""

from __future__ import annotations

import argparse
import inspect
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from measure import Stopwatch, Target, Variant, compute_ratio, format_table, judge_targets, time_in_turn
from peer_venv import install_peer

from tests.hostile.pdf_writer import PdfPage, write_pdf

PROJECT = Path(__file__).resolve().parent.parent
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


def read_with_pandas(path: str) -> int:
    import pandas

    # The title stands above the heads.
    frame = pandas.read_csv(path, sep="\t", header=1, dtype=str, keep_default_na=False)
    return len(frame) + 1


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


@dataclass(frozen=True, slots=True)
class Reader:
    """One way to read a plan, and the interpreter that has what it needs."""

    name: str
    read: Read
    python: Path = Path(sys.executable)


PANDAS = Reader("pandas", read_with_pandas)
FORMS: dict[str, tuple[Callable[[Path, list[tuple[str, ...]]], None], Reader]] = {
    "docx": (write_docx, Reader("python-docx", read_with_docx)),
    "xlsx": (write_xlsx, Reader("openpyxl", read_with_openpyxl)),
    "pdf": (write_paged, Reader("pdfplumber", read_with_pdfplumber)),
    "txt": (write_text, PANDAS),
}
TOLD_BESIDE = {"txt": (Reader("csv", read_with_csv),)}
READING, WHOLE = Reader("read", read_ours), Reader("whole intake", import_ours)
A_PROCESS_EACH, LOADED = "a process each", "loaded already"
NOT_JUDGED = {("xlsx", LOADED, WHOLE), ("txt", LOADED, WHOLE), ("txt", LOADED, READING)}


def run_fresh(reader: Reader, measure: str, path: Path, other: Path) -> float:
    """Let ``reader`` read in a fresh interpreter; return what ``measure`` prints behind the rows, 0 for nothing."""
    name = reader.read.__name__
    code = f"import sys\n{inspect.getsource(reader.read)}\n{measure.format(name=name)}"
    command = [str(reader.python), "-c", code, str(path), str(other)]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = str(path.parent / "bytecode")
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    rows, *measured = done.stdout.split()
    if int(rows) != ROWS + 1:
        raise SystemExit(f"{path.name}: {name} found {rows} rows instead of {ROWS + 1}")
    return float(measured[0]) if measured else 0.0


def time_process(reader: Reader, path: Path, other: Path) -> float:
    """Return the seconds of a whole process that reads ``path``."""
    watch = Stopwatch()
    with watch.running():
        run_fresh(reader, MEASURE_FIRST, path, other)
    return watch.seconds


def time_loaded(reader: Reader, path: Path, other: Path) -> float:
    """Return the seconds that reading ``path`` takes in a process that has read ``other`` before."""
    return run_fresh(reader, MEASURE_SECOND, path, other)


def measure_form(form: str, library: Reader, folder: Path, rounds: int) -> tuple[Target, ...]:
    """Print tables and verdicts of one form; return its targets."""
    path, other = folder / f"plan.{form}", folder / f"other.{form}"
    write, _ = FORMS[form]
    write(path, list_rows())
    write(other, list_rows(ROWS + 1, FEW_ROWS))
    limits = (library, *TOLD_BESIDE.get(form, ()))
    readers = (WHOLE, READING, *limits)
    # Whatever a variant loads is compiled before it is timed, as the installer of a package does.
    for reader in readers:
        run_fresh(reader, MEASURE_FIRST, path, other)
    targets: list[Target] = []
    for yardstick, timed in ((A_PROCESS_EACH, time_process), (LOADED, time_loaded)):
        of = f"{form}, {yardstick}"
        timings = time_in_turn(
            tuple(Variant(f"{of}: {reader.name}", partial(timed, reader, path, other)) for reader in readers), rounds
        )
        print(format_table(timings, timings[0]))
        for at, limit in enumerate(limits, 2):
            for part, reader in ((timings[1], READING), (timings[0], WHOLE)):
                target = Target(f"{reader.name} to {limit.name}", compute_ratio(part, timings[at]), AT_MOST)
                is_judged = limit is library and (form, yardstick, reader) not in NOT_JUDGED
                targets += tell_target(of, target, is_judged=is_judged)
        print()
    used = {reader.name: run_fresh(reader, MEASURE_MEMORY, path, other) for reader in readers}
    print("peak memory: " + ", ".join(f"{name} {megabytes:.0f} MB" for name, megabytes in used.items()))
    for limit in limits:
        target = Target(f"{WHOLE.name} to {limit.name}", used[WHOLE.name] / used[limit.name], AT_MOST)
        targets += tell_target(f"{form}, memory", target, is_judged=limit is library)
    print()
    return tuple(targets)


def tell_target(of: str, target: Target, *, is_judged: bool) -> tuple[Target, ...]:
    """Print whether ``target`` is met, or its ratio alone; return it where it is judged."""
    print(f"{of}: {target if is_judged else f'{target.name} {target.ratio:.3g} (not judged)'}")
    return (target,) if is_judged else ()


def prepare_library(form: str, pandas: Path) -> Reader:
    """Return what reads ``form``, with all that it needs in place."""
    _, library = FORMS[form]
    if library is not PANDAS:
        return library
    try:
        return replace(library, python=install_peer(pandas, PANDAS.name))
    except FileNotFoundError as error:
        raise SystemExit(f"{error}; without text: --form docx --form xlsx --form pdf") from error


def main() -> int:
    """Print tables and verdicts for each form; return 1 if a target is missed."""
    parser = argparse.ArgumentParser(description="Time the import of a plan of 1,000 rows in each form.")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each (default 5)")
    parser.add_argument("--form", choices=FORMS, action="append", help="only this form (may be given again)")
    parser.add_argument("--pandas", type=Path, default=PROJECT / "var" / "bench-pandas", help="a venv for the peer")
    options = parser.parse_args()
    libraries = {form: prepare_library(form, options.pandas) for form in options.form or FORMS}
    targets: list[Target] = []
    with TemporaryDirectory(prefix="bench-") as folder:
        for form, library in libraries.items():
            targets += measure_form(form, library, Path(folder), options.rounds)
    return judge_targets(tuple(targets))


if __name__ == "__main__":
    sys.exit(main())
