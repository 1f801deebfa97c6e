"""A relay on loopback that follows a script, and the calls that send a sample mail to it."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Iterator, Mapping, Sequence

from scheduler.mailer import Accepted, Mailer, Outcome, RelaySettings

HANG_UP = "(hang up)"
RESET = "(reset)"
STALL = "(stall)"
TRICKLE = "(trickle)"

CONTENT = b"Message-ID: <a@plans.example>\r\n\r\nbody\r\n"
ACCEPTED = Accepted("250 2.0.0 queued as 4711")
TRANSACTION = ["MAIL FROM:<plans@plans.example>", "RCPT TO:<office@unit.example>", "DATA"]

DEFAULT_ANSWERS = {
    "greeting": "220 relay.example ESMTP",
    "EHLO": "250-relay.example\r\n250 8BITMIME",
    "MAIL": "250 2.1.0 sender ok",
    "RCPT": "250 2.1.5 recipient ok",
    "DATA": "354 go on",
    "dot": "250 2.0.0 queued as 4711",
    "RSET": "250 2.0.0 reset",
    "NOOP": "250 2.0.0 here",
    "QUIT": "221 2.0.0 bye",
    "STARTTLS": "220 2.0.0 ready",
    "AUTH": "235 2.7.0 welcome",
}


class ScriptedRelay:
    """An SMTP server on loopback that gives each of ``answers[verb]`` once, then the default one.

    Besides verbs there are "greeting", "content" (spoken when the first line of content is in, then the rest is read)
    and "dot". HANG_UP, RESET, STALL and TRICKLE stand for an answer; a stall lasts until the relay is stopped, a
    trickle of continued lines two seconds.
    """

    def __init__(
        self,
        answers: Mapping[str, Sequence[str]] | None = None,
        tls: ssl.SSLContext | None = None,
        *,
        tls_first: bool = False,
    ) -> None:
        self.heard: list[str] = []
        self.contents: list[bytes] = []
        self.sessions = 0
        self.ended = threading.Semaphore(0)
        self._answers = {verb: list(scripted) for verb, scripted in (answers or {}).items()}
        self._tls = tls
        self._tls_first = tls_first
        self._open: list[socket.socket] = []
        self._stopped = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept)]

    def __enter__(self) -> ScriptedRelay:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(10)
            assert not thread.is_alive()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.sessions += 1
            thread = threading.Thread(target=self._serve, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        # A client that hangs up in the middle is what many tests are about.
        with contextlib.suppress(OSError):
            self._open.append(connection)
            _Session(self, self.encrypt(connection) if self._tls_first else connection).run()
        connection.close()
        self.ended.release()

    def hang_up(self) -> None:
        """End every open session, as a server does with one that idles."""
        for connection in self._open:
            connection.shutdown(socket.SHUT_RDWR)

    def next_answer(self, verb: str) -> str | None:
        scripted = self._answers.get(verb)
        return scripted.pop(0) if scripted else DEFAULT_ANSWERS.get(verb)

    def wait_until_stopped(self, seconds: float | None = None) -> None:
        self._stopped.wait(seconds)

    def encrypt(self, connection: socket.socket) -> socket.socket:
        assert self._tls is not None
        return self._tls.wrap_socket(connection, server_side=True)


class _Session:
    def __init__(self, relay: ScriptedRelay, connection: socket.socket) -> None:
        self._relay = relay
        self._connection = connection

    def run(self) -> None:
        self._connection.settimeout(10)
        try:
            self._file = self._connection.makefile("rb")
            if self._answer("greeting"):
                while (line := self._file.readline()) and self._obey(line.decode("latin-1").rstrip("\r\n")):
                    pass
        finally:
            self._file.close()
            self._connection.close()

    def _obey(self, command: str) -> bool:
        self._relay.heard.append(command)
        verb = command.partition(" ")[0]
        if not self._answer(verb):
            return False
        if verb == "STARTTLS" and self._last.startswith("220"):
            self._file.close()
            self._connection = self._relay.encrypt(self._connection)
            self._file = self._connection.makefile("rb")
        if verb == "DATA" and self._last.startswith("354"):
            return self._read_content() and self._answer("dot")
        return verb != "QUIT" and not self._last.startswith("421")

    def _read_content(self) -> bool:
        lines = []
        while (line := self._file.readline()) != b".\r\n":
            if not line:
                return False
            lines.append(line.removeprefix(b"."))
            if len(lines) == 1 and not self._answer("content"):
                return False
        self._relay.contents.append(b"".join(lines))
        return True

    def _answer(self, verb: str) -> bool:
        self._last = answer = self._relay.next_answer(verb) or ""
        if answer == STALL:
            self._relay.wait_until_stopped()
        if answer == TRICKLE:
            for _ in range(40):
                self._connection.sendall(b"250-more\r\n")
                self._relay.wait_until_stopped(0.05)
        if answer == RESET:
            self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if answer in {HANG_UP, RESET, STALL, TRICKLE}:
            return False
        if answer:
            self._connection.sendall(answer.encode() + b"\r\n")
        return True


def relay_settings(port: int, *, timeout_seconds: float = 5.0) -> RelaySettings:
    return RelaySettings("127.0.0.1", port, "none", None, None, timeout_seconds)


@contextlib.contextmanager
def mailer_to(port: int, *, timeout_seconds: float = 5.0, idle_seconds: float = 60.0) -> Iterator[Mailer]:
    mailer = Mailer(
        relay_settings(port, timeout_seconds=timeout_seconds),
        local_hostname="plans.example",
        idle_seconds=idle_seconds,
    )
    try:
        yield mailer
    finally:
        mailer.close()


def deliver(mailer: Mailer, *, to: str = "office@unit.example", content: bytes = CONTENT) -> Outcome:
    mailer.connect()
    return mailer.deliver(sender="plans@plans.example", to=to, content=content)
