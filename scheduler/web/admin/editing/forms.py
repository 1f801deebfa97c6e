"""What every form of editing shares: the file it is of, what was typed into it, and what is wrong with that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, time
from typing import TypeVar

from starlette.responses import Response

from scheduler.errors import ConfigError, SchedulerError
from scheduler.naming import normalise_text
from scheduler.planfile.values import read_address, read_date, read_hour, read_id, read_line
from scheduler.web.admin.asking import LONGEST_NAME, Asked, go_to
from scheduler.web.admin.desk import Desk
from scheduler.web.admin.editing.files import word_file
from scheduler.web.admin.editing.people import list_editors, name_admin
from scheduler.web.admin.editing.saving import Footing, find_footing, find_seen, keep_edit
from scheduler.web.admin.editing.text_editor import link_draft

V = TypeVar("V")

WRONG = 400
OVERTAKEN = "Tệp đã đổi từ khi bạn mở trang này. Xin xem lại các ô rồi lưu lần nữa."
AS_TEXT = "Không sửa được từng dòng của tệp này bằng biểu mẫu; hãy sửa dạng chữ."


class WrongFileError(SchedulerError):
    """A part of a file was asked for in a form, and the file is wrong: it is mended as text first."""

    def __init__(self, file: str) -> None:
        self.file = file
        super().__init__(f"{file} is wrong; mend it as text first")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one field, by the id it has on the page."""

    field: str
    words: str


@dataclass(frozen=True, slots=True)
class Frame:
    """Around a form: which file it is of, on which footing; ``author`` is whose draft it is, "" where one's own."""

    file: str
    words: str
    seen: str
    draft: str
    author: str
    editors: tuple[str, ...]
    faults: tuple[Fault, ...]

    def fault(self, name: str) -> str:
        """Return what is wrong with a field, "" where nothing is."""
        return next((fault.words for fault in self.faults if fault.field == name), "")

    @property
    def query(self) -> str:
        """What links to other pages of the same draft carry."""
        return f"?nhap={self.draft}" if self.draft else ""


def open_footing(desk: Desk, asked: Asked, file: str) -> Footing:
    """Return what a form is filled from, and note that it is open."""
    footing = find_footing(desk, file, asked.asked_for("nhap"))
    desk.openings.note(asked.session, file, footing.content, asked.now)
    return footing


def make_frame(desk: Desk, asked: Asked, footing: Footing, faults: tuple[Fault, ...] = ()) -> Frame:
    draft = footing.draft
    author = "" if draft is None or draft.author == asked.visitor.id else name_admin(desk, draft.author)
    return Frame(
        file=footing.file,
        words=word_file(desk, footing.file),
        seen=footing.digest,
        draft="" if draft is None else draft.id,
        author=author,
        editors=list_editors(desk, asked, footing.file),
        faults=faults,
    )


@dataclass(slots=True)
class FormReader:
    """Reads the fields of one form; what is wrong is collected, so that all of it is told at once."""

    asked: Asked
    faults: list[Fault] = field(default_factory=list)

    def refuse(self, name: str, words: str) -> None:
        self.faults.append(Fault(name, words))

    def line(self, name: str, what: str, *, needed: bool = False) -> str | None:
        """Read a text of one line; None where it is empty."""
        text = normalise_text(self.asked.field(name))
        if not text and needed:
            self.refuse(name, f"{what}: chưa ghi.")
        return self._read(name, text, read_line, f"{what}: có ký tự không dùng được.")

    def name(self, name: str, what: str, *, needed: bool = False) -> str | None:
        """Read a line that stands in headings and lists; None where it is empty or too long."""
        text = self.line(name, what, needed=needed)
        return text if text is None or self.bound(name, what, text) else None

    def bound(self, name: str, what: str, text: str) -> bool:
        """Say whether a name fits a heading; the files take longer ones, as documents have them."""
        if len(text) > LONGEST_NAME:
            self.refuse(name, f"{what}: dài {len(text)} ký tự; nhiều nhất {LONGEST_NAME}.")
        return len(text) <= LONGEST_NAME

    def paragraphs(self, name: str) -> str | None:
        """Read a text of several lines; None where it is empty."""
        return normalise_text(self.asked.whole(name).replace("\r\n", "\n").strip()) or None

    def day(self, name: str, text: str, what: str) -> date | None:
        """Read a day, such as 2024-05-20 or 20/5/2024; None where it is empty or wrong."""
        return self._read(name, text, read_date, f"{what}: «{text}» không phải một ngày; ghi như 20/5/2024.")

    def hour(self, name: str, what: str) -> time | None:
        text = self.asked.field(name)
        return self._read(name, text, read_hour, f"{what}: «{text}» không phải giờ; ghi như 08:00.")

    def address(self, name: str, text: str) -> str | None:
        return self._read(name, text, read_address, f"«{text}» không phải một địa chỉ thư; ghi như ten@co-quan.vn.")

    def identifier(self, name: str, text: str) -> str | None:
        return self._read(name, text, read_id, f"Mã «{text}»: chỉ dùng chữ a-z không dấu, chữ số và gạch nối.")

    def _read(self, name: str, text: str, read: Callable[[str], V], words: str) -> V | None:
        if not text:
            return None
        try:
            return read(text)
        except ValueError:
            self.refuse(name, words)
            return None


def save_form(
    desk: Desk,
    asked: Asked,
    file: str,
    amend: Callable[[bytes], str],
    show_again: Callable[[Footing, tuple[Fault, ...]], Response],
    title: str,
    back: str,
) -> Response:
    """Keep what ``amend`` makes of the file as it was when the form was opened as a draft, and show that.

    ``amend`` raises FormError for what is wrong in the form; then, and where the file is another by now than anybody
    remembers, ``show_again`` shows the form on the footing of today.
    """
    footing = find_footing(desk, file, asked.field("nhap"))
    seen = find_seen(desk, footing, asked.field("ban"))
    if seen is None or seen.content is None:
        return show_again(footing, (Fault("", OVERTAKEN),))
    try:
        ours = amend(seen.content).encode()
    except FormError as error:
        return show_again(seen, error.faults)
    except SchedulerError:
        return show_again(seen, (Fault("", AS_TEXT),))
    if ours == seen.content:
        desk.tell(asked, "Không có gì thay đổi.")
        return go_to(back)
    return go_to(link_draft(keep_edit(desk, asked, footing, seen.content, ours, title).id))


class FormError(SchedulerError):
    """Something is wrong in a form: whoever filled it in mends it."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        super().__init__("; ".join(fault.words for fault in faults))


def decode(content: bytes) -> str:
    """Return a file's text, its mark and line ends included; ConfigError where it is none."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise ConfigError(()) from None
