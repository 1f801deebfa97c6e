"""A file in, a ``Document`` out: one reader per form, the form told by content and never by the file's name.

IO: only ``read_document`` touches the file system. A new form is one more module that yields ``Block``s, its
signature in ``forms.py``, and one line in ``READERS``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from scheduler.documents.document import Block, Document
from scheduler.documents.forms import Form, recognise_form
from scheduler.documents.text import read_text_blocks
from scheduler.errors import DocumentError

__all__ = ["MAX_BYTES", "read_document"]

MAX_BYTES: Final = 20 * 1024 * 1024

READERS: Final[dict[Form, Callable[[bytes, str], tuple[Block, ...]]]] = {
    Form.TEXT: read_text_blocks,
}

# What a person can do about a form that is recognised and not read.
_REMEDIES: Final = {
    Form.ZIP: "it is a Word, Excel or other packed file; save it as plain text (UTF-8) and import that",
    Form.PDF: "it is a PDF file; save its text as plain text (UTF-8) and import that",
    Form.OLE: "it is an old Word or Excel file; save it as plain text (UTF-8) and import that",
    Form.RTF: "it is a rich text file; save it as plain text (UTF-8) and import that",
    Form.IMAGE: "it is an image; hand in the document it was scanned from",
    Form.BINARY: "it is not text; save the document as plain text (UTF-8) and import that",
}


def read_document(path: Path) -> Document:
    """Read the file at ``path`` into paragraphs and tables, in reading order.

    Raises DocumentError (one sentence: file, what is wrong, remedy) for a file that is missing, no regular file,
    not permitted, empty, too large, or of a form without a reader.
    """
    content = _read_content(path)
    form = recognise_form(content)
    reader = READERS.get(form)
    if reader is None:
        raise DocumentError(f"{path}: cannot be read: {_REMEDIES[form]}")
    blocks = reader(content, str(path))
    if not blocks:
        raise DocumentError(f"{path}: the document holds no text; hand in another one")
    return Document(name=path.name, form=form.value, blocks=blocks)


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
        raise DocumentError(
            f"{path}: larger than {MAX_BYTES // 1024 // 1024} MB, which no plan is; hand in the plan alone"
        )
    return content
