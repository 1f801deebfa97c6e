"""Requests for feeds that lie ready -> their answers, written before an ASGI cycle is made for them.

IO. uvicorn's own HTTP protocol with one short cut; whatever is not plainly such a request goes on to the app behind
it, which gives the same bytes. uvicorn bounds neither the size of a head nor the time that one may take: here both are.
"""

from __future__ import annotations

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from scheduler.web.feeds import FeedShelf
from scheduler.web.representation import Answer

HEAD_SECONDS = 60
# Beyond what one read may bring (256 KiB) at the end of the request before.
HEAD_BYTES = 320 * 1024
# Two writes cost more than a copy of this size.
_JOINED_BYTES = 64 * 1024
_QUERIES = (b"", b"alarms=1")


class FeedProtocol(HttpToolsProtocol):
    """One connection. A class of its own is made for each shelf, by ``make_protocol``."""

    shelf: FeedShelf
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
        answer = self._choose_answer()
        if answer is None:
            super().on_headers_complete()
            return
        head = [answer.status_line]
        for name, value in self.server_state.default_headers:
            head += (name, b": ", value, b"\r\n")
        head.append(answer.fields)
        if len(answer.content) <= _JOINED_BYTES:
            head.append(answer.content)
            self.transport.write(b"".join(head))
        else:
            # By itself: all who are slow to read a large feed share the one copy of it.
            self.transport.write(b"".join(head))
            self.transport.write(answer.content)
        self.on_response_complete()

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
        if self._is_answering() or self.flow.write_paused:
            return None
        parser = self.parser
        if parser.get_http_version() != "1.1" or not parser.should_keep_alive() or parser.should_upgrade():
            return None
        method = parser.get_method()
        path, _, query = self.url.partition(b"?")
        if method not in (b"GET", b"HEAD") or query not in _QUERIES:
            return None
        # A path in any other spelling (escaped, with a host) is none that the shelf knows.
        feed = self.shelf.find(path.decode("latin-1"), query)
        return None if feed is None else feed.choose_answer(method.decode(), self.headers)


def make_protocol(shelf: FeedShelf) -> type[FeedProtocol]:
    """Return the protocol that answers from ``shelf``."""

    class ShelfProtocol(FeedProtocol):
        pass

    ShelfProtocol.shelf = shelf
    return ShelfProtocol
