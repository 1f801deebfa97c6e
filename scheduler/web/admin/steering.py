"""What a person decides for the service as a whole: pause and resume all mail, approve an edit that waits."""

from __future__ import annotations

from starlette.responses import Response

from scheduler.ledger import Did
from scheduler.pacing import Pause, PausedBy
from scheduler.web.admin.asking import Asked, go_to
from scheduler.web.admin.desk import Desk

_LONGEST_REASON = 300


def pause_mail(desk: Desk, asked: Asked) -> Response:
    """Let no mail go until somebody resumes, as `scheduler pause` does."""
    reason = " ".join(asked.field("ly-do").split())[:_LONGEST_REASON] or "không ghi lý do"
    desk.ledger.control.pause(Pause(PausedBy.PERSON, f"{reason} ({asked.visitor.name})", asked.now))
    desk.note(asked, Did.PAUSED, reason)
    desk.tell(asked, "Đã tạm dừng gửi thư. Thư đến giờ sẽ chờ.")
    return go_to("/admin")


def resume_mail(desk: Desk, asked: Asked) -> Response:
    """Let mail go again, as `scheduler resume` does."""
    if desk.ledger.control.resume() is None:
        desk.tell(asked, "Việc gửi thư không bị dừng.")
    else:
        desk.note(asked, Did.RESUMED, "")
        desk.tell(asked, "Thư lại được gửi.")
    return go_to("/admin")


def approve_edit(desk: Desk, asked: Asked) -> Response:
    """Approve the very edit that the page showed, as `scheduler approve` does."""
    fingerprint = asked.word("fingerprint")
    if desk.ledger.edits.approve(fingerprint, asked.now):
        desk.note(asked, Did.APPROVED, fingerprint)
        desk.tell(asked, "Đã duyệt. Thay đổi có hiệu lực trong giây lát.")
    else:
        desk.tell(asked, "Thay đổi này không còn chờ duyệt: đã được duyệt, hoặc tệp lại vừa được sửa.", is_good=False)
    return go_to("/admin")
