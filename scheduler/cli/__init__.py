"""The command line: wires the rooms together and turns every error into a sentence and an exit code.

Root. Exit codes: 0 done, 1 something is wrong with configuration, ledger or relay, 2 wrong usage,
3 a document that cannot be read or holds no schedule.
"""

from __future__ import annotations

import os
import sys

import click

from scheduler import __version__
from scheduler.cli.importing import import_
from scheduler.cli.looking import calendar, check, history, preview, status
from scheduler.cli.rehearsing import demo, rehearse
from scheduler.cli.running import doctor, run
from scheduler.errors import SchedulerError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="scheduler")
def commands() -> None:
    """Turn an office's inspection plan into calendar feeds and timely reminder mails.

    \b
    First steps:
      scheduler demo                  the whole job on a sample, in a minute; sends nothing
      scheduler import PLAN.txt       your plan -> config/plans/<id>.yaml, with what to look at
      scheduler check                 is the configuration right?
      scheduler preview               every mail that would go out, when, to whom and why
      scheduler run                   the service: feeds, reminders
    """


for _command in (import_, check, calendar, preview, run, rehearse, demo, status, history, doctor):
    commands.add_command(_command)


def main() -> None:
    """Run the command line; the console script's entry."""
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
    except BrokenPipeError:
        # The reader of our output went away (| head); nothing more can be said to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    # A command that asks for an exit status is answered with that status, others with None.
    sys.exit(status if isinstance(status, int) else 0)
