"""A new text of a file -> a draft, or what becomes of the one being edited. Nothing that was typed is lost."""

from __future__ import annotations

from dataclasses import dataclass, replace

from scheduler.drafts import Draft, DraftFile, digest_content, read_content
from scheduler.joining import join_texts
from scheduler.web.admin.asking import Asked
from scheduler.web.admin.desk import Desk
from scheduler.web.admin.editing.people import name_admin
from scheduler.web.admin.sessions import Notice

_LONGEST_TITLE = 200


@dataclass(frozen=True, slots=True)
class Footing:
    """What an edit begins from: the file's content as it is now, or as the draft has it; None for no file."""

    file: str
    content: bytes | None
    draft: Draft | None

    @property
    def digest(self) -> str:
        return digest_content(self.content)


def find_footing(desk: Desk, file: str, draft_id: str) -> Footing:
    """Return what an editor of a file shows; of a draft that is gone, what is in force."""
    draft = desk.drafts.find(draft_id)
    drafted = find_file(draft, file)
    if drafted is not None:
        return Footing(file, drafted.after, draft)
    return Footing(file, read_content(desk.config_dir, file), draft)


def find_seen(desk: Desk, footing: Footing, digest: str) -> Footing | None:
    """Return the footing as it was shown when editing began; None where nobody knows any more what stood there."""
    if digest == footing.digest:
        return footing
    drafted = find_file(footing.draft, footing.file)
    candidates = (read_content(desk.config_dir, footing.file), desk.openings.find_content(digest))
    more = () if drafted is None else (drafted.before,)
    known = next((content for content in (*candidates, *more) if digest_content(content) == digest), None)
    return replace(footing, content=known) if known is not None or not digest else None


def keep_edit(desk: Desk, asked: Asked, footing: Footing, seen: bytes | None, ours: bytes, title: str) -> Draft:
    """Keep ``ours``, made of ``seen``, in the draft of the footing, else in a new one; return that draft."""
    desk.openings.close(asked.session, footing.file)
    if footing.draft is not None:
        draft = _go_on(desk, asked, footing.draft, DraftFile(footing.file, seen, ours))
        if draft is not None:
            return draft
        desk.tell(
            asked,
            "Bản nháp này vừa được người khác sửa ở cùng chỗ. Phần sửa của bạn được giữ thành bản nháp riêng.",
            is_good=False,
        )
    return desk.drafts.keep(asked.visitor.id, title[:_LONGEST_TITLE], (DraftFile(footing.file, seen, ours),), asked.now)


def release_draft(desk: Desk, draft: Draft) -> None:
    """Let an import be applied whose errors somebody has looked at."""
    if draft.review is not None and draft.review.held:
        desk.drafts.keep_again(replace(draft, review=replace(draft.review, held=False)), draft)


def find_file(draft: Draft | None, name: str) -> DraftFile | None:
    """Return what a draft makes of a file; None where it leaves it alone."""
    return None if draft is None else next((file for file in draft.files if file.name == name), None)


def _go_on(desk: Desk, asked: Asked, draft: Draft, edited: DraftFile) -> Draft | None:
    """Keep an edit in a draft that is kept; None where somebody else changed the same lines of it."""
    known = find_file(draft, edited.name)
    if known is None:
        files = (*draft.files, edited)
    else:
        is_seen = edited.before == known.after
        after = edited.after if is_seen else join_texts(edited.before, known.after, edited.after)
        if after is None:
            return None
        files = tuple(replace(file, after=after) if file is known else file for file in draft.files)
    # Whoever saves the text of an import has looked at what is missing in it.
    review = None if draft.review is None else replace(draft.review, held=False)
    changed = replace(draft, author=asked.visitor.id, made_at=asked.now, files=files, review=review)
    if not desk.drafts.keep_again(changed, draft):
        return None
    if draft.author != asked.visitor.id:
        desk.tell(asked, f"Bạn đã nhận bản nháp của {name_admin(desk, draft.author)} về mình.")
        for session in desk.sessions.list_of(draft.author):
            desk.sessions.leave_notice(session, _tell_taken(asked, draft))
    return changed


def _tell_taken(asked: Asked, draft: Draft) -> Notice:
    return Notice(f"{asked.visitor.name} đã nhận bản nháp «{draft.title}» của bạn về sửa tiếp.", is_good=False)
