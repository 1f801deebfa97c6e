"""An old Office file (a compound file) -> what it holds, by the names of its streams.

Pure. Sources: [MS-CFB] sections 2.2 and 2.6 (header, directory), [MS-DOC] section 2.5.1 (FibBase), [MS-OFFCRYPTO]
section 2.3 (encrypted packages). Only the directory is read here; LibreOffice reads the rest.
"""

from __future__ import annotations

from typing import Final

_ENTRY: Final = 128
_NAME: Final = 64
_HEADER: Final = 512
_FREE: Final = 0xFFFFFFFA
_MOST_SECTORS: Final = 4_096
_WORD_MAGIC: Final = b"\xec\xa5"
_WORD_ENCRYPTED: Final = 0x0100
_FORMS: Final = (
    ("EncryptedPackage", "protected"),
    ("WordDocument", "doc"),
    ("Workbook", "xls"),
    ("Book", "xls"),
    ("PowerPoint Document", "ppt"),
)


def recognise_compound(content: bytes) -> str:
    """Name the form of a compound file: doc, xls, ppt, "protected" where a password locks it, or ole for others."""
    names = _list_streams(content)
    form = next((form for stream, form in _FORMS if stream in names), "ole")
    return "protected" if form == "doc" and _is_locked_document(content) else form


def _list_streams(content: bytes) -> frozenset[str]:
    """Return the names in the directory, whose sectors are followed through the allocation table."""
    size = 1 << min(int.from_bytes(content[30:32], "little"), 12)
    table_sectors = [int.from_bytes(content[at : at + 4], "little") for at in range(76, min(_HEADER, len(content)), 4)]
    names: set[str] = set()
    sector = int.from_bytes(content[48:52], "little")
    for _ in range(_MOST_SECTORS):
        start = (sector + 1) * size
        if sector >= _FREE or start >= len(content):
            break
        for at in range(start, start + size, _ENTRY):
            names.add(content[at : at + _NAME].decode("utf-16-le", "replace").partition("\x00")[0])
        table, entry = divmod(sector, size // 4)
        if table >= len(table_sectors):
            break
        at = (table_sectors[table] + 1) * size + entry * 4
        sector = int.from_bytes(content[at : at + 4], "little") if at + 4 <= len(content) else _FREE
    return frozenset(names)


def _is_locked_document(content: bytes) -> bool:
    # The document's stream begins in the first sector in every file that Word writes.
    flags = int.from_bytes(content[_HEADER + 10 : _HEADER + 12], "little")
    return content[_HEADER : _HEADER + 2] == _WORD_MAGIC and bool(flags & _WORD_ENCRYPTED)
