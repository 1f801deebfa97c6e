import re
from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar
from pydantic import TypeAdapter

from scheduler.events import plan_events
from scheduler.ics import EventError, render_calendar, render_event
from scheduler.model import Event, EventStatus, Organiser, Plan, Revision
from tests.golden import assert_golden
from tests.samples import UPDATED, make_plan

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
VISIT_DAY = (date(2024, 5, 20),)
VIETNAMESE = st.text(
    alphabet=st.one_of(
        st.sampled_from("aăâeêioôơuưyđáàảãạắằẳẵặấầẩẫậéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵĐĂÂÊÔƠƯ"),
        st.sampled_from("\u0300\u0301\u0303\u0309\u0323\u0302\u0306\u031b"),
        st.sampled_from(" ,;:\\\"'()–-NnX=^%\n🏫"),
        st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp", "Cn")),
    ),
    min_size=1,
    max_size=300,
)


def plan_all(plan: Plan) -> tuple[Event, ...]:
    return plan_events(plan, plan.visits, plan.reports, contacts=(), domain="so.example")


def make_event() -> Event:
    return plan_all(make_plan(reports=()))[0]


def render(event: Event, revision: Revision | None = None) -> bytes:
    return render_event(event, revision, UPDATED, zone=HANOI)


def wrap(*blocks: bytes) -> bytes:
    return render_calendar(name="Lịch", description="Mô tả", zone=HANOI, blocks=blocks, days=VISIT_DAY)


def unfold(content: bytes) -> list[str]:
    return content.replace(b"\r\n ", b"").decode().split("\r\n")


def render_sample_feed() -> bytes:
    plan = make_plan()
    events = plan_all(plan)
    return render_calendar(
        name=plan.title,
        description=plan.organiser.name,
        zone=plan.zone,
        blocks=[render_event(event, Revision(0, UPDATED, UPDATED), UPDATED, zone=plan.zone) for event in events],
        days=tuple(event.start for event in events),
    )


def test_golden_feed() -> None:
    assert_golden("calendar-feed.ics", render_sample_feed())


def test_golden_feed_without_a_revision_has_sequence_0_and_no_history() -> None:
    block = render(make_event())
    assert_golden("calendar-event-without-ledger.ics", block)
    assert b"SEQUENCE:0\r\n" in block
    assert b"CREATED" not in block


def test_two_builds_give_the_same_bytes() -> None:
    assert len({render_sample_feed() for _ in range(100)}) == 1


def test_a_parser_reads_back_every_event_with_its_local_time() -> None:
    calendar = Calendar.from_ical(render_sample_feed())
    assert [(str(event["UID"]), event.decoded("DTSTART")) for event in calendar.events] == [
        ("plan.bao-cao.deadline@so.example", date(2024, 5, 9)),
        ("plan.son-dong.1.morning@so.example", datetime(2024, 5, 20, 7, 0, tzinfo=HANOI)),
        ("plan.son-dong.1.afternoon@so.example", datetime(2024, 5, 20, 13, 30, tzinfo=HANOI)),
    ]


def test_there_is_one_clean_timezone_and_no_uid_of_the_calendar() -> None:
    lines = unfold(render_sample_feed())
    begin, end = lines.index("BEGIN:VTIMEZONE"), lines.index("END:VTIMEZONE")
    assert lines[begin : end + 1] == [
        "BEGIN:VTIMEZONE",
        "TZID:Asia/Ho_Chi_Minh",
        "BEGIN:STANDARD",
        "DTSTART:20240101T000000",
        "TZNAME:+07",
        "TZOFFSETFROM:+0700",
        "TZOFFSETTO:+0700",
        "END:STANDARD",
        "END:VTIMEZONE",
    ]
    assert not [line for line in lines[:begin] if line.startswith(("UID", "METHOD", "COMMENT"))]


def test_a_feed_says_how_often_to_come_back() -> None:
    lines = unfold(wrap())
    assert {"REFRESH-INTERVAL;VALUE=DURATION:PT1H", "X-PUBLISHED-TTL:PT1H", "X-WR-TIMEZONE:Asia/Ho_Chi_Minh"} <= set(
        lines
    )
    assert {"NAME:Lịch", "X-WR-CALNAME:Lịch", "DESCRIPTION:Mô tả"} <= set(lines)


def test_a_calendar_for_mail_has_its_method_and_nothing_of_a_subscription() -> None:
    content = render_calendar(
        name=None, description=None, zone=HANOI, blocks=[render(make_event())], days=VISIT_DAY, method="PUBLISH"
    )
    head = unfold(content)[: unfold(content).index("BEGIN:VTIMEZONE")]
    assert head == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Inspection Scheduler//Inspection Plan//VI",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
    ]


def test_a_zone_with_summer_time_covers_the_years_of_its_events() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    content = render_calendar(
        name=None, description=None, zone=berlin, blocks=(), days=(date(2024, 5, 1), date(2025, 7, 1))
    )
    lines = unfold(content)
    assert lines.count("BEGIN:VTIMEZONE") == 1
    # Clients look the offset up here: each year's change to summer time must be named.
    summer = " ".join(lines[lines.index("BEGIN:DAYLIGHT") : lines.index("END:DAYLIGHT")])
    assert "20240331T030000" in summer
    assert "20250330T030000" in summer


def test_visits_block_their_time_and_deadlines_do_not() -> None:
    shown = {
        event.about: [line for line in unfold(render(event)) if line.startswith(("TRANSP", "X-MICROSOFT"))]
        for event in plan_all(make_plan())
    }
    assert shown == {
        "report": ["TRANSP:TRANSPARENT", "X-MICROSOFT-CDO-BUSYSTATUS:FREE"],
        "visit": ["TRANSP:OPAQUE", "X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE"],
    }


def test_a_cancelled_event_says_so_in_its_title_once() -> None:
    cancelled = replace(make_event(), status=EventStatus.CANCELLED)
    lines = unfold(render(cancelled))
    assert "SUMMARY:ĐÃ HỦY: Kiểm tra: Sơn Động (Phúc Sơn\\, An Bá) – buổi sáng" in lines
    assert {"STATUS:CANCELLED", "TRANSP:TRANSPARENT"} <= set(lines)
    assert render(replace(cancelled, summary="ĐÃ HỦY: x")).count("ĐÃ HỦY".encode()) == 1


def test_revision_gives_sequence_and_history_and_the_stamp_is_its_own() -> None:
    revision = Revision(3, datetime(2024, 4, 15, 2, tzinfo=UTC), datetime(2024, 5, 1, 3, tzinfo=UTC))
    lines = unfold(render_event(make_event(), revision, datetime(2024, 5, 13, 8, tzinfo=HANOI), zone=HANOI))
    assert {
        "SEQUENCE:3",
        "CREATED:20240415T020000Z",
        "LAST-MODIFIED:20240501T030000Z",
        "DTSTAMP:20240513T010000Z",
    } <= set(lines)


def test_an_event_read_back_from_json_gives_the_same_bytes() -> None:
    # A ledger keeps events as JSON, where a zone is only an offset.
    adapter = TypeAdapter(Event)
    for event in plan_all(make_plan()):
        assert render(adapter.validate_json(adapter.dump_json(event))) == render(event)


@given(VIETNAMESE, VIETNAMESE)
def test_no_line_is_over_75_octets_and_texts_come_back_as_written(summary: str, description: str) -> None:
    title = summary.replace("\n", " ")
    block = render(replace(make_event(), summary=title, description=description))
    assert max(len(line) for line in block.split(b"\r\n")) <= 75
    for line in block.split(b"\r\n"):
        line.decode()  # no character is cut in two
    (event,) = Calendar.from_ical(wrap(block)).events
    assert str(event["SUMMARY"]) == title
    assert str(event["DESCRIPTION"]) == description


@given(
    st.sampled_from(["summary", "location", "description"]),
    st.sampled_from("\x00\x0b\x0c\r\x1b\x7f\x85\u2028\u2029\ud800"),
)
def test_control_characters_are_refused_by_the_name_of_the_event(field: str, char: str) -> None:
    bad = f"x{char}ATTACH:http://evil.example/"
    event = make_event()
    poisoned = {
        "summary": replace(event, summary=bad),
        "location": replace(event, location=bad),
        "description": replace(event, description=bad),
    }[field]
    with pytest.raises(EventError, match=rf"event 'plan.son-dong.1.morning@so.example': its {field} .*U\+"):
        render(poisoned)


def test_a_line_break_in_a_description_is_text_and_elsewhere_refused() -> None:
    block = render(replace(make_event(), description="a\nBEGIN:VALARM"))
    assert b"DESCRIPTION:a\\nBEGIN:VALARM\r\n" in block
    with pytest.raises(EventError, match=r"U\+000A"):
        render(replace(make_event(), summary="a\nBEGIN:VALARM"))


@pytest.mark.parametrize(
    "organiser", [Organiser("Sở\r\nATTENDEE:x", "a@b.example"), Organiser("Sở", "a@b.example\r\nX:y")]
)
def test_an_organiser_cannot_add_a_line(organiser: Organiser) -> None:
    with pytest.raises(EventError, match="its organiser"):
        render(replace(make_event(), organiser=organiser))


def test_a_quote_in_the_organisers_name_stays_inside_its_parameter() -> None:
    block = render(replace(make_event(), organiser=Organiser('Sở "A"; x:y', "a@b.example")))
    (line,) = [line for line in unfold(block) if line.startswith("ORGANIZER")]
    assert re.fullmatch(r'ORGANIZER;CN="[^"]*":mailto:a@b\.example', line)


def test_a_name_of_10000_characters_is_refused() -> None:
    with pytest.raises(EventError, match="has 10000 characters, at most 1000"):
        render(replace(make_event(), summary="ư" * 10_000))


def test_an_event_that_ends_before_it_starts_is_refused() -> None:
    event = make_event()
    with pytest.raises(EventError, match="correct its hours"):
        render(replace(event, end=event.start))


def test_a_feeds_name_cannot_add_a_line() -> None:
    with pytest.raises(EventError, match=r"the calendar: its name .*U\+000D"):
        render_calendar(name="a\r\nX:y", description=None, zone=HANOI, blocks=(), days=())
