"""Reaches the mail relay: settings in, a greeted, encrypted, signed-in SMTP session out, or a sentence why not.

IO: one TCP connection. RFC 5321 (replies 4.2, timeouts 4.5.3.2), RFC 3207 (STARTTLS), RFC 4954 (AUTH). The dialogue is
spoken here and not by smtplib: smtplib bounds a read, not an answer that trickles, and its ``data()`` does not tell
whether the final dot was handed to the socket, on which the outcome of a mail turns.
"""

from __future__ import annotations

import base64
import contextlib
import ipaddress
import re
import socket
import ssl
import time
from dataclasses import dataclass, field
from typing import Literal, NoReturn

from scheduler.errors import RelayError

Security = Literal["starttls", "tls", "none"]

# RFC 5321 section 4.5.3.2 for the greeting and each command, in seconds.
COMMAND_SECONDS = 300.0

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


class Wire:
    """One connection, spoken line by line; every wait is bounded, and every fault is an OSError."""

    def __init__(self, connected: socket.socket) -> None:
        # Otherwise the final dot waits until the content is acknowledged (Nagle): 40 ms a mail.
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = connected
        self._unread = bytearray()

    def start_tls(self, host: str, seconds: float) -> None:
        if self._unread:
            # Whoever sits on the line could have put them there, to be read as if they came through TLS.
            raise ConnectionError("it sent octets in the clear after its answer to STARTTLS")
        self._socket.settimeout(seconds)
        self._socket = ssl.create_default_context().wrap_socket(self._socket, server_hostname=host)

    def send(self, octets: bytes, seconds: float) -> None:
        """Hand ``octets`` to the socket; ``seconds`` bound each block, as RFC 5321 section 4.5.3.2.5 has it."""
        self._socket.settimeout(seconds)
        for start in range(0, len(octets), _BLOCK_OCTETS):
            try:
                self._socket.sendall(octets[start : start + _BLOCK_OCTETS])
            except TimeoutError:
                raise TimeoutError(f"the server took nothing for {seconds:g} s") from None

    def read_reply(self, seconds: float) -> Reply:
        """Read one reply, of one line or several; ``seconds`` bound the whole of it, however slowly it trickles."""
        deadline = time.monotonic() + seconds
        texts: list[str] = []
        size = 0
        while True:
            line = self._read_line(deadline, seconds)
            size += len(line)
            match = _REPLY_LINE.fullmatch(line)
            if match is None or size > _REPLY_OCTETS:
                raise ConnectionError(f"the server answered what is not SMTP: {_clean_text(line)[:80]!r}")
            texts.append(_clean_text(match[3] or b""))
            if match[2] != b"-":
                return Reply(int(match[1]), tuple(texts))

    def ask(self, command: str, seconds: float) -> Reply:
        self.send(command.encode("ascii") + b"\r\n", seconds)
        return self.read_reply(seconds)

    def has_unasked_input(self) -> bool:
        """Tell whether the server spoke or hung up without being asked; never waits."""
        if self._unread:
            return True
        self._socket.settimeout(0)
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

    def _read_line(self, deadline: float, seconds: float) -> bytes:
        while (end := self._unread.find(b"\n") + 1) == 0 and len(self._unread) <= _REPLY_OCTETS:
            remaining = deadline - time.monotonic()
            try:
                if remaining <= 0:
                    raise TimeoutError
                self._socket.settimeout(remaining)
                octets = self._socket.recv(_BLOCK_OCTETS)
            except TimeoutError:
                raise TimeoutError(f"no answer within {seconds:g} s") from None
            if not octets:
                raise ConnectionError("the server closed the connection")
            self._unread += octets
        line = bytes(self._unread[: end or None])
        del self._unread[: len(line)]
        return line


@dataclass(frozen=True, slots=True)
class Session:
    """A session that takes mail; ``offered`` maps each EHLO keyword in capitals to its parameters."""

    wire: Wire
    offered: dict[str, str]


def open_session(relay: RelaySettings, local_hostname: str) -> Session:
    """Connect, greet, encrypt and sign in; ``local_hostname`` is the name for EHLO, nothing is looked up.

    Raises RelayError with place, the server's words and the remedy; no connection is left open then.
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
            wire = Wire(socket.create_connection((relay.host, relay.port), seconds))
            on_failure.callback(wire.close)
            session = _begin_session(wire, relay, local_hostname, seconds)
        except (OSError, UnicodeError) as fault:
            _refuse(relay, *_explain_fault(fault), fault)
        on_failure.pop_all()
        return session


def describe_fault(fault: Exception) -> str:
    """Say what befell a connection, in the system's words or our own."""
    return (fault.strerror if isinstance(fault, OSError) else None) or str(fault) or type(fault).__name__


def _begin_session(wire: Wire, relay: RelaySettings, local_hostname: str, seconds: float) -> Session:
    if relay.security == "tls":
        wire.start_tls(relay.host, seconds)
    greeting = wire.read_reply(seconds)
    if greeting.kind != 2:
        _refuse(relay, f"the server turned us away: {greeting}", "wait, or ask who runs the relay")
    offered = _say_hello(wire, relay, local_hostname, seconds)
    if relay.security == "starttls":
        _encrypt(wire, relay, offered, seconds)
        # RFC 3207 section 4.2: what was offered in the clear is forgotten.
        offered = _say_hello(wire, relay, local_hostname, seconds)
    _sign_in(wire, relay, offered, seconds)
    return Session(wire, offered)


def _say_hello(wire: Wire, relay: RelaySettings, local_hostname: str, seconds: float) -> dict[str, str]:
    reply = wire.ask(f"EHLO {local_hostname}", seconds)
    if reply.kind != 2:
        _refuse(relay, f"EHLO {local_hostname} was refused: {reply}", "ask who runs the relay")
    extensions = (line.partition(" ") for line in reply.lines[1:])
    return {keyword.upper(): parameters for keyword, _, parameters in extensions}


def _encrypt(wire: Wire, relay: RelaySettings, offered: dict[str, str], seconds: float) -> None:
    if "STARTTLS" not in offered:
        _refuse(
            relay,
            "STARTTLS is not offered, and mail is not sent in the clear",
            "check smtp.port (usually 587), or set smtp.security to 'tls' (usually port 465)",
        )
    reply = wire.ask("STARTTLS", seconds)
    if reply.kind != 2:
        _refuse(relay, f"STARTTLS was refused: {reply}", "ask who runs the relay")
    wire.start_tls(relay.host, seconds)


def _sign_in(wire: Wire, relay: RelaySettings, offered: dict[str, str], seconds: float) -> None:
    """Sign in where a user name is set; the line is encrypted by now, or never leaves this machine."""
    username, password = relay.username, relay.password
    if username is None:
        return
    if password is None:
        _refuse(relay, f"no password for {username!r}", "set smtp.password_file, or remove smtp.username")
    mechanisms = offered.get("AUTH", "").upper().split()
    if "PLAIN" in mechanisms:
        reply = wire.ask("AUTH PLAIN " + _encode_base64(f"\0{username}\0{password}"), seconds)
    elif "LOGIN" in mechanisms:
        reply = wire.ask("AUTH LOGIN", seconds)
        for answer in (username, password):
            if reply.kind == 3:
                reply = wire.ask(_encode_base64(answer), seconds)
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
        )


def _refuse(relay: RelaySettings, what: str, remedy: str, cause: Exception | None = None) -> NoReturn:
    raise RelayError(f"mail relay {relay.host}:{relay.port}: {what}; {remedy}") from cause


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
    return _CONTROL.sub(" ", octets.decode("utf-8", "replace")).strip()
