"""Months as calendars: whole weeks from Monday, what is on stands on its day and nowhere else."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from scheduler.web.agenda import AgendaDay, AgendaVisit
from scheduler.web.month import lay_out_months


def make_day(day: date, *units: str) -> AgendaDay:
    visits = tuple(AgendaVisit(unit, (), (), None, False, False, None) for unit in units)
    return AgendaDay(day, "later", (), visits)


def test_a_month_has_whole_weeks_from_monday_to_sunday() -> None:
    (table,) = lay_out_months([make_day(date(2024, 5, 20), "Sơn Động")])
    assert table.title == "Tháng 5/2024"
    assert [week[0].day for week in table.weeks] == [date(2024, 4, 29) + timedelta(weeks=n) for n in range(5)]
    assert {len(week) for week in table.weeks} == {7}


def test_four_units_fit_a_day_and_of_more_three_are_named() -> None:
    four, five = lay_out_months([make_day(date(2024, 5, 20), *"abcd"), make_day(date(2024, 6, 3), *"abcde")])
    shown = [cell for table in (four, five) for week in table.weeks for cell in week if cell.held]
    assert [([unit for unit, _ in cell.units], cell.more) for cell in shown] == [
        (["a", "b", "c", "d"], 0),
        (["a", "b", "c"], 2),
    ]


@given(st.sets(st.dates(date(2020, 1, 1), date(2030, 12, 31)), max_size=30))
def test_every_day_stands_once_in_its_own_month(days: set[date]) -> None:
    tables = lay_out_months([make_day(day, "a") for day in sorted(days)])
    held = [cell.day for table in tables for week in table.weeks for cell in week if cell.held]
    assert sorted(held) == sorted(days)
    assert len(tables) == len({(day.year, day.month) for day in days})
