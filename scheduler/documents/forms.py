"""Bytes -> which form of document they are, by their signature alone.

Pure. Signatures: ISO/IEC 21320 (zip), ISO 32000 section 7.5.2 (PDF), [MS-CFB] section 2.2 (old Office files).
"""

from __future__ import annotations

import codecs
import re
from enum import StrEnum
from typing import Final


class Form(StrEnum):
    TEXT = "text"
    ZIP = "zip"
    PDF = "pdf"
    OLE = "ole"
    RTF = "rtf"
    IMAGE = "image"
    WEB = "web"
    BINARY = "binary"


_SIGNATURES: Final = (
    (b"PK\x03\x04", Form.ZIP),
    (b"PK\x05\x06", Form.ZIP),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Form.OLE),
    (b"{\\rtf", Form.RTF),
    (b"\x89PNG\r\n", Form.IMAGE),
    (b"\xff\xd8\xff", Form.IMAGE),
    (b"II*\x00", Form.IMAGE),
    (b"MM\x00*", Form.IMAGE),
    (b"GIF8", Form.IMAGE),
)
# Word and Excel also save web pages and plain XML under their own names.
_WEB_PAGE: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<!--.*?-->\s*)?(?:<\?xml|<!doctype html|<html|<table|mime-version:)", re.I | re.S
)
_WEB_SEARCHED: Final = 2048
_FEWEST_NULS: Final = 0.1  # of all bytes: blanks, digits and plain letters are far more in any text
# Readers accept a PDF whose signature stands a little way in.
_PDF_SEARCHED: Final = 1024


def recognise_form(content: bytes) -> Form:
    """Tell the form of ``content``; text is what carries a Unicode mark or no NUL, BINARY what nothing fits."""
    for signature, form in _SIGNATURES:
        if content.startswith(signature):
            return form
    if b"%PDF-" in content[:_PDF_SEARCHED]:
        return Form.PDF
    if _WEB_PAGE.match(content[:_WEB_SEARCHED]):
        return Form.WEB
    if content.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Form.TEXT
    if b"\x00" in content:
        return Form.TEXT if guess_utf16(content) else Form.BINARY
    return Form.TEXT


def guess_utf16(content: bytes) -> str | None:
    """Name the byte order of UTF-16 text without a mark; None where it is not UTF-16.

    Line ends and blanks are below U+0100 in every language: their high byte is NUL, on one side only.
    """
    if len(content) % 2:
        return None
    even, odd = content[0::2].count(0), content[1::2].count(0)
    if max(odd, even) < len(content) * _FEWEST_NULS:
        return None
    if odd and not even:
        return "utf-16-le"
    if even and not odd:
        return "utf-16-be"
    return None
