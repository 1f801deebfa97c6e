"""Builds every hostile or broken file of the table in ``test_hostile_files``: one function each, named for what it is.

Nothing binary is kept in the repository. ``python -m tests.hostile.files FOLDER`` writes them all, to be tried by hand.
"""

from __future__ import annotations

import io
import struct
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import openpyxl

from tests.hostile.pdf_writer import PdfPage, join_objects, write_pdf

HEADS = ("TT", "Đơn vị được kiểm tra", "Xã, phường", "Ngày kiểm tra")
ROWS = (
    ("1", "Sơn Động", "Phúc Sơn, An Bá", "20/5/2025"),
    ("2", "Lục Ngạn", "Kiên Lao", "22/5/2025"),
)
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
S = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
TCVN3_WORDS = "KÕ ho¹ch kiÓm tra c«ng t¸c trÎ em"
VNI_WORDS = "Keá hoaïch kieåm tra coâng taùc treû em huyeän Sôn Ñoäng"


def make_docx(title: str = "KẾ HOẠCH KIỂM TRA", rows: tuple[tuple[str, ...], ...] = (HEADS, *ROWS)) -> bytes:
    """Return an honest Word file: a title and a table."""
    document = docx.Document()
    document.add_paragraph(title)
    table = document.add_table(len(rows), len(rows[0]))
    for row, texts in enumerate(rows):
        for column, text in enumerate(texts):
            table.cell(row, column).text = text
    document.add_paragraph("Nơi nhận: như trên.")
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def make_xlsx(rows: tuple[tuple[str, ...], ...] = (HEADS, *ROWS)) -> bytes:
    """Return an honest workbook: a title and a table on one sheet named Lịch."""
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    sheet.title = "Lịch"
    sheet.append(["KẾ HOẠCH KIỂM TRA"])
    for row in rows:
        sheet.append(list(row))
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def make_pdf() -> bytes:
    """Return an honest PDF: a title and a ruled table."""
    page = PdfPage()
    page.write(200, 60, "KẾ HOẠCH KIỂM TRA")
    cells = [
        (row, column, 1, 1, (text,)) for row, texts in enumerate((HEADS, *ROWS)) for column, text in enumerate(texts)
    ]
    page.draw_table([50, 90, 240, 400, 520], [100, 130, 160, 190], cells)
    return write_pdf([page])


def make_archive(members: dict[str, bytes]) -> bytes:
    """Return a zip archive of ``members``."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members.items():
            # OpenDocument wants its name legible at the head of the file.
            archive.writestr(name, body, zipfile.ZIP_STORED if name == "mimetype" else None)
    return file.getvalue()


def replace_parts(content: bytes, parts: dict[str, bytes | Callable[[bytes], bytes] | None]) -> bytes:
    """Return a package with ``parts`` added, replaced, changed by a function, or (None) left out."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            change = parts.get(name, old.read(name))
            body = change(old.read(name)) if callable(change) else change
            if body is not None:
                new.writestr(name, body)
        for name in sorted(set(parts) - set(old.namelist())):
            body = parts[name]
            if isinstance(body, bytes):
                new.writestr(name, body)
    return file.getvalue()


def make_word_body(body: str) -> bytes:
    """Return a Word file whose body is the XML ``body``."""
    xml = f'<?xml version="1.0" encoding="UTF-8"?><w:document {W} {R}><w:body>{body}</w:body></w:document>'
    return replace_parts(make_docx(), {"word/document.xml": xml.encode()})


def make_sheet(xml: str) -> bytes:
    """Return a workbook whose one sheet is the XML ``xml``."""
    sheet = f'<?xml version="1.0" encoding="UTF-8"?><worksheet {S} {R}>{xml}</worksheet>'
    return replace_parts(make_xlsx(), {"xl/worksheets/sheet1.xml": sheet.encode()})


def make_compound(*streams: str) -> bytes:
    """Return an old Office file that has a directory of ``streams`` and nothing in them."""
    header = bytearray(512)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<HHHHH", header, 24, 0x3E, 3, 0xFFFE, 9, 6)
    struct.pack_into("<I", header, 48, 0)  # the directory is sector 0
    struct.pack_into("<109I", header, 76, 1, *[0xFFFFFFFF] * 108)  # the allocation table is sector 1
    directory = b""
    for name in ("Root Entry", *streams):
        encoded = name.encode("utf-16-le")
        directory += encoded.ljust(64, b"\x00") + struct.pack("<HBB", len(encoded) + 2, 2, 1) + bytes(60)
    table = struct.pack("<128I", 0xFFFFFFFE, 0xFFFFFFFD, *[0xFFFFFFFF] * 126)
    return bytes(header) + directory.ljust(512, b"\x00")[:512] + table


# Packages


def zip_bomb_in_a_part() -> bytes:
    return replace_parts(make_docx(), {"word/document.xml": b"<a>" + b" " * 40_000_000 + b"</a>"})


def zip_bomb_of_many_parts() -> bytes:
    return make_archive({f"word/media/{n}.bin": bytes(7 * 1024 * 1024) for n in range(40)})


def zip_that_lies_about_its_sizes() -> bytes:
    content = bytearray(make_docx())
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as archive:
        size = archive.getinfo("word/document.xml").file_size
    packed = struct.pack("<I", size)
    at = content.find(packed)
    while at >= 0:
        content[at : at + 4] = struct.pack("<I", 100)
        at = content.find(packed, at + 1)
    return bytes(content)


def zip_of_many_members() -> bytes:
    return make_archive({f"word/media/{n}": b"" for n in range(6_000)})


def zip_cut_off() -> bytes:
    content = make_docx()
    return content[: len(content) // 2]


def zip_that_is_an_archive() -> bytes:
    return make_archive({"plan.txt": b"text"})


def zip_with_a_password() -> bytes:
    content = bytearray(make_docx())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(signature)
        while at >= 0:
            content[at + offset] |= 1
            at = content.find(signature, at + 4)
    return bytes(content)


def presentation() -> bytes:
    return make_archive({"[Content_Types].xml": b"<Types/>", "ppt/presentation.xml": b"<p/>"})


# XML


def word_with_an_external_entity() -> bytes:
    xml = (
        '<?xml version="1.0"?><!DOCTYPE w:document [<!ENTITY secret SYSTEM "file:///etc/passwd">]>'
        f"<w:document {W}><w:body><w:p><w:r><w:t>&secret;</w:t></w:r></w:p></w:body></w:document>"
    )
    return replace_parts(make_docx(), {"word/document.xml": xml.encode()})


def word_with_a_billion_laughs() -> bytes:
    entities = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    xml = (
        f'<?xml version="1.0"?><!DOCTYPE w:document [{entities}]>'
        f"<w:document {W}><w:body><w:p><w:r><w:t>&a9;</w:t></w:r></w:p></w:body></w:document>"
    )
    return replace_parts(make_docx(), {"word/document.xml": xml.encode("utf-16")})


def sheet_with_an_external_dtd() -> bytes:
    xml = f'<?xml version="1.0"?><!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd"><sst {S}/>'
    return replace_parts(make_xlsx(), {"xl/worksheets/sheet1.xml": xml.encode()})


def word_with_broken_xml() -> bytes:
    return replace_parts(make_docx(), {"word/document.xml": b"<w:document><w:body>"})


def word_without_its_document() -> bytes:
    return replace_parts(make_docx(), {"word/document.xml": None})


def word_nested_deep() -> bytes:
    cell = "<w:tbl><w:tr><w:tc>"
    return make_word_body(cell * 5_000 + "<w:p/>" + "</w:tc></w:tr></w:tbl>" * 5_000)


def word_with_a_wide_span() -> bytes:
    cell = '<w:tc><w:tcPr><w:gridSpan w:val="999999999"/></w:tcPr><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc>'
    return make_word_body(f"<w:tbl><w:tr>{cell}</w:tr></w:tbl>")


def word_of_many_rows() -> bytes:
    row = "<w:tr><w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc></w:tr>"
    numbered = "".join(row.replace(">a<", f">{n}<") for n in range(20_001))
    return make_word_body(f"<w:tbl>{numbered}</w:tbl>")


# Sheets


def sheet_of_many_cells() -> bytes:
    rows = "".join(
        f'<row r="{r}">' + "".join(f'<c r="{c}{r}"><v>{r * 7919 % 1000}</v></c>' for c in "ABCDEFGHIJKLMNOPQRSTUVWX")
        + "</row>"
        for r in range(1, 20_000)
    )  # fmt: skip
    return make_sheet(f"<sheetData>{rows}</sheetData>")


def sheet_at_the_far_corner() -> bytes:
    first = '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>1</v></c></row>'
    last = '<row r="2"><c r="A2"><v>1</v></c><c r="XFD2"><v>2</v></c></row>'
    return make_sheet(f'<dimension ref="A1:XFD1048576"/><sheetData>{first}{last}</sheetData>')


# PDF


def pdf_scanned() -> bytes:
    page = PdfPage()
    page.draw_image()
    page.write(400, 20, "Ký bởi: Sở")
    return write_pdf([page, page])


def pdf_with_a_password() -> bytes:
    page = PdfPage()
    page.write(50, 50, "KẾ HOẠCH")
    return write_pdf([page], encrypt=True)


def pdf_without_unicode() -> bytes:
    page = PdfPage()
    page.write(50, 50, "KẾ HOẠCH KIỂM TRA")
    return write_pdf([page], unicode=False)


def pdf_cut_off() -> bytes:
    return make_pdf()[:600]


def pdf_whose_pages_are_their_own_parents() -> bytes:
    return join_objects(["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Count 1 /Kids [2 0 R 2 0 R] >>"])


def pdf_whose_form_draws_itself() -> bytes:
    form = "q /X1 Do Q"
    return join_objects(
        [
            "<< /Type /Catalog /Pages 2 0 R >>",
            "<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
            " /Resources << /XObject << /X1 5 0 R >> >> >>",
            f"<< /Length {len(form)} >>\nstream\n{form}\nendstream",
            "<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X1 5 0 R >> >>"
            f" /Length {len(form)} >>\nstream\n{form}\nendstream",
        ]
    )


def pdf_of_many_pages() -> bytes:
    return write_pdf([PdfPage() for _ in range(501)])


# Old encodings


def word_in_tcvn3() -> bytes:
    run = f'<w:r><w:rPr><w:rFonts w:ascii=".VnTime" w:hAnsi=".VnTime"/></w:rPr><w:t>{TCVN3_WORDS}</w:t></w:r>'
    return make_word_body(f"<w:p>{run}</w:p>")


def word_in_vni() -> bytes:
    run = f'<w:r><w:rPr><w:rFonts w:ascii="VNI-Times"/></w:rPr><w:t>{VNI_WORDS}</w:t></w:r>'
    return make_word_body(f"<w:p>{run}</w:p>")


def sheet_in_tcvn3() -> bytes:
    workbook = openpyxl.Workbook()
    cell = workbook.worksheets[0].cell(2, 2, TCVN3_WORDS)
    cell.font = openpyxl.styles.Font(name=".VnArial")
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def pdf_in_vni() -> bytes:
    page = PdfPage()
    page.write(50, 50, VNI_WORDS)
    return write_pdf([page], font="ABCDEF+VNI-Times")


def text_in_tcvn3() -> bytes:
    return f"{TCVN3_WORDS}\n{TCVN3_WORDS}\n".encode()


def text_in_vni_bytes() -> bytes:
    return f"{VNI_WORDS}\n".encode("latin-1")


def text_in_windows_1258() -> bytes:
    return "Kê\u0301 hoa\u0323ch kiê\u0309m tra đơ\u0323t hai, đoa\u0300n đê\u0301n la\u0300m viê\u0323c\n".encode(
        "cp1258"
    )


def text_of_mistaken_utf_8() -> bytes:
    return "Kế hoạch kiểm tra đợt hai, đoàn đến làm việc".encode().decode("cp1252", "replace").encode()


def text_of_many_records() -> bytes:
    return b"a;b;c\n" * 50_000


# Other forms


def compound_with_a_password() -> bytes:
    return make_compound("EncryptionInfo", "EncryptedPackage")


def compound_presentation() -> bytes:
    return make_compound("PowerPoint Document")


def compound_unknown() -> bytes:
    return make_compound("Contents")


def web_page() -> bytes:
    return b"<html><body><table><tr><td>1</td></tr></table></body></html>"


def image() -> bytes:
    return b"\x89PNG\r\n\x1a\n" + bytes(50)


def binary() -> bytes:
    return bytes(range(256)) * 4


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, build in sorted(vars(sys.modules["__main__"]).items()):
        if callable(build) and getattr(build, "__annotations__", None) == {"return": "bytes"}:
            (folder / name).write_bytes(build())
