"""A file is replaced in one step, and keeps what it had besides its content."""

import os
from pathlib import Path

import pytest

from scheduler.whole_files import replace_file


def test_a_new_file_has_the_usual_mode(tmp_path: Path) -> None:
    mask = os.umask(0o027)
    try:
        replace_file(tmp_path / "plans" / "a.yaml", b"a")
    finally:
        os.umask(mask)
    assert ((tmp_path / "plans/a.yaml").read_bytes(), (tmp_path / "plans/a.yaml").stat().st_mode & 0o777) == (
        b"a",
        0o640,
    )


def test_a_file_that_is_replaced_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"a")
    path.chmod(0o604)
    replace_file(path, b"b")
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"b", 0o604)


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "mounted.yaml", tmp_path / "a.yaml"
    target.write_bytes(b"a")
    link.symlink_to(target)
    replace_file(link, b"b")
    assert (link.readlink(), target.read_bytes()) == (target, b"b")


def test_where_it_fails_the_file_is_as_it_was_and_nothing_lies_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"a")

    def refuse(_descriptor: int, _path: Path) -> None:
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space left"):
        replace_file(path, b"b", refuse)
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("a.yaml", b"a")]
