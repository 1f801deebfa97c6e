"""Contacts kept as a spreadsheet (`contacts.xlsx`, `contacts.csv`) as the same tree that contacts.yaml gives.

IO: reads the file; the cells become a tree whose lines and columns are rows and columns of the sheet. Heads may be
Vietnamese or English, in any order; other columns are left alone.
"""

from __future__ import annotations

import csv
import io
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from scheduler.errors import Problem
from scheduler.naming import fold_text, make_slug, normalise_text
from scheduler.planfile.crosscheck import FileTree
from scheduler.planfile.tree import Entry, Mapping, Scalar, Sequence
from scheduler.planfile.wording import quote

SHEETS = ("contacts.xlsx", "contacts.csv")
MAX_UNPACKED = 64 * 1024 * 1024
MAX_ROWS, MAX_COLUMNS = 20_000, 100

_HEADS_WITHIN_ROWS = 20
_HEADS = {
    "id": ("Mã", "id", "mã số", "mã liên hệ"),
    "name": ("Tên", "name", "họ tên", "họ và tên", "tên đơn vị", "tên cơ quan"),
    "title": ("Chức vụ", "title", "chức danh", "vai trò"),
    "email": ("E-mail", "email", "mail", "thư điện tử", "địa chỉ e-mail", "địa chỉ email", "địa chỉ thư điện tử"),
    "of": ("Thuộc", "of", "thuộc đơn vị"),
    "plans": ("Kế hoạch", "plans"),
    "head": ("Lãnh đạo", "head", "là lãnh đạo", "thủ trưởng"),
}
_YES = frozenset(("x", "co", "dung", "yes", "true", "1"))
_NO = frozenset(("", "khong", "no", "false", "0"))
_REQUIRED = ("id", "name", "email", "of")
_KEY_BY_HEAD = {make_slug(head): key for key, heads in _HEADS.items() for head in heads}
_REWORDED = (
    (re.compile(r"contacts\[\d+\]\."), ""),
    (re.compile(r"is empty; write .*"), "is empty; fill in this cell"),
    (re.compile(r"on line (\d+)"), r"in row \1"),
    (re.compile(r"is neither true nor false; write .*"), "is neither yes nor no; write x, or leave the cell empty"),
)


# What openpyxl raises on damaged files is not documented; lxml's and ElementTree's parse errors are SyntaxErrors.
_DAMAGE = (
    OSError, EOFError, ValueError, LookupError, TypeError, AttributeError, SyntaxError, NotImplementedError,
    RuntimeError, BadZipFile, zlib.error, csv.Error,
)  # fmt: skip


class _TooLargeError(ValueError):
    pass


@dataclass(frozen=True, slots=True)
class Grid:
    """The texts of one sheet, rows and columns from 1; ``name`` is "" where the file has no sheets."""

    name: str
    rows: tuple[tuple[str, ...], ...]


def find_sheets(config_dir: Path) -> tuple[Path, ...]:
    """Return the spreadsheets with contacts that there are."""
    return tuple(path for name in SHEETS if (path := config_dir / name).exists())


def read_sheets(config_dir: Path) -> dict[Path, Mapping]:
    """Return the contacts of each spreadsheet; what cannot be read, `scheduler check` tells."""
    roots = ((path, read_sheet(path)[0].root) for path in find_sheets(config_dir))
    return {path: root for path, root in roots if root is not None}


def read_sheet(path: Path) -> tuple[FileTree, tuple[Problem, ...]]:
    """Read the contacts of one spreadsheet; the tree's root is None where there is no table of contacts in it."""
    file = path.as_posix()
    try:
        grids = _read_workbook(path) if path.suffix == ".xlsx" else (_read_text_table(path),)
    except _DAMAGE as error:
        said = f"cannot be read: {_say_damage(error)}; {_remedy(path)}"
        return FileTree(file, path.stem, None, ""), (Problem(file, 0, 0, said),)
    return parse_grids(file, grids)


def parse_grids(file: str, grids: tuple[Grid, ...]) -> tuple[FileTree, tuple[Problem, ...]]:
    """Return the contacts of the first sheet that has the heads of contacts."""
    stem = file.rpartition("/")[2].rpartition(".")[0]
    found = [(grid, number) for grid in grids if (number := _find_head_row(grid)) is not None]
    if not found:
        said = (
            f"holds no table of contacts; its first row has the heads {', '.join(_HEADS[key][0] for key in _REQUIRED)}"
        )
        return FileTree(file, stem, None, ""), (Problem(file, 0, 0, said),)
    grid, number = found[0]
    tree = FileTree(file, stem, None, grid.name)
    columns, problems = _match_heads(tree, grid.rows[number - 1], number)
    if problems:
        return tree, tuple(reword_place(problem, grid.name) for problem in problems)
    items = tuple(
        _make_contact(columns, row, line)
        for line, row in enumerate(grid.rows[number:], start=number + 1)
        if any(cell.strip() for cell in row)
    )
    end = len(grid.rows)
    listed = Sequence(items, number, 1, flow=False, end_line=end, end_column=1)
    root = Mapping((Entry(Scalar("contacts", "text", number, 1, number), listed),), number, 1)
    return replace(tree, root=root), ()


def reword_place(problem: Problem, sheet: str) -> Problem:
    """Return a problem of a spreadsheet with its cell for a place: "contacts.xlsx: sheet Danh bạ, C7"."""
    message = problem.message
    for pattern, words in _REWORDED:
        message = pattern.sub(words, message, count=1)
    if not problem.line:
        return replace(problem, message=message)
    cell = f"{_name_column(max(problem.column, 1))}{problem.line}"
    at = f"sheet {sheet}, {cell}" if sheet else cell
    return Problem(f"{problem.file}: {at}", 0, 0, message, problem.severity)


def _name_column(number: int) -> str:
    from openpyxl.utils import get_column_letter

    return get_column_letter(number)


def _say_damage(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8 text"
    return str(error) if isinstance(error, _TooLargeError | csv.Error) else "it is no workbook, or a damaged one"


def _remedy(path: Path) -> str:
    if path.suffix == ".csv":
        return "save it as CSV with the encoding UTF-8"
    return "save it as an Excel workbook (.xlsx) without a password"


def _read_workbook(path: Path) -> tuple[Grid, ...]:
    # Only here: most offices keep their contacts as YAML, and each command reads them.
    from openpyxl import load_workbook

    content = path.read_bytes()
    with ZipFile(io.BytesIO(content)) as packed:
        if sum(member.file_size for member in packed.infolist()) > MAX_UNPACKED:
            raise _TooLargeError("it is far larger than a list of contacts")
    workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    try:
        return tuple(
            Grid(
                sheet.title,
                tuple(
                    tuple(_read_cell(value) for value in row)
                    for row in sheet.iter_rows(max_row=MAX_ROWS, max_col=MAX_COLUMNS, values_only=True)
                ),
            )
            for sheet in workbook.worksheets
        )
    finally:
        workbook.close()


def _read_cell(value: object) -> str:
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _read_text_table(path: Path) -> Grid:
    content = path.read_bytes()
    if len(content) > MAX_UNPACKED:
        raise _TooLargeError("it is far larger than a list of contacts")
    text = content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    grids = [Grid("", tuple(_split_rows(text, delimiter))) for delimiter in ",;\t"]
    return next((grid for grid in grids if _find_head_row(grid) is not None), grids[0])


def _split_rows(text: str, delimiter: str) -> Iterator[tuple[str, ...]]:
    return (tuple(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def _find_head_row(grid: Grid) -> int | None:
    """Return the number of the first row that has a name's head and an address's, or nearly all heads."""
    for number, row in enumerate(grid.rows[:_HEADS_WITHIN_ROWS], start=1):
        keys = {_KEY_BY_HEAD.get(make_slug(cell)) for cell in row}
        if len(keys & set(_REQUIRED)) >= 2:
            return number
    return None


def _match_heads(tree: FileTree, heads: tuple[str, ...], number: int) -> tuple[dict[str, Scalar], tuple[Problem, ...]]:
    columns: dict[str, Scalar] = {}
    others: list[Scalar] = []
    problems: list[Problem] = []
    for column, text in enumerate(heads, start=1):
        head = Scalar(normalise_text(text), "text", number, column, number)
        key = _KEY_BY_HEAD.get(make_slug(text))
        if key is None:
            others.append(head)
        elif key in columns:
            first = _name_column(columns[key].column)
            said = f"{quote(head.text)} means the same as {quote(columns[key].text)} in column {first}; delete one"
            problems.append(Problem(tree.file, number, column, said))
        else:
            columns[key] = head
    problems += (_say_missing(tree, key, others, number) for key in _REQUIRED if key not in columns)
    return columns, tuple(problems)


def _say_missing(tree: FileTree, key: str, others: Iterable[Scalar], number: int) -> Problem:
    known = {fold_text(head.text): head for head in others if head.text}
    wanted = [fold_text(head) for head in _HEADS[key]]
    near = next((known[match] for head in wanted for match in get_close_matches(head, known, n=1, cutoff=0.7)), None)
    if near is not None:
        said = f"{quote(near.text)} is no head of contacts; did you mean {quote(_HEADS[key][0])}?"
        return Problem(tree.file, number, near.column, said)
    return Problem(tree.file, number, 1, f"there is no column {quote(_HEADS[key][0])}; add it to this row of heads")


def _make_contact(columns: dict[str, Scalar], row: tuple[str, ...], line: int) -> Mapping:
    entries = tuple(
        Entry(replace(head, text=key), node)
        for key, head in columns.items()
        for node in _make_value(key, row[head.column - 1] if head.column <= len(row) else "", line, head.column)
    )
    return Mapping(entries, line, min(head.column for head in columns.values()))


def _make_value(key: str, cell: str, line: int, column: int) -> Iterator[Scalar | Sequence]:
    text = normalise_text(cell)
    if key == "plans":
        items = (Scalar(part.strip(), "text", line, column, line) for part in re.split("[,;]", text) if part.strip())
        yield Sequence(tuple(items), line, column, flow=True, end_line=line, end_column=column)
        return
    if key == "head" and make_slug(text) in _YES | _NO:
        yield Scalar("true" if make_slug(text) in _YES else "false", "bool", line, column, line)
        return
    if key == "of":
        # Offices write names here; ids are made from names, so that both mean the same.
        text = "/".join(make_slug(part) for part in text.split("/"))
    yield Scalar(text, "text" if text else "null", line, column, line)
