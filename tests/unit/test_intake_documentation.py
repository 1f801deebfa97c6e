"""docs/intake.md says what the program does: its table is the corpus, its findings are those that can be told."""

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path

from tests.corpus.shelves import CASES

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "intake.md"
START, END = "<!-- corpus: written by the tests -->\n", "<!-- /corpus -->"
FORMS = {
    "text": ("txt", "txt-bom-crlf", "txt-nfd", "txt-utf16"),
    "Markdown": ("md",),
    "CSV, TSV": ("csv", "csv-semicolon", "tsv"),
    "Word": ("docx",),
    "Excel": ("xlsx",),
    "PDF": ("pdf",),
    "old Word, OpenDocument": ("doc", "odt", "ods"),
}
SOURCES = ("intake", "merging", "importing.py")


def make_table() -> str:
    lines = [f"| about | document | {' | '.join(FORMS)} |", "|---" * (len(FORMS) + 2) + "|"]
    for case in CASES:
        ticks = ("✓" if set(forms) & set(case.forms) else "" for forms in FORMS.values())
        lines.append(f"| {case.about} | {case.name.replace('-', ' ')} | {' | '.join(ticks)} |")
    return "\n".join(lines) + "\n"


def list_sources() -> Iterator[Path]:
    for name in SOURCES:
        path = ROOT / "scheduler" / name
        yield from path.rglob("*.py") if path.is_dir() else (path,)


def list_codes_told() -> set[str]:
    """Return the codes in the program: hyphened constants that a Finding or the functions that make one are given."""
    codes = set()
    for path in list_sources():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        constants = {
            node.target.id: node.value
            for node in tree.body
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("Finding", "_warn"):
                code: ast.expr | None = node.args[1 if node.func.id == "Finding" else 0]
                if isinstance(code, ast.Name) and code.id in constants:
                    code = constants[code.id]
                if isinstance(code, ast.Constant) and isinstance(code.value, str):
                    codes.add(code.value)
    return codes


def test_the_golden_table_of_the_page_is_the_corpus() -> None:
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(START)
    table, after = rest.split(END)
    if os.environ.get("GOLDEN") == "write":
        PAGE.write_text(f"{before}{START}{make_table()}{END}{after}", encoding="utf-8")
        return
    assert table == make_table()


def test_the_page_explains_every_finding_and_no_other() -> None:
    explained = re.findall(r"^\| `([a-z-]+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert explained == sorted(explained)
    told = list_codes_told() | {"commune-count-differs", "unit-count-differs", "date-impossible"}
    assert set(explained) == told
