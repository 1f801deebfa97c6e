"""Reaches the mail relay: settings in, a greeted, encrypted, signed-in SMTP session out, or a sentence why not.

IO: one TCP connection. RFC 5321 (replies 4.2, timeouts 4.5.3.2), RFC 3207 (STARTTLS), RFC 4954 (AUTH). The dialogue is
spoken here and not by smtplib: smtplib bounds a read, not an answer that trickles, and its ``data()`` does not tell
whether the final dot was handed to the socket, on which the outcome of a mail turns.

A dialogue is a generator (``Steps``): it never waits itself but yields what it waits for, so that one thread can
lead many dialogues at once; ``run_steps`` leads a single one.
"""

from __future__ import annotations

import base64
import contextlib
import errno
import ipaddress
import os
import re
import select
import socket
import ssl
import time
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Literal, NoReturn, TypeVar

from scheduler.errors import RelayError

Security = Literal["starttls", "tls", "none"]

# RFC 5321 section 4.5.3.2 for the greeting and each command, in seconds.
COMMAND_SECONDS = 300.0

# Ours: how long a TCP connection may take to come about.
_CONNECT_SECONDS = 30.0

_BLOCK_OCTETS = 65536
_REPLY_OCTETS = 65536
_REPLY_LINE = re.compile(rb"([2-5][0-9]{2})(?:([ -])(.*))?\r?\n?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


@dataclass(frozen=True, slots=True)
class RelaySettings:
    """How to reach the relay. ``timeout_seconds`` caps every wait; ``username`` None means no sign-in."""

    host: str
    port: int
    security: Security
    username: str | None
    password: str | None = field(repr=False)
    timeout_seconds: float


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


@dataclass(frozen=True, slots=True)
class Session:
    """A session that takes mail; ``offered`` maps each EHLO keyword in capitals to its parameters."""

    wire: Wire
    offered: dict[str, str]


class SignInRefusedError(RelayError):
    """The relay does not take our name and password, or asks for one: a person acts, trying again does not help."""


def open_session(relay: RelaySettings, local_hostname: str) -> Steps[Session]:
    """Connect, greet, encrypt and sign in; ``local_hostname`` is the name for EHLO, nothing is looked up.

    Raises RelayError with place, the server's words and the remedy, SignInRefusedError where name or password
    was refused for good; no connection is left open then. The host's name is looked up without yielding.
    """
    seconds = min(COMMAND_SECONDS, relay.timeout_seconds)
    if relay.security == "none" and not _is_loopback(relay.host):
        _refuse(
            relay,
            "security 'none' is for a relay on this machine only",
            "set smtp.security to 'starttls' (usually port 587) or 'tls' (usually port 465)",
        )
    if not re.fullmatch(r"[!-~]+", local_hostname):
        _refuse(relay, f"{local_hostname!r} cannot be said in EHLO", "give this machine's plain host name")
    with contextlib.ExitStack() as on_failure:
        try:
            wire = Wire((yield from _connect(relay, min(_CONNECT_SECONDS, seconds))))
            on_failure.callback(wire.close)
            session = yield from _begin_session(wire, relay, local_hostname, seconds)
        except (OSError, UnicodeError) as fault:
            _refuse(relay, *_explain_fault(fault), fault)
        on_failure.pop_all()
        return session


def describe_fault(fault: Exception) -> str:
    """Say what befell a connection, in the system's words or our own."""
    return (fault.strerror if isinstance(fault, OSError) else None) or str(fault) or type(fault).__name__


def _connect(relay: RelaySettings, seconds: float) -> Steps[socket.socket]:
    """Try each address of the relay in turn; ``seconds`` bound each."""
    fault = OSError("the name has no address")
    for family, kind, protocol, _, address in socket.getaddrinfo(relay.host, relay.port, type=socket.SOCK_STREAM):
        candidate = socket.socket(family, kind, protocol)
        try:
            candidate.setblocking(False)
            code = candidate.connect_ex(address)
            deadline = time.monotonic() + seconds
            while code == errno.EINPROGRESS:
                yield Need(candidate, select.POLLOUT, deadline)
                code = candidate.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) or candidate.connect_ex(address)
                if code in {errno.EALREADY, errno.EINPROGRESS}:
                    if time.monotonic() >= deadline:
                        raise TimeoutError(f"no connection within {seconds:g} s")
                    code = errno.EINPROGRESS
            if code in {0, errno.EISCONN}:
                return candidate
            raise OSError(code, os.strerror(code))
        except OSError as error:
            candidate.close()
            fault = error
        except BaseException:
            candidate.close()
            raise
    raise fault


def _begin_session(wire: Wire, relay: RelaySettings, local_hostname: str, seconds: float) -> Steps[Session]:
    if relay.security == "tls":
        yield from wire.start_tls(relay.host, seconds)
    greeting = yield from wire.read_reply(seconds)
    if greeting.kind != 2:
        _refuse(relay, f"the server turned us away: {greeting}", "wait, or ask who runs the relay")
    offered = yield from _say_hello(wire, relay, local_hostname, seconds)
    if relay.security == "starttls":
        yield from _encrypt(wire, relay, offered, seconds)
        # RFC 3207 section 4.2: what was offered in the clear is forgotten.
        offered = yield from _say_hello(wire, relay, local_hostname, seconds)
    yield from _sign_in(wire, relay, offered, seconds)
    return Session(wire, offered)


def _say_hello(wire: Wire, relay: RelaySettings, local_hostname: str, seconds: float) -> Steps[dict[str, str]]:
    reply = yield from wire.ask(f"EHLO {local_hostname}", seconds)
    if reply.kind != 2:
        _refuse(relay, f"EHLO {local_hostname} was refused: {reply}", "ask who runs the relay")
    extensions = (line.partition(" ") for line in reply.lines[1:])
    return {keyword.upper(): parameters for keyword, _, parameters in extensions}


def _encrypt(wire: Wire, relay: RelaySettings, offered: dict[str, str], seconds: float) -> Steps[None]:
    if "STARTTLS" not in offered:
        _refuse(
            relay,
            "STARTTLS is not offered, and mail is not sent in the clear",
            "check smtp.port (usually 587), or set smtp.security to 'tls' (usually port 465)",
        )
    reply = yield from wire.ask("STARTTLS", seconds)
    if reply.kind != 2:
        _refuse(relay, f"STARTTLS was refused: {reply}", "ask who runs the relay")
    yield from wire.start_tls(relay.host, seconds)


def _sign_in(wire: Wire, relay: RelaySettings, offered: dict[str, str], seconds: float) -> Steps[None]:
    """Sign in where a user name is set; the line is encrypted by now, or never leaves this machine."""
    username, password = relay.username, relay.password
    if username is None:
        return
    if password is None:
        _refuse(relay, f"no password for {username!r}", "set smtp.password_file, or remove smtp.username")
    mechanisms = offered.get("AUTH", "").upper().split()
    if "PLAIN" in mechanisms:
        reply = yield from wire.ask("AUTH PLAIN " + _encode_base64(f"\0{username}\0{password}"), seconds)
    elif "LOGIN" in mechanisms:
        reply = yield from wire.ask("AUTH LOGIN", seconds)
        for answer in (username, password):
            if reply.kind == 3:
                reply = yield from wire.ask(_encode_base64(answer), seconds)
    else:
        offer = " ".join(mechanisms) or "none"
        _refuse(
            relay,
            f"sign-in by PLAIN or LOGIN is not offered (offered: {offer})",
            "check smtp.port, or remove smtp.username where no sign-in is needed",
        )
    if reply.kind != 2:
        _refuse(
            relay,
            f"sign-in as {username!r} was refused: {reply}",
            "check smtp.username and the file that smtp.password_file names",
            kind=SignInRefusedError if reply.kind == 5 else RelayError,
        )


def _refuse(
    relay: RelaySettings,
    what: str,
    remedy: str,
    cause: Exception | None = None,
    *,
    kind: type[RelayError] = RelayError,
) -> NoReturn:
    raise kind(f"mail relay {relay.host}:{relay.port}: {what}; {remedy}") from cause


def _explain_fault(fault: Exception) -> tuple[str, str]:
    """Return what went wrong while connecting, and the remedy."""
    match fault:
        case ssl.SSLCertVerificationError():
            return (
                f"its certificate is not verified: {fault.verify_message}",
                "set smtp.host to the name in the certificate, or have this machine trust its issuer",
            )
        case ssl.SSLError():
            return f"TLS failed: {describe_fault(fault)}", "check that smtp.security fits smtp.port"
        case socket.gaierror() | UnicodeError():
            return f"the name is not known: {describe_fault(fault)}", "check smtp.host and this machine's DNS"
        case ConnectionRefusedError():
            return "connection refused", "check smtp.host and smtp.port, and that the relay runs"
        case TimeoutError():
            return f"timeout: {describe_fault(fault)}", "check smtp.host, smtp.port, smtp.security and the firewall"
        case _:
            return describe_fault(fault), "check smtp.host, smtp.port and smtp.security, and the relay's log"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _encode_base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")


def _clean_text(octets: bytes) -> str:
    text = octets.decode("utf-8", "replace")
    return (text if text.isprintable() else _CONTROL.sub(" ", text)).strip()
