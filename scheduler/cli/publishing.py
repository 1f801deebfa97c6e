"""``scheduler publish DIR``: the feeds as files, for any web server, bucket or CDN.

Shell over publishing: reads the configuration and the ledger, writes files.
"""

from __future__ import annotations

from pathlib import Path

import click

from scheduler.cli.wiring import (
    Wiring,
    carry_from_kept,
    config_option,
    find_ledger_url,
    json_option,
    load_everything,
    open_existing_ledger,
    print_json,
    state_option,
)
from scheduler.clock import read_wall_clock
from scheduler.errors import SchedulerError
from scheduler.feeds import number_without_ledger
from scheduler.ledger import Ledger
from scheduler.model import RecordedEvent
from scheduler.publishing import FeedSite, write_feeds
from scheduler.publishing.building import FeedBuilder, list_private_paths


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--private", is_flag=True, help="Write every private feed too, below DIR/private.")
@json_option
@state_option
@config_option
def publish(folder: Path, private: bool, as_json: bool, state: Path | None, config_dir: Path) -> None:
    """Write the feeds of public plans into DIR/feeds, each file replaced as a whole.

    A file that did not change is not touched; one of a feed that is public no longer is removed; files that are not
    ours are left alone. With --private, DIR/private/<plan>/<feed>.ics holds every private feed: for a web server that
    asks its readers who they are. Tokens mean nothing there, since only their hashes are kept.
    """
    wiring = load_everything(config_dir)
    url, now = find_ledger_url(wiring, state), read_wall_clock()
    wiring = carry_from_kept(wiring, url, now)
    recorded = read_recorded(wiring, url)
    site = make_feed_site(wiring)
    paths = list_private_paths(wiring.snapshot, recorded) if private else frozenset[str]()
    built = FeedBuilder(site).build(wiring.snapshot, recorded, now.astimezone(wiring.snapshot.zone).date(), paths)
    written = write_feeds(folder, built.feeds)
    if as_json:
        print_json(
            {
                "written": list(written.written),
                "unchanged": list(written.unchanged),
                "removed": list(written.removed),
                "left_out": list(built.left_out),
            }
        )
    else:
        click.echo(
            f"{folder}: {len(written.written)} written, {len(written.unchanged)} unchanged, "
            f"{len(written.removed)} removed"
        )
        for sentence in built.left_out:
            click.echo(f"left out: {sentence}", err=True)
    if built.left_out:
        raise SchedulerError(f"{len(built.left_out)} could not be shown; all else is written")


def make_feed_site(wiring: Wiring) -> FeedSite:
    """Return where the feeds are published, as the settings say."""
    return FeedSite(wiring.settings.public_url, wiring.settings.feeds.keep_removed_days)


def read_recorded(wiring: Wiring, ledger_url: str) -> tuple[RecordedEvent, ...]:
    """Return the events of every plan as the ledger has them; of a plan it does not know, as planned."""
    ledger = open_existing_ledger(ledger_url)
    try:
        return tuple(
            row
            for wanted in wiring.snapshot.wanted
            for row in (_list_recorded(ledger, wanted.plan.id) or number_without_ledger(wanted.plan, wanted.events))
        )
    finally:
        if ledger is not None:
            ledger.close()


def _list_recorded(ledger: Ledger | None, plan: str) -> tuple[RecordedEvent, ...]:
    return () if ledger is None else ledger.events.list_recorded(plan)
