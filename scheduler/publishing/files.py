"""Feeds -> files in a folder, for any web server, bucket or CDN: each replaced as a whole, the gone ones removed.

IO. ``feeds/`` holds what anybody may read; ``private/``, only when asked for, what the server in front must guard. An
unchanged file is not touched, and a file's time is that of the feed's last change: ETag and Last-Modified stay.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from scheduler.errors import SchedulerError
from scheduler.web.feeds import PREFIX, Feed
from scheduler.whole_files import replace_file

LISTING = ".published-feeds"
_PRIVATE = "private/"


@dataclass(frozen=True, slots=True)
class WrittenFeeds:
    """What became of the files, as paths below the folder."""

    written: tuple[str, ...]
    unchanged: tuple[str, ...]
    removed: tuple[str, ...]


def write_feeds(folder: Path, feeds: Iterable[Feed]) -> WrittenFeeds:
    """Make ``folder`` hold exactly these feeds; SchedulerError names the file that cannot be written.

    Files that an earlier call wrote and that are no longer published are removed; all others are left alone.
    """
    wanted = {_find_place(feed): feed for feed in feeds}
    listing = folder / LISTING
    try:
        known = set(_read_listing(listing))
        # Listed before they are written: a run that is cut short leaves no file that a later one would not remove.
        _replace(listing, _write_listing(known | set(wanted)), 0o644)
        changed = [place for place, feed in wanted.items() if _write_feed(folder / place, feed)]
        removed = sorted(place for place in known - set(wanted) if _remove(folder / place))
        _replace(listing, _write_listing(set(wanted)), 0o644)
    except OSError as error:
        raise SchedulerError(
            f"{error.filename or folder}: cannot be written ({error.strerror}); look at its owner, mode and space"
        ) from error
    return WrittenFeeds(tuple(changed), tuple(place for place in wanted if place not in changed), tuple(removed))


def _find_place(feed: Feed) -> str:
    return feed.path.removeprefix("/") if feed.public else _PRIVATE + feed.path.removeprefix(PREFIX)


def _write_feed(path: Path, feed: Feed) -> bool:
    modified_at = int(feed.modified_at.timestamp())
    if path.exists() and path.read_bytes() == feed.body:
        return False
    if path.exists():
        # As in the running service: two edits within one second must not look alike.
        modified_at = max(modified_at, int(path.stat().st_mtime) + 1)
    _replace(path, feed.body, 0o644 if feed.public else 0o640, modified_at)
    return True


def _replace(path: Path, content: bytes, mode: int, modified_at: int | None = None) -> None:
    def dress(descriptor: int, _path: Path) -> None:
        os.fchmod(descriptor, mode)
        if modified_at is not None:
            os.utime(descriptor, (modified_at, modified_at))

    replace_file(path, content, dress)


def _remove(path: Path) -> bool:
    if not path.exists():
        return False
    path.unlink()
    return True


def _read_listing(listing: Path) -> Iterable[str]:
    """Return the places that were written before; a line that leads elsewhere is none of ours."""
    if not listing.exists():
        return
    for line in listing.read_text("utf-8").splitlines():
        place = PurePosixPath(line)
        if place.suffix == ".ics" and not place.is_absolute() and ".." not in place.parts:
            yield line


def _write_listing(places: set[str]) -> bytes:
    return "".join(f"{place}\n" for place in sorted(places)).encode()
