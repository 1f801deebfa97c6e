"""Every hostile or broken file gets one sentence that says what is wrong and what to do, and exit code 3."""

import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from scheduler.documents import read_document
from scheduler.documents.document import Note, Paragraph
from scheduler.documents.isolation import read_isolated
from scheduler.documents.limits import CHILD_MEMORY
from scheduler.errors import DocumentError
from tests.hostile import files

DAMAGED = "the file is damaged and cannot be read; open it in the program it comes from, save it anew, and import that"
PASSWORD = "the file is protected by a password; open it, save it without the password, and import that"
UNIKEY = "convert it to Unicode (UniKey, Ctrl+Shift+F6), font Times New Roman, save it, and import that"
WRONG_LETTERS = "which would be imported as wrong letters"


def tell_legacy(encoding: str, shown_by: str) -> str:
    return f"the text is in the old encoding {encoding} ({shown_by}), {WRONG_LETTERS}; {UNIKEY}"


def tell_dtd(part: str) -> str:
    return (
        f"its part {part} declares a DTD (external entities?), which office programs never write; save the document "
        "anew in Word or Excel"
    )


SENTENCES: dict[Callable[[], bytes], str] = {
    files.zip_bomb_in_a_part: "unpacks to 38 MB, which no plan does (a zip bomb?); save the plan anew",
    files.zip_bomb_of_many_parts: "unpacks to 280 MB, which no plan does (a zip bomb?); save the plan anew",
    files.zip_that_lies_about_its_sizes: DAMAGED,
    files.zip_of_many_members: "packs 6,000 files, which no plan does; save the plan anew",
    files.zip_cut_off: DAMAGED,
    files.zip_that_is_an_archive: (
        "the file is an archive or of a program that is not known here; unpack it, and hand in the plan itself"
    ),
    files.zip_with_a_password: PASSWORD,
    files.presentation: "the file is a presentation; hand in the plan as a Word, Excel, PDF or text file",
    files.word_with_an_external_entity: tell_dtd("word/document.xml"),
    files.word_with_a_billion_laughs: tell_dtd("word/document.xml"),
    files.sheet_with_an_external_dtd: tell_dtd("xl/worksheets/sheet1.xml"),
    files.word_with_broken_xml: DAMAGED,
    files.word_without_its_document: DAMAGED,
    files.word_nested_deep: "is nested deeper than any plan (tables in tables?); save the plan anew and simpler",
    files.word_with_a_wide_span: (
        "table 1 has 1 rows and 257 columns, which no plan has; hand in the plan's part of it alone"
    ),
    files.word_of_many_rows: (
        "table 1 has 20,001 rows and 1 columns, which no plan has; hand in the plan's part of it alone"
    ),
    files.sheet_of_many_cells: "sheet Lịch has over 400,000 cells, which no plan has; hand in the plan alone",
    files.sheet_at_the_far_corner: (
        "sheet Lịch, A1 has 2 rows and 16,384 columns, which no plan has; hand in the plan's part of it alone"
    ),
    files.pdf_scanned: (
        "the PDF is a scan (images of pages, without a text layer); hand in the file it was printed from (Word, "
        "Excel), or run text recognition over it first"
    ),
    files.pdf_with_a_password: PASSWORD,
    files.pdf_without_unicode: (
        "the PDF shows its letters without saying which they are; export it anew from the program it was written in, "
        "or hand in that file"
    ),
    files.pdf_cut_off: DAMAGED,
    files.pdf_whose_pages_are_their_own_parents: "the document holds no text; hand in another one",
    files.pdf_whose_form_draws_itself: "the document holds no text; hand in another one",
    files.pdf_of_many_pages: "has 501 pages, which no plan has; hand in the plan alone",
    files.word_in_tcvn3: tell_legacy("TCVN3 (ABC)", "font .VnTime"),
    files.word_in_vni: tell_legacy("VNI", "font VNI-Times"),
    files.sheet_in_tcvn3: tell_legacy("TCVN3 (ABC)", "font .VnArial in sheet Sheet, B2"),
    files.pdf_in_vni: tell_legacy("VNI", "font ABCDEF+VNI-Times"),
    files.text_in_tcvn3: tell_legacy("TCVN3 (ABC)", "told by its letters"),
    files.text_in_vni_bytes: tell_legacy("VNI", "told by its letters"),
    files.text_in_windows_1258: tell_legacy("Windows-1258", "told by its letters"),
    files.text_of_mistaken_utf_8: tell_legacy("UTF-8 that was read as Windows-1252", "told by its letters"),
    files.text_of_many_records: (
        "line 1 has 50,000 rows and 3 columns, which no plan has; hand in the plan's part of it alone"
    ),
    files.compound_with_a_password: PASSWORD,
    files.compound_presentation: "the file is a presentation; hand in the plan as a Word, Excel, PDF or text file",
    files.compound_unknown: (
        "the file is of a program that is not known here; save the plan as a Word, Excel, PDF or text file"
    ),
    files.web_page: (
        "cannot be read: it is a web page; open it in Word or Excel, save it as .docx or .xlsx, and import that"
    ),
    files.image: "cannot be read: it is an image; hand in the document it was scanned from",
    files.binary: (
        "cannot be read: it is not text and of no known form; hand in the plan as a Word, Excel, PDF or text file"
    ),
}


@pytest.mark.parametrize("build", SENTENCES, ids=lambda build: build.__name__)
def test_a_hostile_file_gets_its_sentence(tmp_path: Path, build: Callable[[], bytes]) -> None:
    path = tmp_path / "plan.docx"
    path.write_bytes(build())
    with pytest.raises(DocumentError) as caught:
        read_document(path)
    assert str(caught.value) == f"{path}: {SENTENCES[build]}"
    assert caught.value.exit_code == 3


def read(tmp_path: Path, content: bytes) -> list[str | list[list[str]]]:
    path = tmp_path / "plan"
    path.write_bytes(content)
    return [
        block.text if isinstance(block, Paragraph) else [[cell.text for cell in row.cells] for row in block.rows]
        for block in read_document(path).blocks
    ]


def test_macros_links_and_embedded_files_are_ignored(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/x"
        links = (
            f'<Relationship Id="rId90" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"'
            f' Target="{address}" TargetMode="External"/>'
            f'<Relationship Id="rId91" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
            f'attachedTemplate" Target="{address}" TargetMode="External"/></Relationships>'
        )
        macro_type = b"application/vnd.ms-word.document.macroEnabled.main+xml"
        content = files.replace_parts(
            files.make_docx(),
            {
                "word/vbaProject.bin": b"\xd0\xcf\x11\xe0" + bytes(500),
                "word/embeddings/oleObject1.bin": b"MZ" + bytes(500),
                "word/_rels/document.xml.rels": lambda old: old.replace(b"</Relationships>", links.encode()),
                "[Content_Types].xml": lambda old: old.replace(
                    b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml", macro_type
                ),
            },
        )
        assert read(tmp_path, content) == read(tmp_path, files.make_docx())
        with pytest.raises(BlockingIOError):
            server.accept()


def test_a_formula_gives_its_kept_value_and_one_without_is_told(tmp_path: Path) -> None:
    cells = (
        '<c r="A1"><f>WEBSERVICE("http://127.0.0.1:9/")</f><v>5</v></c><c r="B1" t="str"><f>A1&amp;"x"</f><v>ab</v></c>'
        '<c r="C1"><f>1+1</f></c><c r="D1" t="e"><f>1/0</f><v>#DIV/0!</v></c>'
    )
    path = tmp_path / "plan.xlsx"
    path.write_bytes(files.make_sheet(f'<sheetData><row r="1">{cells}</row></sheetData>'))
    document = read_document(path)
    assert [[cell.text for cell in row.cells] for row in document.tables[0].rows] == [["5", "ab"]]
    assert document.notes == (
        Note(
            "the formula has no value kept with it and counts as empty; open the file in Excel, let it compute, save "
            "it, and import that",
            "sheet Lịch, C1",
        ),
        Note("the cell shows the error #DIV/0! and counts as empty; mend its formula", "sheet Lịch, D1"),
    )


def test_a_sheet_that_declares_the_largest_size_is_read_by_what_is_there(tmp_path: Path) -> None:
    cells = '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row>'
    far = '<row r="1048576"><c r="C1048576"><v>3</v></c></row>'
    merges = '<mergeCells><mergeCell ref="A1:A1048576"/><mergeCell ref="D1:XFD1048576"/></mergeCells>'
    xml = f'<dimension ref="A1:XFD1048576"/><sheetData>{cells}{far}</sheetData>{merges}'
    path = tmp_path / "plan.xlsx"
    path.write_bytes(files.make_sheet(xml))
    assert [[cell.place for cell in row.cells] for row in read_document(path).tables[0].rows] == [
        ["sheet Lịch, A1", "sheet Lịch, B1"]
    ]


def test_unicode_in_an_old_font_is_read(tmp_path: Path) -> None:
    run = '<w:r><w:rPr><w:rFonts w:ascii=".VnTime"/></w:rPr><w:t>Kế hoạch «kiểm tra» xã Cà Ná</w:t></w:r>'
    assert read(tmp_path, files.make_word_body(f"<w:p>{run}</w:p>")) == ["Kế hoạch «kiểm tra» xã Cà Ná"]


def test_a_parser_that_hangs_is_ended(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="takes longer to read than any plan"):
        read_isolated(files.make_pdf(), "pdf", "plan.pdf", silent_seconds=0.001)


@pytest.mark.parametrize(
    ("attempt", "error"),
    [
        ("import socket; socket.socket()", "PermissionError"),
        ("open('x', 'w')", "PermissionError"),
        ("import os; os.open('x', os.O_CREAT | os.O_WRONLY)", "PermissionError"),
        ("import subprocess; subprocess.run(['true'])", "PermissionError"),
        ("import os; os.system('true')", "PermissionError"),
        ("import os; os.remove('x')", "PermissionError"),
        ("bytearray(600 * 1024 * 1024)", "MemoryError"),
    ],
)
def test_the_parsing_process_can_do_nothing_but_parse(tmp_path: Path, attempt: str, error: str) -> None:
    code = f"from scheduler.documents.worker import confine_process\nconfine_process()\n{attempt}\n"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.strip().splitlines()[-1].partition(":")[0]) == (1, error)
    assert list(tmp_path.iterdir()) == []


def test_a_parser_that_needs_too_much_memory_is_told(tmp_path: Path) -> None:
    # Just within the limits of size, and many small elements: far over 512 MB as objects.
    body = "<w:p><w:r><w:t>a</w:t></w:r></w:p>" * 1_300_000
    noise = "".join(f"<!--{n * 2654435761 % 2**32:x}-->" for n in range(40_000))
    assert CHILD_MEMORY == 512 * 1024 * 1024
    path = tmp_path / "plan.docx"
    path.write_bytes(files.make_word_body(noise + body))
    with pytest.raises(DocumentError, match=r"needs more than 512 MB of memory to be read, which no plan does"):
        read_document(path)


def test_the_honest_files_the_hostile_ones_are_made_of_are_read(tmp_path: Path) -> None:
    table = [list(files.HEADS), *map(list, files.ROWS)]
    assert read(tmp_path, files.make_docx()) == ["KẾ HOẠCH KIỂM TRA", table, "Nơi nhận: như trên."]
    assert read(tmp_path, files.make_xlsx()) == ["KẾ HOẠCH KIỂM TRA", table]
    assert read(tmp_path, files.make_pdf()) == ["KẾ HOẠCH KIỂM TRA", table]
