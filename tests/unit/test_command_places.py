"""Commands are loaded when they are called, by a table that says where each stands."""

import subprocess
import sys

import click
import pytest

from scheduler.cli import commands

NAMES = commands.list_commands(click.Context(commands))


@pytest.mark.parametrize("name", NAMES)
def test_each_command_stands_where_the_table_says(name: str) -> None:
    command = commands.get_command(click.Context(commands), name)
    assert command is not None
    assert command.name == name


def test_checking_a_configuration_loads_neither_the_pages_nor_the_readers_of_documents() -> None:
    code = "import sys, scheduler.cli.looking; print(*sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    heavy = ("alembic", "openpyxl", "starlette.applications", "uvicorn", "scheduler.intake", "scheduler.documents")
    assert [name for name in loaded if name in heavy] == []
