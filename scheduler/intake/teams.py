"""Which team a text names, so that a row of the schedule and a list of members find each other.

Pure. An office may send several teams ("Đoàn số 1", "Tổ 2"); they are told apart by their numbers.
"""

from __future__ import annotations

import re
from typing import Final

from scheduler.intake.wording import capitalise_first, make_phrase_key
from scheduler.naming import make_slug

_KINDS: Final = r"(?:kiểm tra|thanh tra|giám sát|công tác|khảo sát)(?:\s+liên ngành)?"
TEAM_NAME: Final = rf"(?:tổ|đoàn)\s+(?:{_KINDS}(?:\s+(?:số\s+)?\d{{1,2}}\b)?|(?:số\s+)?\d{{1,2}}\b)"
_TEAM_NAME: Final = re.compile(TEAM_NAME, re.IGNORECASE)
_NUMBERED: Final = re.compile(
    rf"\b(?:tổ|đoàn)\s+(?:{_KINDS}\s+)?(?:số\s+)?(?P<number>\d{{1,2}})\b(?!\s*[/.]\s*\d)", re.IGNORECASE
)
_NUMBER: Final = re.compile(r"(?:số\s+)?0*(?P<number>\d{1,2})", re.IGNORECASE)


def is_team_name(text: str) -> bool:
    """Tell whether ``text`` is the name of a team and nothing else ("Đoàn kiểm tra", "Tổ 2")."""
    return _TEAM_NAME.fullmatch(text) is not None


def find_team_name(text: str) -> str | None:
    """Return the numbered team that ``text`` names ("Đoàn kiểm tra số 1"); None where it names none."""
    match = _NUMBERED.search(text)
    return capitalise_first(" ".join(match.group().lower().split())) if match else None


def read_team_cell(text: str) -> str:
    """Return the team that a cell of a column of teams names: "1" and "Đoàn số 01" are one."""
    number = _NUMBER.fullmatch(text.strip())
    return find_team_name(text) or (f"Đoàn số {int(number['number'])}" if number else capitalise_first(text.strip()))


def find_team(name: str, teams: tuple[str, ...]) -> str | None:
    """Return the one of ``teams`` that ``name`` means: the same words, or the same number; None where none is meant."""
    same = next((team for team in teams if make_phrase_key(team) == make_phrase_key(name)), None)
    number = _read_number(name)
    return same or next((team for team in teams if number is not None and _read_number(team) == number), None)


def make_team_id(name: str) -> str:
    """Return the id of a team: its name's slug."""
    return make_slug(name)


def _read_number(name: str) -> int | None:
    match = _NUMBERED.search(name)
    return int(match["number"]) if match else None
