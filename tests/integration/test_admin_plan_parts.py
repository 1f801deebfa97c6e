"""Forms of units, communes, teams, the hours of the day and reports: what they change in the plan, and keep."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from scheduler.cli.wiring import load_everything
from scheduler.drafts import Drafts
from scheduler.model import Plan
from tests.integration.admin_site import Bench, Browser, make_editing_bench
from tests.integration.test_admin_editing import apply
from tests.integration.test_admin_forms import HERE, PAGE, change, differ, open_form, put, read, refuse, send

SON_DONG = f"{PAGE}/don-vi/son-dong"
TEAM = f"{PAGE}/doan/doan-kiem-tra"
REPORT = f"{PAGE}/bao-cao/bao-cao"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = make_editing_bench(tmp_path)
    yield made
    made.close()


@pytest.fixture
def lan(bench: Bench) -> Browser:
    return bench.sign_in()


def find_plan(bench: Bench) -> Plan:
    return load_everything(bench.config).configuration.plans[0]


def remove(who: Browser, path: str) -> str:
    """Press the button that takes something away; return where the draft is shown."""
    return send(who, f"{path}/xoa", open_form(who, path, f"{path}/xoa"))


# --- units and communes -----------------------------------------------------------------------------


def test_a_unit_and_a_commune_are_renamed_in_their_lines_and_keep_their_ids(bench: Bench, lan: Browser) -> None:
    before = read(bench)
    change(lan, SON_DONG, ten="Huyện Sơn Động", **{"xa_an-ba": "Xã An Bá"})
    assert differ(before, read(bench)) == (
        [
            "    name: Sơn Động  # line 70, column 'Địa phương'",
            "      - {id: an-ba, name: An Bá}  # line 70, column 'Nơi đến ở cấp xã'",
        ],
        [
            "    name: Huyện Sơn Động  # line 70, column 'Địa phương'",
            "      - {id: an-ba, name: Xã An Bá}  # line 70, column 'Nơi đến ở cấp xã'",
        ],
    )


def test_communes_are_added_one_to_a_line_and_one_that_nothing_names_goes(bench: Bench, lan: Browser) -> None:
    change(lan, SON_DONG, xa_moi="Vân Sơn\r\n\r\n  Hữu  Sản \r\nVân Sơn\r\n")
    unit = find_plan(bench).units[0]
    assert [(c.id, c.name) for c in unit.communes[2:]] == [("van-son", "Vân Sơn"), ("huu-san", "Hữu Sản")]
    before = read(bench)
    change(lan, SON_DONG, **{"xa_van-son": ""})
    assert differ(before, read(bench)) == (["      - {id: van-son, name: Vân Sơn}"], [])


def test_a_commune_that_is_still_named_stays_and_the_form_says_by_what(bench: Bench, lan: Browser) -> None:
    page = refuse(lan, SON_DONG, put(open_form(lan, SON_DONG), **{"xa_an-ba": "", "xa_moi": "Vân Sơn"}))
    assert "An Bá còn được dùng: 1 buổi kiểm tra, 1 người nhận trong danh bạ." in page
    assert 'href="#xa-an-ba"' in page
    assert "\nVân Sơn</textarea>" in page
    assert Drafts(bench.config.parent).list_drafts() == ()


def test_a_commune_that_is_there_already_is_not_added_again(lan: Browser) -> None:
    page = refuse(lan, SON_DONG, put(open_form(lan, SON_DONG), xa_moi="an bá"))
    assert "Đã có trong đơn vị này: an bá." in page


def test_a_new_unit_is_visited_and_owes_once_it_is_there(bench: Bench, lan: Browser) -> None:
    change(lan, f"{PAGE}/don-vi-moi", ten="Thị xã Chũ", xa_moi="Nam Dương\r\nMỹ An")
    unit = find_plan(bench).units[-1]
    assert (unit.id, unit.name) == ("thi-xa-chu", "Thị xã Chũ")
    assert [commune.id for commune in unit.communes] == ["nam-duong", "my-an"]
    lan.read(f"{PAGE}/kiem-tra-moi?don-vi=thi-xa-chu")
    assert 'value="thi-xa-chu"' in lan.read(REPORT)


def test_a_unit_goes_where_nothing_names_it(bench: Bench, lan: Browser) -> None:
    before = read(bench)
    change(lan, f"{PAGE}/don-vi-moi", ten="Thị xã Chũ")
    apply(lan, remove(lan, f"{PAGE}/don-vi/thi-xa-chu"))
    assert read(bench) == before


def test_a_unit_that_is_named_does_not_go(bench: Bench, lan: Browser) -> None:
    page = lan.read(SON_DONG)
    assert f"{SON_DONG}/xoa" not in page
    uses = "1 buổi kiểm tra, báo cáo «Báo cáo công tác trẻ em và bình đẳng giới», 4 người nhận trong danh bạ"
    assert f"Đơn vị này còn được dùng: {uses}." in page
    refused = refuse(lan, f"{SON_DONG}/xoa", open_form(lan, SON_DONG))
    assert f"Sơn Động còn được dùng: {uses}." in refused


def test_units_are_found_by_their_communes(lan: Browser) -> None:
    page = lan.read(f"{PAGE}/don-vi?tim=kien+lao")
    assert f'href="{PAGE}/don-vi/luc-ngan"' in page
    assert f'href="{SON_DONG}"' not in page
    assert "Đơn vị và xã: 10" in page


# --- the parts of the day ---------------------------------------------------------------------------


def test_an_hour_of_the_day_is_one_line_and_the_mails_follow(bench: Bench, lan: Browser) -> None:
    before = read(bench)
    path = f"{PAGE}/cac-buoi"
    review = send(lan, path, put(open_form(lan, path), tu_buoi_morning="07:30"))
    assert "Lịch: 10 dời</li>" in lan.read(review)
    apply(lan, review)
    assert differ(before, read(bench)) == (
        ['  - {id: morning, name: Buổi sáng, start: "07:00", end: "11:30"}  # line 40'],
        ['  - {id: morning, name: Buổi sáng, start: "07:30", end: "11:30"}  # line 40'],
    )


def test_a_part_of_the_day_comes_and_goes(bench: Bench, lan: Browser) -> None:
    before, path = read(bench), f"{PAGE}/cac-buoi"
    change(lan, path, ten_them="Buổi tối", tu_them="18:30", den_them="20:00")
    assert differ(before, read(bench)) == (
        [], ['  - {id: buoi-toi, name: Buổi tối, start: "18:30", end: "20:00"}']
    )  # fmt: skip
    change(lan, path, **{"ten_buoi_buoi-toi": ""})
    assert read(bench) == before


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"ten_buoi_morning": ""}, "Buổi sáng còn được dùng: 10 buổi kiểm tra."),
        ({"den_buoi_morning": "06:00"}, "Giờ kết thúc: phải sau 07:00."),
        ({"tu_buoi_morning": ""}, "Giờ bắt đầu: chưa ghi."),
        ({"tu_buoi_morning": "25:00"}, "Giờ bắt đầu: «25:00» không phải giờ"),
        ({"tu_them": "18:00"}, "Tên buổi: chưa ghi."),
    ],
)
def test_what_the_form_of_the_hours_refuses(lan: Browser, values: dict[str, str], words: str) -> None:
    path = f"{PAGE}/cac-buoi"
    assert words in refuse(lan, path, put(open_form(lan, path), **values))


# --- teams ------------------------------------------------------------------------------------------


def test_a_member_goes_and_the_others_stay_in_their_order_with_their_comments(bench: Bench, lan: Browser) -> None:
    before = read(bench)
    fields = open_form(lan, TEAM)
    members = tuple(value for name, value in fields if name == "thanh-vien" and value != "so-y-te")
    change(lan, TEAM, thanh_vien=members, ten="Đoàn kiểm tra liên ngành")
    assert differ(before, read(bench)) == (
        ["    name: Đoàn kiểm tra  # line 31", "      - so-y-te  # line 35"],
        ["    name: Đoàn kiểm tra liên ngành  # line 31"],
    )


def test_who_belongs_to_a_team_by_the_contacts_may_be_chosen(bench: Bench, lan: Browser) -> None:
    change(lan, f"{HERE}/danh-ba-moi", ten="Sở Nội vụ", thu="snv@so.example", thuoc="doan-kiem-tra")
    fields = open_form(lan, TEAM)
    members = tuple(value for name, value in fields if name == "thanh-vien")
    change(lan, TEAM, thanh_vien=(*members, "so-noi-vu"))
    assert find_plan(bench).teams[0].members == (*members, "so-noi-vu")


def test_a_team_comes_and_goes_and_one_that_visits_does_not(bench: Bench, lan: Browser) -> None:
    before = read(bench)
    change(lan, f"{PAGE}/doan-moi", ten="Đoàn số 2")
    assert [(team.id, team.name) for team in find_plan(bench).teams[1:]] == [("doan-so-2", "Đoàn số 2")]
    apply(lan, remove(lan, f"{PAGE}/doan/doan-so-2"))
    assert read(bench) == before
    assert "Đoàn này còn được dùng: 10 buổi kiểm tra, 9 người nhận trong danh bạ." in lan.read(TEAM)
    assert "còn được dùng" in refuse(lan, f"{TEAM}/xoa", open_form(lan, TEAM))


# --- reports ----------------------------------------------------------------------------------------


def test_a_new_report_is_owed_by_those_that_are_ticked(bench: Bench, lan: Browser) -> None:
    path = f"{PAGE}/bao-cao-moi"
    review = send(
        lan,
        path,
        put(
            open_form(lan, path),
            ten="Báo cáo kết quả khắc phục",
            kieu_han="cham-nhat",
            ngay="2024-07-30",
            nop_ve="bao-cao@so-ldtbxh.example",
            don_vi=("son-dong", "luc-nam"),
            phu_luc="Phụ lục số 04",
            phu_luc_rieng="Lục Nam: Phụ lục số 05",
        ),
    )
    page = lan.read(review)
    assert "Không có thư nào đổi" not in page
    apply(lan, review)
    report = find_plan(bench).reports[1]
    assert (report.id, report.title) == ("bao-cao-ket-qua-khac-phuc", "Báo cáo kết quả khắc phục")
    assert (report.due.kind, report.due.day.isoformat()) == ("by", "2024-07-30")
    assert report.owed_by == ("son-dong", "luc-nam")
    assert (report.forms.default, report.forms.by_unit) == ("Phụ lục số 04", (("luc-nam", "Phụ lục số 05"),))


def test_a_unit_is_exempt_from_a_report_and_has_a_form_of_its_own(bench: Bench, lan: Browser) -> None:
    owers = tuple(value for name, value in open_form(lan, REPORT) if name == "don-vi" and value != "yen-the")
    before = read(bench)
    change(lan, REPORT, don_vi=owers, phu_luc_rieng="Lục Nam: Phụ lục số 02\r\nsơn động: Phụ lục số 01")
    report = find_plan(bench).reports[0]
    assert report.owed_by == owers
    assert dict(report.forms.by_unit) == {"luc-nam": "Phụ lục số 02", "son-dong": "Phụ lục số 01"}
    assert len(differ(before, read(bench))[0]) == 2


def test_a_report_goes_and_its_mails_are_withdrawn(bench: Bench, lan: Browser) -> None:
    review = remove(lan, REPORT)
    assert "rút lại" in lan.read(review)
    apply(lan, review)
    assert find_plan(bench).reports == ()
    assert "Kế hoạch không đòi báo cáo nào." in lan.read(PAGE)
    change(lan, f"{PAGE}/bao-cao-moi", ten="Báo cáo mới", ngay="2024-07-30", don_vi=("son-dong",))
    assert [report.id for report in find_plan(bench).reports] == ["bao-cao-moi"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"phu_luc_rieng": "Phụ lục số 9"}, "Phụ lục riêng: «Phụ lục số 9» phải ghi như «Lục Nam: Phụ lục số 02»."),
        ({"phu_luc_rieng": "Hà Nội: số 1"}, "Phụ lục riêng: «Hà Nội: số 1» phải ghi như"),
        ({"ngay": ""}, "Hạn nộp: chưa ghi ngày."),
    ],
)
def test_what_the_form_of_a_report_refuses(lan: Browser, values: dict[str, str], words: str) -> None:
    assert words in refuse(lan, REPORT, put(open_form(lan, REPORT), **values))


# --- with others ------------------------------------------------------------------------------------


def test_several_forms_make_one_draft(bench: Bench, lan: Browser) -> None:
    review = send(lan, f"{PAGE}/don-vi-moi", put(open_form(lan, f"{PAGE}/don-vi-moi"), ten="Thị xã Chũ"))
    draft = review.rpartition("/")[2]
    path = f"{PAGE}/don-vi/thi-xa-chu?nhap={draft}"
    assert send(lan, path.partition("?")[0], put(open_form(lan, path), xa_moi="Mỹ An")) == review
    hours = f"{PAGE}/cac-buoi"
    assert send(lan, hours, put(open_form(lan, f"{hours}?nhap={draft}"), tu_buoi_morning="07:30")) == review
    apply(lan, review)
    plan = find_plan(bench)
    assert [commune.id for commune in plan.units[-1].communes] == ["my-an"]
    assert f"{plan.sessions[0].start:%H:%M}" == "07:30"


def test_what_somebody_else_changes_meanwhile_is_joined_and_both_are_kept(bench: Bench, lan: Browser) -> None:
    linh = bench.sign_in("linh")
    review = send(lan, SON_DONG, put(open_form(lan, SON_DONG), ten="Huyện Sơn Động"))
    change(linh, f"{PAGE}/cac-buoi", tu_buoi_afternoon="14:00")
    assert "vừa sửa" in lan.read(review)
    apply(lan, review)
    text = read(bench)
    assert "name: Huyện Sơn Động" in text
    assert 'start: "14:00"' in text


@pytest.mark.parametrize(
    "path",
    [f"{PAGE}/don-vi/khong-co", f"{PAGE}/doan/khong-co", f"{PAGE}/bao-cao/khong-co", f"{HERE}/ke-hoach/x/cac-buoi"],
)
def test_what_is_not_there_is_not_found(lan: Browser, path: str) -> None:
    assert lan.client.get(path).status_code == 404
