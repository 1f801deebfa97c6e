"""A relay that outlives its clients and writes each receipt to disk before it answers 250.

IO. Run as ``python -m tests.soak.receipt_server DIR --port N``; prints its port when it is ready, ends on SIGTERM or
SIGINT. ``DIR/receipts.jsonl`` holds one JSON object per message and recipient. An answer that a killed client no
longer read is still a receipt: that is what kill tests count.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import signal
import sys
from dataclasses import asdict, dataclass
from email.parser import BytesHeaderParser
from pathlib import Path

from scheduler.catcher import Catcher


@dataclass(frozen=True, slots=True)
class Receipt:
    """One message as it arrived for one recipient; ``message_id`` is "" where the message has none."""

    message_id: str
    recipient: str
    sha256: str


def read_receipts(directory: Path) -> tuple[Receipt, ...]:
    """Read the receipts in order of arrival; a last line without its end was never answered and is left out."""
    path = directory / "receipts.jsonl"
    if not path.exists():
        return ()
    lines = path.read_text(encoding="utf-8").split("\n")[:-1]
    return tuple(Receipt(**json.loads(line)) for line in lines)


class ReceiptFile:
    """Appends receipts, each on disk before ``append`` returns."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        path = directory / "receipts.jsonl"
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        # What a kill left of a line would spoil the next one.
        self._end = path.read_bytes().rfind(b"\n") + 1
        self._sync_folder(directory)

    def append(self, recipient: str, content: bytes) -> None:
        headers = BytesHeaderParser().parsebytes(content)
        receipt = Receipt(str(headers["Message-ID"] or "").strip(), recipient, hashlib.sha256(content).hexdigest())
        line = json.dumps(asdict(receipt), ensure_ascii=False).encode() + b"\n"
        # At the known end, so that a write that failed half way is written over.
        os.ftruncate(self._file, self._end)
        written = os.pwrite(self._file, line, self._end)
        if written != len(line):
            raise OSError(f"only {written} of {len(line)} octets were written")
        os.fsync(self._file)
        self._end += written

    def close(self) -> None:
        os.close(self._file)

    @staticmethod
    def _sync_folder(directory: Path) -> None:
        folder = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def main() -> None:
    parser = argparse.ArgumentParser(description="SMTP server that writes each receipt to disk before it answers")
    parser.add_argument("directory", type=Path)
    parser.add_argument("--port", type=int, default=0, help="0: a free one")
    arguments = parser.parse_args()
    ending = {signal.SIGTERM, signal.SIGINT}
    # Before the server's thread starts, which inherits the mask: the signals wait for sigwait.
    signal.pthread_sigmask(signal.SIG_BLOCK, ending)
    receipts = ReceiptFile(arguments.directory)
    with Catcher(None, on_message=receipts.append, port=arguments.port) as server:
        sys.stdout.write(f"{server.port}\n")
        sys.stdout.flush()
        signal.sigwait(ending)
    receipts.close()


if __name__ == "__main__":
    main()
