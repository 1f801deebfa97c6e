"""Every page and action of editing, one line each."""

from __future__ import annotations

from scheduler.web.admin.asking import Action, Page
from scheduler.web.admin.editing.contact_pages import (
    remove_contact,
    save_contact,
    save_new_contact,
    show_contact_form,
    show_contacts,
    show_new_contact,
)
from scheduler.web.admin.editing.deciding import apply_draft, discard_draft, discard_own_drafts, settle_draft
from scheduler.web.admin.editing.files import show_files
from scheduler.web.admin.editing.plan_page import save_head, show_plan
from scheduler.web.admin.editing.report_form import (
    remove_report,
    save_new_report,
    save_report,
    show_new_report,
    show_report_form,
)
from scheduler.web.admin.editing.review import show_draft
from scheduler.web.admin.editing.rule_pages import (
    remove_rule,
    save_new_rule,
    save_rule,
    show_new_rule,
    show_rule_form,
    show_rules,
)
from scheduler.web.admin.editing.session_form import save_sessions, show_sessions
from scheduler.web.admin.editing.team_form import remove_team, save_new_team, save_team, show_new_team, show_team_form
from scheduler.web.admin.editing.text_editor import LARGEST_TEXT, save_text, show_text_editor
from scheduler.web.admin.editing.unit_pages import (
    remove_unit,
    save_new_unit,
    save_unit,
    show_new_unit,
    show_unit_form,
    show_units,
)
from scheduler.web.admin.editing.uploading import LARGEST_UPLOAD, show_upload, take_upload
from scheduler.web.admin.editing.visit_form import save_new_visit, save_visit, show_new_visit, show_visit_form

EDITING: tuple[Page | Action, ...] = (
    Page("/admin/cau-hinh", show_files),
    Page("/admin/cau-hinh/tep/{name:path}", show_text_editor),
    Action("/admin/cau-hinh/tep/{name:path}", save_text, largest=LARGEST_TEXT),
    Page("/admin/cau-hinh/ke-hoach/{plan}", show_plan),
    Action("/admin/cau-hinh/ke-hoach/{plan}", save_head),
    Page("/admin/cau-hinh/ke-hoach/{plan}/kiem-tra-moi", show_new_visit),
    Action("/admin/cau-hinh/ke-hoach/{plan}/kiem-tra-moi", save_new_visit),
    Page("/admin/cau-hinh/ke-hoach/{plan}/kiem-tra/{visit}", show_visit_form),
    Action("/admin/cau-hinh/ke-hoach/{plan}/kiem-tra/{visit}", save_visit),
    Page("/admin/cau-hinh/ke-hoach/{plan}/bao-cao-moi", show_new_report),
    Action("/admin/cau-hinh/ke-hoach/{plan}/bao-cao-moi", save_new_report),
    Page("/admin/cau-hinh/ke-hoach/{plan}/bao-cao/{report}", show_report_form),
    Action("/admin/cau-hinh/ke-hoach/{plan}/bao-cao/{report}", save_report),
    Action("/admin/cau-hinh/ke-hoach/{plan}/bao-cao/{report}/xoa", remove_report),
    Page("/admin/cau-hinh/ke-hoach/{plan}/don-vi", show_units),
    Page("/admin/cau-hinh/ke-hoach/{plan}/don-vi-moi", show_new_unit),
    Action("/admin/cau-hinh/ke-hoach/{plan}/don-vi-moi", save_new_unit),
    Page("/admin/cau-hinh/ke-hoach/{plan}/don-vi/{unit}", show_unit_form),
    Action("/admin/cau-hinh/ke-hoach/{plan}/don-vi/{unit}", save_unit),
    Action("/admin/cau-hinh/ke-hoach/{plan}/don-vi/{unit}/xoa", remove_unit),
    Page("/admin/cau-hinh/ke-hoach/{plan}/cac-buoi", show_sessions),
    Action("/admin/cau-hinh/ke-hoach/{plan}/cac-buoi", save_sessions),
    Page("/admin/cau-hinh/ke-hoach/{plan}/doan-moi", show_new_team),
    Action("/admin/cau-hinh/ke-hoach/{plan}/doan-moi", save_new_team),
    Page("/admin/cau-hinh/ke-hoach/{plan}/doan/{team}", show_team_form),
    Action("/admin/cau-hinh/ke-hoach/{plan}/doan/{team}", save_team),
    Action("/admin/cau-hinh/ke-hoach/{plan}/doan/{team}/xoa", remove_team),
    Page("/admin/cau-hinh/danh-ba", show_contacts),
    Page("/admin/cau-hinh/danh-ba-moi", show_new_contact),
    Action("/admin/cau-hinh/danh-ba-moi", save_new_contact),
    Page("/admin/cau-hinh/danh-ba/{contact}", show_contact_form),
    Action("/admin/cau-hinh/danh-ba/{contact}", save_contact),
    Action("/admin/cau-hinh/danh-ba/{contact}/xoa", remove_contact),
    Page("/admin/cau-hinh/nhac-viec", show_rules),
    Page("/admin/cau-hinh/nhac-viec-moi", show_new_rule),
    Action("/admin/cau-hinh/nhac-viec-moi", save_new_rule),
    Page("/admin/cau-hinh/nhac-viec/{rule}", show_rule_form),
    Action("/admin/cau-hinh/nhac-viec/{rule}", save_rule),
    Action("/admin/cau-hinh/nhac-viec/{rule}/xoa", remove_rule),
    Page("/admin/tai-len", show_upload),
    Action("/admin/tai-len", take_upload, largest=LARGEST_UPLOAD, files=1),
    Page("/admin/nhap/{draft}", show_draft),
    Action("/admin/nhap/bo-cua-toi", discard_own_drafts),
    Action("/admin/nhap/{draft}/ap-dung", apply_draft),
    Action("/admin/nhap/{draft}/bo", discard_draft),
    Action("/admin/nhap/{draft}/ghep", settle_draft),
)
