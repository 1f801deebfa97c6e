"""One mail as it looked, its attempts, and what a person can do about it; its HTML in a frame that can do nothing."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response

from scheduler.delivery import Delivery, DeliveryState, plan_retry, plan_skip
from scheduler.errors import UsageError
from scheduler.ledger import Did, PastAttempt
from scheduler.operating import ShownMail, find_mail, read_body, retry_delivery, skip_delivery
from scheduler.web.admin.asking import Asked, go_to
from scheduler.web.admin.desk import Desk
from scheduler.web.admin.mails import MailRow, make_row

_HEADERS = ("From", "To", "Reply-To", "Date", "Message-ID", "References", "List-Id")
# Whatever stands in a mail: it may be styled, and nothing else.
_SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"


@dataclass(frozen=True, slots=True)
class MailPage:
    """``mail`` None where none was written, and none can be any more."""

    row: MailRow
    subject: str
    headers: tuple[tuple[str, str], ...]
    text: str
    has_html: bool
    is_written: bool
    attempts: tuple[PastAttempt, ...]
    may_retry: bool
    may_skip: bool

    @property
    def exists(self) -> bool:
        return bool(self.headers)


def show_mail(desk: Desk, asked: Asked) -> Response:
    """Show one mail: as it was written, or as it would be at its time if nothing changes."""
    delivery = _find(desk, asked)
    mail = _read(desk, asked, delivery)
    names = desk.names()
    headers = () if mail is None else tuple((name, value) for name in _HEADERS if (value := mail.read_header(name)))
    return desk.show(
        "mail",
        asked,
        MailPage(
            row=make_row(delivery, names),
            subject="" if mail is None else mail.read_header("Subject"),
            headers=headers,
            text="" if mail is None else (read_body(mail.content, "plain") or ""),
            has_html=mail is not None and read_body(mail.content, "html") is not None,
            is_written=mail is not None and mail.is_written,
            attempts=desk.ledger.history.list_attempts(delivery.id),
            may_retry=may_retry(delivery, asked),
            may_skip=may_skip(delivery),
        ),
    )


def show_mail_html(desk: Desk, asked: Asked) -> Response:
    """Show the HTML of a mail alone, for a frame: no script, no form, no address is fetched."""
    mail = _read(desk, asked, _find(desk, asked))
    html = None if mail is None else read_body(mail.content, "html")
    if html is None:
        raise HTTPException(404)
    return HTMLResponse(html, headers={"content-security-policy": _SANDBOX, "x-frame-options": "SAMEORIGIN"})


def download_mail(desk: Desk, asked: Asked) -> Response:
    """Hand out the bytes of a mail, to open in a mail program."""
    delivery = _find(desk, asked)
    mail = _read(desk, asked, delivery)
    if mail is None:
        raise HTTPException(404)
    return Response(
        mail.content,
        media_type="message/rfc822",
        headers={"content-disposition": f'attachment; filename="thu-{delivery.id}.eml"'},
    )


def retry_mail(desk: Desk, asked: Asked) -> Response:
    """Send a mail once more, as `scheduler retry` does."""
    delivery_id = asked.number("id")
    try:
        retry_delivery(desk.ledger, delivery_id, asked.now, by=asked.by)
    except UsageError as error:
        desk.tell(asked, f"Không gửi lại được thư số {delivery_id}.", is_good=False, detail=str(error))
    else:
        desk.note(asked, Did.RETRIED, str(delivery_id))
        desk.tell(asked, f"Thư số {delivery_id} đang được gửi lại.")
    return _go_back(asked)


def skip_mail(desk: Desk, asked: Asked) -> Response:
    """Never send a mail, as `scheduler skip` does."""
    delivery_id = asked.number("id")
    try:
        skip_delivery(desk.ledger, delivery_id, asked.now, reason=f"skipped by {asked.by}")
    except UsageError as error:
        desk.tell(asked, f"Không bỏ qua được thư số {delivery_id}.", is_good=False, detail=str(error))
    else:
        desk.note(asked, Did.SKIPPED, str(delivery_id))
        desk.tell(asked, f"Thư số {delivery_id} sẽ không gửi nữa.")
    return _go_back(asked)


def may_retry(delivery: Delivery, asked: Asked) -> bool:
    """Say whether a person may send it again now."""
    try:
        plan_retry(delivery, asked.now)
    except UsageError:
        return False
    return delivery.state is not DeliveryState.RETRYING


def may_skip(delivery: Delivery) -> bool:
    """Say whether a person may keep it from going."""
    try:
        plan_skip(delivery, "")
    except UsageError:
        return False
    return True


def _go_back(asked: Asked) -> Response:
    return go_to("/admin" if asked.field("ve") == "tong-quan" else f"/admin/thu/{asked.number('id')}")


def _find(desk: Desk, asked: Asked) -> Delivery:
    delivery = desk.ledger.sending.find(asked.number("id"))
    if delivery is None:
        raise HTTPException(404)
    return delivery


def _read(desk: Desk, asked: Asked, delivery: Delivery) -> ShownMail | None:
    return find_mail(desk.ledger, delivery, lambda wanted: desk.running.compose(wanted, asked.now))
