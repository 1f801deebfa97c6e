"""Word files as they really come: merged cells, tracked changes, lists that Word numbers, boxes, tables in tables."""

from pathlib import Path

import docx
import pytest
from docx.enum.text import WD_BREAK
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.documents import read_document
from scheduler.documents.document import Cell, Document, Paragraph
from tests.hostile.files import W, make_docx, make_word_body, replace_parts


def read_body(folder: Path, body: str, **parts: str) -> Document:
    content = make_word_body(body)
    for part, xml in parts.items():
        content = replace_parts(content, {f"word/{part}.xml": xml.encode()})
    path = folder / "plan.bin"  # the name says nothing
    path.write_bytes(content)
    return read_document(path)


def paragraph(*runs: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{''.join(runs)}</w:p>"


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def list_texts(document: Document) -> list[str]:
    return [block.text for block in document.blocks if isinstance(block, Paragraph)]


def list_rows(document: Document, table: int = 0) -> list[list[str]]:
    """Each row's texts, a ^ before those that repeat a merged cell."""
    rows = document.tables[table].rows
    return [[f"{'^' if cell.merged else ''}{cell.text}" for cell in row.cells] for row in rows]


def save(folder: Path, document: docx.document.Document) -> Document:
    path = folder / "plan.docx"
    document.save(str(path))
    return read_document(path)


def test_paragraphs_and_tables_come_in_order_with_their_places(tmp_path: Path) -> None:
    path = tmp_path / "plan.docx"
    path.write_bytes(make_docx(rows=(("Huyện", "Ngày"), ("Sơn Động", "20/5/2025"))))
    document = read_document(path)
    assert document.form == "docx"
    assert document.blocks[0] == Paragraph("KẾ HOẠCH KIỂM TRA", "paragraph 1")
    assert document.blocks[2] == Paragraph("Nơi nhận: như trên.", "paragraph 2")
    table = document.tables[0]
    assert (table.place, [row.place for row in table.rows]) == ("table 1", ["table 1, row 1", "table 1, row 2"])
    assert table.rows[1].cells == (Cell("Sơn Động", "table 1, row 2"), Cell("20/5/2025", "table 1, row 2"))


def test_cells_merged_down_and_across_belong_to_every_position_they_cover(tmp_path: Path) -> None:
    source = docx.Document()
    table = source.add_table(4, 3)
    for row in range(4):
        for column in range(3):
            table.cell(row, column).text = f"{row}{column}"
    table.cell(1, 0).merge(table.cell(3, 0)).text = "xuống"
    table.cell(0, 1).merge(table.cell(0, 2)).text = "ngang"
    table.cell(2, 1).merge(table.cell(3, 2)).text = "cả hai"
    document = save(tmp_path, source)
    assert list_rows(document) == [
        ["00", "ngang", "^ngang"],
        ["xuống", "11", "12"],
        ["^xuống", "cả hai", "^cả hai"],
        ["^xuống", "^cả hai", "^cả hai"],
    ]
    # The place is where the text stands.
    assert document.tables[0].rows[3].cells[0] == Cell("xuống", "table 1, row 2", merged=True)


@settings(max_examples=25)
@given(st.data())
def test_any_pattern_of_merges_reads_as_word_shows_it(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    rows, columns = data.draw(st.integers(1, 5)), data.draw(st.integers(1, 4))
    source = docx.Document()
    table = source.add_table(rows, columns)
    for row in range(rows):
        for column in range(columns):
            table.cell(row, column).text = f"{row}-{column}"
    for _ in range(data.draw(st.integers(0, 2))):
        top, left = data.draw(st.integers(0, rows - 1)), data.draw(st.integers(0, columns - 1))
        bottom, right = data.draw(st.integers(top, rows - 1)), data.draw(st.integers(left, columns - 1))
        try:
            table.cell(top, left).merge(table.cell(bottom, right)).text = f"{top}-{left}"
        except docx.exceptions.InvalidSpanError:
            continue
    expected = [[table.cell(row, column).text for column in range(columns)] for row in range(rows)]
    document = save(tmp_path_factory.mktemp("merge"), source)
    assert [[cell.text for cell in row.cells] for row in document.tables[0].rows] == expected


def test_line_breaks_in_cells_are_kept_and_in_prose_part_paragraphs(tmp_path: Path) -> None:
    source = docx.Document()
    title = source.add_paragraph("KẾ HOẠCH").runs[0]
    title.add_break(WD_BREAK.LINE)
    title.add_text("Kiểm tra")
    cell = source.add_table(1, 2).cell(0, 0)
    cell.text = "Phúc Sơn"
    cell.add_paragraph("An Bá")
    document = save(tmp_path, source)
    assert document.blocks[:2] == (Paragraph("KẾ HOẠCH", "paragraph 1"), Paragraph("Kiểm tra", "paragraph 1"))
    assert list_rows(document) == [["Phúc Sơn\nAn Bá", ""]]


def test_insertions_count_and_deletions_do_not(tmp_path: Path) -> None:
    deleted_row = f"<w:tr><w:trPr><w:del/></w:trPr><w:tc>{paragraph(run('bỏ'))}</w:tc></w:tr>"
    kept_row = f"<w:tr><w:trPr><w:ins/></w:trPr><w:tc>{paragraph(run('giữ'))}</w:tc></w:tr>"
    body = (
        paragraph(
            run("ngày "), f"<w:del>{run('20').replace('w:t', 'w:delText')}</w:del>", f"<w:ins>{run('21')}</w:ins>"
        )
        + paragraph(run("dời "), f"<w:moveFrom>{run('cũ')}</w:moveFrom>", f"<w:moveTo>{run('mới')}</w:moveTo>")
        + paragraph(run("nối"), properties="<w:rPr><w:del/></w:rPr>")
        + paragraph(run("liền"))
        + f"<w:tbl>{deleted_row}{kept_row}</w:tbl>"
    )
    document = read_body(tmp_path, body)
    assert list_texts(document) == ["ngày 21", "dời mới", "nối liền"]
    assert list_rows(document) == [["giữ"]]


def test_hidden_text_and_field_codes_are_not_read_and_links_and_fields_show_their_text(tmp_path: Path) -> None:
    field = '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>DATE</w:instrText></w:r>'
    body = paragraph(
        run("a"), run("ẩn", "<w:vanish/>"), run("b", '<w:vanish w:val="0"/>'), field, run("20/5"),
        f'<w:hyperlink r:id="rId1">{run("x@y.example")}</w:hyperlink>', f"<w:smartTag>{run('c')}</w:smartTag>",
    )  # fmt: skip
    assert list_texts(read_body(tmp_path, body)) == ["ab20/5x@y.examplec"]


NUMBERING = f"""<w:numbering {W}>
<w:abstractNum w:abstractNumId="0">
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="upperRoman"/><w:lvlText w:val="%1."/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%2."/></w:lvl>
<w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="%3)"/></w:lvl>
</w:abstractNum>
<w:abstractNum w:abstractNumId="1">
<w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val=""/></w:lvl></w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>
<w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>
<w:num w:numId="3"><w:abstractNumId w:val="0"/>
<w:lvlOverride w:ilvl="0"><w:startOverride w:val="4"/></w:lvlOverride></w:num>
</w:numbering>"""


def numbered(text: str, number: int, level: int = 0) -> str:
    return paragraph(run(text), properties=f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')


def make_numbered(folder: Path, body: str) -> Document:
    content = make_word_body(body)
    target = '<Relationship Id="rId80" Type="http://x/numbering" Target="numbering2.xml"/></Relationships>'

    def relate(old: bytes) -> bytes:
        return old.replace(b'/numbering"', b'/other"').replace(b"</Relationships>", target.encode())

    path = folder / "plan.docx"
    path.write_bytes(
        replace_parts(content, {"word/numbering2.xml": NUMBERING.encode(), "word/_rels/document.xml.rels": relate})
    )
    return read_document(path)


def test_the_numbers_that_word_draws_are_read(tmp_path: Path) -> None:
    body = (
        numbered("Mục đích", 1) + numbered("Nội dung", 1) + numbered("một", 1, 1) + numbered("nhỏ", 1, 2)
        + numbered("nhỏ nữa", 1, 2) + numbered("hai", 1, 1) + numbered("con", 1, 2) + numbered("Cuối", 1)
        + numbered("gạch", 2) + numbered("khác", 3) + numbered("không", 0)
    )  # fmt: skip
    assert list_texts(make_numbered(tmp_path, body)) == [
        "I. Mục đích", "II. Nội dung", "1. một", "a) nhỏ", "b) nhỏ nữa", "2. hai", "a) con", "III. Cuối",
        "- gạch", "IV. khác", "không",
    ]  # fmt: skip


def test_a_numbered_column_shows_its_numbers(tmp_path: Path) -> None:
    rows = "".join(
        f"<w:tr><w:tc>{numbered('', 1, 1)}</w:tc><w:tc>{paragraph(run(name))}</w:tc></w:tr>" for name in ("A", "B")
    )
    assert list_rows(make_numbered(tmp_path, f"<w:tbl>{rows}</w:tbl>")) == [["1.", "A"], ["2.", "B"]]


def test_text_boxes_and_content_controls_are_read_once(tmp_path: Path) -> None:
    box = f"<w:txbxContent>{paragraph(run('trong khung'))}</w:txbxContent>"
    drawn = (
        '<w:r><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f"<mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r>"
    )
    control = f"<w:sdt><w:sdtPr/><w:sdtContent>{paragraph(run('trong ô'))}</w:sdtContent></w:sdt>"
    assert list_texts(read_body(tmp_path, paragraph(run("ngoài"), drawn) + control)) == [
        "ngoài",
        "trong khung",
        "trong ô",
    ]


def make_table(*rows: tuple[str, ...]) -> str:
    cells = ("".join(f"<w:tc>{text}</w:tc>" for text in row) for row in rows)
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"


def test_a_table_in_a_cell_is_a_table_of_its_own_and_a_list_in_a_cell_is_text(tmp_path: Path) -> None:
    a, b = paragraph(run("a")), paragraph(run("b"))
    inner, single = make_table((a, b), (b, a)), make_table((a,), (b,))
    document = read_body(tmp_path, make_table((a + inner, single), (b, b)))
    assert [(table.place, list_rows(document, at)) for at, table in enumerate(document.tables)] == [
        ("table 1", [["a", "a\nb"], ["b", "b"]]),
        ("table 1, row 1, inner table", [["a", "b"], ["b", "a"]]),
    ]


def test_rows_that_begin_late_and_end_early_keep_their_columns(tmp_path: Path) -> None:
    a = paragraph(run("a"))
    rows = (
        f"<w:tr><w:tc>{a}</w:tc><w:tc>{a}</w:tc><w:tc>{a}</w:tc></w:tr>"
        f'<w:tr><w:trPr><w:gridBefore w:val="1"/></w:trPr><w:tc>{a}</w:tc></w:tr>'
    )
    assert list_rows(read_body(tmp_path, f"<w:tbl>{rows}</w:tbl>")) == [["a", "a", "a"], ["", "a", ""]]


def test_the_strict_variant_is_read(tmp_path: Path) -> None:
    content = replace_parts(
        make_docx(),
        {
            "word/document.xml": lambda old: old.replace(
                b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
                b"http://purl.oclc.org/ooxml/wordprocessingml/main",
            )
        },
    )
    path = tmp_path / "plan.docx"
    path.write_bytes(content)
    assert list_texts(read_document(path)) == ["KẾ HOẠCH KIỂM TRA", "Nơi nhận: như trên."]


def test_text_in_nfd_becomes_nfc(tmp_path: Path) -> None:
    assert list_texts(read_body(tmp_path, paragraph(run("Ke\u0302\u0301 hoa\u0323ch")))) == ["Kế hoạch"]


def test_progress_counts_rows(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    path = tmp_path / "plan.docx"
    cell = "<w:tr><w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc></w:tr>"
    path.write_bytes(make_word_body(f"<w:tbl>{cell * 1_000}</w:tbl>"))
    read_document(path, lambda done, of: told.append((done, of)))
    assert told == [(500, 1_000), (1_000, 1_000)]
