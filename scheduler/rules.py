"""A rule's sentence ("5 working days before at 08:00") as a When, and back into the words of an error.

Pure. The grammar, case and extra blanks apart:

    [on] the last day at HH:MM          the last day of a report, the first day of a visit
    [on] the day at HH:MM               the same
    the day before at HH:MM             = 1 day before
    N [working] day(s) before at HH:MM
    N week(s) before at HH:MM           = 7 N days before
    … after at HH:MM                    the same for a report that did not come in time

and of how a rule that fires after the last day fires again:

    every N [working] day(s), M times   M in all, the first one counted
    every N week(s), M times            the same with 7 N days
"""

from __future__ import annotations

import re
from datetime import time

from scheduler.model import Repeat, When

EXAMPLES = (
    '"14 days before at 08:00", "5 working days before at 08:00", "the day before at 15:00", "on the last day at 08:00"'
)
LONGEST_LEAD_DAYS = 366
MOST_REPEATS = 20
REPEAT_EXAMPLE = "every 2 working days, 3 times"

_HOUR = re.compile(r"(?P<hour>\d{1,2}):(?P<minute>\d{2})")
_COUNT = re.compile(r"(?P<count>\d+) (?P<working>working )?(?P<unit>days?|weeks?) (?P<side>before|after)")
_REPEAT = re.compile(r"every (?:(?P<count>\d+) )?(?P<working>working )?(?P<unit>days?|weeks?), ?(?P<times>\d+) times?")
_SAME_DAY = {"on the last day", "the last day", "on the day", "the day"}


class WhenError(ValueError):
    """The sentence of a rule cannot be understood; the text says which part, and shows one that can."""


def parse_when(sentence: str) -> When:
    """Read a rule's sentence; raise WhenError naming the part that is wrong in it."""
    words = " ".join(sentence.lower().split())
    lead, at_word, hour = words.rpartition(" at ")
    if not at_word:
        raise WhenError(f"'{sentence}' names no hour; end it with one, such as: 1 day before at 08:00")
    lead_days, working, after = _parse_lead(sentence, lead)
    return When(lead_days, working, _parse_hour(sentence, hour), sentence, after)


def parse_repeat(sentence: str) -> Repeat:
    """Read how a rule fires again; raise WhenError naming what is wrong in it."""
    match = _REPEAT.fullmatch(" ".join(sentence.lower().split()))
    if match is None:
        raise WhenError(f"'{sentence}' is not understood; write it as: {REPEAT_EXAMPLE}")
    every, working = _count_days(sentence, match, match["count"] or "1")
    times = int(match["times"])
    if not 2 <= times <= MOST_REPEATS:
        said = f"'{sentence}': {times} times is out of range; write 2 to {MOST_REPEATS} times, the first one counted"
        raise WhenError(said)
    return Repeat(every, working, times, sentence)


def write_when(lead_days: int, at: time, *, working: bool, after: bool) -> str:
    """Return the sentence that is read as these; the day itself is neither a working day nor before or after."""
    hour = f"at {at:%H:%M}"
    if lead_days == 0:
        return f"on the last day {hour}"
    return f"{_say_days(lead_days, working=working)} {'after' if after else 'before'} {hour}"


def write_repeat(every: int, times: int, *, working: bool) -> str:
    """Return the sentence that is read as these."""
    return f"every {_say_days(every, working=working)}, {times} times"


def _say_days(count: int, *, working: bool) -> str:
    return f"{count} {'working ' if working else ''}{'day' if count == 1 else 'days'}"


def _parse_hour(sentence: str, hour: str) -> time:
    match = _HOUR.fullmatch(hour)
    if match is None or int(match["hour"]) > 23 or int(match["minute"]) > 59:
        raise WhenError(f"'{sentence}': '{hour}' is no hour of the day; write HH:MM from 00:00 to 23:59")
    return time(int(match["hour"]), int(match["minute"]))


def _parse_lead(sentence: str, lead: str) -> tuple[int, bool, bool]:
    if lead in _SAME_DAY:
        return 0, False, False
    if lead in {"the day before", "on the day before", "the day after", "on the day after"}:
        return 1, False, lead.endswith("after")
    match = _COUNT.fullmatch(lead)
    if match is None:
        raise WhenError(f"'{sentence}': '{lead}' is not understood; write one of: {EXAMPLES}")
    count, working = _count_days(sentence, match, match["count"])
    return count, working, match["side"] == "after"


def _count_days(sentence: str, match: re.Match[str], said: str) -> tuple[int, bool]:
    """Return how many days the parts ``working`` and ``unit`` of ``match`` make of the count ``said``."""
    weeks = match["unit"].startswith("week")
    if match["working"] and weeks:
        raise WhenError(
            f"'{sentence}': there are no working weeks; write working days: 10 working days before at 08:00"
        )
    count = int(said) * (7 if weeks else 1)
    if not 1 <= count <= LONGEST_LEAD_DAYS:
        raise WhenError(
            f"'{sentence}': {said} {match['unit']} is out of range; write 1 to {LONGEST_LEAD_DAYS} days"
            " (for the day itself: on the last day at 08:00)"
        )
    return count, match["working"] is not None
