"""The command line: wires the rooms together and turns every error into a sentence and an exit code.

Root. Exit codes: 0 done, 1 something is wrong with configuration, ledger or relay, 2 wrong usage,
3 a document that cannot be read or holds no schedule.
"""

from __future__ import annotations

import io
import os
import sys
from importlib import import_module

import click

from scheduler import __version__
from scheduler.errors import SchedulerError

# Each command and the module of this package that holds it, by its name there.
_PLACES = {
    "admin": "admins.admin",
    "approve": "editing.approve",
    "backup": "operating.backup",
    "calendar": "looking.calendar",
    "check": "looking.check",
    "config": "configuring.config_",
    "demo": "rehearsing.demo",
    "diff": "editing.diff",
    "doctor": "doctoring.doctor",
    "history": "history.history",
    "import": "importing.import_",
    "init": "configuring.init",
    "mail": "mail.mail",
    "pause": "operating.pause",
    "preview": "looking.preview",
    "publish": "publishing.publish",
    "rehearse": "rehearsing.rehearse",
    "report": "reporting.report",
    "resume": "operating.resume",
    "retry": "operating.retry",
    "run": "running.run",
    "skip": "operating.skip",
    "status": "looking.status",
    "token": "tokens.token",
}


class Commands(click.Group):
    """Loads a command when it is called: `check` need not wait for the pages and the readers of documents."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_PLACES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _PLACES:
            return None
        module, name = _PLACES[cmd_name].split(".")
        command: click.Command = getattr(import_module(f"scheduler.cli.{module}"), name)
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="scheduler")
def commands() -> None:
    """Turn an office's inspection plan into calendar feeds and timely reminder mails.

    \b
    First steps:
      scheduler demo                  the whole job on a sample, in a minute; sends nothing
      scheduler init config           a configuration of your own, by a few questions
      scheduler import PLAN.docx      your plan -> config/plans/<id>.yaml, with what to look at
      scheduler check                 is the configuration right?
      scheduler preview               every mail that would go out, when, to whom and why
      scheduler run                   the service: feeds, reminders
    """


def main() -> None:
    """Run the command line; the console script's entry."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that cannot show Vietnamese gets question marks instead of a traceback.
            stream.reconfigure(errors="replace")
    try:
        status = commands.main(prog_name="scheduler", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(130)
    except SchedulerError as error:
        click.echo(str(error), err=True)
        sys.exit(error.exit_code)
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            # The reader of our output went away (| head); nothing more can be said to it.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(141)
        click.echo(
            f"{error.filename or 'this'}: {error.strerror or error}; check the path and who may use it", err=True
        )
        sys.exit(1)
    # A command that asks for an exit status is answered with that status, others with None.
    sys.exit(status if isinstance(status, int) else 0)
