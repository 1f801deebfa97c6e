"""The days off and made-up working days of a configuration folder, also where nothing else in it is right yet.

IO: reads one file.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from scheduler.model import DayOverride
from scheduler.planfile.read import DAYS, read_config_text
from scheduler.planfile.schemas import DaysKeys
from scheduler.planfile.yamlfile import parse_yaml


def read_days(config_dir: Path) -> tuple[DayOverride, ...]:
    """Return what ``holidays.yaml`` says; () where it cannot be read, which ``scheduler check`` tells."""
    text, problems = read_config_text(config_dir / DAYS)
    root, found = (None, problems) if problems else parse_yaml(text, DAYS)
    if root is None or found:
        return ()
    try:
        return DaysKeys.model_validate(root.plain).to_overrides()
    except ValidationError:
        return ()
