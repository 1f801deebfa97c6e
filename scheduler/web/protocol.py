"""Requests for feeds that lie ready -> their answers, written before an ASGI cycle is made for them.

IO. uvicorn's own HTTP protocol with one short cut; whatever is not plainly such a request goes on to the app behind
it, which gives the same bytes. uvicorn bounds neither the size of a head nor the time that one may take: here both are.
"""

from __future__ import annotations

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from scheduler.web.feeds import NOT_FOUND, FeedShelf
from scheduler.web.grants import GRANTED_PREFIX
from scheduler.web.representation import Answer

HEAD_SECONDS = 60
# Beyond what one read may bring (256 KiB) at the end of the request before.
HEAD_BYTES = 320 * 1024
# Two writes cost more than a copy of this size.
_JOINED_BYTES = 64 * 1024
_QUERIES = (b"", b"alarms=1")
_GRANTED = GRANTED_PREFIX.encode()
_REFUSED = {b"GET": NOT_FOUND, b"HEAD": NOT_FOUND.drop_content()}


class FeedProtocol(HttpToolsProtocol):
    """One connection; where there is no ``shelf`` everything goes on to the app."""

    shelf: FeedShelf | None = None
    _unread = 0
    _head_at: float | None = None

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._unread += len(data)
        if self._unread > HEAD_BYTES and not self.transport.is_closing():
            self.send_400_response("The request's head is too long.")

    def on_headers_complete(self) -> None:
        self._unread = 0
        self._head_at = self.loop.time()
        if self.transport.is_closing():
            return  # what comes after the last request of a connection
        answer = self._choose_answer()
        if answer is None:
            super().on_headers_complete()
        else:
            self._write(answer)
            self.on_response_complete()

    def _write(self, answer: Answer) -> None:
        parts = [answer.status_line]
        for name, value in self.server_state.default_headers:
            parts += (name, b": ", value, b"\r\n")
        is_last = self.parser.get_http_version() == "1.0" or not self.parser.should_keep_alive()
        parts += (answer.fields, b"connection: close\r\n\r\n" if is_last else b"\r\n")
        if len(answer.content) <= _JOINED_BYTES:
            self.transport.write(b"".join((*parts, answer.content)))
        else:
            # By itself: all who are slow to read a large feed share the one copy of it.
            self.transport.write(b"".join(parts))
            self.transport.write(answer.content)
        if is_last:
            self.transport.close()

    def on_body(self, body: bytes) -> None:
        self._unread = 0
        # Without a cycle every request so far was answered here, and a body it had counts for nothing.
        if self.cycle is not None:
            super().on_body(body)

    def on_message_complete(self) -> None:
        if self.cycle is not None:
            super().on_message_complete()

    def cut_if_late(self) -> None:
        """Close a connection that has owed us a head for too long and is owed no answer; asked every second."""
        if self._head_at is None:
            self._head_at = self.loop.time()
        if not self._is_answering() and self.loop.time() - self._head_at > HEAD_SECONDS:
            self.transport.close()

    def _is_answering(self) -> bool:
        """Tell whether the app behind has a request that it has not answered yet."""
        return self.cycle is not None and not self.cycle.response_complete

    def _choose_answer(self) -> Answer | None:
        """Return what to write at once; None where the request, or its place among others, is out of the ordinary."""
        # Answers go out in the order of the requests, and to a client that reads: the app behind waits for both.
        if self.shelf is None or self._is_answering() or self.flow.write_paused:
            return None
        method = self.parser.get_method()
        path, _, query = self.url.partition(b"?")
        if method not in _REFUSED or query not in _QUERIES or self.parser.should_upgrade():
            return None
        # The parser lets no byte beyond ASCII pass. A path in another spelling (escaped, with a host) is none that the
        # shelf knows.
        feed = self.shelf.find(path.decode("ascii"), query)
        if feed is not None:
            return feed.choose_answer(method.decode(), self.headers)
        # Here, so that wrong, revoked and malformed tokens are refused after the very same work.
        return _REFUSED[method] if path.startswith(_GRANTED) and b"#" not in path else None


def make_protocol(shelf: FeedShelf | None) -> type[FeedProtocol]:
    """Return the protocol that answers from ``shelf``, and that the app behind must agree with."""

    class ShelfProtocol(FeedProtocol):
        pass

    ShelfProtocol.shelf = shelf
    return ShelfProtocol
