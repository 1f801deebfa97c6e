"""YAML into a tree: what is a text, where things are, and what is refused with which words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.planfile.tree import Entry, Mapping, Plain
from scheduler.planfile.yamlfile import parse_exactly, parse_quickly, parse_yaml
from tests.acceptance.commandline import SHIPPED_CONFIG


def read(text: str) -> Plain:
    root, problems = parse_yaml(text, "a.yaml")
    assert problems == ()
    assert root is not None
    return root.plain


def complain(text: str) -> list[str]:
    return [str(problem) for problem in parse_yaml(text, "a.yaml")[1]]


@pytest.mark.parametrize(
    "said", ["8:30", "07:00", "no", "yes", "on", "2024-05-20", "2024-05", "20/5/2024", "1_000", "0x"]
)
def test_what_other_yaml_readers_convert_stays_a_text(said: str) -> None:
    assert read(f"key: {said}") == {"key": said}


def test_a_quoted_number_is_a_text_and_a_bare_one_is_not() -> None:
    assert read("a: '12'\nb: 12\nc: 012\nd: 0x1F\ne: 1.5\nf: .inf") == {
        "a": "12",
        "b": 12,
        "c": 12,
        "d": 31,
        "e": 1.5,
        "f": float("inf"),
    }


def test_true_false_and_nothing_are_taken_for_what_they_are() -> None:
    assert read("a: true\nb: False\nc:\nd: ~\ne: ''") == {"a": True, "b": False, "c": None, "d": None, "e": ""}


def test_every_key_and_value_knows_its_line_and_column() -> None:
    root, _ = parse_yaml("# head\nvisits:\n  - id: a\n    dates: [x,  y]\n", "a.yaml")
    assert root is not None
    (_, visit) = root.mappings("visits")[0]
    entry = visit.entry("dates")
    assert isinstance(entry, Entry)
    assert (entry.key.line, entry.key.column) == (4, 5)
    assert [(text.text, text.line, text.column) for _, text in visit.texts("dates")] == [("x", 4, 13), ("y", 4, 17)]


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n"])
def test_an_empty_file_is_an_empty_mapping(text: str) -> None:
    assert read(text) == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\nb: 2\na: 3\n", ["a.yaml:3:1 the key 'a' stands twice (first on line 1); delete one"]),
        ("a:\n\tb: 1\n", ["a.yaml:2:1 a tab; use blanks instead"]),
        ("a: x\x07y\n", ["a.yaml:1:5 an invisible character (U+0007); delete it"]),
        ("a: x\u2028y\n", ["a.yaml:1:5 an invisible character (U+2028); delete it"]),
        ("a: &x 1\n", ["a.yaml:1:4 '&x' is an anchor; delete it, or quote a text that begins with '&'"]),
        (
            "a: [1]\nb: *x\n",
            ["a.yaml:2:4 '*x' is an alias; write the value out, or quote a text that begins with '*'"],
        ),
        ("a: !x 1\n", ["a.yaml:1:4 '!x' is a tag; delete it, or quote a text that begins with '!'"]),
        ("a: 1\n---\nb: 2\n", ["a.yaml:3:1 a second YAML document; keep one, without '---' lines in between"]),
        ("- a\n", ["a.yaml:1:1 begin the file with a 'key:'"]),
        ("{[a]: 1}\n", ["a.yaml:1:2 a key must be a word; quote a text that begins with '[', '{' or '?'"]),
        (
            "a: Kế hoạch: x\n",
            ["a.yaml:1:12 a ':' where none can stand; quote a text that holds ': ', or mend the line above"],
        ),
        ("b: 1\na: 'x\nc: 2\n", ["a.yaml:2:4 a quote that opens here is never closed; close it on the same line"]),
        ("a: @x\n", ["a.yaml:1:4 a text cannot begin with this character; quote it"]),
        ("a: *\n", ["a.yaml:1:5 a text cannot begin with '*' or '&'; quote it"]),
        (
            "a: [1, 2\nb: 3\n",
            ["a.yaml:1:4 a ',' or the closing bracket is missing in a list or mapping written on one line"],
        ),
        (
            'a: "x" y\n',
            [
                "a.yaml:1:8 does not fit in here; indent it like its neighbours,"
                " and quote a text that begins with a quote"
            ],
        ),
        (
            "a:\n  - b\n c: d\n",
            [
                "a.yaml:3:2 does not fit in here; indent it like its neighbours,"
                " and quote a text that begins with a quote"
            ],
        ),
        ("  a: 1\nb: 2\n", ["a.yaml:2:1 does not fit in here; indent it like its neighbours, below a 'key:'"]),
        ("a: [, b]\n", ["a.yaml:1:5 a value is missing here; quote a text that begins with this character"]),
        ("a: ? b\n", ["a.yaml:1:4 a text cannot begin with '? '; quote it"]),
        ("a: - b\n", ["a.yaml:1:4 a list cannot begin here; put each '- …' on its own line below the key"]),
        (
            "a:\n  b:c\n  d: e\n",
            ["a.yaml:3:4 a ':' where none can stand; quote a text that holds ': ', or mend the line above"],
        ),
        (
            "a: 1\nbcd\ne: 2\n",
            ["a.yaml:2:1 this line is no 'key: value'; write ': ' after the key, or indent a text that goes on"],
        ),
    ],
)
def test_what_is_refused_is_told_with_place_and_remedy(text: str, said: list[str]) -> None:
    assert complain(text) == said


def test_all_that_is_refused_in_one_file_is_told_at_once() -> None:
    assert [line.split(" ", 1)[0] for line in complain("a: &x 1\nb: *x\na: !y 2\n")] == [
        "a.yaml:1:4",
        "a.yaml:2:4",
        "a.yaml:3:4",
        "a.yaml:3:1",
    ]


def test_a_bomb_of_aliases_is_refused_without_being_expanded() -> None:
    bomb = "a: &a [x, x]\n" + "".join(f"{chr(98 + i)}: &{chr(98 + i)} [{'*' + chr(97 + i)}, *a]\n" for i in range(20))
    assert len(complain(bomb)) == 21 + 40


def test_deep_nesting_is_refused() -> None:
    assert complain("a: " + "[" * 5000 + "]" * 5000) == ["a.yaml:1:1 cannot be read as YAML: nested more than 20 deep"]


def test_a_file_that_is_too_large_is_refused() -> None:
    assert complain("#" * (16 * 1024 * 1024 + 1)) == ["a.yaml holds 16,777,217 characters; 16,777,216 are the limit"]


@given(st.text(alphabet=st.sampled_from("ab:-[]{}#&*!|>'\"%@`,?\n  \t0é"), max_size=60))
def test_any_text_is_read_or_refused_with_a_place_inside_it(text: str) -> None:
    root, problems = parse_yaml(text, "a.yaml")
    assert isinstance(root, Mapping) or problems
    for problem in problems:
        assert 1 <= problem.line <= text.count("\n") + 2
        assert problem.column >= 1


SHIPPED = tuple(path.read_text(encoding="utf-8") for path in sorted(SHIPPED_CONFIG.rglob("*.yaml")))
PIECES = (
    *" :-#,[]{}'\"|>?&*!%@`\\~\n\r",
    "\n  ",
    "- ",
    ": ",
    "|\n  x\n",
    "|#\n",
    ">-\n   x\n\n   y\n",
    "---\n",
    "...\n",
    "a:b",
    "é",
)


@st.composite
def _slips(draw: st.DrawFn) -> str:
    """A few lines of a shipped file with pieces of YAML put anywhere into them."""
    lines = draw(st.sampled_from(SHIPPED)).splitlines(keepends=True)
    first = draw(st.integers(0, len(lines) - 1))
    text = "".join(lines[first : first + draw(st.integers(1, 12))])
    for piece in draw(st.lists(st.sampled_from(PIECES), max_size=4)):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + piece + text[at + draw(st.integers(0, 2)) :]
    return text


@settings(max_examples=400)
@given(_slips())
def test_what_the_quick_parser_takes_the_exact_one_reads_the_same(text: str) -> None:
    quick = parse_quickly(text, "a.yaml")
    assert quick is None or (quick, ()) == parse_exactly(text, "a.yaml")


def test_the_quick_parser_reads_every_shipped_file() -> None:
    assert len(SHIPPED) >= 5
    assert all(parse_quickly(text, "a.yaml") is not None for text in SHIPPED)
