"""Single values as admins write them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.planfile import values


@given(st.dates(date(1900, 1, 1), date(2200, 12, 31)))
def test_a_date_is_read_in_both_forms(day: date) -> None:
    assert values.read_date(day.isoformat()) == day
    assert values.read_date(f"{day.day}/{day.month}/{day.year}") == day
    assert values.read_date(f"{day.day:02}/{day.month:02}/{day.year}") == day


@given(st.times())
def test_an_hour_is_read_with_one_digit_or_two(hour: time) -> None:
    whole = hour.replace(second=0, microsecond=0)
    assert values.read_hour(f"{whole:%H:%M}") == whole
    assert values.read_hour(f"{whole.hour}:{whole.minute:02}") == whole


def test_an_instant_keeps_its_offset() -> None:
    instant = values.read_microseconds("2024-04-15T09:00+07:00")
    assert instant == datetime(2024, 4, 15, 9, tzinfo=timezone(timedelta(hours=7)))
    assert instant.utcoffset() == timedelta(hours=7)


def test_a_line_folds_breaks_and_blanks_and_is_normalised() -> None:
    assert values.read_line("  So\u031bn\n  \u00a0Đo\u0323\u0302ng ") == "Sơn Động"


def test_paragraphs_keep_their_line_breaks() -> None:
    assert values.read_paragraphs("một\nhai  ba\n") == "một\nhai ba"


@pytest.mark.parametrize("said", ["2024-04", "2024-04-15"])
def test_an_issue_date_is_a_day_or_a_month(said: str) -> None:
    assert values.read_issue_date(said) == said


def test_an_issue_date_in_the_local_form_becomes_iso() -> None:
    assert values.read_issue_date("5/4/2024") == "2024-04-05"


@pytest.mark.parametrize(
    ("read", "text", "said"),
    [
        (values.read_date, "31/6/2025", "'31/6/2025' is not a date; use YYYY-MM-DD"),
        (values.read_date, "2024-13-01", "'2024-13-01' is not a date; use YYYY-MM-DD"),
        (values.read_date, "20/5/24", "'20/5/24' is not a date; use YYYY-MM-DD"),
        (values.read_date, "2024-05-20 07:00", "'2024-05-20 07:00' is not a date; use YYYY-MM-DD"),
        (values.read_date, "1024-05-20", "'1024-05-20' is not within the years 1900 to 2200; mend the year"),
        (values.read_issue_date, "4/2024", "'4/2024' is not a date; use YYYY-MM-DD, or YYYY-MM for a month"),
        (values.read_hour, "24:00", '\'24:00\' is no hour of the day; write it as "07:30", from "00:00" to "23:59"'),
        (values.read_hour, "7h30", '\'7h30\' is no hour of the day; write it as "07:30", from "00:00" to "23:59"'),
        (
            values.read_microseconds,
            "2024-04-15 09:00",
            "'2024-04-15 09:00' names no offset from UTC; write it as 2024-04-15T09:00+07:00",
        ),
        (
            values.read_microseconds,
            "today",
            "'today' is not a date with hour and offset; write it as 2024-04-15T09:00+07:00",
        ),
        (
            values.read_time_zone,
            "Asia/Ho_Chi_Min",
            "'Asia/Ho_Chi_Min' is not a time zone; write one such as 'Asia/Ho_Chi_Minh'",
        ),
        (values.read_time_zone, "Europe/Belin", "'Europe/Belin' is not a time zone; write one such as 'Europe/Berlin'"),
        (values.read_time_zone, "Asia", "'Asia' is not a time zone; write one such as 'Asia/Ho_Chi_Minh'"),
        (values.read_time_zone, "../etc", "'../etc' is not a time zone; write one such as 'Asia/Ho_Chi_Minh'"),
        (values.read_id, "Sơn Động", "'Sơn Động' is not an id; use a-z, 0-9 and hyphens, such as 'son-dong'"),
        (values.read_id, "a" * 101, "'" + "a" * 60 + "…' has 101 characters; an id has at most 100"),
        (values.read_reference, "a/b/c", "'b/c' is not an id; use a-z, 0-9 and hyphens, such as 'b-c'"),
        (values.read_line, " \n ", "is empty; write a text"),
        (values.read_line, "a\x00b", "'a\x00b' holds a control character; delete it"),
        (
            values.read_line,
            "a =?utf-8?q?b?=",
            "'a =?utf-8?q?b?=' holds '=?', which mail programs decode; write it without",
        ),
        (values.read_address, "a.example", "'a.example' is not an e-mail address; write it as name@domain.vn"),
        (values.read_address, "a@", "'a@' is not an e-mail address; write it as name@domain.vn"),
        (
            values.read_address,
            "a@x.vn, b@x.vn",
            "'a@x.vn, b@x.vn' holds more than one '@'; give one address, and further people an entry each",
        ),
        (
            values.read_address,
            "đơn@x.vn",
            "'đơn@x.vn' is not an e-mail address: blanks, accents and '=?' cannot be in one",
        ),
        (
            values.read_address,
            "a b@x.vn",
            "'a b@x.vn' is not an e-mail address: blanks, accents and '=?' cannot be in one",
        ),
        (values.read_address, "a@x", "'a@x' is not an e-mail address: 'x' is not a domain such as tinh.gov.vn"),
        (values.read_address, "a..b@x.vn", "'a..b@x.vn' is not an e-mail address: 'a..b' cannot stand before the '@'"),
        (values.read_address, "<a@x.vn>", "'<a@x.vn>' is not an e-mail address: '<a' cannot stand before the '@'"),
        (
            values.read_host,
            "http://x",
            "'http://x' is not a host; write a name or an IP address, without 'http://' and port",
        ),
        (values.read_web_address, "x.vn", "'x.vn' is not a web address; write it as https://lich.tinh.gov.vn"),
        (values.read_database_url, "var/x", "is not an SQLAlchemy URL; write it as sqlite:///var/ledger.sqlite3"),
    ],
)
def test_a_wrong_value_is_told_with_value_and_remedy(read: Callable[[str], object], text: str, said: str) -> None:
    with pytest.raises(ValueError, match=r".") as told:
        read(text)
    assert str(told.value) == said


@pytest.mark.parametrize("address", ["a@x.vn", "kiem-tra.doan+1@so-ldtbxh.bacgiang.gov.vn", "A_b@x1.example"])
def test_an_ordinary_address_is_taken_as_it_is(address: str) -> None:
    assert values.read_address(address) == address
