"""Two texts of a file -> the lines that differ, as the trail and a draft show them."""

from __future__ import annotations

import difflib

from hypothesis import given
from hypothesis import strategies as st

from scheduler.web.admin.trail import DiffLine, compare_texts

_KINDS = {"+": "added", "-": "removed", "@": "place", " ": "same"}


def _compare_whole(before: str, after: str) -> tuple[DiffLine, ...]:
    lines = list(difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=3))[2:]
    return tuple(DiffLine(_KINDS[line[0]], line if line[0] == "@" else line[1:]) for line in lines)


def test_one_line_amid_many_is_shown_with_three_around_it_and_its_place() -> None:
    before = [f"visit {number}" for number in range(2_000)]
    after = [*before[:1_000], "moved", *before[1_001:]]

    assert compare_texts("\n".join(before), "\n".join(after)) == (
        DiffLine("place", "@@ -998,7 +998,7 @@"),
        DiffLine("same", "visit 997"),
        DiffLine("same", "visit 998"),
        DiffLine("same", "visit 999"),
        DiffLine("removed", "visit 1000"),
        DiffLine("added", "moved"),
        DiffLine("same", "visit 1001"),
        DiffLine("same", "visit 1002"),
        DiffLine("same", "visit 1003"),
    )


def test_changes_in_several_places_are_shown_as_comparing_the_whole_texts_shows_them() -> None:
    before = [f"visit {number}" for number in range(100)]
    texts = (
        [*before[:2], *before[3:]],
        [*before, "one more"],
        ["one before", *before],
        [*before[:30], "moved", *before[31:70], "added", *before[70:]],
        [*before[:40], *before[60:]],
        [],
    )

    for after in texts:
        pair = "\n".join(before), "\n".join(after)
        assert compare_texts(*pair) == _compare_whole(*pair)
        assert compare_texts(*reversed(pair)) == _compare_whole(*reversed(pair))


@given(st.lists(st.sampled_from("abc"), max_size=30), st.lists(st.sampled_from("abc"), max_size=30))
def test_the_lines_shown_make_one_text_of_the_other(before: list[str], after: list[str]) -> None:
    made, at = [], 0
    for line in compare_texts("\n".join(before), "\n".join(after)):
        if line.kind == "place":
            start, _, length = line.text.split()[1][1:].partition(",")
            first = int(start) - (length != "0")
            made += before[at:first]
            at = first
            continue
        if line.kind != "added":
            assert before[at] == line.text
            at += 1
        if line.kind != "removed":
            made.append(line.text)

    assert made + before[at:] == after
