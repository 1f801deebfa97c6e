"""The receipt server of the soak tests: each receipt is on disk before the sender hears 250."""

from __future__ import annotations

import hashlib
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scheduler.mailer import Accepted
from tests.integration.scripted_relay import deliver, mailer_to
from tests.soak.receipt_server import Receipt, ReceiptFile, read_receipts

ROOT = Path(__file__).parents[2]


@contextmanager
def receipt_server(directory: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    command = [sys.executable, "-m", "tests.soak.receipt_server", str(directory), "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process, int(process.stdout.readline())
        finally:
            process.kill()


def make_mail(number: int) -> tuple[bytes, Receipt]:
    content = f"Message-ID: <{number}@plans.example>\r\n\r\n.body {number}\r\n".encode()
    return content, Receipt(f"<{number}@plans.example>", "office@unit.example", hashlib.sha256(content).hexdigest())


def test_a_receipt_is_on_disk_when_the_mail_is_accepted_and_survives_a_kill(tmp_path: Path) -> None:
    mails = [make_mail(number) for number in range(3)]
    with receipt_server(tmp_path) as (process, port), mailer_to(port) as mailer:
        for count, (content, _) in enumerate(mails, 1):
            assert deliver(mailer, content=content) == Accepted("250 2.0.0 stored")
            assert read_receipts(tmp_path) == tuple(receipt for _, receipt in mails[:count])
        process.kill()
        process.wait(10)
    content, receipt = make_mail(3)
    with receipt_server(tmp_path) as (_, port), mailer_to(port) as mailer:
        deliver(mailer, content=content)
    assert read_receipts(tmp_path) == (*(receipt for _, receipt in mails), receipt)


def test_the_receipt_server_survives_a_client_that_dies_and_ends_on_sigterm(tmp_path: Path) -> None:
    with receipt_server(tmp_path) as (process, port):
        with socket.create_connection(("127.0.0.1", port), 10) as client:
            client.sendall(b"EHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<a@unit.example>\r\nDATA\r\nhalf a mail\r\n")
        content, receipt = make_mail(1)
        with mailer_to(port) as mailer:
            deliver(mailer, content=content)
        process.terminate()
        assert process.wait(10) == 0
    assert read_receipts(tmp_path) == (receipt,)


def test_a_torn_last_line_is_no_receipt_and_does_not_spoil_the_next(tmp_path: Path) -> None:
    assert read_receipts(tmp_path) == ()
    content, receipt = make_mail(1)
    receipts = ReceiptFile(tmp_path)
    receipts.append(receipt.recipient, content)
    receipts.close()
    with (tmp_path / "receipts.jsonl").open("a") as file:
        file.write('{"message_id": "<2@pl')
    assert read_receipts(tmp_path) == (receipt,)
    receipts = ReceiptFile(tmp_path)
    receipts.append(receipt.recipient, content)
    receipts.close()
    assert read_receipts(tmp_path) == (receipt, receipt)
