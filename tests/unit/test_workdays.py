"""Working days of Vietnam, with the swaps, and why a day is off."""

import subprocess
import sys
from datetime import date

import holidays
from hypothesis import given
from hypothesis import strategies as st

from scheduler.model import DayOverride
from scheduler.workdays import DayKind, WorkingDays, format_day, load_vietnam

WORKDAYS = WorkingDays()
DAYS = st.dates(date(2019, 1, 1), date(2027, 12, 31))


def test_a_saturday_worked_for_a_bridge_day_is_a_working_day_and_says_so() -> None:
    assert WORKDAYS.explain(date(2024, 5, 4)) == DayKind(date(2024, 5, 4), True, "worked in place of Monday 29/4/2024")


def test_the_bridge_day_is_off_and_names_the_saturday() -> None:
    assert WORKDAYS.explain(date(2024, 4, 29)) == DayKind(
        date(2024, 4, 29), False, "day off, made up on Saturday 4/5/2024"
    )


def test_weekend_holiday_and_weekday_are_told_apart() -> None:
    assert WORKDAYS.explain(date(2024, 5, 5)) == DayKind(date(2024, 5, 5), False, "weekend")
    assert WORKDAYS.explain(date(2024, 5, 1)) == DayKind(date(2024, 5, 1), False, "International Labor Day")
    assert WORKDAYS.explain(date(2024, 5, 6)) == DayKind(date(2024, 5, 6), True, "")


def test_an_override_wins_over_the_library() -> None:
    overridden = WorkingDays(
        (
            DayOverride(date(2026, 1, 2), False, "swapped with 10/1/2026"),
            DayOverride(date(2026, 1, 10), True, "worked for 2/1/2026"),
        )
    )
    assert overridden.explain(date(2026, 1, 2)) == DayKind(date(2026, 1, 2), False, "swapped with 10/1/2026")
    assert overridden.step_back(date(2026, 1, 12), 1) == date(2026, 1, 10)
    assert WORKDAYS.step_back(date(2026, 1, 12), 1) == date(2026, 1, 9)


def test_vietnam_alone_is_the_country_that_the_library_gives() -> None:
    alone, usual = load_vietnam(), holidays.country_holidays("VN", language="en_US")
    years = range(1990, 2060)
    days = [date(year, month, day) for year in years for month in range(1, 13) for day in range(1, 29)]
    assert [alone.get(day) for day in days] == [usual.get(day) for day in days]
    assert dict(alone) == dict(usual)
    assert alone.weekend_workdays == usual.weekend_workdays


def test_asking_for_a_day_loads_no_other_country() -> None:
    code = """
import sys
from datetime import date
from scheduler.workdays import WorkingDays
days = WorkingDays()
print("holidays" in sys.modules)
print(days.explain(date(2025, 4, 30)).reason, sorted(name for name in sys.modules if "countries" in name))"""
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert said == "False\nLiberation Day/Reunification Day []\n"


def test_five_working_days_before_the_last_day_count_the_make_up_saturday() -> None:
    assert WORKDAYS.step_back(date(2024, 5, 9), 5) == date(2024, 5, 3)


def test_list_peculiar_names_only_days_that_break_the_week() -> None:
    days = [kind.day for kind in WORKDAYS.list_peculiar(date(2024, 4, 26), date(2024, 5, 9))]
    assert days == [date(2024, 4, 29), date(2024, 4, 30), date(2024, 5, 1), date(2024, 5, 4)]


@given(DAYS, st.integers(1, 30))
def test_stepping_back_lands_on_a_working_day_with_that_many_working_days_after_it(day: date, count: int) -> None:
    start = WORKDAYS.step_back(day, count)
    assert WORKDAYS.is_working(start)
    assert WORKDAYS.count_until(start, day) == count - 1 + WORKDAYS.is_working(day)


@given(DAYS)
def test_back_to_working_passes_over_days_off_only(day: date) -> None:
    found = WORKDAYS.back_to_working(day)
    assert WORKDAYS.is_working(found)
    assert WORKDAYS.count_until(found, day) == 0


def test_format_day_is_unambiguous() -> None:
    assert format_day(date(2024, 5, 4)) == "Saturday 4/5/2024"
