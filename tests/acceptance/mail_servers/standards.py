"""What the standards ask of a mail as it was received; nothing of the program's own code has a say.

RFC 5322 (sections 2.1.1, 3.6), RFC 2045 to 2047, RFC 3834, RFC 2919, RFC 6047.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.utils import parseaddr

# How often each header may stand (RFC 5322 section 3.6); ours stand once each.
ONCE = (
    "From", "To", "Reply-To", "Date", "Message-ID", "In-Reply-To", "References", "Subject", "MIME-Version",
    "Content-Type", "Auto-Submitted", "X-Auto-Response-Suppress", "List-Id",
)  # fmt: skip
# What Postfix and its delivery put in front.
TRACE = ("Return-Path", "X-Original-To", "Delivered-To", "Received")

_MESSAGE_ID = re.compile(r"<[0-9a-f]{32}@[a-z0-9.-]+>")


def split_trace(content: bytes) -> tuple[bytes, bytes]:
    """Return the headers that the servers put in front of a mail, and the mail itself, both with CRLF."""
    lines = content.replace(b"\r\n", b"\n").split(b"\n")
    end = 0
    for number, line in enumerate(lines):
        if line.partition(b":")[0].decode("latin-1") in TRACE or line[:1] in {b" ", b"\t"}:
            end = number + 1
        else:
            break
    return b"\r\n".join((*lines[:end], b"")), b"\r\n".join(lines[end:])


def list_faults(content: bytes) -> Iterator[str]:
    """Name whatever breaks a rule; nothing where all is well. ``content`` is a mail without trace headers."""
    if not content.isascii():
        yield "an octet of eight bits in a mail that announces none"
    if re.search(rb"(?<!\r)\n|\r(?!\n)", content):
        yield "a line end that is not CRLF"
    if max(map(len, content.split(b"\r\n"))) > 78:
        yield "a line of more than 78 characters"
    head = content.partition(b"\r\n\r\n")[0]
    yield from (f"an encoded word of more than 75: {word!r}" for word in re.findall(rb"=\?\S{72,}\?=", head))
    plain = message_from_bytes(content)
    yield from (f"{name} stands {count} times" for name in ONCE if (count := len(plain.get_all(name, []))) != 1)
    if plain["Message-ID"] and not _MESSAGE_ID.fullmatch(plain["Message-ID"]):
        yield f"Message-ID {plain['Message-ID']}"
    if plain["References"] != plain["In-Reply-To"]:
        yield "References and In-Reply-To name different roots"
    if (plain["Auto-Submitted"], plain["X-Auto-Response-Suppress"]) != ("auto-generated", "All"):
        yield "machines are not asked to keep silent"
    for part in message_from_bytes(content, policy=policy.default).walk():
        yield from (f"{part.get_content_type()}: {type(defect).__name__}" for defect in part.defects)
        yield from (
            f"{name}: {type(defect).__name__}"
            for name, value in part.items()
            for defect in getattr(value, "defects", ())
        )
        if part.get_content_maintype() == "text" and part.get_content_charset() != "utf-8":
            yield f"{part.get_content_type()} in {part.get_content_charset()}"


def read_parts(content: bytes) -> dict[str, bytes]:
    """Return the decoded content of each part by its MIME type; a mail of ours has one of each."""
    parts = {}
    for part in message_from_bytes(content).walk():
        payload = part.get_payload(decode=True)
        if isinstance(payload, bytes):
            parts[part.get_content_type()] = payload
    return parts


def read_mailbox(header: str) -> tuple[str, str]:
    """Return display name and address as RFC 2047 section 6.2 reads them, which Python's new policies do not."""
    phrase, address = parseaddr(header.replace("\r\n", ""))
    return decode(phrase), address


def decode(header: str) -> str:
    """Return what a header with encoded words says."""
    return str(make_header(decode_header(header.replace("\r\n", ""))))
