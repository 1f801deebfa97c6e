"""Pages of text, rules and images -> the bytes of a PDF, by hand, so that no writer's habits hide in the tests.

Every letter is half as wide as its font is high. Lengths are points from the page's upper left corner.
"""

from __future__ import annotations

from dataclasses import dataclass, field

WIDTH, HEIGHT = 595, 842
SIZE = 12
PADDING = 5

CellText = tuple[int, int, int, int, tuple[str, ...]]
"""Row, column, rows, columns, lines."""


@dataclass
class PdfPage:
    """One page; ``operators`` are what draws it."""

    operators: list[str] = field(default_factory=list)
    has_image: bool = False

    def write(self, x: float, top: float, text: str, size: float = SIZE) -> None:
        """Write ``text`` with the upper edge of its letters at ``top``."""
        codes = "".join(f"{ord(char):04X}" for char in text)
        self.operators.append(f"BT /F1 {size} Tf {x} {HEIGHT - top - 0.8 * size:.2f} Td <{codes}> Tj ET")

    def draw_rule(self, x0: float, top0: float, x1: float, top1: float) -> None:
        self.operators.append(f"0.5 w {x0} {HEIGHT - top0} m {x1} {HEIGHT - top1} l S")

    def draw_image(self) -> None:
        """Cover the page with an image."""
        self.has_image = True
        self.operators.append(f"q {WIDTH} 0 0 {HEIGHT} 0 0 cm /I1 Do Q")

    def draw_table(self, columns: list[float], rows: list[float], cells: list[CellText]) -> None:
        """Draw ``cells`` on the grid of the edges ``columns`` and ``rows``, each with a frame of rules."""
        for row, column, deep, wide, lines in cells:
            left, right, top, bottom = columns[column], columns[column + wide], rows[row], rows[row + deep]
            for edges in (
                (left, top, right, top),
                (left, bottom, right, bottom),
                (left, top, left, bottom),
                (right, top, right, bottom),
            ):
                self.draw_rule(*edges)
            for number, line in enumerate(lines):
                self.write(left + PADDING, top + 3 + number * 15, line)


def write_pdf(
    pages: list[PdfPage], *, font: str = "TimesNewRoman", unicode: bool = True, encrypt: bool = False
) -> bytes:
    """Return a PDF whose one font is named ``font``; without ``unicode`` it says nothing of what its letters are."""
    letters = "".join(chr(code) for code in sorted({code for page in pages for code in _list_codes(page)}))
    mapping = "\n".join(f"<{ord(char):04X}> <{ord(char):04X}>" for char in letters)
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
        "/CMapName /Adobe-Identity-UCS def /CMapType 2 def\n"
        "1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
        f"{len(letters)} beginbfchar\n{mapping}\nendbfchar endcmap end end"
    )
    to_unicode = "/ToUnicode 6 0 R" if unicode else ""
    name = font.replace(" ", "#20")
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {len(pages)} /Kids [{' '.join(f'{8 + 2 * n} 0 R' for n in range(len(pages)))}] >>",
        f"<< /Type /Font /Subtype /Type0 /BaseFont /{name} /Encoding /Identity-H"
        f" /DescendantFonts [4 0 R] {to_unicode} >>",
        f"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /{name} /DW 500 /FontDescriptor 5 0 R"
        " /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>",
        f"<< /Type /FontDescriptor /FontName /{name} /Flags 4 /Ascent 800 /Descent -200 /FontBBox [0 -200 1000 800] >>",
        _make_stream(cmap, ""),
        _make_stream(
            "\x80", "/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8"
        ),
    ]
    for number, page in enumerate(pages):
        image = "/XObject << /I1 7 0 R >>" if page.has_image else ""
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] /Contents {9 + 2 * number} 0 R"
            f" /Resources << /Font << /F1 3 0 R >> {image} >> >>"
        )
        objects.append(_make_stream("\n".join(page.operators), ""))
    locked = "<< /Filter /Standard /V 1 /R 2 /P -4 /O <" + "11" * 32 + "> /U <" + "22" * 32 + "> >>"
    trailer = f"/Encrypt {locked} /ID [<00> <00>]" if encrypt else ""
    return join_objects(objects, trailer)


def join_objects(objects: list[str], trailer: str = "") -> bytes:
    """Return a PDF of ``objects``, numbered from 1; the first is its catalogue."""
    content, offsets = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(content))
        content += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    end = (
        f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
        f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R {trailer} >>\nstartxref\n{len(content)}\n%%EOF\n"
    )
    return content + end.encode("latin-1")


def _make_stream(body: str, entries: str) -> str:
    return f"<< {entries} /Length {len(body.encode('latin-1'))} >>\nstream\n{body}\nendstream"


def _list_codes(page: PdfPage) -> set[int]:
    written = "".join(op.partition("<")[2].partition(">")[0] for op in page.operators if op.startswith("BT"))
    return {int(written[at : at + 4], 16) for at in range(0, len(written), 4)}
