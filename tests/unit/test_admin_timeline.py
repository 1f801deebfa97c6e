"""The picture of the next weeks: well-formed, without style, and it says in words what it shows."""

from datetime import date, timedelta
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from scheduler.web.admin.timeline import TimelineDay, describe_days, draw_timeline, list_days

FIRST = date(2024, 5, 20)


def make_day(number: int, mails: int = 0, visits: int = 0, deadlines: tuple[str, ...] = ()) -> TimelineDay:
    return TimelineDay(FIRST + timedelta(days=number), mails, ("Sơn Động",) * min(visits, 8), visits, deadlines)


def test_it_shows_a_bar_for_mails_a_dot_for_visits_and_a_mark_for_deadlines() -> None:
    days = (make_day(0, mails=10), make_day(1, visits=3), make_day(2, mails=5, deadlines=("Báo cáo <b>",)))
    picture = ElementTree.fromstring(draw_timeline(days, "rong", 340))
    kinds = [element.get("class") for element in picture]
    assert [kinds.count(kind) for kind in ("bar", "visit-dot", "due-dot")] == [2, 1, 1]
    tall, short = (float(e.get("height", "0")) for e in picture if e.get("class") == "bar")
    assert tall == 2 * short
    assert describe_days(days) == "15 thư sẽ gửi, 3 buổi kiểm tra, 1 hạn báo cáo. Bảng bên dưới ghi từng ngày."


numbers = st.integers(0, 100_000)


@given(st.lists(st.tuples(numbers, numbers, st.lists(st.text(max_size=20), max_size=3)), max_size=40))
def test_it_is_well_formed_within_its_frame_and_carries_no_style(held: list[tuple[int, int, list[str]]]) -> None:
    days = tuple(make_day(n, mails, visits, tuple(due)) for n, (mails, visits, due) in enumerate(held))
    text = draw_timeline(days, "hep", 340)
    picture = ElementTree.fromstring(text)
    assert "style" not in text
    for element in picture.iter():
        if element.get("class") == "bar":
            assert float(element.get("y", "-1")) >= 0
            assert float(element.get("x", "0")) + float(element.get("width", "0")) <= 340.1


def test_days_follow_each_other() -> None:
    assert list_days(FIRST, 3) == (FIRST, FIRST + timedelta(days=1), FIRST + timedelta(days=2))
