"""``scheduler mail show|kinds|sample``: the mails themselves, as they were or would be sent, and their templates.

Shell over ledger and templates; changes nothing but the files it is asked to write.
"""

from __future__ import annotations

import sys
from email import message_from_bytes, policy
from pathlib import Path

import click
from rich.table import Table

from scheduler.cli.wiring import (
    Wiring,
    carry_from_kept,
    config_option,
    find_ledger_url,
    find_templates,
    json_option,
    load_everything,
    make_console,
    open_existing_ledger,
    print_json,
    state_option,
)
from scheduler.clock import read_wall_clock
from scheduler.composing import Composer
from scheduler.delivery import Delivery
from scheduler.errors import ConfigError, SchedulerError, UsageError
from scheduler.hearing import LedgerHearing
from scheduler.holding import group_plans
from scheduler.ledger import Ledger
from scheduler.letters import FOLLOW_UP_KINDS, NOTICE_KINDS
from scheduler.letters.samples import list_samples, tell_about
from scheduler.notices import Told
from scheduler.operating import find_mail, read_body
from scheduler.planfile import Json
from scheduler.templates import LetterTemplates, prove_templates

_SHOWN_HEADERS = ("From", "To", "Reply-To", "Subject", "Date", "Message-ID", "References", "List-Id")


@click.group()
def mail() -> None:
    """Show mails as they were or would be sent, and try templates."""


@mail.command()
@click.argument("delivery", type=int, metavar="ID")
@click.option("--raw", is_flag=True, help="Print the message itself, byte for byte, to open in a mail program.")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="Write the HTML part to this file.")
@state_option
@config_option
def show(delivery: int, raw: bool, html: Path | None, state: Path | None, config_dir: Path) -> None:
    """Show the mail of one delivery; ``scheduler history`` lists their ids.

    What was written is shown as it was; what is still to be written, as it would be at its time if nothing changes.
    """
    wiring = load_everything(config_dir)
    url = find_ledger_url(wiring, state)
    wiring = carry_from_kept(wiring, url, read_wall_clock())
    ledger = open_existing_ledger(url)
    if ledger is None:
        raise UsageError(
            f"no ledger yet ({url}): the service has not run; `scheduler preview` shows what it would send"
        )
    try:
        content, remark = _find_content(wiring, ledger, delivery)
    finally:
        ledger.close()
    message = message_from_bytes(content, policy=policy.default)
    if html is not None:
        _write(html, _read_body(content, "html").encode())
    if raw:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    click.echo(remark)
    for name in _SHOWN_HEADERS:
        click.echo(f"{name}: {message[name]}")
    click.echo(f"Parts: {', '.join(part.get_content_type() for part in message.walk() if not part.is_multipart())}")
    click.echo(f"\n{_read_body(content, 'plain').rstrip()}")


@mail.command()
@json_option
@config_option
def kinds(as_json: bool, config_dir: Path) -> None:
    """List the kinds of letter: what each is about, whether a rule may name it, and where its text is."""
    templates = find_templates(config_dir)
    rows: list[Json] = [
        {
            "kind": kind,
            "about": "notice" if kind in NOTICE_KINDS else tell_about(kind) or "nothing",
            "in_rules": kind in templates.reminder_kinds(),
            "file": templates.find_file(f"{kind}.txt"),
        }
        for kind in sorted(templates.kinds())
    ]
    if as_json:
        print_json({"kinds": rows})
        return
    table = Table("kind", "about", "for", "text", box=None, header_style="bold")
    for kind in sorted(templates.kinds()):
        notice = kind in NOTICE_KINDS
        used = "changes (sent by themselves)" if notice else "rules in reminders.yaml"
        if kind in FOLLOW_UP_KINDS:
            used = "follow_up in settings.yaml (sent by themselves)"
        table.add_row(kind, "notice" if notice else tell_about(kind), used, templates.find_file(f"{kind}.txt"))
    make_console().print(table)


@mail.command()
@click.argument("kind")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="Write each sample as .txt and .html here."
)
@config_option
def sample(kind: str, out: Path | None, config_dir: Path) -> None:
    """Set the templates of KIND with every sample: what the service tries before it takes over an edit.

    Without --out the first sample's text is printed, and the subjects of all.
    """
    templates = find_templates(config_dir)
    if kind not in templates.kinds():
        raise UsageError(f"there is no kind '{kind}'; kinds: {', '.join(sorted(templates.kinds()))}")
    problems = prove_templates(templates, kinds=(kind,))
    if problems:
        raise ConfigError(problems)
    if out is not None:
        _write_samples(templates, kind, out)
        return
    samples = list_samples(kind)
    click.echo(templates.render(kind, samples[0].letter).text)
    for one in samples:
        click.echo(f"{one.name}: {templates.render_subject(kind, one.letter)}")


def _find_content(wiring: Wiring, ledger: Ledger, delivery_id: int) -> tuple[bytes, str]:
    """Return the bytes of a delivery's mail, and a line that says what they are."""
    delivery = ledger.sending.find(delivery_id)
    if delivery is None:
        raise UsageError(f"there is no delivery {delivery_id}; `scheduler history` lists them")
    found = find_mail(ledger, delivery, lambda wanted: _compose(wiring, ledger, wanted))
    if found is None:
        raise UsageError(
            f"delivery {delivery_id}, {delivery.state}: no mail was written, and the configuration no longer has"
            " its plan or its contact"
        )
    how = "the mail as it was written" if found.is_written else "the mail as it would be written when it is due"
    return found.content, f"delivery {delivery_id}, {delivery.state}: {how}"


def _compose(wiring: Wiring, ledger: Ledger, delivery: Delivery) -> bytes | None:
    rows = group_plans(ledger.events.list_recorded(delivery.plan))
    composer = Composer(
        wiring.snapshot, wiring.writer, rows, lambda notice: _find_told(ledger, notice), LedgerHearing(ledger)
    )
    if not composer.wants(delivery):
        return None
    composed = composer.compose(delivery, delivery.due_at)
    if composed is None:
        raise UsageError(f"delivery {delivery.id}, {delivery.state}: as things stand it has nothing to say; none goes")
    return composed.content


def _find_told(ledger: Ledger, notice: Delivery) -> Told | None:
    """Return what the reader of a notice was last told of its item."""
    reader = (notice.item, notice.unit, notice.address.lower())
    told = ledger.history.list_told(notice.plan)
    return next((last for last in told if (last.item, last.unit, last.address.lower()) == reader), None)


def _read_body(content: bytes, kind: str) -> str:
    text = read_body(content, kind)
    if text is None:
        raise SchedulerError(f"this mail has no {kind} part; it was not written by this program")
    return text


def _write_samples(templates: LetterTemplates, kind: str, out: Path) -> None:
    for number, one in enumerate(list_samples(kind), start=1):
        rendered = templates.render(kind, one.letter)
        _write(out / f"{kind}-{number:02}.txt", f"{rendered.subject}\n\n{rendered.text}".encode())
        _write(out / f"{kind}-{number:02}.html", rendered.html.encode())
    click.echo(f"{len(list_samples(kind))} samples written to {out}/")


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise SchedulerError(f"{path}: cannot be written: {error.strerror}") from error
