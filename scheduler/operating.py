"""What a person does with single deliveries and mails, from the command line and from the pages alike.

Shell: reads a row, lets ``delivery`` decide, writes the decision.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy

from scheduler.delivery import Delivery, Verdict, plan_retry, plan_skip
from scheduler.errors import UsageError
from scheduler.ledger import Ledger


def retry_delivery(ledger: Ledger, delivery_id: int, now: datetime, *, by: str) -> Delivery:
    """Send a delivery once more; return it as it was before. UsageError says why it cannot be."""
    return _move(ledger, delivery_id, now, lambda delivery: plan_retry(delivery, now, by=by))


def skip_delivery(ledger: Ledger, delivery_id: int, now: datetime, *, reason: str) -> Delivery:
    """Never send a delivery; return it as it was before. UsageError says why it cannot be."""
    return _move(ledger, delivery_id, now, lambda delivery: plan_skip(delivery, reason))


def _move(ledger: Ledger, delivery_id: int, now: datetime, decide: Callable[[Delivery], Verdict]) -> Delivery:
    delivery = ledger.sending.find(delivery_id)
    if delivery is None:
        raise UsageError(f"there is no delivery {delivery_id}; see: scheduler history")
    ledger.sending.move_unsent(delivery, decide(delivery), now)
    return delivery


@dataclass(frozen=True, slots=True)
class ShownMail:
    """The bytes of one delivery's mail; ``is_written`` where they are as they were sent, else as they would be."""

    content: bytes
    is_written: bool

    def read_header(self, name: str) -> str:
        """Return a header as people read it, "" where there is none."""
        return str(message_from_bytes(self.content, policy=policy.default).get(name, ""))


def find_mail(ledger: Ledger, delivery: Delivery, compose: Callable[[Delivery], bytes | None]) -> ShownMail | None:
    """Return the mail of a delivery: as it was written, else as ``compose`` would write it.

    None where none was written, and ``compose`` gives none because its plan or its reader is gone.
    """
    frozen = ledger.sending.find_message(delivery.id)
    if frozen is not None:
        return ShownMail(frozen.content, is_written=True)
    content = compose(delivery)
    return None if content is None else ShownMail(content, is_written=False)


def read_body(content: bytes, kind: str) -> str | None:
    """Return the "plain" or "html" text of a mail with single line ends; None where it has none."""
    part = message_from_bytes(content, policy=policy.default).get_body((kind,))
    return None if part is None else str(part.get_content()).replace("\r\n", "\n")
