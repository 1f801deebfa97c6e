"""Reaches the mail relay: settings in, a greeted, encrypted, signed-in SMTP session out, or a sentence why not.

IO: one TCP connection. RFC 5321 (replies 4.2, timeouts 4.5.3.2), RFC 3207 (STARTTLS), RFC 4954 (AUTH). The dialogue is
spoken here and not by smtplib: smtplib bounds a read, not an answer that trickles, and its ``data()`` does not tell
whether the final dot was handed to the socket, on which the outcome of a mail turns.
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
from dataclasses import dataclass, field
from typing import Literal, NoReturn

from scheduler.errors import RelayError
from scheduler.wire import Need, Steps, Wire, describe_fault

Security = Literal["starttls", "tls", "none"]

# RFC 5321 section 4.5.3.2 for the greeting and each command, in seconds.
COMMAND_SECONDS = 300.0

# Ours: how long a TCP connection may take to come about.
_CONNECT_SECONDS = 30.0


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
