"""A packed office file -> its checked parts and what form it is.

Pure but for the archive in memory: nothing is unpacked to disk, and only parts that are asked for are unpacked at all,
so macros, embedded files, pictures and external links are never opened. Sources: ISO/IEC 29500-2 (packages), ISO/IEC
26300 (OpenDocument), ISO/IEC 21320 (zip).
"""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree
from xml.etree.ElementTree import Element
from xml.parsers import expat

from scheduler.documents.limits import CHILD_MEMORY, MAX_MEMBERS, MAX_PACKING, MAX_PART, MAX_UNPACKED, MIB
from scheduler.errors import DocumentError

_RELATIONSHIP: Final = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_NO_MEMORY: Final = expat.errors.codes[expat.errors.XML_ERROR_NO_MEMORY]
_SMALL_PART: Final = 8 * MIB
# The strict variant of the format differs in its namespaces only (ISO/IEC 29500-1 against 29500-4).
_STRICT: Final = (
    (
        b"http://purl.oclc.org/ooxml/wordprocessingml/main",
        b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    ),
    (
        b"http://purl.oclc.org/ooxml/spreadsheetml/main",
        b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    ),
    (
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    ),
)


class _RootReachedError(Exception):
    """Ends the look at a part's prolog: a DTD can only stand before the root."""


@dataclass(frozen=True, slots=True)
class Relationship:
    """What a part refers to: ``kind`` is the last word of its type, ``target`` a part's name."""

    id: str
    kind: str
    target: str


class Package:
    """The members of a packed file, looked at on opening; raises DocumentError where they break a limit."""

    def __init__(self, content: bytes, name: str) -> None:
        self._name = name
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(content))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
            raise self._damaged() from error
        members = self._archive.infolist()
        if len(members) > MAX_MEMBERS:
            raise DocumentError(f"{name}: packs {len(members):,} files, which no plan does; save the plan anew")
        if any(member.flag_bits & 1 for member in members):
            raise refuse_protected(name)
        total = sum(member.file_size for member in members)
        packed = any(
            member.file_size > _SMALL_PART and member.file_size > MAX_PACKING * member.compress_size
            for member in members
        )
        if total > MAX_UNPACKED or packed:
            raise DocumentError(
                f"{name}: unpacks to {total // MIB:,} MB, which no plan does (a zip bomb?); save the plan anew"
            )
        self.members = frozenset(self._archive.namelist())

    def read_part(self, part: str) -> bytes:
        """Return the bytes of ``part``; DocumentError where it is missing, damaged or too large."""
        try:
            info = self._archive.getinfo(part)
            if info.file_size > MAX_PART:
                raise DocumentError(
                    f"{self._name}: its part {part} is {info.file_size // MIB} MB, which no plan is; "
                    "hand in the plan alone"
                )
            return self._archive.read(info)
        except (
            KeyError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError,
        ) as error:  # fmt: skip
            raise self._damaged() from error

    def parse_part(self, part: str) -> Element:
        """Return the root of the XML in ``part``; DocumentError where it is damaged or declares a DTD."""
        content = self.read_part(part)
        try:
            self._refuse_dtd(content, part)
            for strict, transitional in _STRICT:
                content = content.replace(strict, transitional)
            return ElementTree.XML(content)
        except (ElementTree.ParseError, expat.ExpatError, LookupError, ValueError) as error:
            if isinstance(error, SyntaxError | expat.ExpatError) and getattr(error, "code", 0) == _NO_MEMORY:
                raise MemoryError from error
            raise self._damaged() from error

    def list_relationships(self, part: str) -> tuple[Relationship, ...]:
        """Return what ``part`` ("" for the package) refers to inside the package; links to outside are left out."""
        folder, file = posixpath.split(part)
        source = posixpath.join(folder, "_rels", f"{file}.rels")
        if source not in self.members:
            return ()
        return tuple(
            Relationship(
                each.get("Id", ""),
                each.get("Type", "").rpartition("/")[2],
                posixpath.normpath(posixpath.join("/", folder, each.get("Target", ""))).lstrip("/"),
            )
            for each in self.parse_part(source).iter(_RELATIONSHIP)
            if each.get("TargetMode") != "External"
        )

    def find_related(self, part: str, kind: str) -> str | None:
        """Return the first part of ``kind`` that ``part`` refers to and that is there; None without one."""
        related = (each.target for each in self.list_relationships(part) if each.kind == kind)
        return next((target for target in related if target in self.members), None)

    def find_main_part(self) -> str:
        """Return the part that is the document itself; DocumentError where there is none."""
        main = self.find_related("", "officeDocument")
        if main is None:
            raise self._damaged()
        return main

    def _refuse_dtd(self, content: bytes, part: str) -> None:
        def refuse(*_: object) -> None:
            raise DocumentError(
                f"{self._name}: its part {part} declares a DTD (external entities?), which office programs never "
                "write; save the document anew in Word or Excel"
            )

        def stop(*_: object) -> None:
            raise _RootReachedError

        parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler = refuse
        parser.StartElementHandler = stop
        try:
            parser.Parse(content, True)
        except _RootReachedError:
            return

    def _damaged(self) -> DocumentError:
        return refuse_damaged(self._name)


def recognise_package(package: Package) -> str:
    """Name the form of a packed file: docx, xlsx, xlsb, pptx, odt, ods, "protected", or zip for anything else."""
    if "mimetype" in package.members:
        kind = package.read_part("mimetype").decode("ascii", "replace").strip()
        manifest = "META-INF/manifest.xml"
        if manifest in package.members and b"encryption-data" in package.read_part(manifest):
            return "protected"
        return _OPEN_DOCUMENTS.get(kind.removesuffix("-template"), "zip")
    if "xl/workbook.bin" in package.members:
        return "xlsb"
    folders = {member.partition("/")[0] for member in package.members if "/" in member}
    return next((form for folder, form in _FOLDERS if folder in folders), "zip")


_OPEN_DOCUMENTS: Final = {
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
}
_FOLDERS: Final = (("word", "docx"), ("xl", "xlsx"), ("ppt", "pptx"))


def refuse_damaged(name: str) -> DocumentError:
    """Return the refusal of a file that its form's rules do not let be read."""
    return DocumentError(
        f"{name}: the file is damaged and cannot be read; open it in the program it comes from, save it anew, "
        "and import that"
    )


def refuse_hungry(name: str) -> DocumentError:
    """Return the refusal of a file that the memory granted for it does not suffice for."""
    return DocumentError(
        f"{name}: needs more than {CHILD_MEMORY // MIB} MB of memory to be read, which no plan does; "
        "hand in the plan alone"
    )


def refuse_protected(name: str) -> DocumentError:
    """Return the refusal of a file that only a password opens."""
    return DocumentError(
        f"{name}: the file is protected by a password; open it, save it without the password, and import that"
    )
