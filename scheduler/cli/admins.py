"""``scheduler admin add|list|password|remove``: who may sign in to the pages for the office.

Shell over ``config/admins.yaml``. A running service follows at once, and whoever is removed or gets another password is
signed out.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Literal

import click
from rich.table import Table

from scheduler.cli.tokens import NameType
from scheduler.cli.wiring import config_option, json_option, make_console, print_json
from scheduler.errors import UsageError
from scheduler.model import Admin
from scheduler.naming import make_slug
from scheduler.passwords import find_weakness, hash_password
from scheduler.planfile.admins import delete_admin, load_admins, save_admin

_ATTEMPTS = 3


@click.group()
def admin() -> None:
    """Say who may sign in to the pages for the office, at /admin."""


@admin.command()
@click.argument("admin_id", metavar="ID")
@click.option("--name", type=NameType(), help="As it stands on the pages and in the trail; default the ID.")
@click.option(
    "--role",
    type=click.Choice(["admin", "viewer"]),
    default="admin",
    show_default=True,
    help="A viewer sees everything and changes nothing.",
)
@config_option
def add(admin_id: str, name: str | None, role: Literal["admin", "viewer"], config_dir: Path) -> None:
    """Let somebody sign in as ID (a-z, 0-9 and hyphens), with a password of at least 12 characters.

    The password is asked for twice; where standard input is no terminal, its first line is the password.
    """
    if admin_id != make_slug(admin_id):
        known = make_slug(admin_id) or "lan"
        raise UsageError(f"'{admin_id}' is no id; write a-z, 0-9 and hyphens, such as '{known}'")
    if any(known.id == admin_id for known in load_admins(config_dir)):
        raise UsageError(
            f"there is an admin '{admin_id}'; another password for it: scheduler admin password {admin_id}"
        )
    called = name or admin_id
    save_admin(config_dir, Admin(admin_id, called, role, hash_password(_ask_password(admin_id, called))))
    click.echo(f"{called} may sign in as {admin_id} ({role})")


@admin.command("list")
@json_option
@config_option
def list_(as_json: bool, config_dir: Path) -> None:
    """List who may sign in."""
    admins = load_admins(config_dir)
    if as_json:
        print_json({"admins": [{"id": one.id, "name": one.name, "role": one.role} for one in admins]})
        return
    table = Table("id", "name", "role", box=None, header_style="bold")
    for one in admins:
        table.add_row(one.id, one.name, one.role)
    make_console().print(table)
    if not admins:
        click.echo("nobody yet: scheduler admin add ID")


@admin.command()
@click.argument("admin_id", metavar="ID")
@config_option
def password(admin_id: str, config_dir: Path) -> None:
    """Give ID another password; whoever is signed in as ID is signed out."""
    known = next((one for one in load_admins(config_dir) if one.id == admin_id), None)
    if known is None:
        raise UsageError(f"there is no admin '{admin_id}'; see: scheduler admin list")
    save_admin(config_dir, replace(known, hash=hash_password(_ask_password(known.id, known.name))))
    click.echo(f"{admin_id} has another password")


@admin.command()
@click.argument("admin_id", metavar="ID")
@config_option
def remove(admin_id: str, config_dir: Path) -> None:
    """Let ID sign in no more; whoever is signed in as ID is signed out."""
    delete_admin(config_dir, admin_id)
    click.echo(f"{admin_id} may sign in no more")


def _ask_password(admin_id: str, name: str) -> str:
    """Ask at the terminal until the password will do, a few times; from elsewhere read one line."""
    if not sys.stdin.isatty():
        given = sys.stdin.readline().rstrip("\r\n")
        weakness = find_weakness(given, admin_id, name)
        if weakness is not None:
            raise UsageError(f"the password is refused: {weakness}")
        return given
    for _ in range(_ATTEMPTS):
        given = click.prompt("Password", hide_input=True, confirmation_prompt=True)
        weakness = find_weakness(given, admin_id, name)
        if weakness is None:
            return str(given)
        click.echo(f"The password is refused: {weakness}.", err=True)
    raise UsageError("no password was taken; nothing is changed")
