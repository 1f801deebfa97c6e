"""Delimited text is told by content: semicolons, commas, quoted tabs, pipes; prose with commas stays prose."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.documents.document import Block, Paragraph
from scheduler.documents.text import read_text_blocks

ROWS = [["TT", "Đơn vị", "Xã", "Ngày"], ["1", "Sơn Động", "Phúc Sơn, An Bá", "20/5/2025"], ["2", "Yên Thế", "", "21/5"]]


def write(rows: list[list[str]], delimiter: str) -> str:
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter).writerows(rows)
    return file.getvalue()


def read(text: str) -> list[str | list[list[str]]]:
    return list(map(simplify, read_text_blocks(text.encode(), "plan")))


def simplify(block: Block) -> str | list[list[str]]:
    if isinstance(block, Paragraph):
        return block.text
    return [[cell.text for cell in row.cells] for row in block.rows]


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_a_delimited_file_is_a_table_whatever_its_delimiter(delimiter: str) -> None:
    assert read(write(ROWS, delimiter)) == [ROWS]


def test_quotes_hold_delimiters_line_breaks_and_quotes() -> None:
    rows = [["TT", "Xã", "Ngày"], ["1", 'Phúc "Sơn"; An\nBá', "20/5"], ["2", "Kiên Lao", "21/5"]]
    for delimiter in ";,\t":
        assert read(write(rows, delimiter)) == [rows]
    (table,) = read_text_blocks(write(rows, ";").encode(), "plan")
    assert not isinstance(table, Paragraph)
    assert [row.place for row in table.rows] == ["line 1", "line 2", "line 4"]


def test_titles_and_notes_around_the_records_are_paragraphs() -> None:
    text = "KẾ HOẠCH;;;\n;;;\n" + write(ROWS, ";") + ";;Canh Nậu;\nGhi chú: từ 7h30;;;\n"
    assert read(text) == ["KẾ HOẠCH", [*ROWS, ["", "", "Canh Nậu", ""]], "Ghi chú: từ 7h30"]


LISTED = [["TT", "Xã, phường", "Ngày"], ["1", "Phúc Sơn, An Bá", "20/5"], ["2", "Kiên Lao, Tân Sơn", "21/5"]]


@pytest.mark.parametrize("written", ["{}\t{}\t{}", "| {} | {} | {} |", "{};{};{}"])
def test_lists_of_names_inside_the_cells_do_not_part_them(written: str) -> None:
    lines = [written.format(*row) for row in LISTED]
    if written.startswith("|"):
        lines.insert(1, "|---|---|---|")
    assert read("\n".join(lines)) == [LISTED]


@pytest.mark.parametrize(
    "text",
    [
        "Đoàn đi huyện A, sau đó về tỉnh.\nCác xã chuẩn bị, gửi báo cáo.\nNơi nhận, như trên.\n",
        "Kính gửi: các huyện, thị xã\nSở đề nghị các đơn vị nộp báo cáo đúng hạn.\nLưu: VT, TCKH\n",
        "- Sở Y tế;\n- Sở Giáo dục;\n- Lưu: VT.\n",
    ],
)
def test_prose_with_commas_and_semicolons_is_no_table(text: str) -> None:
    assert all(isinstance(block, str) for block in read(text))


def test_a_pipe_table_stands_between_paragraphs() -> None:
    text = "# Kế hoạch\n\n| TT | Xã | Ngày |\n|:--|:-:|--|\n| 1 | Sơn<br>Động | 20/5 |\n| 2 | a\\|b |  |\n\nHết.\n"
    assert read(text) == ["Kế hoạch", [["TT", "Xã", "Ngày"], ["1", "Sơn\nĐộng", "20/5"], ["2", "a|b", ""]], "Hết."]
    table = read_text_blocks(text.encode(), "plan")[1]
    assert not isinstance(table, Paragraph)
    assert [row.place for row in table.rows] == ["line 3", "line 5", "line 6"]


CELLS = st.text(alphabet=st.sampled_from("abđớ 1/;,\"'"), min_size=1, max_size=8).map(str.strip).filter(bool)


@given(
    st.integers(3, 6).flatmap(lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=3)),
    st.sampled_from(";,"),
)
def test_any_records_that_a_writer_quotes_are_read_back(rows: list[list[str]], delimiter: str) -> None:
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([*rows, ["x1"] * len(rows[0])])
    text = file.getvalue()
    if sum(row[-1].endswith((".", ";", ":")) for row in rows) * 2 > len(rows):
        return
    if delimiter == "," and ";" in text:
        return  # both could be the delimiter
    assert read(text) == [[[" ".join(cell.split()) for cell in row] for row in [*rows, ["x1"] * len(rows[0])]]]
