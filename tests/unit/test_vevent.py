"""Our writer of VEVENTs against icalendar's, for whatever a plan may hold."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from scheduler.ics import render_calendar
from scheduler.model import Event, EventStatus, Organiser, Revision
from scheduler.vevent import EventError, Presentation, add_alarm, fold, render_event
from tests.reference_calendar import build_event

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
ZONES = [HANOI, ZoneInfo("UTC"), ZoneInfo("Europe/Berlin")]
WRITABLE = st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"))
VIETNAMESE = st.sampled_from("aăâeêioôơuưyđáàảãạắằẳẵặấầẩẫậéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵĐĂÂÊÔƠƯ")
AWKWARD = st.sampled_from(" ,;:\\\"'()–-NnX=^%🏫\u0303\u0323")
LINES = st.text(st.one_of(VIETNAMESE, AWKWARD, WRITABLE), min_size=1, max_size=250)
TEXTS = st.lists(LINES, min_size=1, max_size=4).map("\n".join)
INSTANTS = st.builds(
    lambda seconds, zone: datetime.fromtimestamp(seconds, zone),
    st.integers(1_577_836_800, 2_051_222_400),  # 2020 to 2034
    st.sampled_from(ZONES),
)
FORBIDDEN = "\x00\x07\x0b\x0c\r\x1b\x7f\x85\u2028\u2029\ud800"


@st.composite
def events(draw: st.DrawFn) -> Event:
    about = draw(st.sampled_from(["visit", "report"]))
    start: datetime | date = draw(INSTANTS if about == "visit" else st.dates(date(2020, 1, 1), date(2035, 1, 1)))
    organiser = draw(st.none() | st.builds(Organiser, LINES, st.just("van-phong@so.example")))
    return Event(
        uid=draw(st.from_regex(r"[a-z0-9.-]{1,80}@so\.example", fullmatch=True)),
        plan="plan",
        about="visit" if about == "visit" else "report",
        item="item",
        unit=None,
        summary=draw(LINES),
        description=draw(TEXTS),
        location=draw(st.none() | LINES),
        start=start,
        end=start + (timedelta(hours=4) if about == "visit" else timedelta(days=1)),
        status=draw(st.sampled_from(EventStatus)),
        categories=tuple(draw(st.lists(LINES, max_size=2))),
        organiser=organiser,
    )


presentations = st.none() | st.builds(
    Presentation, st.none() | TEXTS, st.none() | LINES, st.none() | st.just("https://lich.so.example/#plan-2024")
)
revisions = st.builds(Revision, st.integers(0, 10_000), INSTANTS, INSTANTS)


@given(events(), revisions, presentations, st.sampled_from(ZONES))
def test_an_event_is_written_byte_for_byte_as_icalendar_writes_it(
    event: Event, revision: Revision, presentation: Presentation | None, zone: ZoneInfo
) -> None:
    written = render_event(event, revision, revision.modified_at, zone=zone, presentation=presentation)
    assert written == build_event(event, revision, zone=zone, presentation=presentation).to_ical()


@given(events(), revisions)
def test_an_alarm_is_written_as_icalendar_writes_it(event: Event, revision: Revision) -> None:
    block = render_event(event, revision, revision.modified_at, zone=HANOI)
    assert add_alarm(block, event) == build_event(event, revision, zone=HANOI, alarms=True).to_ical()


@given(events(), revisions, presentations)
def test_every_text_comes_back_as_it_was_written(
    event: Event, revision: Revision, presentation: Presentation | None
) -> None:
    block = render_event(event, revision, revision.modified_at, zone=HANOI, presentation=presentation)
    content = render_calendar(name="Lịch", description=None, zone=HANOI, blocks=[block], days=[event.start])
    (read,) = Calendar.from_ical(content).events
    shown = presentation or Presentation()
    mark = "ĐÃ HỦY: " if event.status is EventStatus.CANCELLED and not event.summary.startswith("ĐÃ HỦY: ") else ""
    assert str(read["SUMMARY"]) == mark + event.summary
    assert str(read["DESCRIPTION"]) == (shown.description or event.description)
    assert read.get("LOCATION") == event.location
    assert read.get("CONTACT") == shown.contact
    assert read.decoded("DTSTART") == event.start


@given(st.text(st.one_of(VIETNAMESE, AWKWARD, WRITABLE), max_size=600))
def test_folding_keeps_lines_within_75_octets_cuts_no_character_and_unfolds_to_the_same(text: str) -> None:
    line = f"X:{text}".encode()
    folded = fold(line)
    assert max(len(part) for part in folded.split(b"\r\n")) <= 75
    assert all(part.decode() for part in folded.split(b"\r\n"))
    assert folded.replace(b"\r\n ", b"") == line


@pytest.mark.parametrize("length", [72, 73, 74, 75, 76, 147, 148, 149, 150])
def test_folding_at_the_edges_of_a_line(length: int) -> None:
    parts = fold(b"x" * length).split(b"\r\n ")
    assert [len(part) for part in parts] == [74] * ((length - 1) // 74) + [(length - 1) % 74 + 1]


@given(
    events(),
    st.sampled_from(["summary", "description", "location", "categories", "organiser", "contact", "page"]),
    st.sampled_from(FORBIDDEN),
)
def test_no_control_character_passes_in_any_text(event: Event, field: str, char: str) -> None:
    bad = f"x{char}BEGIN:VALARM"
    shown = Presentation()
    if field in ("contact", "page"):
        shown = Presentation(contact=bad if field == "contact" else None, page=bad if field == "page" else None)
    elif field == "categories":
        event = replace(event, categories=(bad,))
    elif field == "organiser":
        event = replace(event, organiser=Organiser(bad, "a@b.example"))
    else:
        event = {
            "summary": replace(event, summary=bad),
            "description": replace(event, description=bad),
            "location": replace(event, location=bad),
        }[field]
    with pytest.raises(EventError, match=rf"its {field} holds the control character U\+{ord(char):04X}"):
        render_event(event, None, datetime(2024, 4, 15, tzinfo=UTC), zone=HANOI, presentation=shown)


@pytest.mark.parametrize(("char", "name"), [("\r\n", "U\\+000D"), ("\n", "U\\+000A")])
def test_a_line_break_cannot_pass_where_a_line_is_meant(char: str, name: str) -> None:
    with pytest.raises(EventError, match=f"its contact holds the control character {name}"):
        render_event(
            Event("u@x", "p", "visit", "i", None, "s", "d", None, date(2024, 5, 9), date(2024, 5, 10),
                  EventStatus.CONFIRMED),
            None,
            datetime(2024, 4, 15, tzinfo=UTC),
            zone=HANOI,
            presentation=Presentation(contact=f"a{char}ATTENDEE:x"),
        )  # fmt: skip


def test_a_time_without_a_zone_is_refused_not_guessed() -> None:
    start = datetime(2024, 5, 9, 7, tzinfo=HANOI).replace(tzinfo=None)
    naive = Event(
        "u@x", "p", "visit", "i", None, "s", "d", None, start, start + timedelta(hours=1), EventStatus.CONFIRMED
    )
    with pytest.raises(EventError, match="has no time zone; correct the plan's timezone"):
        render_event(naive, None, datetime(2024, 4, 15, tzinfo=UTC), zone=HANOI)
