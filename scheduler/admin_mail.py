"""Tells the admin by mail what the service cannot mend itself: a wrong edit, a large one that waits.

IO: one short connection to the relay, in a thread of its own, so that a relay that is down delays nothing. It is a
courtesy, not a delivery: the same stands in the log and in ``scheduler status``, and it is not tried twice.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

import structlog

from scheduler.delivery import Accepted
from scheduler.errors import RelayError
from scheduler.mailer import Mailer, RelaySettings

_log = structlog.get_logger(__name__)


class AdminMail:
    """Writes to ``admin``; without one it does nothing."""

    def __init__(self, relay: RelaySettings, sender: str, admin: str | None) -> None:
        self._relay = relay
        self._sender = sender
        self._admin = admin

    def tell(self, subject: str, lines: Sequence[str], now: datetime) -> None:
        """Send a mail; return at once."""
        if self._admin is not None:
            content = compose_admin_mail(self._sender, self._admin, subject, lines, now)
            threading.Thread(target=self._send, args=(self._admin, content), name="admin-mail", daemon=True).start()

    def _send(self, admin: str, content: bytes) -> None:
        mailer = Mailer(self._relay, local_hostname=self._sender.rpartition("@")[2])
        try:
            mailer.connect()
            outcome = mailer.deliver(sender=self._sender, to=admin, content=content)
        except RelayError as error:
            _log.error("the admin could not be told by mail", problem=str(error))
            return
        finally:
            mailer.close()
        if not isinstance(outcome, Accepted):
            _log.error("the admin could not be told by mail", problem=outcome.response)


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
