from datetime import date, time

import pytest

from scheduler.model import Due
from scheduler.phrases import (
    lower_first,
    phrase_date,
    phrase_day,
    phrase_days_briefly,
    phrase_deadline,
    phrase_due,
    phrase_list,
)


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2024, 5, 20), "20/5/2024"),
        (date(2024, 5, 9), "09/5/2024"),
        (date(2024, 2, 1), "01/02/2024"),
        (date(2024, 12, 31), "31/12/2024"),
    ],
)
def test_a_day_has_leading_zeros_where_office_papers_write_them(day: date, words: str) -> None:
    assert phrase_day(day) == words


def test_each_weekday_has_its_name() -> None:
    names = [phrase_date(date(2024, 5, day)).partition(",")[0] for day in range(20, 27)]
    assert names == ["thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật"]


def test_several_days_of_one_year_name_the_year_once() -> None:
    days = (date(2024, 5, 20), date(2024, 5, 21), date(2024, 5, 24))
    assert phrase_days_briefly(days) == "20/5, 21/5 và 24/5/2024"


def test_days_of_two_years_name_both() -> None:
    assert phrase_days_briefly((date(2024, 12, 31), date(2025, 1, 2))) == "31/12/2024 và 02/01/2025"


def test_one_day_comes_with_its_weekday() -> None:
    assert phrase_days_briefly((date(2024, 5, 20),)) == "thứ Hai, 20/5/2024"


@pytest.mark.parametrize(
    ("due", "words", "deadline"),
    [
        (
            Due("before", date(2024, 5, 10)),
            "trước ngày 10/5/2024",
            "trước ngày 10/5/2024 (hạn cuối: thứ Năm, ngày 09/5/2024)",
        ),
        (
            Due("before", date(2024, 5, 10), time(0, 0)),
            "trước ngày 10/5/2024",
            "trước ngày 10/5/2024 (hạn cuối: thứ Năm, ngày 09/5/2024)",
        ),
        (
            Due("before", date(2024, 5, 10), time(17, 0)),
            "trước 17 giờ 00 ngày 10/5/2024",
            "trước 17 giờ 00 ngày 10/5/2024 (thứ Sáu)",
        ),
        (Due("by", date(2024, 5, 9)), "chậm nhất ngày 09/5/2024", "chậm nhất ngày 09/5/2024 (thứ Năm)"),
        (
            Due("by", date(2024, 5, 9), time(16, 30)),
            "chậm nhất 16 giờ 30 ngày 09/5/2024",
            "chậm nhất 16 giờ 30 ngày 09/5/2024 (thứ Năm)",
        ),
    ],
)
def test_a_deadline_is_worded_as_the_document_means_it(due: Due, words: str, deadline: str) -> None:
    assert (phrase_due(due), phrase_deadline(due)) == (words, deadline)


@pytest.mark.parametrize(
    ("words", "phrase"), [((), ""), (("a",), "a"), (("a", "b"), "a và b"), (("a", "b", "c"), "a, b và c")]
)
def test_a_list_ends_with_va(words: tuple[str, ...], phrase: str) -> None:
    assert phrase_list(words) == phrase


@pytest.mark.parametrize(
    ("text", "within"), [("Buổi sáng", "buổi sáng"), ("Đợt 1", "đợt 1"), ("UBND", "UBND"), ("", "")]
)
def test_a_name_is_lowered_within_a_sentence_but_an_abbreviation_is_not(text: str, within: str) -> None:
    assert lower_first(text) == within
