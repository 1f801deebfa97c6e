"""Commands that act on deliveries: retry, skip, pause, resume, backup; and how fast the settings let mail go.

Shell. They write to the ledger beside a running service, which sees it within a minute.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from scheduler.cli.wiring import Wiring, config_option, find_ledger_url, load_everything, state_option
from scheduler.clock import read_wall_clock
from scheduler.errors import LedgerError
from scheduler.ledger import Ledger, back_up, find_sqlite_file
from scheduler.operating import retry_delivery, skip_delivery
from scheduler.pacing import Limits, Pause, PausedBy, QuietHours


def make_limits(wiring: Wiring) -> Limits:
    """Return how fast and when mail may go; quiet hours are in the first plan's time zone."""
    delivery = wiring.settings.delivery
    quiet_hours: QuietHours | None = None
    if delivery.quiet_from is not None and delivery.quiet_until is not None:
        quiet_hours = QuietHours(delivery.quiet_from, delivery.quiet_until, wiring.snapshot.zone)
    return Limits(
        per_minute=delivery.per_minute,
        per_domain_per_minute=delivery.per_domain_per_minute,
        quiet_hours=quiet_hours,
        most_attempts=delivery.attempts,
        return_path=wiring.settings.mail.return_path,
    )


@click.command()
@click.argument("delivery_id", metavar="ID", type=int)
@state_option
@config_option
def retry(delivery_id: int, state: Path | None, config_dir: Path) -> None:
    """Send delivery ID (see: scheduler history) once more: one that failed, waits, or is unconfirmed.

    A message written before goes out with the same bytes. One that was sent does not go again.
    """
    with _open_ledger(state, config_dir) as ledger:
        moved = retry_delivery(ledger, delivery_id, read_wall_clock(), by="a person")
    click.echo(f"delivery {delivery_id} to {moved.address}: goes within a minute, while the service runs")


@click.command()
@click.argument("delivery_id", metavar="ID", type=int)
@click.option("--reason", default="skipped by a person", show_default=True, help="What the history will say.")
@state_option
@config_option
def skip(delivery_id: int, reason: str, state: Path | None, config_dir: Path) -> None:
    """Never send delivery ID (see: scheduler history)."""
    with _open_ledger(state, config_dir) as ledger:
        moved = skip_delivery(ledger, delivery_id, read_wall_clock(), reason=reason)
    click.echo(f"delivery {delivery_id} to {moved.address}: skipped; it was {moved.state}")


@click.command()
@click.argument("reason", default="paused by a person")
@state_option
@config_option
def pause(reason: str, state: Path | None, config_dir: Path) -> None:
    """Let no mail go until: scheduler resume. What falls due meanwhile waits, as long as it is of use."""
    with _open_ledger(state, config_dir) as ledger:
        ledger.control.pause(Pause(PausedBy.PERSON, reason, read_wall_clock()))
    click.echo("paused: mails under way end, no other begins")


@click.command()
@state_option
@config_option
def resume(state: Path | None, config_dir: Path) -> None:
    """Let mail go again. For a restored or copied ledger: this one is the real one from now on."""
    with _open_ledger(state, config_dir) as ledger:
        stood = ledger.control.resume()
    if stood is None:
        click.echo("nothing was paused")
    else:
        click.echo(f"resumed; it was paused since {stood.since.astimezone():%d/%m/%Y %H:%M}: {stood.reason}")


@click.command()
@click.argument("target", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
@state_option
@config_option
def backup(target: Path, state: Path | None, config_dir: Path) -> None:
    """Copy the ledger to FILE, whole and of one instant, also while the service runs; readable by its owner only.

    To restore: stop the service, put the copy in the ledger's place, scheduler resume, start.
    """
    path = find_sqlite_file(find_ledger_url(load_everything(config_dir), state))
    if path is None:
        raise LedgerError("only a ledger in SQLite is backed up by this command; use the database's own")
    octets = back_up(path, target, read_wall_clock())
    click.echo(f"{target}: {octets:,} octets")


@contextmanager
def _open_ledger(state: Path | None, config_dir: Path) -> Iterator[Ledger]:
    url = find_ledger_url(load_everything(config_dir), state)
    path = find_sqlite_file(url)
    if path is None or not path.exists():
        raise LedgerError(f"{url}: there is no ledger yet; the service makes it when it first runs")
    ledger = Ledger.open(url)
    try:
        yield ledger
    finally:
        ledger.close()
