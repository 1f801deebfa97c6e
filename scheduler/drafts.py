"""An edit that a person is still making, kept beside the ledger until it is put in place or thrown away.

IO. A draft holds each file it changes as it was when the edit began and as it shall be, so that what others changed
meanwhile is seen, and joined with it where both can stand:

    <state>/drafts/<id>.json
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
import threading
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from scheduler.errors import SchedulerError, UsageError
from scheduler.import_review import ImportReview, review_from_json, review_to_json
from scheduler.joining import Keep, join_texts, settle_texts
from scheduler.planfile.folder import Stamp, read_files, stamp_file
from scheduler.whole_files import keep_private, put_in_place, replace_file, write_beside

FOLDER = "drafts"
MOST_DRAFTS = 100  # of one author, so that nobody keeps the others from editing

# Plans, contacts, rules and days off, and what an import keeps; neither settings nor passwords.
_EDITABLE = re.compile(
    r"(contacts|reminders|holidays)\.yaml|plans/[a-z0-9][a-z0-9-]*\.yaml"
    r"|plans/\.imported/[a-z0-9][a-z0-9-]*(\.contacts)?\.yaml"
)
_ID = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class DraftFile:
    """One file of the configuration folder, ``name`` with slashes; None where there was or shall be none."""

    name: str
    before: bytes | None
    after: bytes | None


@dataclass(frozen=True, slots=True)
class Draft:
    """An edit by ``author`` (an admin's id); ``made_at`` is when it was last worked on.

    ``review`` is what an import found and a person should look at; None for an edit by hand.
    """

    id: str
    author: str
    title: str
    made_at: datetime
    files: tuple[DraftFile, ...]
    review: ImportReview | None = None


@dataclass(frozen=True, slots=True)
class Rebased:
    """A draft that stands on the files as they are now.

    ``joined`` names the files in which somebody else's changes were taken over, ``conflicts`` those in which both
    changed the same lines: there the draft is as it was, on the old footing.
    """

    draft: Draft
    joined: tuple[str, ...]
    conflicts: tuple[str, ...]


class OvertakenError(SchedulerError):
    """Somebody else changed the same files, or the draft, meanwhile: whoever edits looks at both, and decides.

    ``names`` are the files; () for the draft itself.
    """

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        what = ", ".join(names) or "the draft"
        super().__init__(f"{what}: changed by somebody else meanwhile; look at both, then apply again")


class UntouchableFileError(SchedulerError):
    """The system refuses a file of the configuration folder: whoever keeps the machine mends its owner and mode."""

    def __init__(self, path: Path, name: str, said: str, *, is_read: bool) -> None:
        self.name = name
        self.said = said
        self.is_read = is_read
        remedy = "mend its owner and mode" if is_read else "mend its owner and mode: the service must be able to"
        super().__init__(f"{path}: cannot be {'read' if is_read else 'written'} ({said}); {remedy}")


class TooManyDraftsError(SchedulerError):
    """An author has as many drafts as are kept of one: they apply or discard some."""

    def __init__(self) -> None:
        super().__init__(f"there are {MOST_DRAFTS} drafts already; apply or discard some")


class Drafts:
    """The drafts of one service; safe to use from several threads."""

    def __init__(self, state_dir: Path) -> None:
        self._folder = state_dir / FOLDER
        self._lock = threading.Lock()
        self._read: dict[str, tuple[Stamp, Draft]] = {}

    def keep(
        self,
        author: str,
        title: str,
        files: tuple[DraftFile, ...],
        now: datetime,
        review: ImportReview | None = None,
    ) -> Draft:
        """Keep an edit as a draft, and one that its author made before, by going back or a second click, once.

        UsageError for a file that is not edited here, TooManyDraftsError where the author has too many.
        """
        for file in files:
            check_name(file.name)
        with self._lock:
            own = [draft for draft in self.list_drafts() if draft.author == author]
            same = next((one for one in own if (one.files, one.review) == (files, review)), None)
            if same is None and len(own) >= MOST_DRAFTS:
                raise TooManyDraftsError
            draft = Draft(secrets.token_hex(8) if same is None else same.id, author, title, now, files, review)
            self._write(draft)
        return draft

    def keep_again(self, draft: Draft, known: Draft) -> bool:
        """Keep what has become of ``known``; False, and nothing kept, where it is gone or another by now."""
        with self._lock:
            if self.find(draft.id) != known:
                return False
            self._write(draft)
        return True

    def find(self, draft_id: str) -> Draft | None:
        """Return a draft; None where it is gone, or cannot be read any more."""
        if not _ID.fullmatch(draft_id):
            return None
        path = self._find_path(draft_id)
        stamp = stamp_file(path)
        known = self._read.get(draft_id)
        if known is not None and stamp and known[0] == stamp:
            return known[1]
        try:
            draft = _read(draft_id, path.read_text("utf-8"))
        except (OSError, ValueError, KeyError, TypeError):
            self._read.pop(draft_id, None)
            return None
        self._read[draft_id] = (stamp, draft)
        return draft

    def list_drafts(self) -> tuple[Draft, ...]:
        """Return the drafts, the one worked on last first."""
        found = [draft for draft_id in self._list_ids() if (draft := self.find(draft_id)) is not None]
        return tuple(sorted(found, key=lambda draft: (draft.made_at, draft.id), reverse=True))

    def discard(self, draft_id: str) -> bool:
        """Throw a draft away; False where it was gone already."""
        if not _ID.fullmatch(draft_id):
            return False
        try:
            self._find_path(draft_id).unlink()
        except FileNotFoundError:
            return False
        self._read.pop(draft_id, None)
        return True

    def put_in_place(self, config_dir: Path, draft: Draft, note: Callable[[], None] = lambda: None) -> None:
        """Write a draft's files into the configuration folder, each whole, and discard it.

        OvertakenError, and nothing written, where a file is no longer as the draft knows it, or the draft no longer as
        it is kept. Where one cannot be put in place, those before it are put back. ``note`` is called as soon as
        nothing stands in the way.
        """
        with self._lock:
            if self.find(draft.id) != draft:
                # What was saved into it meanwhile would be discarded with it.
                raise OvertakenError(())
            overtaken = tuple(
                f.name for f in draft.files if read_content(config_dir, f.name) not in (f.before, f.after)
            )
            if overtaken:
                raise OvertakenError(overtaken)
            with ExitStack() as unfinished:
                ready = _write_beside(config_dir, draft.files, unfinished)
                # Before the first file: whoever follows the folder finds who wrote it.
                note()
                _put_in_place(config_dir, ready)
            self.discard(draft.id)

    def _list_ids(self) -> tuple[str, ...]:
        try:
            names = [path.stem for path in self._folder.iterdir() if path.suffix == ".json"]
        except FileNotFoundError:
            return ()
        return tuple(name for name in names if _ID.fullmatch(name))

    def _find_path(self, draft_id: str) -> Path:
        return self._folder / f"{draft_id}.json"

    def _write(self, draft: Draft) -> None:
        content = {
            "author": draft.author,
            "title": draft.title,
            "made_at": draft.made_at.isoformat(),
            "files": [[file.name, _encode(file.before), _encode(file.after)] for file in draft.files],
            "review": None if draft.review is None else review_to_json(draft.review),
        }
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            replace_file(self._find_path(draft.id), json.dumps(content).encode(), keep_private)
        except OSError as error:
            raise SchedulerError(
                f"{self._folder}: the draft cannot be kept ({error.strerror}); free or mend the disk"
            ) from error


def check_name(name: str) -> None:
    """Raise UsageError for a file that is not edited in drafts."""
    if not _EDITABLE.fullmatch(name):
        raise UsageError(f"'{name}' is not edited here; edit it in the configuration folder itself")


def lay_over(config_dir: Path, files: tuple[DraftFile, ...], folder: Path) -> None:
    """Copy the configuration into the empty ``folder`` with the files of a draft on top, to look what it would be.

    Only the service's user may read the copy.
    """
    (folder / "plans").mkdir(mode=0o700)
    changed = {file.name: file.after for file in files}
    kept = {file.name: file.content for file in read_files(config_dir).files}
    for name, content in {**kept, **changed}.items():
        if content is not None:
            path = folder / name
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_bytes(content)


def rebase_draft(config_dir: Path, draft: Draft) -> Rebased:
    """Set a draft on the files as they are now, and join what others changed where both can stand."""
    files: list[DraftFile] = []
    joined: list[str] = []
    conflicts: list[str] = []
    for file in draft.files:
        now = read_content(config_dir, file.name)
        if now in (file.before, file.after):
            files.append(replace(file, before=now))
            continue
        merged = join_texts(file.before, now, file.after)
        (conflicts if merged is None else joined).append(file.name)
        files.append(file if merged is None else DraftFile(file.name, now, merged))
    return Rebased(replace(draft, files=tuple(files)), tuple(joined), tuple(conflicts))


def settle_conflict(config_dir: Path, file: DraftFile, keep: Keep) -> DraftFile:
    """Set a file on what it is now; where both changed the same lines, those of ``keep`` stand."""
    now = read_content(config_dir, file.name)
    if now is None or file.after is None:
        return DraftFile(file.name, now, now if keep is Keep.THEIRS else file.after)
    return DraftFile(file.name, now, settle_texts(file.before or b"", now, file.after, keep))


def digest_content(content: bytes | None) -> str:
    """Return a name for what stands in a file, "" for none."""
    return "" if content is None else hashlib.sha256(content).hexdigest()


def name_draft(draft: Draft) -> str:
    """Return a name for what a draft makes of which files: another one as soon as any of them is other."""
    parts = (f"{f.name}\0{digest_content(f.before)}\0{digest_content(f.after)}\n" for f in draft.files)
    return hashlib.sha256("".join(parts).encode()).hexdigest()


def read_content(config_dir: Path, name: str) -> bytes | None:
    """Return what stands in a file of the configuration folder; None where there is none."""
    path = config_dir / name
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UntouchableFileError(path, name, error.strerror or "", is_read=True) from error


def _write_beside(
    config_dir: Path, files: tuple[DraftFile, ...], unfinished: ExitStack
) -> list[tuple[DraftFile, Path | None]]:
    """Write each file beside its place; return where, None for one that is to go.

    A full disk is met before the first is replaced, and whoever follows the folder sees all replaced at once, however
    slow the disk is. ``unfinished`` removes what was not put in place.
    """
    ready: list[tuple[DraftFile, Path | None]] = []
    for file in files:
        path = config_dir / file.name
        try:
            written = None if file.after is None else write_beside(path, file.after)
        except OSError as error:
            raise UntouchableFileError(path, file.name, error.strerror or "", is_read=False) from error
        if written is not None:
            unfinished.callback(written.unlink, missing_ok=True)
        ready.append((file, written))
    return ready


def _put_in_place(config_dir: Path, ready: list[tuple[DraftFile, Path | None]]) -> None:
    """Let each file be what was written for it; where one cannot be, those before it are put back."""
    done: list[DraftFile] = []
    for file, written in ready:
        path = config_dir / file.name
        try:
            if written is None:
                path.unlink(missing_ok=True)
            else:
                put_in_place(written, path)
        except OSError as error:
            for each in done:
                with suppress(OSError):
                    _restore(config_dir / each.name, each.before)
            raise UntouchableFileError(path, file.name, error.strerror or "", is_read=False) from error
        done.append(file)


def _restore(path: Path, content: bytes | None) -> None:
    if content is None:
        path.unlink(missing_ok=True)
    else:
        replace_file(path, content)


def _encode(content: bytes | None) -> str | None:
    return None if content is None else base64.b64encode(content).decode("ascii")


def _read(draft_id: str, text: str) -> Draft:
    content = json.loads(text)
    files = tuple(
        DraftFile(name, *(None if part is None else base64.b64decode(part) for part in parts))
        for name, *parts in content["files"]
    )
    made_at = datetime.fromisoformat(content["made_at"])
    review = None if content.get("review") is None else review_from_json(content["review"])
    return Draft(draft_id, str(content["author"]), str(content["title"]), made_at, files, review)
