"""The sentence of a rule: what is understood, and what is said of a sentence that is not."""

from datetime import time

import pytest

from scheduler.model import When
from scheduler.rules import WhenError, parse_when


@pytest.mark.parametrize(
    ("sentence", "lead_days", "working", "at"),
    [
        ("14 days before at 08:00", 14, False, time(8)),
        ("1 day before at 8:05", 1, False, time(8, 5)),
        ("2 weeks before at 08:00", 14, False, time(8)),
        ("5 working days before at 08:00", 5, True, time(8)),
        ("1 working day before at 23:59", 1, True, time(23, 59)),
        ("the day before at 15:00", 1, False, time(15)),
        ("on the last day at 08:00", 0, False, time(8)),
        ("On  the day  at 06:30", 0, False, time(6, 30)),
    ],
)
def test_parse_when_understands(sentence: str, lead_days: int, working: bool, at: time) -> None:
    assert parse_when(sentence) == When(lead_days, working, at, sentence)


@pytest.mark.parametrize(
    ("sentence", "part"),
    [
        ("5 working days before", "names no hour"),
        ("5 working days before at 25:00", "'25:00' is no hour of the day"),
        ("5 working days before at eight", "'eight' is no hour of the day"),
        ("five days before at 08:00", "'five days before' is not understood"),
        ("5 days after at 08:00", "'5 days after' is not understood"),
        ("2 working weeks before at 08:00", "there are no working weeks"),
        ("0 days before at 08:00", "0 days is out of range"),
        ("400 days before at 08:00", "400 days is out of range"),
        ("", "names no hour"),
    ],
)
def test_parse_when_names_what_is_wrong(sentence: str, part: str) -> None:
    with pytest.raises(WhenError) as caught:
        parse_when(sentence)
    assert part in str(caught.value)
    assert f"'{sentence}'" in str(caught.value)
