"""Schedules: heads, order of columns, merged cells, pages, rows that are no visits, lists of places, teams."""

from __future__ import annotations

from dataclasses import replace

from tests.corpus.base import (
    FACTS,
    HEADS,
    OWERS,
    REPORT,
    ROWS,
    TABLE,
    TEAM,
    UNITS,
    VISITS,
    change_column,
    make_page,
    make_table,
)
from tests.corpus.cases import Shelf
from tests.corpus.pages import LEFT, UP, Grid, Text

SHELF = Shelf("tables")
add = SHELF.add

add(
    "plain",
    forms=("txt", "txt-bom-crlf", "txt-nfd", "txt-utf16", "md", "csv", "csv-semicolon", "tsv", "docx", "xlsx", "pdf",
           "odt", "doc", "ods"),
)  # fmt: skip
add(
    "columns-in-another-order",
    make_page(Grid(tuple((row[3], row[2], row[0], row[1]) for row in TABLE.rows))),
    forms=("txt", "md", "docx", "xlsx", "pdf"),
)
for number, heads in enumerate(
    (
        ("Số TT", "Tên đơn vị", "Địa bàn", "Ngày kiểm tra"),
        ("TT", "Đơn vị được kiểm tra", "Địa điểm", "Ngày làm việc"),
        ("Stt", "HUYỆN, THÀNH PHỐ", "XÃ, PHƯỜNG, TT", "THỜI GIAN KIỂM TRA"),
        ("#", "Địa phương", "Cấp xã", "Lịch làm việc"),
    ),
    start=1,
):
    add(f"heads-{number}", make_page(Grid((heads, *ROWS))), forms=("xlsx", "docx", "csv"))
add(
    "units-told-by-their-cells",
    make_page(Grid((("STT", "Nơi đón đoàn", "Xã", "Thời gian"), *ROWS))),
    forms=("txt", "xlsx"),
)
add(
    "head-of-two-lines",
    make_page(
        make_table(
            ("STT", "Đơn vị", "Xã", "Thời gian", LEFT),
            (UP, UP, UP, "Ngày", "Buổi"),
            ("1", "Huyện Đắk Hà", "Đắk Mar, Ngọk Réo", "12/5/2025", "Sáng"),
            ("2", "Huyện Kon Rẫy", "Đắk Tơ Re", "14/5/2025", "Chiều"),
            ("3", "TP. Kon Tum", "Ia Chim, Hòa Bình", "16/5/2025", "Cả ngày"),
        )
    ),
    forms=("docx", "xlsx", "pdf"),
    facts=replace(
        FACTS,
        visits=(
            VISITS[0].replace("morning + afternoon", "morning"),
            VISITS[1].replace("morning + afternoon", "afternoon"),
            VISITS[2],
        ),
    ),
)
add(
    "titles-above-the-head-and-numbers-under-it",
    make_page(
        make_table(
            ("LỊCH KIỂM TRA NĂM 2025", LEFT, LEFT, LEFT),
            HEADS,
            ("(1)", "(2)", "(3)", "(4)"),
            *ROWS,
        )
    ),
    forms=("docx", "xlsx", "txt"),
)
add(
    "rows-that-are-no-visits",
    make_page(
        make_table(
            HEADS,
            ("I", "Miền núi", "", ""),
            *ROWS[:2],
            ("", "", "", ""),
            HEADS,
            ("II", "Đô thị", "", ""),
            ROWS[2],
            ("", "Tổng cộng: 3 đơn vị", "5 xã", ""),
            ("", "NGƯỜI LẬP BIỂU", "", "GIÁM ĐỐC"),
        )
    ),
    forms=("txt", "docx", "csv"),
)
add(
    "table-over-two-pages-without-its-head-again",
    make_page(
        Grid((HEADS, *ROWS[:2])), Text("Trang 2"), Grid((ROWS[2], ("4", "Huyện Sa Thầy", "Rờ Kơi", "19/5/2025")))
    ),
    forms=("docx",),
    facts=replace(
        FACTS,
        units=(*UNITS, "Huyện Sa Thầy: Rờ Kơi"),
        visits=(*VISITS, "huyen-sa-thay | 19/05/2025 | ro-koi | morning + afternoon | doan-kiem-tra"),
        reports=(FACTS.reports[0].replace("tp-kon-tum", "tp-kon-tum, huyen-sa-thay"),),
    ),
)
add(
    "table-over-two-pages-with-its-head-again",
    make_page(Grid((HEADS, *ROWS[:2])), Text("Tiếp theo trang trước:"), Grid((HEADS, ROWS[2]))),
    forms=("txt", "docx", "xlsx", "pdf"),
)
for number, cells in enumerate(
    (
        ("Đắk Mar; Ngọk Réo", "Đắk Tơ Re.", "Ia Chim và Hòa Bình"),
        ("Đắk Mar\nNgọk Réo", "Đắk Tơ Re", "- Ia Chim\n- Hòa Bình"),
        ("02 xã: Đắk Mar và Ngọk Réo", "Xã: Đắk Tơ Re", "Các xã, phường: Ia Chim, Hòa Bình"),
    ),
    start=1,
):
    add(
        f"lists-of-communes-{number}",
        make_page(change_column(2, *cells)),
        forms=("docx", "xlsx", "md") if number == 2 else ("txt", "docx", "csv"),
    )
add(
    "unit-merged-over-its-rows",
    make_page(
        make_table(
            HEADS,
            ("1", "Huyện Đắk Hà", "Đắk Mar", "12/5/2025"),
            (UP, UP, "Ngọk Réo", "13/5/2025"),
            *ROWS[1:],
        )
    ),
    forms=("docx", "xlsx", "txt", "pdf"),
    facts=replace(
        FACTS,
        visits=(
            VISITS[0].replace("dak-mar, ngok-reo", "dak-mar"),
            "huyen-dak-ha-2 | 13/05/2025 | ngok-reo | morning + afternoon | doan-kiem-tra",
            *VISITS[1:],
        ),
    ),
)
add(
    "unit-and-day-merged-one-commune-in-each-half",
    make_page(
        make_table(
            ("STT", "Đơn vị", "Thời gian", "Buổi", "Xã"),
            ("1", "Huyện Đắk Hà", "12/5/2025", "Sáng", "Đắk Mar"),
            (UP, UP, UP, "Chiều", "Ngọk Réo"),
            ("2", "Huyện Kon Rẫy", "14/5/2025", "Cả ngày", "Đắk Tơ Re"),
            ("3", "TP. Kon Tum", "16/5/2025", "S, C", "Ia Chim, Hòa Bình"),
        )
    ),
    forms=("docx", "xlsx", "txt", "csv", "pdf"),
    facts=replace(
        FACTS,
        visits=(
            VISITS[0].replace("morning + afternoon", "morning in dak-mar + afternoon in ngok-reo"),
            *VISITS[1:],
        ),
    ),
)
add(
    "days-group-the-rows",
    make_page(
        make_table(
            ("Ngày", "Buổi", "Đơn vị", "Xã"),
            ("12/5/2025", "Sáng", "Huyện Đắk Hà", "Đắk Mar, Ngọk Réo"),
            (UP, "Chiều", "Huyện Kon Rẫy", "Đắk Tơ Re"),
            ("16/5/2025", "Sáng", "TP. Kon Tum", "Ia Chim, Hòa Bình"),
        )
    ),
    forms=("docx", "xlsx", "txt", "md"),
    in_text=("date-inherited",),
    facts=replace(
        FACTS,
        visits=(
            VISITS[0].replace("morning + afternoon", "morning"),
            "huyen-kon-ray | 12/05/2025 | dak-to-re | afternoon | doan-kiem-tra",
            VISITS[2].replace("morning + afternoon", "morning"),
        ),
    ),
)
add(
    "said-again-by-ditto-marks",
    make_page(
        make_table(
            ("STT", "Đơn vị", "Xã", "Thời gian", "Buổi"),
            ("1", "Huyện Đắk Hà", "Đắk Mar", "12/5/2025", "Sáng"),
            ("2", "nt", "Ngọk Réo", "-nt-", "Chiều"),
            ("3", "Huyện Kon Rẫy", "Đắk Tơ Re", "14/5/2025", "Sáng"),
            ("4", "TP. Kon Tum", "Ia Chim, Hòa Bình", "Như trên", "Chiều"),
        )
    ),
    forms=("txt", "docx"),
    facts=replace(
        FACTS,
        visits=(
            VISITS[0].replace("morning + afternoon", "morning in dak-mar + afternoon in ngok-reo"),
            VISITS[1].replace("morning + afternoon", "morning"),
            VISITS[2].replace("16/05/2025", "14/05/2025").replace("morning + afternoon", "afternoon"),
        ),
    ),
)
add(
    "columns-for-morning-and-afternoon",
    make_page(
        make_table(
            ("STT", "Đơn vị", "Ngày", "Buổi sáng", "Buổi chiều"),
            ("1", "Huyện Đắk Hà", "12/5/2025", "Đắk Mar", "Ngọk Réo"),
            ("2", "Huyện Kon Rẫy", "14/5/2025", "", "Đắk Tơ Re"),
            ("3", "TP. Kon Tum", "16/5/2025", "Ia Chim, Hòa Bình", "-"),
        )
    ),
    forms=("txt", "docx", "xlsx"),
    facts=replace(
        FACTS,
        visits=(
            VISITS[0].replace("morning + afternoon", "morning in dak-mar + afternoon in ngok-reo"),
            VISITS[1].replace("morning + afternoon", "afternoon in dak-to-re"),
            VISITS[2].replace("morning + afternoon", "morning"),
        ),
    ),
)
add(
    "ticks-for-morning-and-afternoon",
    make_page(
        make_table(
            ("STT", "Đơn vị", "Xã", "Ngày", "Sáng", "Chiều"),
            (*ROWS[0], "x", "x"),
            (*ROWS[1], "x", ""),
            (*ROWS[2], "", "14h00"),
        )
    ),
    forms=("txt", "xlsx"),
    facts=replace(
        FACTS,
        visits=(
            VISITS[0],
            VISITS[1].replace("morning + afternoon", "morning"),
            VISITS[2].replace("morning + afternoon", "afternoon 14:00"),
        ),
    ),
)
add(
    "halves-beside-the-communes",
    make_page(
        change_column(2, "Sáng: Đắk Mar; chiều: Ngọk Réo", "Đắk Tơ Re (chiều)", "Ia Chim (sáng), Hòa Bình (chiều)")
    ),
    forms=("txt", "docx"),
    facts=replace(
        FACTS,
        visits=(
            VISITS[0].replace("morning + afternoon", "morning in dak-mar + afternoon in ngok-reo"),
            VISITS[1].replace("morning + afternoon", "afternoon in dak-to-re"),
            VISITS[2].replace("morning + afternoon", "morning in ia-chim + afternoon in hoa-binh"),
        ),
    ),
)
add(
    "rooms-are-no-communes",
    make_page(change_column(2, "Hội trường UBND huyện", "Phòng họp số 2", "Trụ sở UBND thành phố", head="Địa điểm")),
    forms=("txt", "docx"),
    facts=replace(
        FACTS,
        units=("Huyện Đắk Hà: ", "Huyện Kon Rẫy: ", "TP. Kon Tum: "),
        visits=tuple(
            f"{unit} | {day} | - | morning at {room} + afternoon at {room} | doan-kiem-tra"
            for unit, day, room in (
                ("huyen-dak-ha", "12/05/2025", "Hội trường UBND huyện"),
                ("huyen-kon-ray", "14/05/2025", "Phòng họp số 2"),
                ("tp-kon-tum", "16/05/2025", "Trụ sở UBND thành phố"),
            )
        ),
    ),
)
add(
    "content-beside-each-unit",
    make_page(
        Grid((("STT", "Đơn vị", "Xã", "Thời gian", "Nội dung"), *((*row, "Công tác văn thư") for row in ROWS[:2]),
              (*ROWS[2], "Công tác lưu trữ")))
    ),
    forms=("txt", "docx", "xlsx"),
    facts=replace(
        FACTS,
        visits=(
            *(visit.replace("| doan", "| scope Công tác văn thư | doan") for visit in VISITS[:2]),
            VISITS[2].replace("| doan", "| scope Công tác lưu trữ | doan"),
        ),
    ),
)  # fmt: skip
add(
    "communes-are-the-units",
    make_page(
        make_table(
            ("STT", "Xã, phường", "Thời gian kiểm tra"),
            ("1", "Xã Đắk Mar", "12/5/2025"),
            ("2", "Xã Ngọk Réo", "14/5/2025"),
            ("3", "Phường Kon Tum", "16/5/2025"),
        ),
        report="III. Báo cáo\n- UBND các xã, phường gửi báo cáo công tác văn thư về Sở Nội vụ trước ngày 28/4/2025.",
    ),
    forms=("txt", "docx", "csv"),
    facts=replace(
        FACTS,
        units=("Xã Đắk Mar: ", "Xã Ngọk Réo: ", "Phường Kon Tum: "),
        visits=(
            "xa-dak-mar | 12/05/2025 | - | morning + afternoon | doan-kiem-tra",
            "xa-ngok-reo | 14/05/2025 | - | morning + afternoon | doan-kiem-tra",
            "phuong-kon-tum | 16/05/2025 | - | morning + afternoon | doan-kiem-tra",
        ),
        reports=(
            "bao-cao | Báo cáo công tác văn thư | before 28/04/2025 | xa-dak-mar, xa-ngok-reo, phuong-kon-tum | "
            "Sở Nội vụ | - | -",
        ),
    ),
)
add(
    "offices-are-the-units",
    make_page(
        make_table(
            ("TT", "Cơ quan, đơn vị", "Thời gian"),
            ("1", "Sở Y tế", "12/5/2025"),
            ("2", "Trường Cao đẳng Kon Tum", "14/5/2025"),
        ),
        report="III. Báo cáo\n- Các đơn vị gửi báo cáo công tác văn thư về Sở Nội vụ trước ngày 28/4/2025.",
    ),
    forms=("txt", "docx"),
    facts=replace(
        FACTS,
        units=("Sở Y tế: ", "Trường Cao đẳng Kon Tum: "),
        visits=(
            "so-y-te | 12/05/2025 | - | morning + afternoon | doan-kiem-tra",
            "truong-cao-dang-kon-tum | 14/05/2025 | - | morning + afternoon | doan-kiem-tra",
        ),
        reports=(
            "bao-cao | Báo cáo công tác văn thư | before 28/04/2025 | so-y-te, truong-cao-dang-kon-tum | "
            "Sở Nội vụ | - | -",
        ),
    ),
)

# --- several teams ----------------------------------------------------------------------------------

TWO_TEAMS = (
    "I. Thành phần các đoàn\n1. Đoàn kiểm tra số 1 gồm:\n- Ông Trần Văn Bình - Phó Giám đốc Sở - Trưởng đoàn;\n"
    "- Đại diện Văn phòng Sở.\n2. Đoàn kiểm tra số 2 gồm:\n- Bà Lê Thị Hạnh - Chánh Thanh tra - Trưởng đoàn;\n"
    "- Đại diện các Sở: Y tế, Khoa học và Công nghệ và Tư pháp."
)
TWO_TEAM_FACTS = replace(
    FACTS,
    teams=(
        "doan-kiem-tra-so-1: truong-doan, van-phong-so",
        "doan-kiem-tra-so-2: truong-doan-2, so-y-te, so-khoa-hoc-va-cong-nghe, so-tu-phap",
    ),
    visits=(
        VISITS[0].replace("doan-kiem-tra", "doan-kiem-tra-so-1"),
        VISITS[1].replace("14/05", "12/05").replace("doan-kiem-tra", "doan-kiem-tra-so-2"),
        VISITS[2].replace("doan-kiem-tra", "doan-kiem-tra-so-1"),
    ),
)
_SAME_DAY = (ROWS[0], (*ROWS[1][:3], "12/5/2025"), ROWS[2])
add(
    "a-column-of-teams",
    make_page(
        Grid(
            ((*HEADS, "Đoàn"), *((*row, team) for row, team in zip(_SAME_DAY, ("Đoàn số 1", "2", "01"), strict=True)))
        ),
        team=TWO_TEAMS,
    ),
    forms=("txt", "docx", "xlsx"),
    facts=TWO_TEAM_FACTS,
)
add(
    "a-heading-for-each-team",
    make_page(
        make_table(
            HEADS,
            ("Đoàn số 1", LEFT, LEFT, LEFT),
            _SAME_DAY[0],
            _SAME_DAY[2],
            ("Đoàn số 2", LEFT, LEFT, LEFT),
            _SAME_DAY[1],
        ),
        team=TWO_TEAMS,
    ),
    forms=("txt", "docx", "xlsx"),
    facts=replace(
        TWO_TEAM_FACTS,
        units=(UNITS[0], UNITS[2], UNITS[1]),
        visits=(TWO_TEAM_FACTS.visits[0], TWO_TEAM_FACTS.visits[2], TWO_TEAM_FACTS.visits[1]),
        reports=(FACTS.reports[0].replace("huyen-kon-ray, tp-kon-tum", "tp-kon-tum, huyen-kon-ray"),),
    ),
)
add(
    "a-table-for-each-team",
    make_page(
        Text("Lịch của Đoàn số 1"),
        Grid((HEADS, _SAME_DAY[0])),
        Text("Lịch của Đoàn số 2"),
        Grid((HEADS, _SAME_DAY[1])),
        Text("Lịch của Đoàn số 1, tiếp theo"),
        Grid((HEADS, _SAME_DAY[2])),
        team=TWO_TEAMS,
    ),
    forms=("txt", "docx", "pdf"),
    facts=TWO_TEAM_FACTS,
)
add(
    "a-team-without-members",
    make_page(
        Grid(((*HEADS, "Tổ kiểm tra"), *((*row, team) for row, team in zip(ROWS, ("Tổ 1", "Tổ 2", ""), strict=True)))),
        team=TEAM.replace("Đoàn kiểm tra", "Tổ kiểm tra số 1"),
    ),
    forms=("txt",),
    codes=("team-missing", "visit-team-unsaid"),
    facts=replace(
        FACTS,
        teams=("to-kiem-tra-so-1: truong-doan, van-phong-so, thanh-tra-so", "to-2: "),
        visits=(
            VISITS[0].replace("doan-kiem-tra", "to-kiem-tra-so-1"),
            VISITS[1].replace("doan-kiem-tra", "to-2"),
            VISITS[2].replace("doan-kiem-tra", "no team"),
        ),
    ),
)
LED_TEAMS = (
    "I. Thành phần\n1. Thành lập 02 tổ kiểm tra:\n"
    "- Tổ số 1 do đồng chí Trần Văn Bình - Phó Giám đốc Sở làm Tổ trưởng;\n"
    "- Tổ số 2 do đồng chí Lê Thị Hạnh, Chánh Thanh tra Sở làm Tổ trưởng, các thành viên gồm: Văn phòng Sở, Phòng "
    "Văn thư."
)
add(
    "teams-told-by-their-heads",
    make_page(
        Grid(((*HEADS, "Tổ"), *((*row, team) for row, team in zip(_SAME_DAY, ("1", "Tổ số 2", "01"), strict=True)))),
        team=LED_TEAMS,
    ),
    forms=("txt", "docx", "xlsx"),
    facts=replace(
        TWO_TEAM_FACTS,
        teams=("to-so-1: truong-doan", "to-so-2: truong-doan-2, van-phong-so, phong-van-thu"),
        visits=tuple(visit.replace("doan-kiem-tra-so", "to-so") for visit in TWO_TEAM_FACTS.visits),
    ),
)
add(
    "two-teams-led-in-one-sentence",
    make_page(
        Grid(((*HEADS, "Tổ"), *((*row, team) for row, team in zip(_SAME_DAY, ("1", "2", "1"), strict=True)))),
        team=(
            "I. Thành phần\nTổ số 1 do đồng chí Trần Văn Bình làm Tổ trưởng; Tổ số 2 do bà Lê Thị Hạnh làm Tổ trưởng."
        ),
    ),
    facts=replace(
        TWO_TEAM_FACTS,
        teams=("to-so-1: truong-doan", "to-so-2: truong-doan-2"),
        visits=tuple(visit.replace("doan-kiem-tra-so", "to-so") for visit in TWO_TEAM_FACTS.visits),
    ),
)
add(
    "a-column-of-heads-of-teams",
    make_page(
        Grid(
            (
                (*HEADS, "Trưởng đoàn"),
                *((*row, name) for row, name in zip(ROWS, ("Trần Văn Bình", "Lê Thị Hạnh", ""), strict=True)),
            )
        )
    ),
    forms=("txt", "docx", "xlsx"),
    codes=("column-not-read",),
)
add(
    "heads-broken-over-lines",
    make_page(Grid((("STT", "Đơn vị\nđược kiểm tra", "Xã, phường,\nthị trấn", "Thời gian\nkiểm tra"), *ROWS))),
    forms=("docx", "xlsx", "md"),
)
LONG_NAMES = tuple(
    (str(number), unit, f"Xã Đắk Mar {number}, xã Ngọk Réo {number}, xã Đắk Ui {number}", f"{number + 11}/5/2025")
    for number, unit in enumerate(("Huyện Đắk Hà", "Huyện Kon Rẫy", "TP. Kon Tum"), start=1)
)
add(
    "columns-without-ruling-lines",
    make_page(Grid((HEADS, *LONG_NAMES), ruled=False)),
    forms=("pdf",),
    codes=("table-unruled",),
    facts=replace(
        FACTS,
        units=tuple(f"{row[1]}: Xã Đắk Mar {row[0]}, Xã Ngọk Réo {row[0]}, Xã Đắk Ui {row[0]}" for row in LONG_NAMES),
        visits=tuple(
            f"{unit} | {number + 11}/05/2025 | xa-dak-mar-{number}, xa-ngok-reo-{number}, xa-dak-ui-{number} | "
            "morning + afternoon | doan-kiem-tra"
            for number, unit in enumerate(("huyen-dak-ha", "huyen-kon-ray", "tp-kon-tum"), start=1)
        ),
    ),
)
STATIONS = make_table(
    ("STT", "Đơn vị", "Trạm Y tế được kiểm tra", "Thời gian", "Trưởng nhóm", "Thành phần", "Ghi chú"),
    ("1", "TTYT huyện Đắk Hà", "Trạm Y tế xã Đắk Mar", "12/5/2025", "BS. Lan", "CDC", ""),
    (UP, UP, "TYT xã Ngọk Réo", UP, UP, UP, ""),
    ("2", "TTYT huyện Kon Rẫy", "Trạm Y tế xã Đắk Tơ Re", "14/5/2025", "BS. Hùng", "CDC", "Chỉ buổi sáng"),
)
add(
    "stations-of-health-centres",
    make_page(STATIONS, report=REPORT.replace("UBND các huyện, thành phố", "Các Trung tâm Y tế")),
    forms=("docx", "xlsx"),
    codes=("column-not-read",),
    facts=replace(
        FACTS,
        units=(
            "TTYT huyện Đắk Hà: Trạm Y tế xã Đắk Mar, TYT xã Ngọk Réo",
            "TTYT huyện Kon Rẫy: Trạm Y tế xã Đắk Tơ Re",
        ),
        visits=(
            "ttyt-huyen-dak-ha | 12/05/2025 | tram-y-te-xa-dak-mar, tyt-xa-ngok-reo | morning + afternoon | "
            "doan-kiem-tra",
            "ttyt-huyen-kon-ray | 14/05/2025 | tram-y-te-xa-dak-to-re | morning | doan-kiem-tra",
        ),
        reports=(FACTS.reports[0].replace(OWERS, "ttyt-huyen-dak-ha, ttyt-huyen-kon-ray"),),
    ),
)
add(
    "the-head-of-the-team-before-the-unit",
    make_page(
        Grid(
            (
                ("STT", "Trưởng đoàn", *HEADS[1:]),
                *((row[0], name, *row[1:]) for row, name in zip(ROWS, ("Bình", "Hạnh", "Bình"), strict=True)),
            )
        )
    ),
    codes=("column-not-read",),
)
