"""What is in force, set apart from Python's garbage collector."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from scheduler.lasting import set_apart_what_lasts


class Held:
    """Something that may refer to itself."""

    def __init__(self) -> None:
        self.other: Held | None = None


@pytest.fixture(autouse=True)
def put_back() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_what_is_there_is_passed_over_by_later_collections_and_what_comes_after_is_not() -> None:
    lasting = Held()
    set_apart_what_lasts()
    later = Held()
    gone_through = [each for each in gc.get_objects() if isinstance(each, Held)]

    assert gone_through == [later]
    assert lasting is not later


def test_what_was_set_apart_goes_with_the_last_reference_to_it() -> None:
    lasting = Held()
    seen = weakref.ref(lasting)
    set_apart_what_lasts()
    del lasting

    assert seen() is None


def test_what_refers_to_itself_is_collected_before_and_among_what_was_set_apart_when_all_is_looked_at_anew() -> None:
    before, among = Held(), Held()
    before.other, among.other = before, among
    seen_before, seen_among = weakref.ref(before), weakref.ref(among)
    del before
    set_apart_what_lasts()
    assert (seen_before(), seen_among()) == (None, among)

    del among
    set_apart_what_lasts()
    assert seen_among() is not None
    set_apart_what_lasts(anew=True)
    assert seen_among() is None
