"""The sentence of a rule: what is understood, and what is said of a sentence that is not."""

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.model import Repeat, When
from scheduler.rules import WhenError, parse_repeat, parse_when, write_repeat, write_when


@pytest.mark.parametrize(
    ("sentence", "lead_days", "working"),
    [
        ("1 working day after at 08:00", 1, True),
        ("3 days after at 8:00", 3, False),
        ("2 weeks after at 08:00", 14, False),
        ("the day after at 08:00", 1, False),
    ],
)
def test_parse_when_understands_after(sentence: str, lead_days: int, working: bool) -> None:
    assert parse_when(sentence) == When(lead_days, working, time(8), sentence, after=True)


@pytest.mark.parametrize(
    ("sentence", "every", "working", "times"),
    [
        ("every 2 working days, 3 times", 2, True, 3),
        ("Every  working day,  4 times", 1, True, 4),
        ("every 3 days, 2 times", 3, False, 2),
        ("every week, 20 times", 7, False, 20),
    ],
)
def test_parse_repeat_understands(sentence: str, every: int, working: bool, times: int) -> None:
    assert parse_repeat(sentence) == Repeat(every, working, times, sentence)


@pytest.mark.parametrize(
    ("sentence", "part"),
    [
        ("every 2 working days", "is not understood; write it as: every 2 working days, 3 times"),
        ("2 working days, 3 times", "is not understood"),
        ("every 0 days, 3 times", "0 days is out of range"),
        ("every 2 working weeks, 3 times", "there are no working weeks"),
        ("every 2 days, 1 times", "1 times is out of range; write 2 to 20 times, the first one counted"),
        ("every 2 days, 21 times", "21 times is out of range"),
        ("", "is not understood"),
    ],
)
def test_parse_repeat_names_what_is_wrong(sentence: str, part: str) -> None:
    with pytest.raises(WhenError) as caught:
        parse_repeat(sentence)
    assert part in str(caught.value)


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
        ("5 days later at 08:00", "'5 days later' is not understood"),
        ("0 working days after at 08:00", "0 days is out of range"),
        ("2 working weeks after at 08:00", "there are no working weeks"),
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


@given(st.integers(0, 366), st.times(), st.booleans(), st.booleans())
def test_a_sentence_that_is_written_is_read_as_what_it_was_written_from(
    days: int, at: time, working: bool, after: bool
) -> None:
    at = at.replace(second=0, microsecond=0)
    when = parse_when(write_when(days, at, working=working, after=after))
    assert (when.lead_days, when.at) == (days, at)
    assert (when.working, when.after) == ((working, after) if days else (False, False))


@given(st.integers(1, 366), st.integers(2, 20), st.booleans())
def test_a_repetition_that_is_written_is_read_as_what_it_was_written_from(
    every: int, times: int, working: bool
) -> None:
    repeat = parse_repeat(write_repeat(every, times, working=working))
    assert (repeat.every, repeat.times, repeat.working) == (every, times, working)
