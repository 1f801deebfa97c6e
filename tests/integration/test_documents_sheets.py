"""Workbooks as they really come: letterhead and schedule in one grid, dates as numbers, merged ranges."""

from datetime import date, datetime, time
from pathlib import Path

import openpyxl
import pytest
from openpyxl.styles import Font
from openpyxl.workbook import Workbook

from scheduler.documents import read_document
from scheduler.documents.document import Cell, Document, Note, Paragraph
from tests.hostile.files import make_sheet, make_xlsx, replace_parts


def save(folder: Path, workbook: Workbook) -> Document:
    path = folder / "plan.bin"  # the name says nothing
    workbook.save(path)
    return read_document(path)


def new_workbook() -> Workbook:
    workbook = openpyxl.Workbook()
    workbook.worksheets[0].title = "Lịch"
    return workbook


def list_rows(document: Document, table: int = 0) -> list[list[str]]:
    rows = document.tables[table].rows
    return [[f"{'^' if cell.merged else ''}{cell.text}" for cell in row.cells] for row in rows]


def test_letterhead_title_schedule_note_and_signature_are_told_apart(tmp_path: Path) -> None:
    workbook = new_workbook()
    sheet = workbook.worksheets[0]
    for place, text in {
        "A1": "UBND TỈNH", "D1": "CỘNG HÒA", "A2": "SỞ Y TẾ", "D2": "Độc lập", "A4": "KẾ HOẠCH",
        "A6": "TT", "B6": "Đơn vị", "C6": "Xã", "D6": "Ngày",
        "A7": "1", "B7": "Sơn Động", "C7": "Phúc Sơn", "D7": "20/5/2025", "C8": "An Bá",
        "A9": "Cụm 2", "A10": "2", "B10": "Yên Thế", "D10": "21/5/2025", "C11": "Canh Nậu",
        "A13": "Ghi chú: buổi sáng từ 7h30", "B15": "Người lập", "D15": "Giám đốc",
    }.items():  # fmt: skip
        sheet[place] = text
    sheet.merge_cells("A4:D4")
    document = save(tmp_path, workbook)
    assert document.form == "xlsx"
    assert document.paragraphs == (
        Paragraph("KẾ HOẠCH", "sheet Lịch, A4"),
        Paragraph("Ghi chú: buổi sáng từ 7h30", "sheet Lịch, A13"),
    )
    assert [table.place for table in document.tables] == ["sheet Lịch, A1", "sheet Lịch, A6", "sheet Lịch, B15"]
    assert list_rows(document, 1) == [
        ["TT", "Đơn vị", "Xã", "Ngày"],
        ["1", "Sơn Động", "Phúc Sơn", "20/5/2025"],
        ["", "", "An Bá", ""],
        ["Cụm 2", "", "", ""],
        ["2", "Yên Thế", "", "21/5/2025"],
        ["", "", "Canh Nậu", ""],
    ]
    row = document.tables[1].rows[1]
    assert (row.place, row.cells[1].place) == ("sheet Lịch, row 7", "sheet Lịch, B7")


def test_merged_ranges_fill_every_cell_they_cover(tmp_path: Path) -> None:
    workbook = new_workbook()
    sheet = workbook.worksheets[0]
    for row in (["Huyện", "Xã", "Ngày", None], ["A", "x", "20/5", "s"], [None, "y", None, "c"], ["B", "z", "w", "v"]):
        sheet.append(row)
    for merged in ("A2:A3", "C1:D1", "C2:C3"):
        sheet.merge_cells(merged)
    document = save(tmp_path, workbook)
    assert list_rows(document) == [
        ["Huyện", "Xã", "Ngày", "^Ngày"],
        ["A", "x", "20/5", "s"],
        ["^A", "y", "^20/5", "c"],
        ["B", "z", "w", "v"],
    ]
    assert document.tables[0].rows[2].cells[0] == Cell("A", "sheet Lịch, A2", merged=True)


@pytest.mark.parametrize("from_1904", [False, True])
def test_dates_are_told_from_numbers_by_their_format(tmp_path: Path, *, from_1904: bool) -> None:
    workbook = new_workbook()
    if from_1904:
        workbook.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    sheet = workbook.worksheets[0]
    sheet.append([date(2025, 5, 20), datetime.fromisoformat("2025-05-20T07:30"), time(13, 30), 45797, 7.5])
    sheet.append([date(2025, 5, 20), date(2025, 5, 20), 1234567, "20/5", True])
    sheet["A2"].number_format = 'dddd", ngày "dd" tháng "mm'
    sheet["B2"].number_format = "[$-42A]d/m"
    sheet["C2"].number_format = '#,##0 "đồng/năm"'
    document = save(tmp_path, workbook)
    first, second = document.tables[0].rows
    day, moment = date(2025, 5, 20), datetime.fromisoformat("2025-05-20T07:30")
    assert [(cell.text, cell.value) for cell in first.cells] == [
        ("20/05/2025", day), ("20/05/2025 07:30", moment), ("13:30", None), ("45797", None), ("7.5", None),
    ]  # fmt: skip
    assert [(cell.text, cell.value) for cell in second.cells] == [
        ("20/05/2025", day), ("20/05/2025", day), ("1234567", None), ("20/5", None), ("TRUE", None),
    ]  # fmt: skip


def test_several_sheets_come_in_order_and_hidden_ones_are_told(tmp_path: Path) -> None:
    workbook = new_workbook()
    workbook.worksheets[0]["B5"] = "một"
    hidden = workbook.create_sheet("Nháp")
    hidden["A1"] = "ẩn"
    hidden.sheet_state = "hidden"
    workbook.create_sheet("Phụ lục")["A1"] = "hai"
    document = save(tmp_path, workbook)
    assert document.blocks == (Paragraph("một", "sheet Lịch, B5"), Paragraph("hai", "sheet Phụ lục, A1"))
    assert document.notes == (
        Note("the sheet is hidden and was passed over; unhide it if the plan is in it, and import again", "sheet Nháp"),
    )


def test_hidden_rows_are_read_and_told(tmp_path: Path) -> None:
    workbook = new_workbook()
    sheet = workbook.worksheets[0]
    sheet.append(["a", "b"])
    sheet.append(["c", "d"])
    sheet.row_dimensions[2].hidden = True
    document = save(tmp_path, workbook)
    assert list_rows(document) == [["a", "b"], ["c", "d"]]
    assert document.notes == (
        Note("1 hidden rows were read like the others; delete those that are not of the plan", "sheet Lịch, row 2"),
    )


def test_line_breaks_rich_text_and_inline_text_are_read(tmp_path: Path) -> None:
    path = tmp_path / "plan.xlsx"
    cells = (
        '<c r="A1" t="inlineStr"><is><r><t>Phúc </t></r><r><t>Sơn&#10;An Bá</t></r><rPh><t>x</t></rPh></is></c>'
        '<c r="B1" t="str"><v>a_x000D_&#10;b</v></c>'
    )
    path.write_bytes(make_sheet(f'<sheetData><row r="1">{cells}</row></sheetData>'))
    assert list_rows(read_document(path)) == [["Phúc Sơn\nAn Bá", "a\nb"]]


def test_cells_without_references_stand_where_they_follow(tmp_path: Path) -> None:
    path = tmp_path / "plan.xlsx"
    path.write_bytes(make_sheet("<sheetData><row><c><v>1</v></c><c><v>2</v></c></row></sheetData>"))
    assert [cell.place for cell in read_document(path).tables[0].rows[0].cells] == ["sheet Lịch, A1", "sheet Lịch, B1"]


def test_unicode_in_an_old_font_is_read(tmp_path: Path) -> None:
    workbook = new_workbook()
    workbook.worksheets[0]["A1"] = "Kế hoạch"
    workbook.worksheets[0]["A1"].font = Font(name=".VnTime")
    assert save(tmp_path, workbook).blocks == (Paragraph("Kế hoạch", "sheet Lịch, A1"),)


def test_a_workbook_with_macros_is_read_like_any_other(tmp_path: Path) -> None:
    path = tmp_path / "plan.xlsm"
    path.write_bytes(replace_parts(make_xlsx(), {"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0" + bytes(600)}))
    assert list_rows(read_document(path))[1] == ["1", "Sơn Động", "Phúc Sơn, An Bá", "20/5/2025"]
