"""The rooms of ARCHITECTURE.md, enforced: a pure module imports no IO, imports point one way."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "scheduler"

PURE = (
    "model", "errors", "naming", "merging", "rules", "workdays", "reminders", "delivery", "changes", "events", "ics",
    "letters",
    "messages", "headers", "phrases", "plan_index", "safetext", "feeds", "blocks", "vevent", "snapshot",
    "preview", "intake", "documents.document", "composing", "pacing", "truths", "notices", "guard", "differences",
    "arrivals", "attendance", "links", "receipts", "owing", "joining", "overdue", "digests", "heard", "replies",
    "holding", "import_review", "vietnamese", "people", "withdrawn",
)  # fmt: skip
SHELLS = (
    "service",
    "sending",
    "recording",
    "metrics",
    "rehearsal",
    "demo",
    "cli",
    "web",
    "importing",
    "publishing",
    "following",
    "reconciling",
    "trail",
    "hearing",
    "answering",
    "operating",
)
IO_LIBRARIES = {
    "os", "io", "pathlib", "socket", "ssl", "sqlite3", "smtplib", "shutil", "tempfile", "subprocess", "threading",
    "urllib", "http", "fcntl", "time", "random", "secrets", "sqlalchemy", "alembic", "apscheduler", "aiosmtpd",
    "uvicorn", "starlette", "structlog", "logging", "pydantic_settings", "ruamel", "click", "rich",
}  # fmt: skip
IO_ROOMS = (
    "ledger", "mailer", "relay", "timer", "clock", "settings", "shipped_files", "planfile", "catcher", "templates",
    "connection", "wire", "report_page", "watching", "last_good", "origins", "editor_schemas", "fresh_config",
    "settings_sections", "admin_mail", "exporting", "drafts", "passwords", "whole_files", "lasting",
)  # fmt: skip


def list_modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts)


def name_module(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")


def list_imports(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_in(module: str, rooms: tuple[str, ...]) -> bool:
    inner = module.removeprefix("scheduler.")
    return any(inner == room or inner.startswith(f"{room}.") for room in rooms)


def find_io(source: str) -> list[str]:
    """Return what a pure module must not import."""
    return [
        name
        for name in list_imports(source)
        if name.split(".")[0] in IO_LIBRARIES or (name.startswith("scheduler.") and is_in(name, (*IO_ROOMS, *SHELLS)))
    ]


@pytest.mark.parametrize("path", [path for path in list_modules() if is_in(name_module(path), PURE)], ids=name_module)
def test_a_pure_module_imports_no_io(path: Path) -> None:
    assert find_io(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("line", ["import os", "from pathlib import Path", "from scheduler.ledger import Ledger"])
def test_the_layer_test_sees_io(line: str) -> None:
    assert find_io(line) != []


@pytest.mark.parametrize("path", list_modules(), ids=name_module)
def test_nothing_below_imports_a_shell(path: Path) -> None:
    name = name_module(path)
    if is_in(name, SHELLS):
        return
    found = [
        i for i in list_imports(path.read_text(encoding="utf-8")) if i.startswith("scheduler.") and is_in(i, SHELLS)
    ]
    assert [i for i in found if not (name == "scheduler.report_page" and is_in(i, ("service",)))] == []


def test_every_room_is_either_pure_or_named_as_io() -> None:
    known = (*PURE, *IO_ROOMS, *SHELLS, "documents", "__init__", "__main__")
    unknown = [name for name in map(name_module, list_modules()) if name != "scheduler" and not is_in(name, known)]
    assert unknown == []


def test_only_the_ledger_has_sql_and_only_the_timer_has_apscheduler() -> None:
    users = {"sqlalchemy": set[str](), "apscheduler": set[str]()}
    for path in list_modules():
        for name in list_imports(path.read_text(encoding="utf-8")):
            if name.split(".")[0] in users:
                users[name.split(".")[0]].add(name_module(path).split(".")[1])
    assert users == {"sqlalchemy": {"ledger"}, "apscheduler": {"timer"}}


def test_the_clock_is_read_in_one_place() -> None:
    readers = []
    for path in list_modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in {"now", "utcnow", "today"}:
                owner = node.value
                if isinstance(owner, ast.Name) and owner.id in {"datetime", "date"}:
                    readers.append(name_module(path))
    assert readers == ["scheduler.clock"]


def test_modules_are_short() -> None:
    lengths = sorted(len(path.read_text(encoding="utf-8").splitlines()) for path in list_modules())
    assert lengths[-1] <= 400
    assert lengths[len(lengths) // 2] <= 200
