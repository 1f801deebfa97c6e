"""A plan's file -> its visits as the form lists and finds them."""

from __future__ import annotations

from scheduler.web.admin.editing.plans import ReadPlan, read_plan

_PLAN = """
plan: {id: kiem-tra, title: Kiểm tra, status: tentative, timezone: Asia/Ho_Chi_Minh, updated: 2024-04-15T09:00+07:00}
organiser: {name: Sở}
sessions: [{id: morning, name: Buổi sáng, start: "07:00", end: "11:30"}]
units:
  - {id: luc-nam, name: Lục Nam, communes: [{id: bao-dai, name: Bảo Đài}]}
  - {id: hiep-hoa, name: Hiệp Hòa}
visits:
  - {id: sau, unit: luc-nam, communes: [bao-dai], date: 2024-06-13, sessions: [morning]}
  - {id: chua-dinh, unit: hiep-hoa, sessions: [morning]}
  - {id: truoc, unit: hiep-hoa, date: 2024-05-20, sessions: [morning]}
"""


def _read() -> ReadPlan:
    read = read_plan("plans/kiem-tra.yaml", _PLAN.encode())
    assert read is not None
    return read


def _find(text: str) -> list[str]:
    return [line.visit.id for line in _read().find_lines(text)]


def test_visits_are_listed_by_their_first_day_and_those_without_a_day_last() -> None:
    assert [(line.visit.id, line.unit, line.communes) for line in _read().lines] == [
        ("truoc", "Hiệp Hòa", ()),
        ("sau", "Lục Nam", ("Bảo Đài",)),
        ("chua-dinh", "Hiệp Hòa", ()),
    ]


def test_visits_are_found_by_unit_commune_and_id_whatever_the_accents_and_the_order_of_words() -> None:
    assert _find("") == _find("  ") == ["truoc", "sau", "chua-dinh"]
    assert _find("hoa hiep") == ["truoc", "chua-dinh"]
    assert _find("BẢO đài") == _find("bao nam") == ["sau"]
    assert _find("chua-dinh") == ["chua-dinh"]
    assert _find("yen the") == []


def test_a_file_that_is_wrong_is_no_plan() -> None:
    assert read_plan("plans/kiem-tra.yaml", b"plan: {id: kiem-tra}") is None
    assert read_plan("plans/kiem-tra.yaml", b"\xff") is None
