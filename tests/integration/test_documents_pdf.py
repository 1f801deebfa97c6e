"""PDF files: paragraphs found again from lines, tables from rules, tables and rows that go on over a page."""

from pathlib import Path

from scheduler.documents import read_document
from scheduler.documents.document import Cell, Document, Note, Paragraph
from tests.hostile.pdf_writer import CellText, PdfPage, write_pdf

COLUMNS: list[float] = [50, 90, 190, 330, 430]
HEAD: list[CellText] = [
    (0, column, 1, 1, (text,)) for column, text in enumerate(("TT", "Đơn vị", "Xã", "Ngày"))
]  # fmt: skip


def read(folder: Path, *pages: PdfPage) -> Document:
    path = folder / "plan.bin"  # the name says nothing
    path.write_bytes(write_pdf(list(pages)))
    return read_document(path)


def row(number: int, *texts: str) -> list[CellText]:
    return [(number, column, 1, 1, tuple(text.split("\n")) if text else ()) for column, text in enumerate(texts)]


def list_rows(document: Document, table: int = 0) -> list[list[str]]:
    rows = document.tables[table].rows
    return [[f"{'^' if cell.merged else ''}{cell.text}" for cell in row.cells] for row in rows]


def test_lines_broken_by_the_margin_are_one_paragraph_and_those_broken_by_the_author_are_not(tmp_path: Path) -> None:
    page = PdfPage()
    for top, x, text in (
        (50, 200, "KẾ HOẠCH"),
        (80, 86, "Căn cứ kế hoạch công tác năm và tình hình thực tế ở các huyện, nay"),
        (96, 50, "lập kế hoạch kiểm tra theo Công văn số 1303/UBND ngày 29 tháng 3 năm"),
        (112, 50, "2024."),
        (136, 86, "Mục đích: thấy rõ việc đã làm."),
        (152, 86, "- Gạch đầu dòng thứ nhất của kế hoạch này dài quá một dòng nên phải"),
        (168, 104, "xuống dòng."),
        (184, 86, "- Gạch thứ hai."),
    ):
        page.write(x, top, text)
    assert list(read(tmp_path, page).blocks) == [
        Paragraph("KẾ HOẠCH", "page 1, line 1"),
        Paragraph(
            "Căn cứ kế hoạch công tác năm và tình hình thực tế ở các huyện, nay lập kế hoạch kiểm tra theo Công văn số "
            "1303/UBND ngày 29 tháng 3 năm 2024.",
            "page 1, line 2",
        ),
        Paragraph("Mục đích: thấy rõ việc đã làm.", "page 1, line 5"),
        Paragraph("- Gạch đầu dòng thứ nhất của kế hoạch này dài quá một dòng nên phải xuống dòng.", "page 1, line 6"),
        Paragraph("- Gạch thứ hai.", "page 1, line 8"),
    ]


def test_a_paragraph_goes_on_over_a_page_and_page_numbers_are_no_text(tmp_path: Path) -> None:
    first, second = PdfPage(), PdfPage()
    first.write(50, 300, "Ủy ban nhân dân các huyện gửi báo cáo về Sở trước ngày 10 tháng 5 năm")
    first.write(290, 800, "1")
    second.write(290, 30, "2")
    second.write(50, 70, "2024, riêng huyện Sơn Động")
    document = read(tmp_path, first, second)
    assert document.blocks == (
        Paragraph(
            "Ủy ban nhân dân các huyện gửi báo cáo về Sở trước ngày 10 tháng 5 năm 2024, riêng huyện Sơn Động",
            "page 1, line 1",
        ),
    )


def test_a_letterhead_in_two_columns_keeps_each_column_together(tmp_path: Path) -> None:
    page = PdfPage()
    for top, x, text in (
        (50, 60, "UBND TỈNH"), (50, 300, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
        (66, 50, "SỞ Y TẾ VÀ DÂN SỐ"), (66, 350, "Độc lập - Tự do"), (82, 60, "Số: /KH"),
        (130, 50, "Đoạn văn này đi qua cả hai cột của trang giấy nên không phải là cột."),
    ):  # fmt: skip
        page.write(x, top, text)
    document = read(tmp_path, page)
    assert list_rows(document) == [
        ["UBND TỈNH\nSỞ Y TẾ VÀ DÂN SỐ\nSố: /KH", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do"]
    ]
    assert [block.text for block in document.paragraphs] == [
        "Đoạn văn này đi qua cả hai cột của trang giấy nên không phải là cột."
    ]


def test_cells_merged_in_a_ruled_table_belong_to_every_position(tmp_path: Path) -> None:
    page = PdfPage()
    page.write(50, 60, "Lịch")
    cells: list[CellText] = [
        *HEAD, (1, 0, 2, 1, ("1",)), (1, 1, 2, 1, ("Sơn Động",)), (1, 2, 1, 1, ("Phúc Sơn",)), (1, 3, 2, 1, ("20/5",)),
        (2, 2, 1, 1, ("An Bá",)), (3, 0, 1, 4, ("Cụm hai",)),
    ]  # fmt: skip
    page.draw_table(COLUMNS, [100, 130, 160, 190, 220], cells)
    document = read(tmp_path, page)
    assert list_rows(document) == [
        ["TT", "Đơn vị", "Xã", "Ngày"],
        ["1", "Sơn Động", "Phúc Sơn", "20/5"],
        ["^1", "^Sơn Động", "An Bá", "^20/5"],
        ["Cụm hai", "^Cụm hai", "^Cụm hai", "^Cụm hai"],
    ]
    assert document.tables[0].rows[2].cells[1] == Cell("Sơn Động", "page 1, table 1, row 2", merged=True)
    assert document.tables[0].rows[2].place == "page 1, table 1, row 3"


def test_breaks_in_a_cell_are_the_authors_where_the_next_word_had_room(tmp_path: Path) -> None:
    page = PdfPage()
    cells = [
        *row(0, "1", "Ủy ban nhân dân\nhuyện Sơn Động", "Phúc Sơn\nAn Bá", "x"),
        *row(1, "2", "Đội quản lý thị\ntrường số 3", "Kiên Lao", "y"),
    ]
    page.draw_table(COLUMNS, [100, 160, 220], cells)
    assert [texts[1:3] for texts in list_rows(read(tmp_path, page))] == [
        ["Ủy ban nhân dân huyện Sơn Động", "Phúc Sơn\nAn Bá"],
        ["Đội quản lý thị trường số 3", "Kiên Lao"],
    ]


def test_a_table_goes_on_over_a_page_whether_or_not_its_head_is_repeated(tmp_path: Path) -> None:
    for repeated in (HEAD, []):
        first, second = PdfPage(), PdfPage()
        first.write(50, 60, "Lịch")
        first.draw_table(COLUMNS, [700, 730, 760], [*HEAD, *row(1, "1", "Sơn Động", "An Bá", "20/5/2025")])
        shift = 1 if repeated else 0
        edges: list[float] = [60 + 30 * n for n in range(shift + 2)]
        second.draw_table(COLUMNS, edges, [*repeated, *row(shift, "2", "Yên Thế", "Canh Nậu", "21/5/2025")])
        second.write(50, 300, "Hết.")
        document = read(tmp_path, first, second)
        assert list_rows(document) == [
            ["TT", "Đơn vị", "Xã", "Ngày"],
            ["1", "Sơn Động", "An Bá", "20/5/2025"],
            ["2", "Yên Thế", "Canh Nậu", "21/5/2025"],
        ]
        assert document.tables[0].rows[2].place == f"page 2, table 1, row {shift + 1}"


def test_tables_with_other_columns_or_with_text_between_are_not_joined(tmp_path: Path) -> None:
    first, second, third = PdfPage(), PdfPage(), PdfPage()
    first.draw_table(COLUMNS, [700, 730, 760], [*HEAD, *row(1, "1", "a", "b", "c")])
    second.draw_table([50, 120, 190, 330, 430], [60, 90, 120], [*HEAD, *row(1, "1", "a", "b", "c")])
    third.write(50, 60, "Bảng khác")
    third.draw_table([50, 120, 190, 330, 430], [90, 120, 150], [*HEAD, *row(1, "1", "a", "b", "c")])
    assert [table.place for table in read(tmp_path, first, second, third).tables] == [
        "page 1, table 1",
        "page 2, table 1",
        "page 3, table 1",
    ]


def test_a_row_cut_by_the_pages_end_is_one_row_and_a_row_of_the_same_group_is_not(tmp_path: Path) -> None:
    first, second = PdfPage(), PdfPage()
    first.draw_table(
        COLUMNS, [700, 730, 760], [*HEAD, *row(1, "1", "Phòng Lao động", "Phúc Sơn và xã Bản", "20/5/2025")]
    )
    second.draw_table(
        COLUMNS, [60, 90, 120], [*row(0, "", "huyện Sơn Động", "Quảng", ""), *row(1, "2", "Yên Thế", "B", "21/5/2025")]
    )
    assert list_rows(read(tmp_path, first, second))[1:] == [
        ["1", "Phòng Lao động huyện Sơn Động", "Phúc Sơn và xã Bản Quảng", "20/5/2025"],
        ["2", "Yên Thế", "B", "21/5/2025"],
    ]
    second = PdfPage()
    second.draw_table(COLUMNS, [60, 90], row(0, "", "", "Canh Nậu", "21/5/2025"))
    assert list_rows(read(tmp_path, first, second))[2] == ["", "", "Canh Nậu", "21/5/2025"]


def test_a_scanned_page_among_others_is_told(tmp_path: Path) -> None:
    first, second = PdfPage(), PdfPage()
    first.write(50, 60, "Kế hoạch " * 8)
    first.write(50, 90, "Kế hoạch " * 8)
    second.draw_image()
    document = read(tmp_path, first, second)
    assert [block.place for block in document.blocks] == ["page 1, line 1"]
    assert document.notes == (
        Note("the page is an image without text and was passed over; what it says is not in the plan", "page 2"),
    )


def test_progress_counts_pages(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    page = PdfPage()
    page.write(50, 60, "Kế hoạch")
    path = tmp_path / "plan.pdf"
    path.write_bytes(write_pdf([page, page, page]))
    read_document(path, lambda done, of: told.append((done, of)))
    assert told == [(1, 3), (2, 3), (3, 3)]


# --- tables without rules -----------------------------------------------------------------------------

LEFT_EDGES = (50, 90, 220, 360)
UNRULED = (
    "the table has no ruling lines: its columns and rows are told by where the texts stand; compare each row with the "
    "document"
)
IN_DOUBT = (
    "what looks like a table without ruling lines cannot be told apart, and its rows are not read as such; hand in the "
    "file that the PDF was made from"
)


def write_row(page: PdfPage, top: float, *texts: str) -> None:
    for left, text in zip(LEFT_EDGES, texts, strict=False):
        if text:
            page.write(left, top, text)


def write_rows(page: PdfPage, tops: tuple[float, ...], *rows: tuple[str, ...]) -> None:
    for top, texts in zip(tops, rows, strict=True):
        write_row(page, top, *texts)


HEADS = ("TT", "Đơn vị", "Xã", "Ngày")
FIRST = ("1", "Sơn Động", "Phúc Sơn, An Bá, Yên", "20/5/2025")
SECOND = ("2", "Lục Nam", "Đồi Ngô", "21/5/2025")
REST = ("", "", "Định, Dương Hưu", "")


def test_a_table_without_rules_is_read_where_its_columns_stand_apart_and_told(tmp_path: Path) -> None:
    page = PdfPage()
    page.write(200, 50, "LỊCH KIỂM TRA")
    write_rows(page, (100, 125, 140, 165, 190), HEADS, FIRST, REST, SECOND, ("3", "Yên Thế", "", "22/5/2025"))
    page.write(50, 250, "Nơi nhận:")
    document = read(tmp_path, page)
    assert list_rows(document) == [
        ["TT", "Đơn vị", "Xã", "Ngày"],
        ["1", "Sơn Động", "Phúc Sơn, An Bá, Yên Định, Dương Hưu", "20/5/2025"],
        ["2", "Lục Nam", "Đồi Ngô", "21/5/2025"],
        ["3", "Yên Thế", "", "22/5/2025"],
    ]
    assert [paragraph.text for paragraph in document.paragraphs] == ["LỊCH KIỂM TRA", "Nơi nhận:"]
    assert document.notes == (Note(UNRULED, "page 1, table 1", passed_over=False),)


def test_a_table_without_rules_goes_on_over_a_page(tmp_path: Path) -> None:
    first, second = PdfPage(), PdfPage()
    write_rows(first, (700, 725, 750, 775), HEADS, SECOND, ("3", "Yên Thế", "Bố Hạ", "22/5/2025"), FIRST)
    write_rows(second, (60, 85, 110), REST, ("4", "Tân Yên", "Cao Thượng", "23/5/2025"), SECOND)
    document = read(tmp_path, first, second)
    assert [row[1] for row in list_rows(document)] == ["Đơn vị", "Lục Nam", "Yên Thế", "Sơn Động", "Tân Yên", "Lục Nam"]
    assert list_rows(document)[3][2] == "Phúc Sơn, An Bá, Yên Định, Dương Hưu"


def test_texts_in_the_middle_of_their_rows_are_not_taken_for_rows(tmp_path: Path) -> None:
    page = PdfPage()
    write_rows(page, (100, 125, 140, 155), HEADS, ("", "", "Phúc Sơn,", ""), ("1", "Sơn Động", "An Bá,", "20/5/2025"),
               ("", "", "Yên Định", ""))  # fmt: skip
    write_rows(page, (180, 195, 210), ("", "", "Đồi Ngô,", ""), ("2", "Lục Nam", "Vô Tranh,", "21/5/2025"),
               ("", "", "Bảo Sơn", ""))  # fmt: skip
    document = read(tmp_path, page)
    assert document.notes == (Note(IN_DOUBT, "page 1"),)
    assert [len(table.rows) for table in document.tables if len(table.rows[0].cells) > 2] == []


def test_a_line_across_the_columns_leaves_no_row_out_unsaid(tmp_path: Path) -> None:
    page = PdfPage()
    write_rows(page, (100, 125, 150), HEADS, FIRST, SECOND)
    page.write(50, 175, "Một câu dài nằm vắt ngang qua các cột của bảng này")
    write_rows(page, (200, 225), ("3", "Yên Thế", "Bố Hạ", "22/5/2025"), ("4", "Tân Yên", "Cao Thượng", "23/5/2025"))
    assert read(tmp_path, page).notes == (Note(IN_DOUBT, "page 1"),)


def test_a_letterhead_of_two_columns_is_no_table_without_rules(tmp_path: Path) -> None:
    page = PdfPage()
    page.write(50, 50, "UBND TỈNH KON TUM")
    page.write(330, 50, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA")
    page.write(80, 66, "SỞ NỘI VỤ")
    page.write(350, 66, "Độc lập - Tự do - Hạnh phúc")
    assert read(tmp_path, page).notes == ()
