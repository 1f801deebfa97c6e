"""A document that is handed in: read in a process of its own, imported into a copy, and kept as a draft to be reviewed.

The document itself is not kept: once it is read, the draft holds what became of it, and the words that findings are
about.
"""

from __future__ import annotations

import re
import tempfile
import threading
from dataclasses import dataclass, replace
from pathlib import Path

from starlette.datastructures import UploadFile
from starlette.responses import Response

from scheduler.documents import MAX_BYTES, read_document
from scheduler.drafts import DraftFile, lay_over, read_content
from scheduler.errors import DocumentError, SchedulerError, UsageError
from scheduler.import_review import review_import
from scheduler.importing import understand_document, write_draft
from scheduler.intake.draft import Draft as Extraction
from scheduler.merging import Change
from scheduler.model import Finding, Severity
from scheduler.planfile.read import CONTACTS, PLANS
from scheduler.planfile.values import read_id
from scheduler.web.admin.asking import Asked, go_to
from scheduler.web.admin.desk import Desk
from scheduler.web.admin.editing.forms import WRONG, Fault
from scheduler.web.admin.editing.text_editor import link_draft

PATH = "/admin/tai-len"
LARGEST_UPLOAD = MAX_BYTES + 64 * 1024
_KEPT = f"{PLANS}/.imported"
_PATIENCE_SECONDS = 30.0
_LONGEST_NAME = 120

_reading = threading.Lock()


@dataclass(frozen=True, slots=True)
class UploadPage:
    """``said`` is the reader's own sentence about a document that cannot be imported, "" where there is none."""

    faults: tuple[Fault, ...]
    said: str
    plan_id: str
    replaces: bool
    megabytes: int

    def fault(self, name: str) -> str:
        return next((fault.words for fault in self.faults if fault.field == name), "")


class RefusedUploadError(SchedulerError):
    """The document cannot be imported: whoever hands it in mends it; ``said`` is the reader's own sentence."""

    def __init__(self, fault: Fault, said: str = "") -> None:
        self.fault = fault
        self.said = said
        super().__init__(fault.words)


def show_upload(desk: Desk, asked: Asked) -> Response:
    """Show where a document is handed in."""
    return _show(desk, asked, None)


def take_upload(desk: Desk, asked: Asked) -> Response:
    """Import a document into a copy of the configuration, and keep what that changes as a draft."""
    try:
        name, content = _read_upload(asked)
        plan_id = _read_id(asked.field("ma"))
        if not _reading.acquire(timeout=_PATIENCE_SECONDS):
            raise SchedulerError("other documents are being read; try again in a moment")
        try:
            draft_id = _import(desk, asked, name, content, plan_id)
        finally:
            _reading.release()
    except RefusedUploadError as refused:
        return _show(desk, asked, refused)
    return go_to(link_draft(draft_id))


def _show(desk: Desk, asked: Asked, refused: RefusedUploadError | None) -> Response:
    page = UploadPage(
        faults=() if refused is None else (refused.fault,),
        said="" if refused is None else refused.said,
        plan_id=asked.field("ma"),
        replaces=asked.field("thay") == "1",
        megabytes=MAX_BYTES // (1024 * 1024),
    )
    return desk.show("upload", asked, page, 200 if refused is None else WRONG)


def _read_upload(asked: Asked) -> tuple[str, bytes]:
    uploaded = asked.form.get("tep")
    if not isinstance(uploaded, UploadFile) or not uploaded.filename:
        raise RefusedUploadError(Fault("tep", "Chưa chọn tài liệu."))
    content = uploaded.file.read()
    if not content:
        raise RefusedUploadError(Fault("tep", "Tài liệu trống."))
    if len(content) > MAX_BYTES:
        raise RefusedUploadError(Fault("tep", f"Tài liệu lớn hơn {MAX_BYTES // (1024 * 1024)} MB."))
    # The name stands in sentences and as a file's name: nothing of it may lead elsewhere.
    name = re.sub(r"[^\w .()-]", "_", uploaded.filename.replace("\\", "/").rpartition("/")[2]).strip(". ")
    return name[-_LONGEST_NAME:] or "tai-lieu", content


def _read_id(typed: str) -> str | None:
    try:
        return read_id(typed) if typed else None
    except ValueError:
        words = f"Mã «{typed}»: chỉ dùng chữ a-z không dấu, chữ số và gạch nối, như kiem-tra-2025."
        raise RefusedUploadError(Fault("ma", words)) from None


def _import(desk: Desk, asked: Asked, name: str, content: bytes, plan_id: str | None) -> str:
    """Return the id of the draft that holds what importing changes."""
    with tempfile.TemporaryDirectory(prefix="scheduler-upload-") as scratch:
        path, config = Path(scratch) / "document" / name, Path(scratch) / "config"
        path.parent.mkdir()
        path.write_bytes(content)
        _copy_configuration(desk.config_dir, config)
        try:
            document = read_document(path)
            extraction = understand_document(document, config, plan_id=plan_id, now=asked.now)
        except DocumentError as error:
            said = str(error).removeprefix(f"{path.parent}/").removeprefix(f"{name}: ")
            raise RefusedUploadError(Fault("tep", f"Không lấy được kế hoạch từ «{name}»."), said) from None
        before = {file: read_content(config, file) for file in _list_files(extraction.plan.id)}
        is_there, replaces = before[f"{PLANS}/{extraction.plan.id}.yaml"] is not None, asked.field("thay") == "1"
        if extraction.has_errors and is_there and not replaces:
            # What was left out for its errors would look as if the document had dropped it.
            findings, changes = extraction.findings, None
        else:
            findings, changes = _write(extraction, config, replaces=replaces)
        # The copy is gone in a moment: its files are named as those that they will be.
        findings = tuple(replace(one, message=one.message.replace(f"{config}/", "")) for one in findings)
        after = {file: read_content(config, file) for file in before}
        review = review_import(document, extraction.plan.id, findings, changes, held=extraction.has_errors)
    files = tuple(DraftFile(file, before[file], after[file]) for file in before if before[file] != after[file])
    draft = desk.drafts.keep(asked.visitor.id, f"Tài liệu {name}", files, asked.now, review)
    return draft.id


def _write(
    extraction: Extraction, config: Path, *, replaces: bool
) -> tuple[tuple[Finding, ...], tuple[Change, ...] | None]:
    """Write plan, contacts and kept extraction, as of a plan without errors: the draft is held as a whole instead."""
    errors = tuple(finding for finding in extraction.findings if finding.severity is Severity.ERROR)
    others = tuple(finding for finding in extraction.findings if finding.severity is not Severity.ERROR)
    try:
        imported = write_draft(replace(extraction, findings=others), config, out=None, force=replaces)
    except UsageError:
        words = f"Đã có kế hoạch {extraction.plan.id} không phải từ tài liệu này: ghi mã khác, hoặc chọn thay hẳn."
        raise RefusedUploadError(Fault("ma", words)) from None
    return (*errors, *imported.draft.findings), imported.changes


def _copy_configuration(config_dir: Path, folder: Path) -> None:
    """Copy what an import reads: the configuration, and what earlier imports kept."""
    folder.mkdir()
    lay_over(config_dir, (), folder)
    (folder / _KEPT).mkdir()
    for path in (config_dir / _KEPT).glob("*.yaml"):
        (folder / _KEPT / path.name).write_bytes(path.read_bytes())


def _list_files(plan_id: str) -> tuple[str, ...]:
    """Return the files that an import of this plan may write, in the order in which they are put in place.

    The plan after its contacts, and the base last: where that is cut short, the same document can be handed in again.
    """
    kept = (f"{_KEPT}/{plan_id}.contacts.yaml", f"{_KEPT}/{plan_id}.yaml")
    return (CONTACTS, f"{PLANS}/{plan_id}.yaml", *kept)
