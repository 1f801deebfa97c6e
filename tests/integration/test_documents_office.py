"""Old and OpenDocument files go through LibreOffice, or are refused with the way out where it is missing."""

import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from scheduler.documents import read_document
from scheduler.documents.document import Paragraph
from scheduler.documents.office import convert_with_office
from scheduler.errors import DocumentError
from tests.acceptance.mail_servers.waiting import wait_until
from tests.hostile.files import HEADS, ROWS, make_archive, make_compound, make_docx, make_xlsx

needs_office = pytest.mark.skipif(
    not shutil.which("soffice") and os.environ.get("CLIENTS") != "all", reason="LibreOffice is not installed"
)
TABLE = [list(HEADS), *map(list, ROWS)]


def convert(folder: Path, content: bytes, suffix: str, target: str) -> Path:
    source = folder / f"source.{suffix}"
    source.write_bytes(content)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", target, "--outdir", str(folder), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return source.with_suffix(f".{target}")


def read_plain(path: Path) -> list[str | list[list[str]]]:
    return [
        block.text if isinstance(block, Paragraph) else [[cell.text for cell in row.cells] for row in block.rows]
        for block in read_document(path).blocks
    ]


@needs_office
@pytest.mark.parametrize("target", ["odt", "doc", "rtf"])
def test_other_word_processors_files_read_as_the_word_file_does(tmp_path: Path, target: str) -> None:
    path = convert(tmp_path, make_docx(), "docx", target)
    assert read_plain(path) == ["KẾ HOẠCH KIỂM TRA", TABLE, "Nơi nhận: như trên."]
    assert read_document(path).form == target


@needs_office
@pytest.mark.parametrize("target", ["ods", "xls"])
def test_other_spreadsheets_read_as_the_workbook_does(tmp_path: Path, target: str) -> None:
    path = convert(tmp_path, make_xlsx(), "xlsx", target)
    assert read_plain(path) == ["KẾ HOẠCH KIỂM TRA", TABLE]
    assert read_document(path).tables[0].rows[1].cells[1].place == "sheet Lịch, B3"


@needs_office
def test_a_pdf_of_libreoffice_reads_as_the_word_file_does(tmp_path: Path) -> None:
    body = make_docx()
    assert read_plain(convert(tmp_path, body, "docx", "pdf"))[0] == "KẾ HOẠCH KIỂM TRA"


ODT = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:xlink="http://www.w3.org/1999/xlink"'
    ' xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" office:version="1.2"><office:body><office:text>'
    '<text:p>Kế hoạch<draw:frame><draw:image xlink:href="{link}" xlink:type="simple"/></draw:frame></text:p>'
    '<text:section text:name="s"><text:section-source xlink:href="{link}"/></text:section>'
    "</office:text></office:body></office:document-content>"
)
MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2">'
    '<manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.text"/>{more}'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
    "</manifest:manifest>"
)


def make_odt(link: str = "", more: str = "") -> bytes:
    return make_archive(
        {
            "mimetype": b"application/vnd.oasis.opendocument.text",
            "content.xml": ODT.format(link=link).encode(),
            "META-INF/manifest.xml": MANIFEST.format(more=more).encode(),
        }
    )


@needs_office
def test_a_converted_file_fetches_nothing(tmp_path: Path) -> None:
    path = tmp_path / "plan.odt"
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        path.write_bytes(make_odt(f"http://127.0.0.1:{server.getsockname()[1]}/x.png"))
        assert read_plain(path) == ["Kế hoạch"]
        with pytest.raises(BlockingIOError):
            server.accept()


@needs_office
def test_a_broken_old_file_gets_its_sentence(tmp_path: Path) -> None:
    path = tmp_path / "plan.doc"
    path.write_bytes(make_compound("WordDocument"))
    with pytest.raises(DocumentError) as caught:
        read_document(path)
    assert str(caught.value) == (
        f"{path}: is an old Word file that LibreOffice cannot open (damaged, or protected by a password); save it anew "
        "as Word document (.docx) and import that"
    )


def test_a_protected_opendocument_file_is_refused_without_libreoffice(tmp_path: Path) -> None:
    path = tmp_path / "plan.odt"
    path.write_bytes(make_odt(more="<manifest:encryption-data/>"))
    with pytest.raises(DocumentError, match="protected by a password"):
        read_document(path)


def test_without_libreoffice_the_way_out_is_told(tmp_path: Path) -> None:
    with pytest.raises(DocumentError) as caught:
        convert_with_office(b"", "doc", "docx", "plan.doc", path=str(tmp_path))
    assert str(caught.value) == (
        "plan.doc: is an old Word file, which LibreOffice must convert, and it is not installed; save the file as "
        "Word document (.docx) and import that, or install libreoffice-writer-nogui and libreoffice-calc-nogui"
    )


def has_ended(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().split()[2] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def test_a_conversion_that_takes_too_long_is_ended_with_all_its_children(tmp_path: Path) -> None:
    program = tmp_path / "soffice"
    program.write_text(f"#!/bin/sh\nsleep 300 &\necho $! > {tmp_path}/pid\nwait\n")
    program.chmod(0o755)
    with pytest.raises(DocumentError, match="did not convert it within 1 s"):
        convert_with_office(b"x", "odt", "docx", "plan.odt", seconds=1, path=str(tmp_path))
    child = int((tmp_path / "pid").read_text())
    # Killed it is; the system may need a moment to end it.
    wait_until(lambda: has_ended(child), lambda: f"process {child} still runs")
