"""Every page and action of editing, one line each."""

from __future__ import annotations

from scheduler.web.admin.asking import Action, Page
from scheduler.web.admin.editing.deciding import apply_draft, discard_draft, settle_draft
from scheduler.web.admin.editing.files import show_files
from scheduler.web.admin.editing.review import show_draft
from scheduler.web.admin.editing.text_editor import LARGEST_TEXT, save_text, show_text_editor

EDITING: tuple[Page | Action, ...] = (
    Page("/admin/cau-hinh", show_files),
    Page("/admin/cau-hinh/tep/{name:path}", show_text_editor),
    Action("/admin/cau-hinh/tep/{name:path}", save_text, largest=LARGEST_TEXT),
    Page("/admin/nhap/{draft}", show_draft),
    Action("/admin/nhap/{draft}/ap-dung", apply_draft),
    Action("/admin/nhap/{draft}/bo", discard_draft),
    Action("/admin/nhap/{draft}/ghep", settle_draft),
)
