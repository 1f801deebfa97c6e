"""What becomes of a draft: applied as it was shown, joined with what somebody else saved, or thrown away."""

from __future__ import annotations

from dataclasses import replace

from starlette.exceptions import HTTPException
from starlette.responses import Response

from scheduler.drafts import Draft, OvertakenError, name_draft, rebase_draft, settle_conflict
from scheduler.joining import Keep
from scheduler.ledger import Action, Did
from scheduler.trail import name_version
from scheduler.web.admin.asking import Asked, go_to
from scheduler.web.admin.desk import Desk, Trial
from scheduler.web.admin.editing.files import GONE, PATH, is_edited_here
from scheduler.web.admin.editing.people import find_saver, tell_editors
from scheduler.web.admin.editing.text_editor import link_draft, link_text
from scheduler.web.admin.sessions import Notice

_KEEPS = {"toi": Keep.OURS, "kia": Keep.THEIRS, "ca-hai": Keep.BOTH}


def apply_draft(desk: Desk, asked: Asked) -> Response:
    """Put a draft in place, where it is still what was shown, nothing is wrong with it, and nobody was quicker."""
    draft = desk.drafts.find(asked.word("draft"))
    if draft is None:
        desk.tell(asked, GONE, is_good=False)
        return go_to(PATH)
    review = go_to(link_draft(draft.id))
    rebased = rebase_draft(desk.config_dir, draft)
    if rebased.conflicts or (draft.review is not None and draft.review.held):
        return review
    if name_draft(rebased.draft) != asked.field("ban"):
        desk.tell(asked, _word_overtaken(desk, rebased.joined), is_good=False)
        return review
    trial = desk.running.try_draft(rebased.draft, asked.now)
    if trial.problems:
        return review
    if rebased.draft != draft and not desk.drafts.keep_again(rebased.draft, draft):
        return review
    try:
        desk.drafts.put_in_place(desk.config_dir, rebased.draft, lambda: _note(desk, asked, rebased.draft))
    except OvertakenError as error:
        desk.tell(asked, _word_overtaken(desk, error.names), is_good=False)
        return review
    return _tell_applied(desk, asked, rebased.draft, trial)


def discard_draft(desk: Desk, asked: Asked) -> Response:
    """Throw a draft away that is still what was shown; its author is told where that is somebody else."""
    draft = desk.drafts.find(asked.word("draft"))
    if draft is not None and name_draft(draft) != asked.field("ban"):
        desk.tell(asked, _word_overtaken(desk, ()), is_good=False)
        return go_to(link_draft(draft.id))
    if draft is None or not desk.drafts.discard(draft.id):
        desk.tell(asked, GONE, is_good=False)
        return go_to(PATH)
    desk.ledger.actions.add(Action(asked.now, asked.by, Did.DISCARDED, draft.title))
    if draft.author != asked.visitor.id:
        for session in desk.sessions.list_of(draft.author):
            notice = Notice(f"{asked.visitor.name} đã bỏ bản nháp «{draft.title}» của bạn.", is_good=False)
            desk.sessions.leave_notice(session, notice)
    desk.tell(asked, f"Đã bỏ bản nháp «{draft.title}». Không có gì thay đổi.")
    return go_to(PATH)


def discard_own_drafts(desk: Desk, asked: Asked) -> Response:
    """Throw all drafts of the visitor away."""
    own = [draft for draft in desk.drafts.list_drafts() if draft.author == asked.visitor.id]
    for draft in own:
        if desk.drafts.discard(draft.id):
            desk.ledger.actions.add(Action(asked.now, asked.by, Did.DISCARDED, draft.title))
    desk.tell(asked, f"Đã bỏ {len(own)} bản nháp của bạn. Không có gì thay đổi.")
    return go_to(PATH)


def settle_draft(desk: Desk, asked: Asked) -> Response:
    """Set one file of a draft on what somebody else made of it; where lines clash, as the visitor chose."""
    draft, keep = desk.drafts.find(asked.word("draft")), _KEEPS.get(asked.field("giu"))
    if draft is None:
        desk.tell(asked, GONE, is_good=False)
        return go_to(PATH)
    file = next((file for file in draft.files if file.name == asked.field("tep")), None)
    if file is None or keep is None:
        raise HTTPException(404)
    settled = settle_conflict(desk.config_dir, file, keep)
    files = tuple(settled if each is file else each for each in draft.files)
    changed = replace(draft, author=asked.visitor.id, made_at=asked.now, files=files)
    if not desk.drafts.keep_again(changed, draft):
        desk.tell(asked, "Bản nháp vừa được người khác sửa; xin xem lại.", is_good=False)
        return go_to(link_draft(draft.id))
    if keep is Keep.BOTH and settled.after is not None and is_edited_here(file.name):
        line = settled.after.decode("utf-8", "replace").split("# ↓ ")[0].count("\n") + 1
        return go_to(link_text(file.name, draft.id, line))
    return go_to(link_draft(draft.id))


def _note(desk: Desk, asked: Asked, draft: Draft) -> None:
    for file in draft.files:
        if file.before != file.after:
            about = name_version(file.name, file.after)
            desk.ledger.actions.add(Action(asked.now, asked.by, Did.EDITED, about))


def _tell_applied(desk: Desk, asked: Asked, draft: Draft, trial: Trial) -> Response:
    names = tuple(file.name for file in draft.files if is_edited_here(file.name))
    tell_editors(
        desk,
        asked,
        names,
        f"{asked.visitor.name} vừa áp dụng thay đổi ở {', '.join(names)}. Khi bạn lưu, hai phần sửa sẽ được ghép; "
        "chỗ trùng nhau sẽ được hỏi.",
    )
    desk.look_anew()
    if trial.differences.reasons:
        desk.tell(
            asked,
            "Đã lưu. Thay đổi lớn nên chờ duyệt: đến lúc đó cấu hình trước vẫn chạy, chưa ai nhận được thư.",
        )
        return go_to("/admin")
    desk.tell(asked, "Đã áp dụng. Thay đổi có hiệu lực trong vài giây.")
    return go_to(PATH)


def _word_overtaken(desk: Desk, names: tuple[str, ...]) -> str:
    savers = "; ".join(f"{name}: {find_saver(desk, name)}" for name in names)
    if not savers:
        return "Bản nháp đã đổi từ khi bạn mở trang này. Xin xem lại rồi quyết định."
    return f"Tệp vừa được người khác sửa ({savers}). Phần sửa đó đã được ghép vào đây; xin xem lại rồi áp dụng."
