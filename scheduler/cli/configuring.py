"""``scheduler init``: a fresh configuration from a few answers; ``scheduler config``: its values, its schemas.

Shell over ``scheduler.fresh_config``, ``scheduler.origins`` and ``scheduler.editor_schemas``.
"""

from __future__ import annotations

import os
from pathlib import Path

import click
from rich.table import Table

from scheduler.cli.wiring import config_option, json_option, make_console, print_json
from scheduler.editor_schemas import FOLDER, write_schemas
from scheduler.errors import ConfigError, UsageError
from scheduler.fresh_config import (
    QUESTIONS,
    check_answer,
    empty_contacts,
    find_default,
    list_setting_keys,
    write_settings,
)
from scheduler.origins import trace_settings
from scheduler.planfile.wording import suggest
from scheduler.settings import FILE, load_settings, parse_settings
from scheduler.shipped_files import find_shipped
from scheduler.whole_files import write_whole


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--yes", "-y", is_flag=True, help="Ask nothing: take --set and the defaults.")
@click.option("--set", "given", multiple=True, metavar="KEY=VALUE", help="A setting, such as smtp.host=relay.vn.")
def init(folder: Path, yes: bool, given: tuple[str, ...]) -> None:
    """Make a fresh, commented configuration in DIR by asking a few questions.

    It holds settings, default rules, days off, an empty list of contacts and no plan. A folder that holds
    something is left alone.
    """
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(f"{folder} is not empty; name a folder that is new, or mend the files in it by hand")
    shipped = _read_shipped(FILE)
    answers = _read_given(given)
    for question in QUESTIONS:
        if question.key in answers:
            continue
        default = find_default(question, answers)
        answers[question.key] = default if yes else _ask(question.key, question.text, default, answers, shipped)
    settings = write_settings(shipped, answers)
    try:
        parse_settings(settings, FILE, {})
    except ConfigError as error:
        raise UsageError("\n".join(problem.message for problem in error.problems)) from error
    files = {
        "contacts.yaml": empty_contacts(_read_shipped("contacts.yaml")),
        "reminders.yaml": _read_shipped("reminders.yaml"),
        "holidays.yaml": _read_shipped("holidays.yaml"),
        **{f"{FOLDER}/{name}": text for name, text in write_schemas(shipped).items()},
        FILE: settings,
    }
    (folder / "plans").mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        write_whole(folder / name, text)
    click.echo(f"{folder}: made, with {', '.join(name for name in files if '/' not in name)}")
    click.echo(f"next: read {folder / FILE}; then: scheduler import DOCUMENT --config {folder}")


@click.group("config")
def config_() -> None:
    """Show the settings in force, or write the schemas that editors complete and check with."""


@config_.command("show")
@json_option
@config_option
def show(as_json: bool, config_dir: Path) -> None:
    """Print every setting in force and where it came from: file and line, environment, or default.

    Secrets are hidden.
    """
    origins = trace_settings(load_settings(config_dir, os.environ), config_dir, os.environ)
    if as_json:
        print_json({"settings": [{"key": o.key, "value": o.value, "origin": o.origin} for o in origins]})
        return
    table = Table("setting", "value", "from", box=None, header_style="bold", padding=(0, 1), show_edge=False)
    for origin in origins:
        value = (
            "" if origin.value is None else f"{origin.value:.3g}" if isinstance(origin.value, float) else origin.value
        )
        table.add_row(origin.key, str(value), origin.origin)
    make_console().print(table)


@config_.command("schema")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
def schema(folder: Path) -> None:
    """Write the JSON Schema of each configuration file into DIR, such as config/schemas."""
    for name, text in write_schemas(_read_shipped(FILE)).items():
        write_whole(folder / name, text)
        click.echo(f"written: {folder / name}")


def _read_shipped(name: str) -> str:
    return (find_shipped("config") / name).read_text(encoding="utf-8")


def _read_given(given: tuple[str, ...]) -> dict[str, str]:
    answers: dict[str, str] = {}
    known = list_setting_keys()
    for said in given:
        key, equals, value = said.partition("=")
        if not equals:
            raise UsageError(f"--set '{said}' has no '='; write it as smtp.host=relay.tinh.gov.vn")
        if key not in known:
            raise UsageError(f"--set '{key}' is no setting; {suggest(key, known)}")
        answers[key] = value
    return answers


def _ask(key: str, text: str, default: str, answers: dict[str, str], shipped: str) -> str:
    """Ask until the answer is right; an empty one takes the default."""
    while True:
        answer = str(click.prompt(text, default=default, show_default=bool(default))).strip()
        problems = check_answer(shipped, {**answers, key: answer}, key)
        if not problems:
            return answer
        click.echo(problems[0].message)
