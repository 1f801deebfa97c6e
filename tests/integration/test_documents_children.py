"""The process that parses: forked or started anew, it answers alike and keeps nothing of what started it."""

import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from scheduler.documents import worker
from scheduler.documents.children import Child, ForkedChild, SpawnedChild, may_fork
from scheduler.documents.document import Progress
from scheduler.documents.isolation import read_isolated
from scheduler.documents.wire import Reading, Refusal
from scheduler.errors import DocumentError
from tests.hostile import files

Start = Callable[[bytes, str, str], Child]
BOTH_WAYS = pytest.mark.parametrize("start", [ForkedChild, SpawnedChild])


@pytest.mark.parametrize(
    ("build", "form"), [(files.make_docx, "zip"), (files.make_xlsx, "zip"), (files.make_pdf, "pdf")]
)
def test_a_forked_and_a_new_process_read_the_same(build: Callable[[], bytes], form: str) -> None:
    forked = read_isolated(build(), form, "plan", start=ForkedChild)
    assert isinstance(forked, Reading)
    assert forked.blocks
    assert forked == read_isolated(build(), form, "plan", start=SpawnedChild)


@BOTH_WAYS
def test_what_is_needed_next_is_loaded_while_the_child_parses(start: Start) -> None:
    called: list[str] = []
    answer = read_isolated(files.make_docx(), "zip", "plan", meanwhile=lambda: called.append("once"), start=start)
    assert isinstance(answer, Reading)
    assert called == ["once"]


@BOTH_WAYS
def test_a_refusal_arrives(start: Start) -> None:
    with pytest.raises(DocumentError, match=r"^plan\.docx: its part word/document\.xml declares a DTD"):
        read_isolated(files.word_with_a_billion_laughs(), "zip", "plan.docx", start=start)


@BOTH_WAYS
def test_a_parser_that_hangs_is_ended_however_it_was_started(start: Start) -> None:
    with pytest.raises(DocumentError, match="takes longer to read than any plan"):
        read_isolated(files.make_pdf(), "pdf", "plan.pdf", silent_seconds=0.001, start=start)


def answer_with(monkeypatch: pytest.MonkeyPatch, tell: Callable[[], str]) -> str:
    """Return what ``tell`` finds inside a forked parsing process, as its limits hold."""

    def read_answer(content: bytes, form: str, name: str, report: Progress) -> Refusal:
        try:
            return Refusal(tell())
        except (OSError, MemoryError) as error:
            return Refusal(type(error).__name__)

    monkeypatch.setattr(worker, "read_answer", read_answer)
    with pytest.raises(DocumentError) as caught:
        read_isolated(b"", "zip", "plan", start=ForkedChild)
    return str(caught.value)


def test_a_forked_child_keeps_no_file_and_no_setting_of_its_parent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCHEDULER_SMTP__PASSWORD", "secret")
    secret = tmp_path / "secret"
    secret.write_text("x", encoding="utf-8")

    def tell() -> str:
        links = {os.path.realpath(each) for each in Path("/proc/self/fd").iterdir()}
        kept = [link for link in links if link != os.devnull and "/fd" not in link and "pipe:" not in link]
        return f"{kept} {dict(os.environ)} {os.getsid(0) == os.getpid()}"

    with secret.open(encoding="utf-8"):
        assert answer_with(monkeypatch, tell) == "[] {} True"


@pytest.mark.parametrize(
    ("attempt", "error"),
    [
        (socket.socket, "PermissionError"),
        (lambda: Path("x").write_text("x", encoding="utf-8"), "PermissionError"),
        (os.fork, "PermissionError"),
        (lambda: os.system("true"), "PermissionError"),
        (lambda: bytearray(600 * 1024 * 1024), "MemoryError"),
    ],
)
def test_a_forked_child_can_do_nothing_but_parse(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, attempt: Callable[[], object], error: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert answer_with(monkeypatch, lambda: f"allowed: {attempt()}") == error
    assert list(tmp_path.iterdir()) == []


def test_a_child_that_fails_in_an_unforeseen_way_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def read_answer(content: bytes, form: str, name: str, report: Progress) -> Refusal:
        raise ZeroDivisionError

    monkeypatch.setattr(worker, "read_answer", read_answer)
    with pytest.raises(DocumentError, match=r"^plan: the file is damaged and cannot be read"):
        read_isolated(b"", "zip", "plan", start=ForkedChild)


def test_a_process_with_threads_is_not_forked() -> None:
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        assert may_fork() is False
    finally:
        done.set()
        thread.join()
