"""Two changes of one text -> one text with both, line by line; where they touch the same lines, as somebody chooses.

Pure. The three-way merge is that of merge3.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from merge3 import Merge3

_THEIRS, _OURS, _END = (
    "# ↓ Bản đang dùng, người khác vừa lưu",
    "# ↓ Bản của bạn: bỏ dấu # ở dòng muốn giữ, xóa các dòng không dùng",
    "# ↑ Hết chỗ trùng",
)


class Keep(Enum):
    """Whose lines stand where two people changed the same ones; with BOTH, ours stand below theirs as comments."""

    OURS = "ours"
    THEIRS = "theirs"
    BOTH = "both"


def join_texts(base: bytes | None, theirs: bytes | None, ours: bytes | None) -> bytes | None:
    """Return both changes of ``base`` in one text; None where they touch the same lines, or a file came or went."""
    if base is None or theirs is None or ours is None:
        return None
    groups = _merge(base, theirs, ours)
    if any(group.is_conflict for group in groups):
        return None
    return b"".join(line for group in groups for line in group.theirs)


def settle_texts(base: bytes, theirs: bytes, ours: bytes, keep: Keep) -> bytes:
    """Return both changes of ``base``; where they touch the same lines, those of ``keep``."""
    groups = _merge(base, theirs, ours)
    return b"".join(line for group in groups for line in _settle_group(group, keep))


@dataclass(frozen=True, slots=True)
class _Group:
    """Lines that two texts have for some lines of a third; the same ones where there is no conflict."""

    theirs: tuple[bytes, ...]
    ours: tuple[bytes, ...]
    is_conflict: bool


def _merge(base: bytes, theirs: bytes, ours: bytes) -> tuple[_Group, ...]:
    before, other, own = (content.splitlines(keepends=True) for content in (base, theirs, ours))
    return tuple(
        _Group(tuple(group[2]), tuple(group[3]), is_conflict=True)
        if group[0] == "conflict"
        else _Group(tuple(group[1]), tuple(group[1]), is_conflict=False)
        for group in Merge3(before, other, own).merge_groups()
    )


def _settle_group(group: _Group, keep: Keep) -> Iterator[bytes]:
    if not group.is_conflict or keep is not Keep.BOTH:
        yield from group.ours if keep is Keep.OURS else group.theirs
        return
    newline = b"\r\n" if any(line.endswith(b"\r\n") for line in (*group.theirs, *group.ours)) else b"\n"
    yield _THEIRS.encode() + newline
    yield from (line if line.endswith(b"\n") else line + newline for line in group.theirs)
    yield _OURS.encode() + newline
    yield from (b"# " + line.rstrip(b"\r\n") + newline for line in group.ours)
    yield _END.encode() + newline
