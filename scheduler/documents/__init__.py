"""A file in, a ``Document`` out: one reader per form, the form told by content and never by the file's name.

IO: only ``read_document`` touches the file system. Plain text of common size is read here; everything else is parsed
by a child process with limits (isolation, children, worker), after LibreOffice where the form is old or OpenDocument
(office). A new form is one more module that yields ``Block``s, its signature in forms, package or ole, and one line in
worker.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from scheduler.documents.document import Document, Progress, Table
from scheduler.documents.forms import Form, recognise_form
from scheduler.documents.limits import MAX_BYTES, MIB, SMALL_TEXT
from scheduler.documents.wire import Conversion, Reading
from scheduler.errors import DocumentError

# What starts processes and reads text is loaded where it is used: the parsing process loads this package, and not that.
__all__ = ["MAX_BYTES", "read_document"]

# What a person can do about a form that is recognised and not read.
_REMEDIES: Final = {
    Form.IMAGE: "it is an image; hand in the document it was scanned from",
    Form.WEB: "it is a web page; open it in Word or Excel, save it as .docx or .xlsx, and import that",
    Form.BINARY: "it is not text and of no known form; hand in the plan as a Word, Excel, PDF or text file",
}


def read_document(
    path: Path, progress: Progress | None = None, meanwhile: Callable[[], object] | None = None
) -> Document:
    """Read the file at ``path`` into paragraphs and tables, in reading order.

    ``progress`` is told the pages, sheets or rows read so far and in all. ``meanwhile`` is called once while another
    process parses, to load what will be needed next; not where none does. Raises DocumentError (one sentence: file,
    what is wrong, remedy) for a file that is missing, no regular file, not permitted, empty, too large, damaged,
    protected, scanned, in an old Vietnamese encoding, or of a form without a reader.
    """
    from scheduler.documents.legacy import name_text_encoding, refuse_legacy
    from scheduler.documents.text import read_text_blocks

    content = _read_content(path)
    form = recognise_form(content)
    if form in _REMEDIES:
        raise DocumentError(f"{path}: cannot be read: {_REMEDIES[form]}")
    if form is Form.TEXT and len(content) <= SMALL_TEXT:
        reading = Reading("text", read_text_blocks(content, str(path)))
    else:
        reading = _read_packed(content, form, str(path), progress, meanwhile)
    if not reading.blocks:
        raise DocumentError(f"{path}: the document holds no text; hand in another one")
    document = Document(path.name, reading.form, reading.blocks, reading.notes, reading.footnotes, reading.margins)
    encoding = name_text_encoding(_join_text(document))
    if encoding:
        raise refuse_legacy(str(path), encoding, "told by its letters")
    return document


def _read_packed(
    content: bytes, form: Form, name: str, progress: Progress | None, meanwhile: Callable[[], object] | None
) -> Reading:
    from scheduler.documents.isolation import read_isolated

    answer = read_isolated(content, form.value, name, progress, meanwhile=meanwhile)
    if isinstance(answer, Reading):
        return answer
    from scheduler.documents.office import convert_with_office

    converted = convert_with_office(content, answer.form, answer.target, name)
    again = read_isolated(converted, Form.ZIP.value, name, progress)
    if isinstance(again, Conversion):
        raise DocumentError(f"{name}: LibreOffice could not convert it; save it as .docx or .xlsx, and import that")
    return replace(again, form=answer.form)


def _join_text(document: Document) -> str:
    texts: list[str] = []
    for block in document.blocks:
        if isinstance(block, Table):
            texts += [cell.text for row in block.rows for cell in row.cells if not cell.merged]
        else:
            texts.append(block.text)
    texts += [each.text for each in (*document.footnotes, *document.margins)]
    return "\n".join(texts)


def _read_content(path: Path) -> bytes:
    try:
        if not path.exists():
            raise DocumentError(f"{path}: no such file; check the name and the folder")
        # A pipe or a device would block or never end.
        if not path.is_file():
            raise DocumentError(f"{path}: not a file; name the document itself")
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise DocumentError(f"{path}: cannot be opened: {error.strerror or error}") from error
    if not content:
        raise DocumentError(f"{path}: the file is empty; hand in another one")
    if len(content) > MAX_BYTES:
        raise DocumentError(f"{path}: larger than {MAX_BYTES // MIB} MB, which no plan is; hand in the plan alone")
    return content
