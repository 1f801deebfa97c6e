"""A file as text: shown to be edited, with what is wrong at its line; saved as a draft."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.responses import Response

from scheduler.planfile.read import CONTACTS
from scheduler.planfile.yamlfile import MAX_CHARACTERS
from scheduler.web.admin.asking import Asked, go_to
from scheduler.web.admin.desk import Desk
from scheduler.web.admin.editing.files import PATH, check_edited_here, find_plan_id, word_file
from scheduler.web.admin.editing.people import list_editors, name_admin
from scheduler.web.admin.editing.placing import PlacedProblem, place_problems
from scheduler.web.admin.editing.saving import Footing, find_footing, find_seen, keep_edit, release_draft
from scheduler.web.admin.editing.texts import show_text, take_text

LARGEST_TEXT = 2 * MAX_CHARACTERS
_LEAST_ROWS, _MOST_ROWS = 12, 40


@dataclass(frozen=True, slots=True)
class TextPage:
    """One file as text. ``problems`` are those of the draft in this file, ``line`` the one to look at, 0 for none.

    ``author`` is whose draft it is, "" where it is one's own or none; ``is_text`` False where it cannot be shown.
    """

    name: str
    words: str
    plan: str
    text: str
    is_text: bool
    seen: str
    draft: str
    author: str
    editors: tuple[str, ...]
    problems: tuple[PlacedProblem, ...]
    line: int
    rows: int

    @property
    def is_wrong(self) -> bool:
        """Whether something must be mended; else there is at most something to heed."""
        return any(one.problem.severity == "error" for one in self.problems)

    @property
    def marks(self) -> str:
        """The lines that are marked, as the script reads them."""
        return ",".join(str(line) for line in dict.fromkeys(one.problem.line for one in self.problems) if line)


def show_text_editor(desk: Desk, asked: Asked) -> Response:
    """Show one file as text; of a draft, with what is wrong in it."""
    footing = _find_footing(desk, asked, asked.asked_for("nhap"))
    desk.openings.note(asked.session, footing.file, footing.content, asked.now)
    text = show_text(footing.content or b"")
    draft = footing.draft
    found = desk.running.list_problems() if draft is None else desk.running.try_draft(draft, asked.now).problems
    problems = tuple(one for one in place_problems(desk, draft, found) if one.name == footing.file)
    author = "" if draft is None or draft.author == asked.visitor.id else draft.author
    return desk.show(
        "text",
        asked,
        TextPage(
            name=footing.file,
            words=word_file(desk, footing.file),
            plan=find_plan_id(footing.file),
            text=text or "",
            is_text=text is not None,
            seen=footing.digest,
            draft="" if draft is None else draft.id,
            author=name_admin(desk, author) if author else "",
            editors=list_editors(desk, asked, footing.file),
            problems=problems,
            line=asked.asked_number("dong", 0),
            rows=min(_MOST_ROWS, max(_LEAST_ROWS, (text or "").count("\n") + 2)),
        ),
    )


def save_text(desk: Desk, asked: Asked) -> Response:
    """Keep the text as a draft, and show what it would change."""
    footing = _find_footing(desk, asked, asked.field("nhap"))
    seen = find_seen(desk, footing, asked.field("ban"))
    ours = take_text(asked.whole("noi-dung"), None if seen is None else seen.content)
    if seen is not None and ours == seen.content:
        if footing.draft is not None:
            release_draft(desk, footing.draft)
            return go_to(link_draft(footing.draft.id))
        desk.tell(asked, _tell_same(desk, footing))
        return go_to(link_text(footing.file))
    content = None if seen is None else seen.content
    draft = keep_edit(desk, asked, footing, content, ours, f"Sửa {word_file(desk, footing.file)}")
    return go_to(link_draft(draft.id))


def link_text(file: str, draft: str = "", line: int = 0) -> str:
    """Return the address of a file's text, as the draft has it, at a line."""
    asked = [(name, value) for name, value in (("nhap", draft), ("dong", str(line or ""))) if value]
    return f"{PATH}/tep/{file}" + (f"?{urlencode(asked)}" if asked else "") + (f"#dong-{line}" if line else "")


def link_draft(draft: str) -> str:
    return f"/admin/nhap/{draft}"


def _find_footing(desk: Desk, asked: Asked, draft: str) -> Footing:
    footing = find_footing(desk, check_edited_here(asked.word("name")), draft)
    if footing.content is None and footing.draft is None and find_plan_id(footing.file):
        raise HTTPException(404)
    if footing.content is None and footing.file == CONTACTS and footing.draft is None:
        # Contacts may stand in a spreadsheet instead.
        raise HTTPException(404)
    return footing


def _tell_same(desk: Desk, footing: Footing) -> str:
    return "Không có gì thay đổi: nội dung vẫn như trong tệp đang dùng."
