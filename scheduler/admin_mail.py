"""Tells the admin by mail what the service cannot mend itself: a wrong edit, a large one that waits.

IO: short connections to the relay, in a thread of its own, so that a relay that is down delays nothing. A mail is tried
until it went, in memory: it is no delivery, and the same stands in the log and in ``scheduler status``.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

import structlog

from scheduler.delivery import Accepted, Temporary, Withheld
from scheduler.errors import Problem, RelayError
from scheduler.mailer import Mailer, RelaySettings
from scheduler.vietnamese import translate, word_problem

RETRY_SECONDS = 60.0
LONGEST_RETRY_SECONDS = 3600.0

_log = structlog.get_logger(__name__)


class AdminMail:
    """Writes to ``admin``; without one it does nothing. Of one subject only the newest mail still waits to go."""

    def __init__(self, relay: RelaySettings, sender: str, admin: str | None, *, retry: float = RETRY_SECONDS) -> None:
        self._relay = relay
        self._sender = sender
        self._admin = admin
        self._retry = retry
        self._turn = threading.Condition()
        self._waiting: dict[str, bytes] = {}
        self._thread: threading.Thread | None = None
        self._stopping = False

    def tell(self, subject: str, lines: Sequence[str], now: datetime) -> None:
        """Send a mail, and try again until it went; return at once."""
        if self._admin is None:
            return
        content = compose_admin_mail(self._sender, self._admin, subject, lines, now)
        with self._turn:
            self._waiting[subject] = content
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, args=(self._admin,), name="admin-mail", daemon=True)
                self._thread.start()
            self._turn.notify_all()

    def stop(self) -> None:
        """Try no longer; idempotent. What has not gone stands in the log."""
        with self._turn:
            self._stopping = True
            self._turn.notify_all()

    def _run(self, admin: str) -> None:
        pause = self._retry
        while True:
            with self._turn:
                self._turn.wait_for(lambda: bool(self._waiting) or self._stopping)
                if self._stopping:
                    return
                waiting = dict(self._waiting)
            for subject, content in waiting.items():
                if self._try(admin, content):
                    pause = self._retry
                    with self._turn:
                        # Not a newer one of the same subject that came meanwhile.
                        if self._waiting.get(subject) is content:
                            del self._waiting[subject]
            with self._turn:
                untried = any(waiting.get(subject) is not content for subject, content in self._waiting.items())
                if self._waiting and not untried and not self._stopping:
                    self._turn.wait(pause)
                    pause = min(2 * pause, LONGEST_RETRY_SECONDS)

    def _try(self, admin: str, content: bytes) -> bool:
        """Send a mail; False where it may go later."""
        mailer = Mailer(self._relay, local_hostname=self._sender.rpartition("@")[2])
        try:
            mailer.connect()
            outcome = mailer.deliver(sender=self._sender, to=admin, content=content)
        except RelayError as error:
            _log.warning("the admin could not be told by mail yet", problem=str(error))
            return False
        finally:
            mailer.close()
        if isinstance(outcome, Temporary | Withheld):
            _log.warning("the admin could not be told by mail yet", problem=outcome.response)
            return False
        if not isinstance(outcome, Accepted):
            _log.error("the admin could not be told by mail", problem=outcome.response)
        return True


def tell_wrong_edit(problems: Sequence[Problem]) -> tuple[str, ...]:
    """Return the lines of a mail about an edit that is wrong: each problem with its place and remedy."""
    return (
        "Cấu hình vừa lưu có chỗ sai, nên bản đúng gần nhất vẫn đang chạy. Sửa xong và lưu lại là có hiệu lực.",
        "",
        *map(word_problem, problems),
    )


def tell_large_edit(fingerprint: str, reasons: Sequence[str], public_url: str) -> tuple[str, ...]:
    """Return the lines of a mail about an edit that waits for approval."""
    return (
        "Thay đổi vừa lưu lớn hơn mức tự áp dụng, nên chờ người duyệt. Chưa có lịch hay thư nào đổi.",
        "",
        *(translate(reason).text for reason in reasons),
        "",
        f"Xem và duyệt: {public_url}/admin",
        f"Hoặc: scheduler diff, rồi scheduler approve {fingerprint}",
    )


def compose_admin_mail(sender: str, admin: str, subject: str, lines: Sequence[str], now: datetime) -> bytes:
    """Return a plain mail; ``lines`` may hold whatever an admin wrote, it stays in the body."""
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = admin
    message["Subject"] = subject
    message["Date"] = format_datetime(now)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content("\n".join(lines) + "\n", cte="base64")
    return message.as_bytes()
