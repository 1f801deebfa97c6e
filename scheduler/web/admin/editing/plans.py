"""A plan as its file has it, read for the forms and written back line by line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from scheduler.drafts import read_content
from scheduler.errors import ConfigError, SchedulerError
from scheduler.model import Plan
from scheduler.planfile import read_plan_text
from scheduler.planfile.amend import amend_plan_text
from scheduler.planfile.read import PLANS

_BYTE_ORDER_MARK = "\ufeff"


def name_plan_file(plan: str) -> str:
    return f"{PLANS}/{plan}.yaml"


def read_plan(file: str, content: bytes) -> Plan | None:
    """Return the plan that stands in a file; None where it is wrong."""
    try:
        return read_plan_text(content.decode("utf-8-sig"), file)
    except (ConfigError, UnicodeDecodeError):
        return None


def amend_plan(kept: bytes | None, file: str, text: str, old: Plan, new: Plan) -> str:
    """Return the text of a plan that reads as ``old`` so that it reads as ``new``; SchedulerError where it cannot.

    ``kept`` is the extraction that an import keeps of the plan, None where it was never imported.
    """
    extraction = "" if kept is None else kept.decode("utf-8", "replace")
    amended = amend_plan_text(text, old, new, extraction, file)
    if replace(read_plan_text(amended.removeprefix(_BYTE_ORDER_MARK), file), sources=()) != replace(new, sources=()):
        raise SchedulerError(f"{file}: its lines cannot be amended one by one")
    return amended


def find_kept(config_dir: Path, plan: str) -> bytes | None:
    """Return the extraction that an import keeps of a plan."""
    return read_content(config_dir, f"{PLANS}/.imported/{plan}.yaml")
