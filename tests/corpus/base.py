"""One office's plan, whole and plain: the cases vary one thing in it at a time."""

from __future__ import annotations

from tests.corpus.facts import Facts
from tests.corpus.pages import Grid, GridRow, Page, Text

HEADS: GridRow = ("STT", "Đơn vị", "Xã, phường, thị trấn", "Thời gian")
ROWS: tuple[GridRow, ...] = (
    ("1", "Huyện Đắk Hà", "Đắk Mar, Ngọk Réo", "12/5/2025"),
    ("2", "Huyện Kon Rẫy", "Đắk Tơ Re", "14/5/2025"),
    ("3", "TP. Kon Tum", "Ia Chim, Hòa Bình", "16/5/2025"),
)
TABLE = Grid((HEADS, *ROWS))

LETTERHEAD = "SỞ NỘI VỤ TỈNH KON TUM\nSố: 21/KH-SNV\nKon Tum, ngày 07 tháng 4 năm 2025"
TITLE = "KẾ HOẠCH\nKiểm tra công tác văn thư, lưu trữ năm 2025"
BASIS = "Căn cứ Luật Lưu trữ số 33/2024/QH15;\nSở Nội vụ tỉnh Kon Tum ban hành kế hoạch kiểm tra như sau:"
TEAM = (
    "I. Thành phần\n1. Đoàn kiểm tra gồm:\n- Ông Trần Văn Bình - Phó Giám đốc Sở - Trưởng đoàn;\n"
    "- Đại diện Văn phòng Sở, Thanh tra Sở."
)
TIME = "II. Thời gian làm việc\n- Buổi sáng từ 7h30 đến 11h30, buổi chiều từ 13h30 đến 17h00."
REPORT = (
    "III. Báo cáo\n- UBND các huyện, thành phố gửi báo cáo công tác văn thư về Sở Nội vụ trước ngày 28/4/2025 qua "
    "hộp thư van-thu@snv.example."
)
LEAD = "IV. Lịch kiểm tra"
CLOSING = "Nơi nhận:\n- UBND các huyện, thành phố;\n- Lưu: VT.\nGIÁM ĐỐC"

UNITS = ("Huyện Đắk Hà: Đắk Mar, Ngọk Réo", "Huyện Kon Rẫy: Đắk Tơ Re", "TP. Kon Tum: Ia Chim, Hòa Bình")
VISITS = (
    "huyen-dak-ha | 12/05/2025 | dak-mar, ngok-reo | morning + afternoon | doan-kiem-tra",
    "huyen-kon-ray | 14/05/2025 | dak-to-re | morning + afternoon | doan-kiem-tra",
    "tp-kon-tum | 16/05/2025 | ia-chim, hoa-binh | morning + afternoon | doan-kiem-tra",
)
OWERS = "huyen-dak-ha, huyen-kon-ray, tp-kon-tum"
FACTS = Facts(
    title="Kiểm tra công tác văn thư, lưu trữ năm 2025",
    number="21/KH-SNV",
    issued="2025-04-07",
    organiser="Sở Nội vụ tỉnh Kon Tum",
    status="confirmed",
    bases=("Luật Lưu trữ số 33/2024/QH15",),
    sessions=("morning 07:30-11:30", "afternoon 13:30-17:00"),
    units=UNITS,
    visits=VISITS,
    reports=(
        f"bao-cao | Báo cáo công tác văn thư | before 28/04/2025 | {OWERS} | Sở Nội vụ | van-thu@snv.example | -",
    ),
    teams=("doan-kiem-tra: truong-doan, van-phong-so, thanh-tra-so",),
    distribution=("UBND các huyện, thành phố",),
    codes=("address-needed",),
)


def make_page(
    *schedule: Text | Grid,
    letterhead: str = LETTERHEAD,
    title: str = TITLE,
    basis: str = BASIS,
    team: str = TEAM,
    time: str = TIME,
    report: str = REPORT,
    lead: str = LEAD,
    closing: str = CLOSING,
) -> Page:
    """Return the plan with ``schedule`` (the plain table unless given) and with any part in other words."""
    before = tuple(Text(part) for part in (letterhead, f"{title}\n{basis}", team, time, report, lead) if part)
    return (*before, *(schedule or (TABLE,)), *((Text(closing),) if closing else ()))


def make_table(heads: GridRow, *rows: GridRow) -> Grid:
    return Grid((heads, *rows))


def change_column(column: int, *cells: str, head: str | None = None) -> Grid:
    """Return the plain table with other cells, and maybe another head, in one column."""
    heads = tuple(head if head and at == column else each for at, each in enumerate(HEADS))
    rows = (
        tuple(cell if at == column else each for at, each in enumerate(row))
        for row, cell in zip(ROWS, cells, strict=True)
    )
    return Grid((heads, *rows))
