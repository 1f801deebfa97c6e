"""An ASGI app on a host and port, until somebody asks it to stop: uvicorn, with our own beginning and end.

IO. Runs in the calling thread. SIGTERM and SIGINT end it cleanly where that is the main thread; a second one
ends it at once.
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType

from starlette.types import ASGIApp
from uvicorn import Config, Server

from scheduler.errors import SchedulerError, UsageError
from scheduler.web.feeds import FeedShelf
from scheduler.web.protocol import FeedProtocol, make_protocol

GRACE_SECONDS = 10
_TICKS_A_SECOND = 10
_REMEDIES = {
    errno.EADDRINUSE: "another program uses it: stop that one, or set SCHEDULER_HTTP__PORT to a free port",
    errno.EACCES: "ports below 1024 are reserved: set SCHEDULER_HTTP__PORT to 8080, say, with a web server in front",
    errno.EADDRNOTAVAIL: "this machine has no such address: set SCHEDULER_HTTP__HOST to 127.0.0.1 or to one it has",
}


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server listens, with the port that it was really given."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"http://[{self.host}]:{self.port}/" if ":" in self.host else f"http://{self.host}:{self.port}/"


def open_listener(host: str, port: int) -> socket.socket:
    """Bind ``host`` (a name, an IPv4 or an IPv6 address) and ``port`` (0 takes any free one).

    Raises UsageError for a host that is none, SchedulerError for a port that cannot be had.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):
        raise UsageError(
            f"the HTTP host '{host}' is not known: set SCHEDULER_HTTP__HOST to an address of this machine"
        ) from None
    family, kind, protocol, _, address = found[0]
    listener = socket.socket(family, kind, protocol)
    try:
        # A port left a moment ago by the program before us is free.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        # Listening already now shows a port that is taken, before anything else starts.
        listener.listen()
    except OSError as error:
        listener.close()
        remedy = _REMEDIES.get(error.errno or 0, "set SCHEDULER_HTTP__HOST and SCHEDULER_HTTP__PORT to others")
        raise SchedulerError(f"cannot listen on {host} port {port} ({error.strerror}): {remedy}") from None
    return listener


def serve(
    app: ASGIApp,
    host: str,
    port: int,
    *,
    on_started: Callable[[Address], None],
    should_stop: Callable[[], bool],
    shelf: FeedShelf | None = None,
    grace_seconds: int = GRACE_SECONDS,
) -> None:
    """Serve ``app`` until a signal comes or ``should_stop()`` is true (asked every tenth of a second), then return.

    What lies ready on ``shelf`` is answered before ``app`` is asked; ``app`` must give the same answers.
    ``on_started`` is told the address once requests are answered. At the end no new connection is accepted, and
    those still open are cut after ``grace_seconds``. Raises as open_listener does, before anything is started.
    """
    listener = open_listener(host, port)
    try:
        address = Address(host, listener.getsockname()[1])
        config = Config(
            app,
            http=make_protocol(shelf),
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,  # the protocol writes none, and knows no limit of concurrency
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=grace_seconds,
        )
        _StoppableServer(config, lambda: on_started(address), should_stop).run([listener])
    finally:
        listener.close()


class _StoppableServer(Server):
    """uvicorn's server that tells when it has started, asks whether to stop, and leaves no connection behind."""

    def __init__(self, config: Config, on_started: Callable[[], None], should_stop: Callable[[], bool]) -> None:
        super().__init__(config)
        self._on_started = on_started
        self._should_stop = should_stop

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_started()

    async def on_tick(self, counter: int) -> bool:
        if self._should_stop():
            self.should_exit = True
        if counter % _TICKS_A_SECOND == 0:
            for connection in list(self.server_state.connections):
                if isinstance(connection, FeedProtocol):
                    connection.cut_if_late()
        return await super().on_tick(counter)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        # uvicorn's own would raise the signal again at the end, and a clean stop would look like a kill.
        if self.should_exit:
            self.force_exit = True
            self._cut_connections()
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await super().shutdown(sockets)
        self._cut_connections()

    def _cut_connections(self) -> None:
        for connection in list(self.server_state.connections):
            connection.transport.abort()
