"""``scheduler token add|list|revoke``: who may read which private feed, and on which device.

Shell over the ledger's tokens. A running service sees a change within two seconds.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from rich.table import Table

from scheduler.cli.wiring import (
    Wiring,
    config_option,
    json_option,
    load_everything,
    make_console,
    open_existing_ledger,
    print_json,
)
from scheduler.clock import read_wall_clock
from scheduler.errors import LedgerError, UsageError
from scheduler.feeds import ALL
from scheduler.ledger import FeedToken, Ledger
from scheduler.naming import normalise_text
from scheduler.planfile import Json
from scheduler.publishing.building import check_token_feed, private_path
from scheduler.safetext import find_refused_character
from scheduler.web.grants import Grant, hash_token, make_token, token_path

_LONGEST_NAME = 200


class NameType(click.ParamType[str]):
    """A name on one line."""

    name = "NAME"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text = normalise_text(str(value))
        refused = find_refused_character(text)
        if refused is not None:
            self.fail(f"it holds the control character {refused}; leave that out", param, ctx)
        if not 0 < len(text) <= _LONGEST_NAME:
            self.fail(f"it has {len(text)} characters; write 1 to {_LONGEST_NAME}", param, ctx)
        return text


@click.group()
def token() -> None:
    """Give out, list and revoke the secret addresses of private feeds."""


@token.command()
@click.argument("feed")
@click.option("--holder", type=NameType(), required=True, help="Who reads the feed.")
@click.option("--device", type=NameType(), required=True, help="Where: phone, office PC … One token for each.")
@click.option("--plan", "plan_id", help="Id of the plan, where there are several.")
@json_option
@config_option
def add(feed: str, holder: str, device: str, plan_id: str | None, as_json: bool, config_dir: Path) -> None:
    """Give out an address for FEED: plan, deadlines, unit-…, commune-…, member-…, or all (of all plans).

    The address is a secret and is shown this once; only its hash is kept. Whoever has it reads the feed until it is
    revoked.
    """
    wiring = load_everything(config_dir)
    plan = None if feed == ALL and plan_id is None else _choose_plan(wiring, plan_id)
    check_token_feed(wiring.snapshot, plan, feed)
    secret = make_token()
    ledger = Ledger.open(wiring.settings.ledger.url)
    try:
        token_id = ledger.tokens.add(
            digest=hash_token(secret), plan=plan, feed=feed, holder=holder, device=device, now=read_wall_clock()
        )
    finally:
        ledger.close()
    path = token_path(secret, Grant(token_id, private_path(plan, feed)).file)
    https = f"{wiring.settings.public_url}{path}"
    webcal = f"webcal:{https.partition(':')[2]}"
    if as_json:
        print_json({"id": token_id, "plan": plan, "feed": feed, "url": https, "webcal": webcal})
        return
    click.echo(f"token {token_id}: {feed}{f' of {plan}' if plan else ''}, for {holder}, {device}")
    click.echo(f"  {https}")
    click.echo(f"  {webcal}")
    click.echo(f"It is shown this once. To take it back: scheduler token revoke {token_id}")


@token.command("list")
@json_option
@config_option
def list_(as_json: bool, config_dir: Path) -> None:
    """List all tokens: whose, for which feed, when last used, and whether revoked."""
    wiring = load_everything(config_dir)
    ledger = open_existing_ledger(wiring.settings.ledger.url)
    tokens: tuple[FeedToken, ...] = ()
    if ledger is not None:
        tokens = ledger.tokens.list_all()
        ledger.close()
    zone = wiring.snapshot.zone
    states = {one.id: _describe_state(one, wiring) for one in tokens}
    if as_json:
        print_json({"tokens": [_token_to_json(one, states[one.id], zone) for one in tokens]})
        return
    table = Table("id", "feed", "plan", "holder", "device", "given out", "last used", "", box=None, header_style="bold")
    for one in tokens:
        table.add_row(
            str(one.id),
            one.feed,
            one.plan or "all plans",
            one.holder,
            one.device,
            _say(one.created_at, zone),
            _say(one.last_used_at, zone),
            "" if states[one.id] == "active" else states[one.id],
        )
    make_console().print(table)


@token.command()
@click.argument("ids", type=int, nargs=-1, required=True, metavar="ID…")
@config_option
def revoke(ids: tuple[int, ...], config_dir: Path) -> None:
    """Revoke tokens for good: their addresses answer 404 from then on."""
    wiring = load_everything(config_dir)
    ledger = open_existing_ledger(wiring.settings.ledger.url)
    if ledger is None:
        raise LedgerError(f"{wiring.settings.ledger.url}: there is no ledger yet, and so no token")
    now = read_wall_clock()
    try:
        for token_id in ids:
            revoked = ledger.tokens.revoke(token_id, now)
            click.echo(f"token {token_id}: {'revoked' if revoked else 'was revoked before'}")
    finally:
        ledger.close()


def _choose_plan(wiring: Wiring, plan_id: str | None) -> str:
    known = [wanted.plan.id for wanted in wiring.snapshot.wanted]
    if plan_id is not None:
        return plan_id
    if len(known) != 1:
        raise UsageError(f"say which plan with --plan: {', '.join(known)}" if known else "there is no plan yet")
    return known[0]


def _describe_state(one: FeedToken, wiring: Wiring) -> str:
    if one.revoked_at is not None:
        return "revoked"
    try:
        check_token_feed(wiring.snapshot, one.plan, one.feed)
    except UsageError:
        return "the feed is gone"
    return "active"


def _say(instant: datetime | None, zone: ZoneInfo) -> str:
    return "never" if instant is None else f"{instant.astimezone(zone):%d/%m/%Y %H:%M}"


def _token_to_json(one: FeedToken, state: str, zone: ZoneInfo) -> Json:
    def word(instant: datetime | None) -> str | None:
        return None if instant is None else instant.astimezone(zone).isoformat(timespec="seconds")

    return {
        "id": one.id,
        "plan": one.plan,
        "feed": one.feed,
        "holder": one.holder,
        "device": one.device,
        "created_at": word(one.created_at),
        "last_used_at": word(one.last_used_at),
        "revoked_at": word(one.revoked_at),
        "state": state,
    }
