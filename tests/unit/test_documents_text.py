"""Plain text files become paragraphs and tables with their lines."""

import codecs
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.documents import MAX_BYTES, read_document
from scheduler.documents.document import Paragraph, Table
from scheduler.documents.text import read_text_blocks
from scheduler.errors import DocumentError

PLAN = "KẾ HOẠCH\nKiểm tra năm 2025\n\nTT\tHuyện\tNgày\n1\tSơn Động\t20/5/2025\n2\tLục Ngạn\t22/5/2025\n"


def read_text(text: str) -> list[Paragraph | Table]:
    return list(read_text_blocks(text.encode(), "plan.txt"))


def list_paragraphs(text: str) -> list[tuple[str, str]]:
    return [(block.text, block.place) for block in read_text(text) if isinstance(block, Paragraph)]


ENCODINGS = {
    "utf-8": PLAN.encode(),
    "utf-8 with a mark": codecs.BOM_UTF8 + PLAN.encode(),
    "utf-16 little": codecs.BOM_UTF16_LE + PLAN.encode("utf-16-le"),
    "utf-16 big": codecs.BOM_UTF16_BE + PLAN.encode("utf-16-be"),
    "utf-16 without a mark": PLAN.encode("utf-16-le"),
    "CRLF": PLAN.replace("\n", "\r\n").encode(),
    "CR": PLAN.replace("\n", "\r").encode(),
    "NFD": unicodedata.normalize("NFD", PLAN).encode(),
}


@pytest.mark.parametrize("name", ENCODINGS)
def test_every_encoding_of_a_text_reads_alike(tmp_path: Path, name: str) -> None:
    path = tmp_path / "plan.doc"  # the name says nothing
    path.write_bytes(ENCODINGS[name])
    document = read_document(path)
    assert (document.name, document.form, document.blocks) == ("plan.doc", "text", read_text_blocks(PLAN.encode(), ""))


def test_a_run_of_tabbed_lines_is_a_table_with_the_line_of_each_row() -> None:
    (table,) = [block for block in read_text(PLAN) if isinstance(block, Table)]
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["TT", "Huyện", "Ngày"],
        ["1", "Sơn Động", "20/5/2025"],
        ["2", "Lục Ngạn", "22/5/2025"],
    ]
    assert [row.place for row in table.rows] == ["line 4", "line 5", "line 6"]


def test_short_rows_are_filled_up_and_blank_lines_inside_a_table_are_skipped() -> None:
    (table,) = [block for block in read_text("a\tb\tc\n\n1\t2\t3\n4\t5\n\nafter") if isinstance(block, Table)]
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["a", "b", "c"],
        ["1", "2", "3"],
        ["4", "5", ""],
    ]


def test_a_single_tabbed_line_is_a_paragraph() -> None:
    assert list_paragraphs("Số: 1\tHà Nội") == [("Số: 1 Hà Nội", "line 1")]


def test_emphasis_is_dropped_and_bullets_and_footnote_marks_stay() -> None:
    text = (
        "trước ngày **10/5/2024**, (*trừ huyện A*).\n\n* một\n\nchú thích (*) ở dưới\n\n"
        "**KT. GIÁM ĐỐC\n\n5 * 3\n\n## Phần"
    )
    assert [paragraph for paragraph, _ in list_paragraphs(text)] == [
        "trước ngày 10/5/2024, (trừ huyện A).",
        "* một",
        "chú thích (*) ở dưới",
        "KT. GIÁM ĐỐC",
        "5 * 3",
        "Phần",
    ]


def test_lines_wrapped_at_the_margin_are_one_paragraph_and_list_items_are_not() -> None:
    text = (
        "Căn cứ kế hoạch công tác năm của tỉnh và tình hình thực tế ở các\n"
        "Huyện miền núi trong thời gian vừa qua, nay lập kế hoạch này để các\n"
        "nơi biết.\n"
        "- Mục một\n"
        "- Mục hai\n"
    )
    assert [place for _, place in list_paragraphs(text)] == ["line 1", "line 4", "line 5"]
    assert list_paragraphs(text)[0][0].endswith(
        "ở các Huyện miền núi trong thời gian vừa qua, nay lập kế hoạch này để các nơi biết."
    )


def test_long_lines_without_a_margin_stay_paragraphs_of_their_own() -> None:
    line = "Ủy ban nhân dân huyện chuẩn bị hồ sơ " * 5
    assert [place for _, place in list_paragraphs(f"{line}\n{line}\n")] == ["line 1", "line 2"]


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty"),
        (b" \n\n", "no text"),
        (b"\x89PNG\r\n\x1a\n", "image"),
        (b"\x00\x01\x02\x00\xff\x00", "not text"),
        ("Kế hoạch".encode("cp1258", "replace") + b"\xff", "old Vietnamese encoding"),
        (b"plan\x07", "control characters"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(tmp_path: Path, content: bytes, told: str) -> None:
    path = write(tmp_path / "plan.txt", content)
    with pytest.raises(DocumentError) as caught:
        read_document(path)
    assert told in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 3


def test_a_missing_file_a_folder_and_a_huge_file_are_refused(tmp_path: Path) -> None:
    huge = tmp_path / "huge.txt"
    with huge.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    for path, told in ((tmp_path / "none.txt", "no such file"), (tmp_path, "not a file"), (huge, "larger than 20 MB")):
        with pytest.raises(DocumentError, match=told):
            read_document(path)


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=200))
def test_any_text_is_read_or_refused_and_never_crashes(text: str) -> None:
    try:
        blocks = read_text_blocks(text.encode(), "any")
    except DocumentError:
        return
    for block in blocks:
        if isinstance(block, Table):
            assert len({len(row.cells) for row in block.rows}) == 1
        else:
            assert block.text == block.text.strip() != ""
