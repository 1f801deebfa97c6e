"""A Dovecot of the test's own over the mailboxes that Postfix filled, and its IMAP as a mail program asks it."""

from __future__ import annotations

import imaplib
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Union

from tests.acceptance.mail_servers.postfix import (
    MAILBOX_OWNER,
    STOP_SECONDS,
    find_free_ports,
    find_program,
    is_listening,
)
from tests.acceptance.mail_servers.waiting import wait_until

_CONFIGURATION = """
protocols = imap
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
listen = 127.0.0.1
ssl = no
first_valid_uid = 1
mail_location = maildir:{mail}/%d/%n
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={owner} gid={owner} home={mail}/%d/%n
}}
"""
_PASSWORD = "reader"
_TOKEN = re.compile(rb'\(|\)|"((?:[^"\\]|\\.)*)"|[^\s()"]+')

Node = Union["bytes | None", "list[Node]"]


@dataclass(frozen=True, slots=True)
class Received:
    """One mail as it lies in a mailbox, and how Dovecot reads it.

    ``to_name`` is still encoded; ``tree`` lists the MIME types, outermost first.
    """

    number: int
    content: bytes
    to_name: str
    tree: tuple[str, ...]


class Mailbox:
    """One reader's INBOX over IMAP."""

    def __init__(self, session: imaplib.IMAP4) -> None:
        self._session = session

    def read(self) -> tuple[Received, ...]:
        """Return every mail in it."""
        _, (numbers,) = self._session.search(None, "ALL")
        return tuple(self._read_one(number) for number in numbers.decode().split())

    def list_threads(self) -> frozenset[frozenset[int]]:
        """Return the numbers of the mails of each thread, by REFERENCES of RFC 5256."""
        _, (threads,) = self._session.thread("REFERENCES", "UTF-8", "ALL")
        return frozenset(frozenset(_list_numbers(thread)) for thread in _parse(threads or b""))

    def find_by_recipient(self, name: str) -> list[int]:
        """Return the numbers of the mails in whose To Dovecot finds ``name``, once it has decoded it."""
        self._session.literal = name.encode()
        _, (numbers,) = self._session.search("UTF-8", "TO")
        return [int(number) for number in numbers.split()]

    def _read_one(self, number: str) -> Received:
        _, answer = self._session.fetch(number, "BODY.PEEK[]")
        content: bytes = answer[0][1]
        _, answer = self._session.fetch(number, "(ENVELOPE BODYSTRUCTURE)")
        described = b"".join(_quote_literal(*piece) if isinstance(piece, tuple) else piece for piece in answer)
        match _parse(described):
            case [_, [b"ENVELOPE", [_, _, _, _, _, [[bytes() as to_name, *_]], *_], b"BODYSTRUCTURE", structure]]:
                return Received(int(number), content, to_name.decode("ascii"), tuple(_list_types(structure)))
        raise AssertionError(f"not what was asked for: {described!r}")


@contextmanager
def open_mailbox(port: int, address: str) -> Iterator[Mailbox]:
    session = imaplib.IMAP4("127.0.0.1", port, timeout=STOP_SECONDS)
    try:
        session.login(address, _PASSWORD)
        session.select(readonly=True)
        yield Mailbox(session)
    finally:
        session.logout()


@contextmanager
def run_dovecot(folder: Path, mail: Path) -> Iterator[int]:
    """Run a Dovecot in ``folder`` that serves the mailboxes in ``mail``; yield its IMAP port."""
    (port,) = find_free_ports(1)
    configuration = _CONFIGURATION.format(folder=folder, mail=mail, port=port, password=_PASSWORD, owner=MAILBOX_OWNER)
    for name in ("run", "state"):
        (folder / name).mkdir()
    (folder / "dovecot.conf").write_text(configuration, encoding="utf-8")
    command = [str(find_program("dovecot")), "-F", "-c", str(folder / "dovecot.conf")]
    with (
        (folder / "said").open("wb") as said,
        subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=said) as master,
    ):
        try:
            wait_until(
                lambda: master.poll() is not None or is_listening(port),
                lambda: (folder / "said").read_text(encoding="utf-8"),
            )
            assert master.poll() is None, (folder / "said").read_text(encoding="utf-8")
            yield port
        finally:
            master.send_signal(signal.SIGTERM)
            master.wait(STOP_SECONDS)


def find_missing() -> str | None:
    """Name what this machine lacks to run Dovecot, None when it can."""
    return None if find_program("dovecot") else "dovecot is not installed: apt-get install dovecot-imapd"


def _quote_literal(before: bytes, literal: bytes) -> bytes:
    """Return what came before a literal, without its {length}, and the literal as a quoted string."""
    return before[: before.rindex(b"{")] + b'"' + re.sub(rb'(["\\])', rb"\\\1", literal) + b'"'


def _parse(answer: bytes) -> list[Node]:
    """Read the parenthesised lists, strings and atoms of an IMAP answer without literals; NIL becomes None."""
    stack: list[list[Node]] = [[]]
    for token in _TOKEN.finditer(answer):
        word = token[0]
        if word == b"(":
            stack.append([])
        elif word == b")":
            ended = stack.pop()
            stack[-1].append(ended)
        elif word.startswith(b'"'):
            stack[-1].append(re.sub(rb"\\(.)", rb"\1", token[1]))
        else:
            stack[-1].append(None if word == b"NIL" else word)
    return stack[0]


def _list_types(structure: Node) -> Iterator[str]:
    """List the MIME types of a BODYSTRUCTURE (RFC 3501 section 7.4.2), outermost first."""
    match structure:
        case [bytes() as kind, bytes() as subtype, *_]:
            yield f"{kind.decode()}/{subtype.decode()}".lower()
        case [list(), *_]:
            parts = [part for part in structure if isinstance(part, list)]
            subtype = next(word for word in structure if isinstance(word, bytes))
            yield f"multipart/{subtype.decode()}".lower()
            # What follows the subtype is about the whole: parameters, disposition, language.
            for part in parts[: structure.index(subtype)]:
                yield from _list_types(part)


def _list_numbers(thread: Node) -> Iterator[int]:
    if isinstance(thread, bytes):
        yield int(thread)
    for inner in thread if isinstance(thread, list) else ():
        yield from _list_numbers(inner)
