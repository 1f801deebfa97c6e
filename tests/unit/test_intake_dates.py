"""Days, months and hours as offices write them."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.intake.dates import Month, name_weekday, read_dates, read_serial
from scheduler.intake.hours import PartHours, read_hours


def days(*numbers: int, month: int = 5, year: int = 2024) -> tuple[date, ...]:
    return tuple(date(year, month, number) for number in numbers)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("20/5/2024", days(20)),
        ("20-5-2024", days(20)),
        ("20.5.2024", days(20)),
        ("20 5 2024", days(20)),
        ("20 / 5 / 2024", days(20)),
        ("20/5/24", days(20)),
        ("2024-05-20", days(20)),
        ("ngày 20 tháng 5 năm 2024", days(20)),
        ("Thứ Hai, ngày 20/5/2024", days(20)),
        ("T2 20/5/2024", days(20)),
        ("7h30 ngày 20/5/2024", days(20)),
        ("14 giờ 20/5/2024", days(20)),
        ("20-21/5/2024", days(20, 21)),
        ("20 – 22/05/2024", days(20, 21, 22)),
        ("từ ngày 20/5 đến ngày 22/5/2024", days(20, 21, 22)),
        ("Từ 20 đến 22/5/2024", days(20, 21, 22)),
        ("20/5/2024-22/5/2024", days(20, 21, 22)),
        ("20, 22 và 24/5/2024", days(20, 22, 24)),
        ("20&21/5/2024", days(20, 21)),
        ("ngày 20 và 21 tháng 5 năm 2024", days(20, 21)),
        ("20/5, 22/5 năm 2024", days(20, 22)),
        ("Sáng 20/5/2024; chiều 21/5/2024", days(20, 21)),
        ("20/5/2024\n22/5/2024", days(20, 22)),
        ("30/5-01/6/2024", (*days(30, 31), date(2024, 6, 1))),
        ("29/12/2024 đến 02/01/2025", (*days(29, 30, 31, month=12), *days(1, 2, month=1, year=2025))),
    ],
)
def test_days_are_read_in_every_form(text: str, read: tuple[date, ...]) -> None:
    reading = read_dates(text, year=None)
    assert (reading.days, reading.impossible, reading.year_missing) == (read, (), False)


@pytest.mark.parametrize(("text", "read"), [("20/5", days(20)), ("20-5", days(20)), ("20-22/5", days(20, 21, 22))])
def test_a_day_without_a_year_takes_the_plans_and_says_so(text: str, read: tuple[date, ...]) -> None:
    assert (read_dates(text, year=2024).days, read_dates(text, year=2024).year_missing) == (read, True)
    assert read_dates(text, year=None).days == ()


@pytest.mark.parametrize("text", ["31/6/2025", "30/2/2024", "20/13/2024", "0/5/2024", "22/5/2024 - 20/5/2024"])
def test_what_looks_like_a_date_and_is_none_is_told(text: str) -> None:
    reading = read_dates(text, year=2024)
    assert (reading.days, reading.impossible) == ((), (text,))


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("trong tháng 5", (Month(5, None),)),
        ("tháng 5-6/2024", (Month(5, 2024), Month(6, 2024))),
        ("5-6/2024", (Month(5, 2024), Month(6, 2024))),
        ("4, 5 và 6/2024", (Month(4, 2024), Month(5, 2024), Month(6, 2024))),
        ("tháng 5 và tháng 6 năm 2024", (Month(5, 2024), Month(6, 2024))),
        ("quý II/2024", (Month(4, 2024), Month(5, 2024), Month(6, 2024))),
    ],
)
def test_a_month_is_no_day(text: str, months: tuple[Month, ...]) -> None:
    reading = read_dates(text, year=2024)
    assert (reading.days, reading.months, reading.impossible) == ((), months, ())


def test_a_weekday_is_paired_with_the_day_beside_it() -> None:
    assert read_dates("thứ Ba, 20/5/2024", year=None).weekdays == ((1, date(2024, 5, 20)),)
    assert read_dates("thứ 2 (20/5), Chủ nhật (26/5)", year=2024).weekdays == ((0, days(20)[0]), (6, days(26)[0]))
    assert name_weekday(0) == "thứ Hai"


def test_a_spreadsheets_day_number_is_a_day_and_a_year_is_none() -> None:
    assert (read_serial("45432"), read_serial("2024"), read_serial("99999")) == (date(2024, 5, 20), None, None)


FORMS = (
    "{d}/{m}/{y}",
    "{d:02}/{m:02}/{y}",
    "{d}-{m}-{y}",
    "{d}.{m}.{y}",
    "ngày {d} tháng {m} năm {y}",
    "{y}-{m:02}-{d:02}",
)


@given(
    st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.sampled_from(FORMS), st.sampled_from(("", "Buổi sáng ", "8h00 "))
)
def test_any_day_in_any_form_is_read_back(day: date, form: str, before: str) -> None:
    text = before + form.format(d=day.day, m=day.month, y=day.year)
    assert read_dates(text, year=None).days == (day,)


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.integers(1, 40))
def test_any_range_names_each_of_its_days_once(first: date, length: int) -> None:
    last = first + timedelta(days=length)
    text = f"từ ngày {first:%d/%m/%Y} đến ngày {last:%d/%m/%Y}"
    assert read_dates(text, year=None).days == tuple(first + timedelta(days=step) for step in range(length + 1))


@given(st.text(alphabet="0123456789/-., hgiờthángnămvàđếnquýIVT'", max_size=40))
def test_no_text_breaks_the_reading(text: str) -> None:
    read_dates(text, year=2024)
    read_hours(text)


def morning(start: time | None, end: time | None = None) -> PartHours:
    return PartHours("morning", start, end)


def afternoon(start: time | None, end: time | None = None) -> PartHours:
    return PartHours("afternoon", start, end)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("7h30", (morning(time(7, 30)),)),
        ("07giờ 30'", (morning(time(7, 30)),)),
        ("7 giờ 30 phút", (morning(time(7, 30)),)),
        ("7g30", (morning(time(7, 30)),)),
        ("07:30", (morning(time(7, 30)),)),
        ("bắt đầu từ 13h30.", (afternoon(time(13, 30)),)),
        ("14 giờ", (afternoon(time(14, 0)),)),
        ("1h30 chiều", (afternoon(time(13, 30)),)),
        ("13h30-16h30", (afternoon(time(13, 30), time(16, 30)),)),
        ("8h00 - 16h30", (PartHours("day", time(8, 0), time(16, 30)),)),
        ("Sáng", (morning(None),)),
        ("Cả ngày", (morning(None), afternoon(None))),
        ("Buổi sáng 7h30 chiều 13h30", (morning(time(7, 30)), afternoon(time(13, 30)))),
        ("7h30 (sáng), 13h30 (chiều)", (morning(time(7, 30)), afternoon(time(13, 30)))),
        (
            "Sáng: 7h30 - 11h; Chiều: 1h30 - 4h30",
            (morning(time(7, 30), time(11)), afternoon(time(13, 30), time(16, 30))),
        ),
        (
            "từ 7h30 đến 11h30 và từ 13h30 đến 17h",
            (morning(time(7, 30), time(11, 30)), afternoon(time(13, 30), time(17))),
        ),
        ("20/5/2024, 8 hồ sơ", ()),
    ],
)
def test_hours_are_read_with_their_part_of_the_day(text: str, parts: tuple[PartHours, ...]) -> None:
    assert read_hours(text).parts == parts


def test_an_hour_that_no_clock_shows_is_told() -> None:
    assert (read_hours("25h").parts, read_hours("25h").impossible) == ((), ("25h",))
