"""The text around the schedule: front, deadlines, who owes what on which form, scopes, people."""

from __future__ import annotations

from dataclasses import replace

from tests.corpus.base import CLOSING, FACTS, OWERS, REPORT, TABLE, TEAM, TIME, VISITS, change_column, make_page
from tests.corpus.cases import Shelf
from tests.corpus.pages import Footnote, Grid, Header, Text

SHELF = Shelf("prose")
add = SHELF.add


def due_by(words: str, due: str) -> None:
    """Add a case with the deadline in other words."""
    add(
        "deadline-" + due.replace(" ", "-").replace("/", "-").replace(":", ""),
        make_page(report=REPORT.replace("trước ngày 28/4/2025", words)),
        forms=("txt", "docx"),
        facts=replace(FACTS, reports=(FACTS.reports[0].replace("before 28/04/2025", due),)),
    )


due_by("trước 17 giờ 00 ngày 28/4/2025", "before 28/04/2025 17:00")
due_by("chậm nhất ngày 25 tháng 4 năm 2025", "by 25/04/2025")
due_by("đến hết ngày 24/4/2025", "by 24/04/2025")
due_by("không quá 16h30 ngày 23/4/2025", "by 23/04/2025 16:30")
due_by("(hạn cuối: 22/4/2025)", "by 22/04/2025")
add(
    "communes-and-districts-owe-reports",
    make_page(
        report=(
            "III. Báo cáo\n- UBND các xã, phường, thị trấn gửi báo cáo về UBND cấp huyện trước ngày 21/4/2025.\n"
            "- UBND các huyện, thành phố gửi báo cáo tổng hợp về Sở Nội vụ chậm nhất ngày 28/4/2025."
        )
    ),
    forms=("txt", "docx", "pdf"),
    codes=("report-title-assumed",),
    facts=replace(
        FACTS,
        reports=(
            "bao-cao | Báo cáo | before 21/04/2025 | huyen-dak-ha/dak-mar, huyen-dak-ha/ngok-reo, "
            "huyen-kon-ray/dak-to-re, tp-kon-tum/ia-chim, tp-kon-tum/hoa-binh | UBND cấp huyện | - | -",
            f"bao-cao-2 | Báo cáo tổng hợp | by 28/04/2025 | {OWERS} | Sở Nội vụ | - | -",
        ),
    ),
)
add(
    "deadline-five-working-days-before-the-visit",
    make_page(
        change_column(3, "07/5/2025", "14/5/2025", "16/5/2025"),
        report=(
            "III. Báo cáo\n- UBND các huyện, thành phố gửi báo cáo công tác văn thư về Sở Nội vụ trước 5 ngày làm "
            "việc so với ngày kiểm tra."
        ),
    ),
    forms=("txt", "docx"),
    codes=("deadline-computed",),
    facts=replace(
        FACTS,
        visits=(VISITS[0].replace("12/05", "07/05"), *VISITS[1:]),
        reports=tuple(
            f"bao-cao-{unit} | Báo cáo công tác văn thư | by {day} | {unit} | Sở Nội vụ | - | -"
            for unit, day in (
                ("huyen-dak-ha", "26/04/2025"),
                ("huyen-kon-ray", "07/05/2025"),
                ("tp-kon-tum", "09/05/2025"),
            )
        ),
    ),
)
add(
    "deadline-before-the-visit",
    make_page(report="III. Báo cáo\n- Các huyện, thành phố gửi báo cáo về Sở Nội vụ trước ngày kiểm tra 03 ngày."),
    forms=("txt",),
    codes=("deadline-computed", "report-title-assumed"),
    facts=replace(
        FACTS,
        reports=tuple(
            f"bao-cao-{unit} | Báo cáo | by {day} | {unit} | Sở Nội vụ | - | -"
            for unit, day in (
                ("huyen-dak-ha", "09/05/2025"),
                ("huyen-kon-ray", "11/05/2025"),
                ("tp-kon-tum", "13/05/2025"),
            )
        ),
    ),
)
add(
    "one-unit-exempt-and-another-form",
    make_page(
        report=(
            "III. Báo cáo\n- UBND các huyện, thành phố (trừ huyện Kon Rẫy) gửi báo cáo công tác văn thư (huyện Đắk Hà "
            "theo phụ lục số 02; các huyện, thành phố còn lại theo phụ lục số 03) về Sở Nội vụ trước ngày 28/4/2025."
        )
    ),
    forms=("txt", "docx", "pdf"),
    codes=("annex-missing",),
    facts=replace(
        FACTS,
        reports=(
            "bao-cao | Báo cáo công tác văn thư | before 28/04/2025 | huyen-dak-ha, tp-kon-tum | Sở Nội vụ | - | "
            "huyen-dak-ha: Phụ lục số 02; others: Phụ lục số 03",
        ),
    ),
)
add(
    "impossible-deadline",
    make_page(report=REPORT.replace("28/4/2025", "31/4/2025")),
    forms=("txt",),
    codes=("due-impossible",),
    facts=replace(FACTS, reports=()),
)
add(
    "deadline-after-the-first-visit",
    make_page(report=REPORT.replace("28/4/2025", "20/5/2025")),
    forms=("txt",),
    codes=("deadline-after-visit",),
    facts=replace(FACTS, reports=(FACTS.reports[0].replace("28/04", "20/05"),)),
)
add(
    "scopes-and-levels",
    make_page(
        time=(
            "II. Nội dung kiểm tra\n1. Đối với huyện Đắk Hà: Kiểm tra công tác lưu trữ.\n"
            "2. Đối với các huyện, thành phố còn lại: Kiểm tra công tác văn thư và lưu trữ.\n"
            "3. Riêng huyện Kon Rẫy chỉ kiểm tra tại cấp xã.\n4. Giờ làm việc\n"
            "- Buổi sáng từ 7h30 đến 11h30, buổi chiều từ 13h30 đến 17h00."
        )
    ),
    forms=("txt", "docx"),
    codes=("visit-for-information",),
    facts=replace(
        FACTS,
        visits=(
            VISITS[0].replace("| doan", "| scope Kiểm tra công tác lưu trữ | doan"),
            VISITS[1].replace("| doan", "| levels commune | doan"),
            VISITS[2],
        ),
    ),
)
add(
    "tentative-with-blanks-in-the-front",
    make_page(
        letterhead="SỞ NỘI VỤ TỈNH KON TUM\nSố:      /KH-SNV\nKon Tum, ngày      tháng 4 năm 2025",
        lead="IV. Lịch kiểm tra dự kiến",
    ),
    forms=("txt", "docx"),
    codes=("issued-day-blank", "number-blank"),
    facts=replace(FACTS, number=None, issued="2025-04", status="tentative"),
)
add(
    "letterhead-and-signature-side-by-side",
    (
        Grid(
            (
                ("UBND TỈNH KON TUM\nSỞ NỘI VỤ", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc"),
                ("Số: 21/KH-SNV", "Kon Tum, ngày 07 tháng 4 năm 2025"),
            )
        ),
        *make_page(letterhead="", closing=""),
        Text(" "),
        Grid((("Nơi nhận:\n- UBND các huyện, thành phố;\n- Lưu: VT.", "GIÁM ĐỐC\n\nNguyễn Văn Bảy"),)),
    ),
    forms=("docx", "pdf"),
)
add(
    "many-bases",
    make_page(
        basis=(
            "Căn cứ Luật Lưu trữ số 33/2024/QH15;\n"
            "Căn cứ Nghị định số 30/2020/NĐ-CP ngày 05 tháng 3 năm 2020 của Chính phủ về công tác văn thư;\n"
            "Thực hiện Quyết định số 12/QĐ-UBND ngày 06/01/2025 và Công văn số 77/UBND-NC ngày 10/01/2025 của UBND "
            "tỉnh;\n"
            "Sở Nội vụ tỉnh Kon Tum ban hành kế hoạch kiểm tra như sau:"
        )
    ),
    forms=("txt", "docx"),
    facts=replace(
        FACTS,
        bases=(
            "Luật Lưu trữ số 33/2024/QH15",
            "Nghị định số 30/2020/NĐ-CP ngày 05 tháng 3 năm 2020 của Chính phủ",
            "Quyết định số 12/QĐ-UBND ngày 06/01/2025 của UBND tỉnh",
            "Công văn số 77/UBND-NC ngày 10/01/2025 của UBND tỉnh",
        ),
    ),
)
add(
    "offices-named-as-a-group",
    make_page(team=TEAM.replace("Văn phòng Sở, Thanh tra Sở", "các Sở: Y tế, Giáo dục và Đào tạo và Tư pháp")),
    forms=("txt", "docx"),
    facts=replace(FACTS, teams=("doan-kiem-tra: truong-doan, so-y-te, so-giao-duc-va-dao-tao, so-tu-phap",)),
)
add(
    "nobody-listed-and-no-report",
    make_page(team="I. Yêu cầu\n- Kiểm tra đúng nội dung.", report=""),
    forms=("txt",),
    codes=("report-missing", "team-missing"),
    facts=replace(
        FACTS, teams=(), reports=(), visits=tuple(visit.replace("doan-kiem-tra", "no team") for visit in VISITS)
    ),
)
add(
    "an-annex-alone",
    (
        Text("PHỤ LỤC 01\nLỊCH KIỂM TRA NĂM 2025\n(Kèm theo Kế hoạch số 21/KH-SNV ngày 07/4/2025 của Sở Nội vụ)"),
        TABLE,
    ),
    forms=("txt", "docx", "xlsx"),
    codes=(
        "issued-missing", "number-missing", "report-missing", "session-end-assumed", "session-start-assumed",
        "sessions-assumed", "team-missing",
    ),
    facts=replace(
        FACTS,
        title="KIỂM TRA NĂM 2025",
        number=None,
        issued=None,
        organiser="Sở Nội vụ",
        bases=(),
        reports=(),
        teams=(),
        distribution=(),
        visits=tuple(visit.replace("doan-kiem-tra", "no team") for visit in VISITS),
    ),
)  # fmt: skip

add(
    "reports-of-their-own-and-duties-of-others",
    make_page(
        report=f"{REPORT}\n- Các huyện, thành phố gửi báo cáo khắc phục về Sở Nội vụ không muộn hơn ngày 30/6/2025; "
        "riêng huyện Kon Rẫy gửi trước ngày 15/6/2025.\n- Miễn báo cáo khắc phục đối với huyện Đắk Hà.\n"
        "- Phòng Văn thư tổng hợp, báo cáo Giám đốc Sở trước ngày 15/7/2025."
    ),
    codes=("deadline-after-visit", "deadline-other"),
    facts=replace(
        FACTS,
        reports=(
            *FACTS.reports,
            "bao-cao-2 | Báo cáo khắc phục | by 30/06/2025 | tp-kon-tum | Sở Nội vụ | - | -",
            "bao-cao-3 | Báo cáo khắc phục | before 15/06/2025 | huyen-kon-ray | - | - | -",
        ),
    ),
)
add(
    "number-behind-the-title",
    make_page(
        letterhead="SỞ NỘI VỤ TỈNH KON TUM",
        title="KẾ HOẠCH\nKiểm tra công tác văn thư, lưu trữ năm 2025\nSố: 21/KH-SNV\nKon Tum, ngày 07 tháng 4 năm 2025",
    ),
)
add(
    "second-deadline-in-one-sentence",
    make_page(report=REPORT.replace("28/4/2025 qua", "28/4/2025, các xã trước ngày 20/4/2025, qua")),
    codes=("deadline-second",),
)
add(
    "annex-headings-with-titles",
    make_page(
        Text("Phụ lục 1: Đợt 1"),
        Grid(TABLE.rows[:2]),
        Text("Phụ lục 2: Đợt 2"),
        Grid((TABLE.rows[0], *TABLE.rows[2:])),
        time=TIME + "\n- Lịch kiểm tra theo phụ lục 1 và phụ lục 2.",
    ),
    forms=("txt", "docx", "pdf"),
)
add(
    "annex-behind-the-signature",
    make_page(
        report=REPORT.replace("gửi báo cáo", "lập theo Phụ lục 3 và gửi báo cáo"),
        closing=CLOSING + "\nPhụ lục 3: Mẫu báo cáo\nĐơn vị báo cáo",
    ),
    facts=replace(FACTS, reports=(FACTS.reports[0].replace("| -", "| others: Phụ lục 3"),)),
)
add(
    "footnotes",
    (
        *make_page(report="")[:-3],
        Text("III. Chuẩn bị"),
        Text("- Các đơn vị chuẩn bị báo cáo và hồ sơ."),
        Footnote("UBND các huyện, thành phố gửi báo cáo công tác văn thư về Sở Nội vụ trước ngày 28/4/2025."),
        *make_page(report="")[-3:-1],
        Footnote("Riêng huyện Kon Rẫy bắt đầu từ 9 giờ."),
        Text(CLOSING),
    ),
    forms=("docx", "odt"),
    facts=replace(
        FACTS,
        reports=(FACTS.reports[0].replace("van-thu@snv.example", "-"),),
        visits=(VISITS[0], VISITS[1].replace("morning +", "morning 09:00 +"), VISITS[2]),
    ),
)
add(
    "number-in-the-header-of-the-page",
    (Header("Số: 21/KH-SNV, ngày 07 tháng 4 năm 2025"), *make_page(letterhead="SỞ NỘI VỤ TỈNH KON TUM")),
    forms=("docx", "odt"),
)
add(
    "the-header-of-the-page-does-not-overrule-the-letterhead",
    (Header("Kèm theo Công văn Số: 99/CV-SNV, ngày 01 tháng 4 năm 2025"), *make_page()),
    forms=("docx",),
)
SCHOOLS = Grid(
    (
        ("TT", "Tên trường", "Ngày\nkiểm tra"),
        ("1", "THPT Duy Tân", "16/9"),
        ("2", "Trường THCS Đắk Mar", "17/9"),
        ("3", "Phòng GDĐT huyện Đắk Hà", "18/9"),
    )
)
add(
    "schools-and-offices-owe-apart-in-a-school-year",
    make_page(
        SCHOOLS,
        title="KẾ HOẠCH\nKiểm tra đầu năm học 2025-2026",
        report=(
            "III. Báo cáo\n- Các trường gửi báo cáo tự đánh giá về Sở Nội vụ trước ngày 12/9/2025; các Phòng Giáo dục "
            "và Đào tạo gửi trước ngày 10/9/2025."
        ),
    ),
    forms=("docx", "md"),
    codes=("year-assumed",),
    facts=replace(
        FACTS,
        title="Kiểm tra đầu năm học 2025-2026",
        units=("THPT Duy Tân: ", "Trường THCS Đắk Mar: ", "Phòng GDĐT huyện Đắk Hà: "),
        visits=(
            "thpt-duy-tan | 16/09/2025 | - | morning + afternoon | doan-kiem-tra",
            "truong-thcs-dak-mar | 17/09/2025 | - | morning + afternoon | doan-kiem-tra",
            "phong-gddt-huyen-dak-ha | 18/09/2025 | - | morning + afternoon | doan-kiem-tra",
        ),
        reports=(
            "bao-cao | Báo cáo tự đánh giá | before 12/09/2025 | thpt-duy-tan, truong-thcs-dak-mar | Sở Nội vụ | - | -",
            "bao-cao-2 | Báo cáo tự đánh giá | before 10/09/2025 | phong-gddt-huyen-dak-ha | - | - | -",
        ),
    ),
)
