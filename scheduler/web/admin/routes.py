"""Every page and action of the office, one line each: a new one is a function and a line here."""

from __future__ import annotations

from scheduler.web.admin.addresses import give_address, revoke_address, show_addresses
from scheduler.web.admin.asking import Action, Page
from scheduler.web.admin.downloads import download_table
from scheduler.web.admin.editing.routes import EDITING
from scheduler.web.admin.mail_page import download_mail, retry_mail, show_mail, show_mail_html, skip_mail
from scheduler.web.admin.mails import show_mails
from scheduler.web.admin.overview import show_overview
from scheduler.web.admin.reports import mark_report, show_reports
from scheduler.web.admin.steering import approve_edit, pause_mail, resume_mail
from scheduler.web.admin.trail import show_actions, show_answers, show_edit, show_edits, show_marks
from scheduler.web.admin.visits import show_visits

PAGES: tuple[Page | Action, ...] = (
    Page("/admin", show_overview),
    Page("/admin/", show_overview),
    Action("/admin/tam-dung", pause_mail),
    Action("/admin/gui-tiep", resume_mail),
    Action("/admin/duyet/{fingerprint}", approve_edit),
    Page("/admin/bao-cao", show_reports),
    Action("/admin/bao-cao/{plan}/{report}", mark_report),
    Page("/admin/kiem-tra", show_visits),
    Page("/admin/thu", show_mails),
    Page("/admin/thu/bang.{kind}", download_table),
    Page("/admin/thu/{id:int}", show_mail),
    Page("/admin/thu/{id:int}/html", show_mail_html),
    Page("/admin/thu/{id:int}/eml", download_mail),
    Action("/admin/thu/{id:int}/gui-lai", retry_mail),
    Action("/admin/thu/{id:int}/bo-qua", skip_mail),
    Page("/admin/lich", show_addresses),
    Action("/admin/lich/cap", give_address),
    Action("/admin/lich/{id:int}/thu-hoi", revoke_address),
    Page("/admin/nhat-ky", show_edits),
    Page("/admin/nhat-ky/tep/{id:int}", show_edit),
    Page("/admin/nhat-ky/thao-tac", show_actions),
    Page("/admin/nhat-ky/bao-cao", show_marks),
    Page("/admin/nhat-ky/tra-loi", show_answers),
    *EDITING,
)
