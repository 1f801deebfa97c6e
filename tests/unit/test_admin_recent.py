"""Answers of the ledger that pages keep: for a moment, then while nothing is written, never past a click."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from scheduler.errors import LedgerError
from scheduler.web.admin.recent import Recent

NOW = datetime(2024, 5, 8, 2, 0, tzinfo=UTC)
LATER = NOW + timedelta(seconds=3)
KEEP = timedelta(seconds=3)


class Book:
    """Counts what it is asked; where ``held`` is set it answers only when it is let go."""

    def __init__(self) -> None:
        self.version = 1
        self.asked: list[str] = []
        self.begun = threading.Event()
        self.let_go = threading.Event()
        self.let_go.set()

    def ask(self, key: str) -> int:
        self.asked.append(key)
        number = len(self.asked)
        self.begun.set()
        assert self.let_go.wait(30)
        return number

    def hold(self) -> None:
        self.begun.clear()
        self.let_go.clear()


def make() -> tuple[Book, Recent[str, int]]:
    book = Book()
    return book, Recent(book.ask, lambda: book.version, KEEP)


def test_an_answer_is_kept_for_a_moment_whatever_is_written() -> None:
    book, recent = make()
    assert recent.get("a", NOW) == 1
    book.version = 2
    assert recent.get("a", LATER - timedelta(microseconds=1)) == 1
    assert recent.get("b", NOW) == 2
    assert book.asked == ["a", "b"]


def test_then_it_is_kept_until_something_is_written() -> None:
    book, recent = make()
    assert [recent.get("a", NOW + hours * timedelta(hours=1)) for hours in range(3)] == [1, 1, 1]
    book.version = 2
    # Another moment begins whenever the version is looked at.
    assert recent.get("a", NOW + timedelta(hours=2, seconds=2)) == 1
    assert recent.get("a", NOW + timedelta(hours=2, seconds=3)) == 2


def test_a_clock_that_was_put_back_keeps_nothing_that_was_written_over() -> None:
    book, recent = make()
    assert recent.get("a", NOW) == 1
    book.version = 2
    assert recent.get("a", NOW - timedelta(hours=1)) == 2


def test_after_a_click_it_is_asked_anew_though_the_version_is_the_same() -> None:
    _, recent = make()
    assert recent.get("a", NOW) == 1
    recent.forget()
    assert recent.get("a", NOW) == 2


def test_while_one_asks_others_get_the_answer_before() -> None:
    book, recent = make()
    assert recent.get("a", NOW) == 1
    book.version = 2
    book.hold()
    with ThreadPoolExecutor() as pool:
        asking = pool.submit(recent.get, "a", LATER)
        assert book.begun.wait(30)
        assert recent.get("a", LATER) == 1
        book.let_go.set()
        assert asking.result(30) == 2
    assert recent.get("a", LATER) == 2


def test_an_answer_older_than_a_minute_is_nobodys_while_one_asks_anew() -> None:
    book, recent = make()
    assert recent.get("a", NOW) == 1
    book.version = 2
    book.hold()
    later = NOW + timedelta(minutes=1)
    with ThreadPoolExecutor() as pool:
        asking = pool.submit(recent.get, "a", later)
        assert book.begun.wait(30)
        waiting = pool.submit(recent.get, "a", later)
        book.let_go.set()
        assert (asking.result(30), waiting.result(30)) == (2, 2)
    assert book.asked == ["a", "a"]


def test_what_was_asked_before_a_click_is_not_kept_after_it() -> None:
    book, recent = make()
    book.hold()
    with ThreadPoolExecutor() as pool:
        before = pool.submit(recent.get, "a", NOW)
        assert book.begun.wait(30)
        recent.forget()
        after = pool.submit(recent.get, "a", NOW)
        book.let_go.set()
        assert (before.result(30), after.result(30)) == (1, 2)
    assert recent.get("a", NOW) == 2


def test_where_nothing_is_known_others_wait_and_are_answered_after_a_fault_too() -> None:
    book, recent = make()
    faults = iter((True, False))

    def ask(key: str) -> int:
        number = book.ask(key)
        if next(faults, False):
            raise LedgerError("the file is locked")
        return number

    recent = Recent(ask, lambda: book.version, KEEP)
    book.hold()
    with ThreadPoolExecutor() as pool:
        first = pool.submit(recent.get, "a", NOW)
        assert book.begun.wait(30)
        others = [pool.submit(recent.get, "a", NOW) for _ in range(3)]
        book.let_go.set()
        with pytest.raises(LedgerError, match="locked"):
            first.result(30)
        assert [other.result(30) for other in others] == [2, 2, 2]
    assert book.asked == ["a", "a"]
