"""Serves the feeds of a folder as the service serves its own, for ``feed_http.py``: ours, in a process of its own.

IO. ``python bench/feed_server.py FOLDER``: prints the port it listens on, and stops on SIGTERM.
"""

from __future__ import annotations

import sys
from pathlib import Path

from large_plan import NOW
from starlette.responses import PlainTextResponse

from scheduler.web.feeds import Feed, FeedApp, FeedShelf, feed_path
from scheduler.web.server import serve


def main(folder: Path) -> None:
    shelf = FeedShelf()
    shelf.publish(tuple(Feed(feed_path(file.stem), file.read_bytes(), NOW, True) for file in folder.glob("*.ics")))
    serve(
        FeedApp(shelf, PlainTextResponse("no page")),
        "127.0.0.1",
        0,
        on_started=lambda address: print(address.port, flush=True),
        should_stop=lambda: False,
        shelf=shelf,
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
