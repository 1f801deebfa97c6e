"""Catches mail on this machine instead of sending it: an SMTP server on loopback, for rehearsals and the demo.

IO: aiosmtpd in a thread of its own, on a port of its own; ``.eml`` files where a directory is given. A message is
stored, told and counted before its final dot is answered, so what the sender knows as accepted is there.
"""

from __future__ import annotations

import asyncio
import re
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from types import SimpleNamespace, TracebackType

from aiosmtpd.smtp import SMTP, Envelope

_HOST = "127.0.0.1"
_STORED = "250 2.0.0 stored"
_NUMBERED = re.compile(r"([0-9]{4,})-.*\.eml")
_UNSAFE = re.compile(r"[^A-Za-z0-9@._+-]")


class Catcher:
    """An SMTP server that takes every mail; start and stop it with ``with``.

    ``directory`` gets one ``NNNN-<to>.eml`` per recipient, numbered on from what it already holds; None stores
    nothing. ``on_message`` is called with envelope recipient and content, in the catcher's thread, one call at a
    time. An OSError from storing or from ``on_message`` is answered with 452: the sender tries again. ``port`` 0 means
    a free one; the attribute ``port`` is the real one once started.
    """

    def __init__(
        self,
        directory: Path | None,
        *,
        on_message: Callable[[str, bytes], None] | None = None,
        port: int = 0,
    ) -> None:
        self.host = _HOST
        self.port = port
        self._directory = directory
        self._on_message = on_message
        self._caught = 0
        self._last_number = 0
        self._started: Future[int] = Future()
        self._thread = threading.Thread(target=self._serve, name="catcher", daemon=True)
        self._sessions: weakref.WeakSet[SMTP] = weakref.WeakSet()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop = asyncio.Event()

    @property
    def messages(self) -> int:
        """How many messages were taken since the start, counted per recipient."""
        return self._caught

    def __enter__(self) -> Catcher:
        if self._directory is not None:
            self._directory.mkdir(parents=True, exist_ok=True)
            numbered = (_NUMBERED.fullmatch(path.name) for path in self._directory.iterdir())
            self._last_number = max((int(match[1]) for match in numbered if match), default=0)
        self._thread.start()
        self.port = self._started.result()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _serve(self) -> None:
        try:
            asyncio.run(self._listen())
        except (OSError, OverflowError) as fault:
            self._started.set_exception(fault)

    async def _listen(self) -> None:
        self._loop = loop = asyncio.get_running_loop()
        handler = SimpleNamespace(handle_DATA=self._take)

        def open_session() -> SMTP:
            # A host name given here keeps aiosmtpd from looking one up, for each connection.
            session = SMTP(handler, hostname="localhost", ident="catcher", data_size_limit=None, loop=loop)
            self._sessions.add(session)
            return session

        server = await loop.create_server(open_session, self.host, self.port)
        self._started.set_result(server.sockets[0].getsockname()[1])
        await self._stop.wait()
        server.close()
        # A plain close would wait for clients that do not read their answers.
        for session in tuple(self._sessions):
            if isinstance(session.transport, asyncio.WriteTransport):
                session.transport.abort()

    async def _take(self, server: SMTP, session: object, envelope: Envelope) -> str:
        for recipient in envelope.rcpt_tos:
            try:
                self._keep(recipient, envelope.original_content or b"")
            except OSError as fault:
                return f"452 4.3.1 not stored: {fault.strerror or type(fault).__name__}"
        return _STORED

    def _keep(self, recipient: str, content: bytes) -> None:
        if self._directory is not None:
            name = f"{self._last_number + 1:04d}-{_UNSAFE.sub('_', recipient)[:100]}.eml"
            unfinished = self._directory / f".{name}.part"
            unfinished.write_bytes(content)
            unfinished.replace(self._directory / name)
            self._last_number += 1
        if self._on_message is not None:
            self._on_message(recipient, content)
        self._caught += 1
