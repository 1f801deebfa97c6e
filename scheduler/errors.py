"""Every error the program raises on purpose: one root, a sub-class by who must act.

Pure. The message is the whole sentence a person reads: place, value as it stands, remedy.
"""

from __future__ import annotations

from dataclasses import dataclass


class SchedulerError(Exception):
    """Root of all errors that are told to a person instead of shown as a traceback."""

    exit_code = 1


class UsageError(SchedulerError):
    """The person at the keyboard asked for something that cannot be: change the command."""

    exit_code = 2


class DocumentError(SchedulerError):
    """The document cannot be read, or holds no schedule: hand in another one."""

    exit_code = 3


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong with the configuration; ``line`` and ``column`` count from 1, 0 means the whole file."""

    file: str
    line: int
    column: int
    message: str
    severity: str = "error"

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{place} {self.message}"


class ConfigError(SchedulerError):
    """The configuration is wrong: the admin edits the files named in ``problems`` (all of them, at once)."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


class LedgerError(SchedulerError):
    """The ledger cannot be opened, or is of a newer program: the operator acts."""


class LedgerBusyError(LedgerError):
    """Another instance works on this ledger; ``holder`` names it."""

    def __init__(self, place: str, holder: str) -> None:
        self.holder = holder
        super().__init__(f"{place}: {holder} works on this ledger; stop it first, or give this one another ledger.url")


class RelayError(SchedulerError):
    """The mail relay cannot be used at all (down, TLS refused, sign-in refused): the operator acts."""
