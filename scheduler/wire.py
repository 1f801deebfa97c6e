"""One TCP connection to a mail server, spoken line by line: octets out, replies in.

IO. RFC 5321 section 4.2 (replies), RFC 3207 (TLS). A dialogue is a generator (``Steps``): it never waits itself but
yields what it waits for, so that one thread can lead many dialogues at once; ``run_steps`` leads a single one.
"""

from __future__ import annotations

import contextlib
import re
import select
import socket
import ssl
import time
from collections.abc import Generator
from dataclasses import dataclass
from typing import TypeVar

_BLOCK_OCTETS = 65536
_REPLY_OCTETS = 65536
_REPLY_LINE = re.compile(rb"([2-5][0-9]{2})(?:([ -])(.*))?\r?\n?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


@dataclass(frozen=True, slots=True)
class Reply:
    """An SMTP reply, its lines cleaned of control characters; as text it is one line of bounded length."""

    code: int
    lines: tuple[str, ...]

    @property
    def kind(self) -> int:
        """The first digit: 2 done, 3 go on, 4 refused for now, 5 refused."""
        return self.code // 100

    def __str__(self) -> str:
        return " ".join((str(self.code), *self.lines)).rstrip()[:500]


@dataclass(frozen=True, slots=True)
class Need:
    """What a dialogue waits for: ``events`` (of select.poll) on ``socket``, at most until ``deadline`` (monotonic)."""

    socket: socket.socket
    events: int
    deadline: float


T = TypeVar("T")
Steps = Generator[Need, None, T]


def run_steps(steps: Steps[T]) -> T:
    """Lead one dialogue to its end, waiting wherever it waits."""
    try:
        while True:
            need = next(steps)
            poll = select.poll()
            poll.register(need.socket, need.events)
            poll.poll(count_milliseconds(need.deadline - time.monotonic()))
    except StopIteration as end:
        result: T = end.value
        return result
    finally:
        steps.close()


def count_milliseconds(seconds: float) -> int:
    """Return a wait as select.poll takes it: not negative, and not over before its time."""
    return max(0, int(seconds * 1000) + 1)


class Wire:
    """One connection, spoken line by line; every wait is bounded, and every fault is an OSError."""

    def __init__(self, connected: socket.socket) -> None:
        # Otherwise the final dot waits until the content is acknowledged (Nagle): 40 ms a mail.
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connected.setblocking(False)
        self._socket = connected
        self._unread = bytearray()

    def start_tls(self, host: str, seconds: float) -> Steps[None]:
        if self._unread:
            # Whoever sits on the line could have put them there, to be read as if they came through TLS.
            raise ConnectionError("it sent octets in the clear after its answer to STARTTLS")
        deadline = time.monotonic() + seconds
        secured = ssl.create_default_context().wrap_socket(
            self._socket, server_hostname=host, do_handshake_on_connect=False
        )
        self._socket = secured
        while True:
            try:
                secured.do_handshake()
                return
            except ssl.SSLWantReadError:
                events = select.POLLIN
            except ssl.SSLWantWriteError:
                events = select.POLLOUT
            yield self._wait_for(events, deadline, f"no answer within {seconds:g} s")

    def send(self, octets: bytes, seconds: float) -> Steps[None]:
        """Hand ``octets`` to the socket; ``seconds`` bound each block, as RFC 5321 section 4.5.3.2.5 has it."""
        for start in range(0, len(octets), _BLOCK_OCTETS):
            block = octets[start : start + _BLOCK_OCTETS]
            deadline = time.monotonic() + seconds
            while block:
                try:
                    block = block[self._socket.send(block) :]
                    continue
                except (BlockingIOError, ssl.SSLWantWriteError):
                    events = select.POLLOUT
                except ssl.SSLWantReadError:
                    events = select.POLLIN
                yield self._wait_for(events, deadline, f"the server took nothing for {seconds:g} s")

    def take_reply(self) -> Reply | None:
        """Take a reply of one line that has been read already, such as the next of a pipelined group; else None."""
        end = self._unread.find(b"\n") + 1
        match = _REPLY_LINE.fullmatch(self._unread, 0, end)
        if match is None or match[2] == b"-" or end > _REPLY_OCTETS:
            return None
        reply = Reply(int(match[1]), (_clean_text(match[3] or b""),))
        # A bytearray cannot shrink while a match looks at it.
        del match
        del self._unread[:end]
        return reply

    def read_reply(self, seconds: float) -> Steps[Reply]:
        """Read one reply, of one line or several; ``seconds`` bound the whole of it, however slowly it trickles."""
        deadline = time.monotonic() + seconds
        texts: list[str] = []
        size = 0
        while True:
            line = self._take_line() or (yield from self._read_line(deadline, seconds))
            size += len(line)
            match = _REPLY_LINE.fullmatch(line)
            if match is None or size > _REPLY_OCTETS:
                raise ConnectionError(f"the server answered what is not SMTP: {_clean_text(line)[:80]!r}")
            texts.append(_clean_text(match[3] or b""))
            if match[2] != b"-":
                return Reply(int(match[1]), tuple(texts))
            if b"\n" not in self._unread and time.monotonic() >= deadline:
                raise TimeoutError(f"no answer within {seconds:g} s")

    def ask(self, command: str, seconds: float) -> Steps[Reply]:
        yield from self.send(command.encode("ascii") + b"\r\n", seconds)
        return (yield from self.read_reply(seconds))

    def has_unasked_input(self) -> bool:
        """Tell whether the server spoke or hung up without being asked; never waits."""
        if self._unread:
            return True
        try:
            self._unread += self._socket.recv(_BLOCK_OCTETS)
        except (BlockingIOError, ssl.SSLWantReadError):
            return False
        except OSError:
            return True
        return True

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.close()

    def _read_line(self, deadline: float, seconds: float) -> Steps[bytes]:
        while True:
            try:
                octets = self._socket.recv(_BLOCK_OCTETS)
            except (BlockingIOError, ssl.SSLWantReadError):
                yield self._wait_for(select.POLLIN, deadline, f"no answer within {seconds:g} s")
                continue
            if not octets:
                raise ConnectionError("the server closed the connection")
            self._unread += octets
            line = self._take_line()
            if line:
                return line
            if time.monotonic() >= deadline:
                raise TimeoutError(f"no answer within {seconds:g} s")

    def _take_line(self) -> bytes:
        """Take the next whole line out of what was read, or all of it where it is too long; b"" where there is none."""
        end = self._unread.find(b"\n") + 1
        if end == 0 and len(self._unread) <= _REPLY_OCTETS:
            return b""
        line = bytes(self._unread[: end or None])
        del self._unread[: len(line)]
        return line

    def _wait_for(self, events: int, deadline: float, late: str) -> Need:
        # Asked only after the socket was tried: an answer that came while we were busy elsewhere is not late.
        if time.monotonic() >= deadline:
            raise TimeoutError(late)
        return Need(self._socket, events, deadline)


def describe_fault(fault: Exception) -> str:
    """Say what befell a connection, in the system's words or our own."""
    return (fault.strerror if isinstance(fault, OSError) else None) or str(fault) or type(fault).__name__


def _clean_text(octets: bytes) -> str:
    text = octets.decode("utf-8", "replace")
    return (text if text.isprintable() else _CONTROL.sub(" ", text)).strip()
