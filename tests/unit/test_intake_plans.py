"""Small plans in many wordings: what is read, what is told, what is refused."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.documents.document import Cell, Document, Row, Table
from scheduler.documents.text import read_text_blocks
from scheduler.errors import DocumentError
from scheduler.intake import Draft, extract_plan
from scheduler.intake.assemble import make_plan_id
from scheduler.intake.offices import abbreviate_sector, split_offices
from scheduler.model import Commune, Due, PlanStatus, Severity, VisitSession

UPDATED = datetime(2025, 3, 1, tzinfo=UTC)
HEAD = "Số: 12/KH-SNV\nHuế, ngày 03 tháng 3 năm 2025\n\nKẾ HOẠCH\nThanh tra công vụ năm 2025\n\n"
TABLE = (
    "TT\tĐơn vị\tXã\tThời gian\n1\tHuyện A Lưới\tHồng Vân, Trung Sơn\t12/5/2025\n2\tHuyện Phú Lộc\tLộc Trì\t14/5/2025\n"
)


def extract(text: str) -> Draft:
    document = Document("plan.txt", "text", read_text_blocks(text.encode(), "plan.txt"))
    return extract_plan(document, plan_id=None, updated=UPDATED)


def extract_rows(rows: Sequence[Sequence[str]], before: str = HEAD) -> Draft:
    return extract(before + "\n".join("\t".join(row) for row in rows) + "\n")


def list_codes(draft: Draft) -> set[str]:
    return {finding.code for finding in draft.findings}


def find_message(draft: Draft, code: str) -> str:
    return next(finding.message for finding in draft.findings if finding.code == code)


# --- refusals -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Thực đơn tuần\n\nNgày\tMón sáng\tMón trưa\n20/5/2025\tPhở\tCơm\n21/5/2025\tBún\tCơm\n",
        "Thực đơn kiểm tra\n\nĐơn vị\tNgày\tThực đơn\nTrường A\t20/5/2025\tCơm\nTrường B\t21/5/2025\tBún\n",
        "Bảng giá đã kiểm tra\n\nSTT\tTên hàng\tĐơn vị\tĐơn giá\tNgày áp dụng\n1\tGạo\tkg\t20.000\t20/5/2025\n",
        "Lịch trực\n\nĐơn vị\tNgày\tNgười trực\nPhòng A\t20/5/2025\tAn\nPhòng B\t21/5/2025\tBình\n",
        "Kế hoạch kiểm tra, không có bảng nào.\n",
        "Kiểm tra\n\nHuyện\tDân số\nA Lưới\t50.000\nPhú Lộc\t60.000\n",
    ],
    ids=["menu", "menu by unit", "price list", "duty roster", "prose", "table without days"],
)
def test_a_document_without_a_schedule_is_refused(text: str) -> None:
    with pytest.raises(DocumentError, match="no schedule found"):
        extract(text)


# --- the front ----------------------------------------------------------------------------------


def test_number_day_of_issue_title_and_id_are_read() -> None:
    plan = extract(HEAD + TABLE).plan
    assert (plan.number, plan.issued, plan.title) == ("12/KH-SNV", "2025-03-03", "Thanh tra công vụ năm 2025")
    assert (plan.id, plan.status, plan.updated) == ("thanh-tra-cong-vu-2025", PlanStatus.CONFIRMED, UPDATED)


def test_a_long_title_is_cut_between_words_for_the_id() -> None:
    title = "Kiểm tra việc thực hiện chính sách đối với người có công tại các địa phương năm 2025"
    assert make_plan_id(title, 2025) == "kiem-tra-viec-thuc-hien-chinh-sach-doi-voi-nguoi-2025"


def test_legal_bases_are_one_entry_per_cited_document() -> None:
    text = (
        f"{HEAD}Căn cứ Luật Thanh tra số 11/2022/QH15;\n"
        "Căn cứ Quyết định số 5/QĐ-UBND ngày 02 tháng 01 năm 2025 của UBND tỉnh về việc giao nhiệm vụ;\n"
        "Thực hiện chỉ đạo của lãnh đạo Sở.\n\n"
    )
    assert extract(text + TABLE).plan.bases == (
        "Luật Thanh tra số 11/2022/QH15",
        "Quyết định số 5/QĐ-UBND ngày 02 tháng 01 năm 2025 của UBND tỉnh",
        "Chỉ đạo của lãnh đạo Sở",
    )


def test_dates_called_tentative_above_the_table_make_the_plan_tentative() -> None:
    draft = extract(HEAD + "I. Nội dung\n\nLịch dự kiến như sau:\n\n" + TABLE)
    assert draft.plan.status is PlanStatus.TENTATIVE


def test_the_word_elsewhere_does_not_make_it_tentative() -> None:
    draft = extract(
        HEAD + "I. Kinh phí\n\nKinh phí dự kiến 5 triệu đồng.\n\nII. Lịch\n\nA.\n\nB.\n\nC.\n\nD.\n\n" + TABLE
    )
    assert draft.plan.status is PlanStatus.CONFIRMED


# --- the schedule -------------------------------------------------------------------------------

COLUMNS = {
    "index": ("STT", "Số TT", "TT"),
    "unit": ("Tên đơn vị", "Đơn vị được kiểm tra", "Huyện", "Cơ quan", "Địa phương"),
    "communes": ("Xã, phường, TT", "Địa bàn", "Địa điểm", "Cấp xã"),
    "date": ("Thời gian", "Ngày kiểm tra", "Ngày làm việc", "Thời gian dự kiến"),
    "note": ("Ghi chú", "Thành phần"),
}
VALUES = {
    "index": ("1", "2"),
    "unit": ("Huyện A Lưới", "Huyện Phú Lộc"),
    "communes": ("Hồng Vân; Trung Sơn", "Lộc Trì"),
    "date": ("12/5/2025", "14/5/2025"),
    "note": ("", "mang hồ sơ"),
}


@given(st.permutations(list(COLUMNS)), st.data())
def test_any_order_and_naming_of_columns_gives_the_same_schedule(order: list[str], data: st.DataObject) -> None:
    heads = [data.draw(st.sampled_from(COLUMNS[column])) for column in order]
    rows = [heads, *([VALUES[column][row] for column in order] for row in range(2))]
    draft = extract_rows(rows, HEAD + "Thanh tra.\n\n")
    expected = extract(HEAD + TABLE)
    assert draft.plan.units == expected.plan.units
    assert draft.plan.visits == expected.plan.visits


def test_totals_signatures_blank_rows_and_the_repeated_head_are_no_visits() -> None:
    head = ["TT", "Đơn vị", "Xã", "Thời gian"]
    rows = [
        ["DANH SÁCH", "", "", ""],
        head,
        ["I. Miền núi", "", "", ""],
        ["1", "A Lưới", "Hồng Vân", "12/5/2025"],
        head,
        ["2", "Phú Lộc", "Lộc Trì", "14/5/2025"],
        ["", "Tổng cộng: 2", "", ""],
        ["", "", "", "GIÁM ĐỐC"],
    ]
    draft = extract_rows(rows)
    assert [(visit.id, visit.dates) for visit in draft.plan.visits] == [
        ("a-luoi", (date(2025, 5, 12),)),
        ("phu-loc", (date(2025, 5, 14),)),
    ]
    assert not draft.has_errors


def test_an_impossible_date_is_an_error_and_its_row_is_left_out() -> None:
    draft = extract(HEAD + TABLE.replace("14/5/2025", "31/6/2025"))
    (error,) = [finding for finding in draft.findings if finding.severity is Severity.ERROR]
    assert (error.code, error.where) == ("date-impossible", "line 9, column 'Thời gian'")
    assert "Huyện Phú Lộc" in error.message
    assert "'31/6/2025' is not a date" in error.message
    assert [visit.unit for visit in draft.plan.visits] == ["huyen-a-luoi"]
    assert draft.has_errors


@pytest.mark.parametrize("cell", ["", "trong tháng 5"])
def test_a_row_without_a_day_is_kept_unscheduled(cell: str) -> None:
    draft = extract(HEAD + TABLE.replace("14/5/2025", cell))
    assert [visit.dates for visit in draft.plan.visits] == [(date(2025, 5, 12),), ()]
    assert "date-missing" in list_codes(draft)
    assert not draft.has_errors


def test_a_day_without_a_year_takes_the_titles_year() -> None:
    draft = extract(HEAD + TABLE.replace("/2025", ""))
    assert [visit.dates[0].year for visit in draft.plan.visits] == [2025, 2025]
    assert [finding.severity for finding in draft.findings if finding.code == "year-assumed"] == [Severity.ASSUMED] * 2


def test_a_row_under_a_unit_that_stands_once_belongs_to_it() -> None:
    rows = [
        ["Đơn vị", "Xã", "Thời gian", "Buổi"],
        ["A Lưới", "Hồng Vân", "12/5/2025", "Sáng 7h30"],
        ["", "Trung Sơn", "", "Chiều 14h"],
        ["", "Hồng Bắc", "13/5/2025", "Cả ngày"],
    ]
    draft = extract_rows(rows)
    assert draft.plan.units[0].communes == (
        Commune("hong-van", "Hồng Vân"),
        Commune("trung-son", "Trung Sơn"),
        Commune("hong-bac", "Hồng Bắc"),
    )
    assert [(visit.id, visit.dates, visit.communes) for visit in draft.plan.visits] == [
        ("a-luoi", (date(2025, 5, 12),), ("hong-van", "trung-son")),
        ("a-luoi-2", (date(2025, 5, 13),), ("hong-bac",)),
    ]
    assert draft.plan.visits[0].sessions == (
        VisitSession("morning", commune="hong-van"),
        VisitSession("afternoon", commune="trung-son"),
    )
    assert draft.plan.visits[1].sessions == (VisitSession("morning"), VisitSession("afternoon"))
    assert [(session.id, session.start) for session in draft.plan.sessions] == [
        ("morning", time(7, 30)),
        ("afternoon", time(14, 0)),
    ]


def test_a_rows_own_hour_overrides_the_plans() -> None:
    rows = [
        ["Đơn vị", "Thời gian", "Ghi chú"],
        ["A Lưới", "12/5/2025", ""],
        ["Phú Lộc", "8h15 ngày 14/5/2025", ""],
        ["Nam Đông", "15/5/2025", "Sáng từ 7h00, chiều từ 13h30 các ngày"],
    ]
    draft = extract_rows(rows)
    assert [visit.sessions for visit in draft.plan.visits] == [
        (VisitSession("morning"), VisitSession("afternoon")),
        (VisitSession("morning", start=time(8, 15)),),
        (VisitSession("morning"), VisitSession("afternoon")),
    ]
    assert [session.start for session in draft.plan.sessions] == [time(7, 0), time(13, 30)]


def test_cells_merged_down_belong_to_every_row_they_span() -> None:
    def make_row(number: int, *texts: str, merged: tuple[int, ...] = ()) -> Row:
        place = f"table 1, row {number}"
        return Row(tuple(Cell(text, place, merged=at in merged) for at, text in enumerate(texts)), place)

    rows = (
        make_row(1, "Huyện", "Xã", "Ngày"),
        make_row(2, "A Lưới", "Hồng Vân", "12/5/2025"),
        make_row(3, "A Lưới", "Trung Sơn", "12/5/2025", merged=(0, 2)),
        make_row(4, "Phú Lộc", "Lộc Trì", "12/5/2025", merged=(2,)),
    )
    draft = extract_plan(Document("a.docx", "docx", (Table(rows, "table 1"),)), plan_id="a", updated=UPDATED)
    assert [(visit.unit, visit.dates, visit.communes) for visit in draft.plan.visits] == [
        ("a-luoi", (date(2025, 5, 12),), ("hong-van", "trung-son")),
        ("phu-loc", (date(2025, 5, 12),), ("loc-tri",)),
    ]
    assert {source.place for source in draft.plan.sources if source.pointer == "/visits/1/date"} == {
        "table 1, row 4, column 'Ngày'"
    }
    assert "visits-clash" in list_codes(draft)


def test_a_spreadsheets_own_date_is_read_from_its_value() -> None:
    rows = (
        Row((Cell("Huyện", "A1"), Cell("Xã", "B1"), Cell("Ngày", "C1")), "row 1"),
        Row((Cell("A Lưới", "A2"), Cell("X", "B2"), Cell("45789", "C2", value=date(2025, 5, 12))), "row 2"),
    )
    draft = extract_plan(Document("a.xlsx", "xlsx", (Table(rows, "sheet 1"),)), plan_id="a", updated=UPDATED)
    assert draft.plan.visits[0].dates == (date(2025, 5, 12),)


# --- cross-checks -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "code", "told"),
    [
        ("14/5/2025", "17/5/2025", "visit-on-day-off", "thứ Bảy"),
        ("14/5/2025", "Thứ Hai 14/5/2025", "weekday-mismatch", "thứ Tư"),
        ("14/5/2025", "14/8/2025", "visit-outside-period", "14/08/2025"),
        ("14/5/2025", "12/5/2025", "visits-clash", "Huyện A Lưới and Huyện Phú Lộc"),
        ("Lộc Trì", "Lộc Trì, Vinh Mỹ", "commune-count-differs", "lists 4 communes"),
        ("Huyện Phú Lộc\tLộc Trì\t14", "Huyện A Lưới\tHồng Vân, Trung Sơn\t12", "visit-repeated", "twice"),
    ],
)
def test_a_contradiction_is_told(old: str, new: str, code: str, told: str) -> None:
    body = "I. Nội dung\n\nThanh tra tại 03 xã, phường, thị trấn.\n\nII. Thời gian thanh tra: trong tháng 5/2025.\n\n"
    text = HEAD + body + TABLE
    assert code not in list_codes(extract(text))
    draft = extract(text.replace(old, new))
    assert told in find_message(draft, code)


# --- reports ------------------------------------------------------------------------------------


def extract_report(clause: str) -> Draft:
    return extract(f"{HEAD}I. Báo cáo\n\n{clause}\n\n{TABLE}")


@pytest.mark.parametrize(
    ("words", "due"),
    [
        ("trước ngày 10/5/2025", Due("before", date(2025, 5, 10))),
        ("trước 17 giờ 00 ngày 10/5/2025", Due("before", date(2025, 5, 10), time(17, 0))),
        ("chậm nhất là trước ngày 10/5/2025", Due("before", date(2025, 5, 10))),
        ("chậm nhất ngày 10/5/2025", Due("by", date(2025, 5, 10))),
        ("chậm nhất vào thứ Bảy, ngày 10 tháng 5 năm 2025", Due("by", date(2025, 5, 10))),
        ("đến hết ngày 10/5/2025", Due("by", date(2025, 5, 10))),
        ("không quá ngày 10/5", Due("by", date(2025, 5, 10))),
        ("hạn cuối 16h30 ngày 10/5/2025", Due("by", date(2025, 5, 10), time(16, 30))),
    ],
)
def test_a_deadline_is_exclusive_or_inclusive_as_it_is_worded(words: str, due: Due) -> None:
    draft = extract_report(f"- Các huyện, thị xã, thành phố gửi báo cáo về Sở Nội vụ {words}.")
    (report,) = draft.plan.reports
    assert (report.due, report.deliver_to) == (due, "Sở Nội vụ")
    assert report.owed_by == ("huyen-a-luoi", "huyen-phu-loc")


def test_an_impossible_deadline_is_an_error() -> None:
    draft = extract_report("- Các huyện gửi báo cáo trước ngày 31/4/2025.")
    assert (draft.plan.reports, draft.has_errors) == ((), True)
    assert "'trước ngày 31/4/2025' is not a date" in find_message(draft, "due-impossible")


@pytest.mark.parametrize(
    "clause",
    [
        "- UBND các huyện (trừ huyện Phú Lộc) gửi báo cáo trước ngày 10/5/2025.",
        "- Các huyện gửi báo cáo trước ngày 10/5/2025, không bao gồm huyện Phú Lộc.",
        "- Các huyện gửi báo cáo trước ngày 10/5/2025.\n- Huyện Phú Lộc không phải gửi báo cáo.",
        "- Huyện A Lưới lập báo cáo, gửi trước ngày 10/5/2025.",
    ],
)
def test_exempt_units_do_not_owe_the_report(clause: str) -> None:
    (report,) = extract_report(clause).plan.reports
    assert report.owed_by == ("huyen-a-luoi",)


@pytest.mark.parametrize(
    "forms",
    [
        "huyện Phú Lộc theo phụ lục số 02, các huyện còn lại theo phụ lục số 03",
        "Phụ lục số 02 dành cho huyện Phú Lộc; Phụ lục số 03 áp dụng đối với các huyện khác",
    ],
)
def test_each_unit_has_the_form_the_text_gives_it(forms: str) -> None:
    draft = extract_report(f"- UBND các huyện gửi báo cáo ({forms}) trước ngày 10/5/2025.")
    (report,) = draft.plan.reports
    assert [report.forms.for_unit(unit) for unit in ("huyen-phu-loc", "huyen-a-luoi")] == [
        "Phụ lục số 02",
        "Phụ lục số 03",
    ]
    assert {"annex-missing"} <= list_codes(draft)
    assert "report-duty-doubt" not in list_codes(draft)


def test_communes_and_districts_owe_their_own_reports() -> None:
    draft = extract_report(
        "- UBND các xã, phường, thị trấn gửi báo cáo về UBND huyện trước ngày 05/5/2025.\n"
        "- UBND các huyện gửi báo cáo tổng hợp về Sở Nội vụ chậm nhất ngày 09/5/2025 qua hộp thư a@snv.example."
    )
    first, second = draft.plan.reports
    assert (first.id, first.due, first.owed_by) == (
        "bao-cao",
        Due("before", date(2025, 5, 5)),
        ("huyen-a-luoi/hong-van", "huyen-a-luoi/trung-son", "huyen-phu-loc/loc-tri"),
    )
    assert (second.id, second.title, second.due, second.owed_by, second.submit_to) == (
        "bao-cao-2",
        "Báo cáo tổng hợp",
        Due("by", date(2025, 5, 9)),
        ("huyen-a-luoi", "huyen-phu-loc"),
        ("a@snv.example",),
    )


def test_what_is_unclear_about_a_report_is_told() -> None:
    cases = {
        "deadline-after-visit": "- Các huyện gửi báo cáo trước ngày 20/5/2025.",
        "exemption-unknown": "- Các huyện (trừ huyện Nam Đông) gửi báo cáo trước ngày 10/5/2025.",
        "owers-assumed": "- Báo cáo gửi trước ngày 10/5/2025.",
        "deadline-relative": "- Các huyện gửi báo cáo trước 05 ngày.",
        "report-missing": "- Các huyện chuẩn bị hồ sơ.",
    }
    told = {code: code in list_codes(extract_report(clause)) for code, clause in cases.items()}
    assert told == dict.fromkeys(cases, True)
    plain = list_codes(extract_report("- Các huyện gửi báo cáo trước ngày 10/5/2025."))
    assert plain & set(cases) == set()


def test_a_deadline_of_something_else_is_no_report() -> None:
    draft = extract(HEAD + "I. Tổ chức\n\n- Các huyện cử đầu mối trước ngày 02/5/2025.\n\n" + TABLE)
    assert draft.plan.reports == ()
    assert "deadline-other" in list_codes(draft)


# --- scope and people ---------------------------------------------------------------------------


def test_a_unit_of_another_scope_and_one_inspected_in_its_communes_alone() -> None:
    body = (
        "I. Nội dung\n\n1. Đối với huyện A Lưới: Kiểm tra việc tuyển dụng.\n\n"
        "2. Đối với các huyện còn lại: Kiểm tra toàn diện.\n\n3. Riêng huyện Phú Lộc chỉ kiểm tra tại cấp xã.\n\n"
    )
    plan = extract(HEAD + body + TABLE).plan
    assert plan.scope == "Kiểm tra toàn diện"
    assert [(visit.scope, visit.levels) for visit in plan.visits] == [
        ("Kiểm tra việc tuyển dụng", ("unit", "commune")),
        (None, ("commune",)),
    ]


def test_the_teams_people_keep_their_titles() -> None:
    body = (
        "I. Thành phần đoàn thanh tra:\n\n- Ông Lê Văn An - Phó Giám đốc Sở - Trưởng đoàn;\n"
        "- Bà Trần Thị Bình, Phó Trưởng đoàn;\n- Đại diện Sở Y tế, Sở Giáo dục và Đào tạo và Công an tỉnh.\n\n"
    )
    draft = extract(HEAD + body + TABLE)
    people = [(each.id, each.name, each.title) for each in draft.contacts if each.of == "doan-thanh-tra"]
    assert people == [
        ("truong-doan", "Lê Văn An", "Phó Giám đốc Sở - Trưởng đoàn"),
        ("pho-truong-doan", "Trần Thị Bình", "Phó Trưởng đoàn"),
        ("so-y-te", "Sở Y tế", None),
        ("so-giao-duc-va-dao-tao", "Sở Giáo dục và Đào tạo", None),
        ("cong-an-tinh", "Công an tỉnh", None),
    ]
    assert draft.plan.teams[0].name == "Đoàn thanh tra"


def test_an_office_that_is_visited_is_its_own_contact() -> None:
    rows = [["Cơ quan", "Thời gian"], ["Sở Y tế", "12/5/2025"], ["Trường THPT Hai Bà Trưng", "14/5/2025"]]
    draft = extract_rows(rows)
    assert [(contact.id, contact.name) for contact in draft.contacts] == [
        ("so-y-te", "Sở Y tế"),
        ("truong-thpt-hai-ba-trung", "Trường THPT Hai Bà Trưng"),
    ]
    assert {visit.levels for visit in draft.plan.visits} == {("unit",)}


def test_communes_of_one_name_in_two_units_have_contacts_of_their_own() -> None:
    draft = extract(HEAD + TABLE.replace("Lộc Trì", "Hồng Vân"))
    ids = [contact.id for contact in draft.contacts if contact.name.endswith("Hồng Vân")]
    assert ids == ["ubnd-hong-van", "ubnd-hong-van-huyen-phu-loc"]


def test_the_distribution_list_leaves_out_what_is_filed() -> None:
    text = HEAD + "I. Tổ chức\n\nA.\n\nNơi nhận:\n- UBND các huyện;\n- Lưu: VT.\n\nGIÁM ĐỐC\n\nPHỤ LỤC\n\n" + TABLE
    assert extract(text).plan.distribution == ("UBND các huyện",)


def test_a_province_is_not_taken_for_its_city() -> None:
    table = TABLE.replace("Huyện A Lưới", "TP. Huế")
    clause = "I. Báo cáo\n\n- Các huyện (trừ tỉnh Huế, {}) gửi báo cáo trước ngày 10/5/2025.\n\n"
    plain = extract(HEAD + clause.format("huyện Phú Lộc") + table)
    city = extract(HEAD + clause.format("thành phố Huế") + table)
    assert plain.plan.reports[0].owed_by == ("tp-hue",)
    assert city.plan.reports[0].owed_by == ("huyen-phu-loc",)


def test_tone_marks_written_the_old_way_name_the_same_unit() -> None:
    table = TABLE.replace("Huyện Phú Lộc", "Hiệp Hòa")
    draft = extract(
        HEAD + "I. Báo cáo\n\n- Các huyện (trừ huyện Hiệp Hoà) gửi báo cáo trước ngày 10/5/2025.\n\n" + table
    )
    assert draft.plan.reports[0].owed_by == ("huyen-a-luoi",)


def test_findings_stand_in_document_order() -> None:
    draft = extract(HEAD.replace("12/", "/") + TABLE.replace("14/5", "17/5"))
    lines = [int(finding.where.removeprefix("line ").partition(",")[0]) for finding in draft.findings]
    assert lines == sorted(lines)
    assert len(lines) > 2


def test_words_that_begin_like_an_office_are_none() -> None:
    rows = [["Đơn vị", "Thời gian kiểm tra"], ["Hội An", "12/5/2025"], ["Hội Chữ thập đỏ", "14/5/2025"]]
    ids = [contact.id for contact in extract_rows(rows).contacts]
    assert ids == ["ubnd-hoi-an", "hoi-chu-thap-do"]


def test_a_list_of_offices_is_split_between_offices_only() -> None:
    text = "Sở Giáo dục và Đào tạo, Sở Văn hóa, Thể thao và Du lịch và Hội Nông dân tỉnh"
    assert split_offices(text) == ("Sở Giáo dục và Đào tạo", "Sở Văn hóa, Thể thao và Du lịch", "Hội Nông dân tỉnh")
    assert [abbreviate_sector(name) for name in ("Lao động - Thương binh và Xã hội", "LĐ-TB&XH", "Nội vụ")] == [
        "ldtbxh",
        "ldtbxh",
        "nv",
    ]
