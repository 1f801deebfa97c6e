"""Dates and hours as offices write them, and what is wrong with some."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from tests.corpus.base import FACTS, HEADS, ROWS, TIME, VISITS, change_column, make_page, make_table
from tests.corpus.cases import Shelf
from tests.corpus.pages import UP, Grid

SHELF = Shelf("dates and hours")
add = SHELF.add


def visit_on(index: int, *days: str) -> str:
    """Return the base's visit on other days ("12/05/2025")."""
    return VISITS[index].replace(VISITS[index].split(" | ")[1], " ".join(days))


for number, cells in enumerate(
    (
        ("12-5-2025", "14-05-2025", "16-5-25"),
        ("12.5.2025", "14 . 5 . 2025", "16.05.25"),
        ("ngày 12 tháng 5 năm 2025", "14 tháng 5 năm 2025", "Ngày 16 tháng 05, năm 2025"),
        ("12 5 2025", "12/5/25", "2025-05-16"),
        ("Thứ Hai, 12/5/2025", "Thứ 4 ngày 14/5/2025", "16/5/2025 (thứ sáu)"),
    ),
    start=1,
):
    changed = (VISITS[0], visit_on(1, "12/05/2025" if number == 4 else "14/05/2025"), VISITS[2])
    add(
        f"forms-of-a-date-{number}",
        make_page(change_column(3, *cells)),
        forms=("txt", "docx", "csv"),
        facts=replace(FACTS, visits=changed),
        codes=("visits-clash",) if number == 4 else (),
    )
add(
    "real-dates-of-a-spreadsheet",
    make_page(Grid((HEADS, *((*row[:3], date(2025, 5, day)) for row, day in zip(ROWS, (12, 14, 16), strict=True))))),
    forms=("xlsx", "ods", "txt"),
)
add(
    "day-numbers-of-a-spreadsheet",
    make_page(change_column(3, "45789", "45791", "45793.0")),
    forms=("csv", "txt"),
)
add(
    "no-year",
    make_page(change_column(3, "12/5", "ngày 14 tháng 5", "Thứ Sáu (16/5)")),
    forms=("txt", "docx"),
    codes=("year-assumed",),
)
add(
    "ranges-and-lists",
    make_page(change_column(3, "12-13/5/2025", "từ ngày 14/5 đến ngày 15/5/2025", "16, 19 và 20/5/2025 (03 ngày)")),
    forms=("txt", "docx", "xlsx"),
    facts=replace(
        FACTS,
        visits=(
            visit_on(0, "12/05/2025", "13/05/2025"),
            visit_on(1, "14/05/2025", "15/05/2025"),
            visit_on(2, "16/05/2025", "19/05/2025", "20/05/2025"),
        ),
    ),
)
add(
    "days-with-halves-of-their-own",
    make_page(change_column(3, "Sáng 12/5/2025\nChiều 13/5/2025", "14/5/2025 (buổi chiều)", "8h15 ngày 16/5/2025")),
    forms=("docx", "md"),
    facts=replace(
        FACTS,
        visits=(
            "huyen-dak-ha | 12/05/2025 | dak-mar, ngok-reo | morning | doan-kiem-tra",
            "huyen-dak-ha-2 | 13/05/2025 | dak-mar, ngok-reo | afternoon | doan-kiem-tra",
            VISITS[1].replace("morning + afternoon", "afternoon"),
            VISITS[2].replace("morning + afternoon", "morning 08:15"),
        ),
    ),
)
add(
    "no-day-yet",
    make_page(change_column(3, "trong tháng 5", "Tuần 2 tháng 5/2025", "trước 20/5/2025")),
    forms=("txt", "docx"),
    codes=("date-missing",),
    facts=replace(FACTS, visits=tuple(visit_on(index, "no date") for index in range(3))),
)
add(
    "one-day-not-known",
    make_page(change_column(3, "12/5/2025", "", "16/5/2025")),
    forms=("txt", "docx", "xlsx", "csv"),
    codes=("date-missing",),
    facts=replace(FACTS, visits=(VISITS[0], visit_on(1, "no date"), VISITS[2])),
)
add(
    "day-merged-over-two-units",
    make_page(make_table(HEADS, ROWS[0], (*ROWS[1][:3], UP), ROWS[2])),
    forms=("docx", "xlsx", "pdf"),
    codes=("visits-clash",),
    facts=replace(FACTS, visits=(VISITS[0], visit_on(1, "12/05/2025"), VISITS[2])),
)
add(
    "impossible-date",
    make_page(change_column(3, "12/5/2025", "31/6/2025", "16/5/2025")),
    forms=("txt", "docx", "csv"),
    codes=("date-impossible",),
    facts=replace(
        FACTS,
        units=(FACTS.units[0], FACTS.units[2]),
        visits=(VISITS[0], VISITS[2]),
        reports=(FACTS.reports[0].replace("huyen-kon-ray, ", ""),),
    ),
)
add(
    "wrong-weekday",
    make_page(change_column(3, "Thứ Ba, 12/5/2025", "14/5/2025", "16/5/2025")),
    forms=("txt", "xlsx"),
    codes=("weekday-mismatch",),
)
add(
    "days-off-and-a-made-up-saturday",
    make_page(change_column(3, "30/4/2025", "02/5/2025", "26/4/2025"), report=""),
    forms=("txt", "docx"),
    codes=("report-missing", "visit-on-day-off"),
    facts=replace(
        FACTS,
        reports=(),
        visits=(visit_on(0, "30/04/2025"), visit_on(1, "02/05/2025"), visit_on(2, "26/04/2025")),
    ),
)
add(
    "outside-the-period-and-twice",
    make_page(
        Grid((HEADS, *ROWS, ("4", *ROWS[0][1:]))),
        time=f"{TIME}\n- Thời gian kiểm tra: từ ngày 12/5/2025 đến ngày 15/5/2025.",
    ),
    forms=("txt", "docx"),
    codes=("visit-outside-period", "visit-repeated"),
    facts=replace(FACTS, visits=(*VISITS, VISITS[0].replace("huyen-dak-ha |", "huyen-dak-ha-2 |"))),
)
add(
    "choices-and-reserve-days",
    make_page(change_column(3, "12 hoặc 13/5/2025", "14/5/2025 (dự phòng 15/5/2025)", "16/5/2025")),
    codes=("date-alternative",),
)
add(
    "first-and-last-day-in-two-columns",
    make_page(
        Grid(
            (
                (*HEADS[:3], "Từ ngày", "Đến ngày"),
                (*ROWS[0], "13/5/2025"),
                (*ROWS[1], "14/5/2025"),
                (*ROWS[2], ""),
            )
        )
    ),
    forms=("txt", "docx", "xlsx"),
    facts=replace(FACTS, visits=(VISITS[0].replace("12/05/2025", "12/05/2025 13/05/2025"), *VISITS[1:])),
)
add(
    "put-off-in-a-note-and-in-the-text",
    make_page(
        Grid(
            (
                (*HEADS, "Ghi chú"),
                (*ROWS[0], "Tạm hoãn, có thông báo sau"),
                (*ROWS[1], "Dời sang ngày 15/5/2025"),
                (*ROWS[2], ""),
            )
        ),
        time=f"{TIME}\n- Riêng thành phố Kon Tum hoãn kiểm tra. Trường hợp hoãn, Sở sẽ thông báo.",
    ),
    codes=("postponed",),
    facts=replace(
        FACTS,
        visits=(
            VISITS[0].replace("12/05/2025", "no date"),
            VISITS[1].replace("14/05/2025", "15/05/2025"),
            VISITS[2].replace("16/05/2025", "no date"),
        ),
    ),
)
add(
    "starts-and-halves-in-notes",
    make_page(
        Grid(
            (
                (*HEADS, "Ghi chú"),
                (*ROWS[0], "Buổi sáng: xã Đắk Mar, buổi chiều: xã Ngọk Réo"),
                (*ROWS[1], "Bắt đầu từ 8 giờ 30"),
                (*ROWS[2], ""),
            )
        ),
        time=f"{TIME} Riêng thành phố Kon Tum bắt đầu từ 09 giờ 00.",
    ),
    facts=replace(
        FACTS,
        visits=(
            VISITS[0].replace("morning + afternoon", "morning in dak-mar + afternoon in ngok-reo"),
            VISITS[1].replace("morning", "morning 08:30"),
            VISITS[2].replace("morning", "morning 09:00"),
        ),
    ),
)
for number, (hours, said) in enumerate(
    (
        ("7h30", "morning"),
        ("07giờ 30'", "morning"),
        ("8 giờ 30 phút", "morning 08:30"),
        ("14 giờ", "afternoon 14:00"),
        ("13h30-16h30", "afternoon-16:30"),
        ("Sáng: 8h00; chiều: 14h00", "morning 08:00 + afternoon 14:00"),
        ("Cả ngày", "morning + afternoon"),
    ),
    start=1,
):
    add(
        f"hours-of-a-row-{number}",
        make_page(
            Grid(
                (
                    (*HEADS, "Giờ làm việc" if number % 2 else "Ghi chú"),
                    (*ROWS[0], hours),
                    (*ROWS[1], "mang theo hồ sơ" if number % 2 == 0 else ""),
                    (*ROWS[2], ""),
                )
            )
        ),
        forms=("txt", "docx"),
        facts=replace(FACTS, visits=(VISITS[0].replace("morning + afternoon", said), *VISITS[1:])),
    )
add(
    "hours-once-for-all-in-a-note",
    make_page(
        Grid(
            (
                (*HEADS, "Ghi chú"),
                (*ROWS[0], "Buổi sáng từ 7h00 đến 11h00, buổi chiều từ 13h30 đến 16h30 các ngày kiểm tra"),
                (*ROWS[1], UP),
                (*ROWS[2], UP),
            )
        ),
        time="",
    ),
    forms=("txt", "docx", "xlsx", "pdf"),
    facts=replace(FACTS, sessions=("morning 07:00-11:00", "afternoon 13:30-16:30")),
)
add(
    "no-hours-at-all",
    make_page(time=""),
    forms=("txt",),
    codes=("session-end-assumed", "session-start-assumed", "sessions-assumed"),
    facts=replace(FACTS, sessions=("morning 07:30-11:30", "afternoon 13:30-17:00")),
)
