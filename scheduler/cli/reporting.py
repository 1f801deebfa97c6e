"""``scheduler report received|excused|take-back|list``: what the office knows of the reports that units owe.

Shell over the ledger. Whatever is recorded stops reminders at once, also while the service runs; the service plans
again within a minute what taking back makes useful.
"""

from __future__ import annotations

import getpass
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import click
from rich.table import Table

from scheduler.arrivals import BY_COMMAND, Arrival, Mark, ReportMark, Standing, judge_mark, list_arrivals
from scheduler.cli.wiring import (
    config_option,
    find_ledger_url,
    json_option,
    load_everything,
    make_console,
    open_existing_ledger,
    print_json,
    state_option,
)
from scheduler.clock import read_wall_clock
from scheduler.ledger import Ledger
from scheduler.model import Plan
from scheduler.owing import Owed, find_owed
from scheduler.plan_index import PlanIndex
from scheduler.planfile import Json
from scheduler.planfile.values import read_date

_SAID = {
    Standing.OWED: "owed",
    Standing.SAID: "said to be sent",
    Standing.RECEIVED: "received",
    Standing.LATE: "received late",
    Standing.EXCUSED: "excused",
}
_COLOURS = {Standing.OWED: "red", Standing.SAID: "yellow", Standing.RECEIVED: "green", Standing.LATE: "green"}


class DayType(click.ParamType[date]):
    """A day, as 2024-05-08 or 8/5/2024."""

    name = "DATE"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        try:
            return read_date(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


@click.group()
def report() -> None:
    """Record which reports are in: their reminders stop at once.

    UNIT is an id (son-dong, son-dong/an-ba) or a name ("Sơn Động", "huyen son dong").
    """


def _choice_options(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.argument("unit"),
        click.option("--report", "report_id", metavar="ID", help="Which report, where the unit owes several."),
        click.option("--plan", "plan_id", metavar="ID", help="Of which plan, where there are several."),
    ):
        command = option(command)
    return command


@report.command()
@_choice_options
@click.option("--on", type=DayType(), help="The day it came, as 2024-05-08 or 8/5/2024. Default: today.")
@state_option
@config_option
def received(
    unit: str, report_id: str | None, plan_id: str | None, on: date | None, state: Path | None, config_dir: Path
) -> None:
    """Record that the report of UNIT is in. A short thank-you goes to the unit, within a minute."""
    _record(Mark.RECEIVED, unit, report_id, plan_id, state, config_dir, on)


@report.command()
@_choice_options
@state_option
@config_option
def excused(unit: str, report_id: str | None, plan_id: str | None, state: Path | None, config_dir: Path) -> None:
    """Record that UNIT need not send its report."""
    _record(Mark.EXCUSED, unit, report_id, plan_id, state, config_dir)


@report.command("take-back")
@_choice_options
@state_option
@config_option
def take_back(unit: str, report_id: str | None, plan_id: str | None, state: Path | None, config_dir: Path) -> None:
    """Record that what was said of the report of UNIT does not hold: what is still of use is sent again.

    Also for a report that the unit said to have sent and that never came.
    """
    _record(Mark.TAKEN_BACK, unit, report_id, plan_id, state, config_dir)


@report.command("list")
@click.option("--plan", "plan_id", metavar="ID", help="Of this plan alone.")
@json_option
@state_option
@config_option
def list_(plan_id: str | None, as_json: bool, state: Path | None, config_dir: Path) -> None:
    """List every report that is owed: by whom, where it stands, since when, and who said so."""
    wiring = load_everything(config_dir)
    plans = tuple(wanted.plan for wanted in wiring.snapshot.wanted if plan_id in (None, wanted.plan.id))
    if plan_id is not None and not plans:
        known = ", ".join(wanted.plan.id for wanted in wiring.snapshot.wanted)
        raise click.UsageError(f"--plan '{plan_id}': there is no such plan; plans: {known or 'none'}")
    ledger = open_existing_ledger(find_ledger_url(wiring, state))
    marks: tuple[ReportMark, ...] = ()
    if ledger is not None:
        marks = ledger.arrivals.list_marks()
        ledger.close()
    arrivals = [(plan, arrival) for plan in plans for arrival in list_arrivals(plan, marks)]
    if as_json:
        print_json({"reports": [_to_json(plan, arrival) for plan, arrival in arrivals]})
    else:
        _print(arrivals)


def _record(
    said: Mark,
    unit: str,
    report_id: str | None,
    plan_id: str | None,
    state: Path | None,
    config_dir: Path,
    on: date | None = None,
) -> None:
    wiring = load_everything(config_dir)
    plans = tuple(wanted.plan for wanted in wiring.snapshot.wanted)
    owed = find_owed(plans, unit, report=report_id, plan=plan_id)
    now = read_wall_clock()
    today = now.astimezone(owed.plan.zone).date()
    if on is not None and on > today:
        raise click.UsageError(f"--on {on:%Y-%m-%d} is in the future; today is {today:%Y-%m-%d}")
    day = (on or today) if said is Mark.RECEIVED else None
    mark = ReportMark(owed.plan.id, owed.report.id, owed.unit, said, day, _name_person(), now)
    ledger = Ledger.open(find_ledger_url(wiring, state))
    try:
        new = ledger.arrivals.add(mark)
    finally:
        ledger.close()
    click.echo(_tell(owed, mark, new))


def _name_person() -> str:
    """Return who sits at the keyboard, as far as the system knows."""
    try:
        return f"{BY_COMMAND}, {getpass.getuser()}"
    except OSError:
        return BY_COMMAND


def _tell(owed: Owed, mark: ReportMark, new: bool) -> str:
    standing = judge_mark(owed.report, mark)
    words = _SAID[standing]
    if mark.on is not None:
        words += f" on {mark.on:%d/%m/%Y}"
    if standing is Standing.LATE:
        words += f" (its last day was {owed.report.due.last_day:%d/%m/%Y})"
    again = "" if new else " (was recorded before; nothing changes)"
    return f"{owed.name}: report {owed.report.id} of plan {owed.plan.id} is {words}{again}"


def _to_json(plan: Plan, arrival: Arrival) -> Json:
    mark = arrival.mark
    return {
        "plan": arrival.plan,
        "report": arrival.report,
        "unit": arrival.unit,
        "name": PlanIndex(plan).name_place(arrival.unit),
        "state": str(arrival.standing),
        "on": None if mark is None or mark.on is None else mark.on.isoformat(),
        "since": None if mark is None else mark.made_at.astimezone(plan.zone).isoformat(timespec="seconds"),
        "by": None if mark is None else mark.by,
        "last_day": next(one.due.last_day for one in plan.reports if one.id == arrival.report).isoformat(),
    }


def _print(arrivals: list[tuple[Plan, Arrival]]) -> None:
    table = Table("unit", "report", "state", "since", "by", box=None, header_style="bold", padding=(0, 1))
    for plan, arrival in arrivals:
        mark, colour = arrival.mark, _COLOURS.get(arrival.standing)
        words = _SAID[arrival.standing] + (f" on {mark.on:%d/%m/%Y}" if mark is not None and mark.on else "")
        table.add_row(
            f"{PlanIndex(plan).name_place(arrival.unit)} ({arrival.unit})",
            arrival.report if len({one.id for one, _ in arrivals}) < 2 else f"{plan.id}: {arrival.report}",
            f"[{colour}]{words}[/]" if colour else words,
            "" if mark is None else _say(mark.made_at, plan),
            "" if mark is None else mark.by,
        )
    make_console().print(table)
    counts = {standing: sum(arrival.standing is standing for _, arrival in arrivals) for standing in Standing}
    click.echo(", ".join(f"{count} {_SAID[standing]}" for standing, count in counts.items() if count) or "none is owed")


def _say(instant: datetime, plan: Plan) -> str:
    return f"{instant.astimezone(plan.zone):%d/%m/%Y %H:%M}"
