"""Only text, numbers and lists cross from the parsing process, and what is not an answer is refused."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.documents.document import Block, Cell, Note, Paragraph, Row, Table
from scheduler.documents.wire import (
    Answer,
    AnswerError,
    Conversion,
    Reading,
    Refusal,
    Step,
    decode_answer,
    encode_answer,
)

TEXTS = st.text(alphabet=st.characters(codec="utf-8"), max_size=20)
CELLS = st.builds(Cell, TEXTS, TEXTS, st.none() | st.dates() | st.datetimes(), st.booleans())
TABLES = st.builds(Table, st.lists(st.builds(Row, st.lists(CELLS, max_size=3).map(tuple), TEXTS)).map(tuple), TEXTS)
BLOCKS: st.SearchStrategy[Block] = st.builds(Paragraph, TEXTS, TEXTS) | TABLES
ANSWERS: st.SearchStrategy[Answer] = (
    st.builds(Step, st.integers(), st.integers())
    | st.builds(Refusal, TEXTS)
    | st.builds(Conversion, TEXTS, TEXTS)
    | st.builds(
        Reading,
        TEXTS,
        st.lists(BLOCKS, max_size=3).map(tuple),
        st.lists(st.builds(Note, TEXTS, TEXTS, st.booleans())).map(tuple),
        st.lists(st.builds(Paragraph, TEXTS, TEXTS), max_size=2).map(tuple),
        st.lists(st.builds(Paragraph, TEXTS, TEXTS), max_size=2).map(tuple),
    )
)


@given(ANSWERS)
def test_every_answer_arrives_as_it_was_sent(answer: Answer) -> None:
    line = encode_answer(answer)
    assert decode_answer(line) == answer
    assert line.count(b"\n") == 1


def test_a_date_and_a_midnight_stay_apart() -> None:
    cells = (Cell("a", "b", date(2024, 5, 20)), Cell("a", "b", datetime.fromisoformat("2024-05-20T00:00")))
    answer = Reading("xlsx", (Table((Row(cells, "r"),), "t"),))
    assert decode_answer(encode_answer(answer)) == answer


@pytest.mark.parametrize(
    "line",
    [
        b"", b"{}", b"[]", b'["reading"]', b'["step", "1", 2]',
        b'["reading", "docx", [["p", 1, "x"]], [], [], []]', b'["reading", "docx", [], []]',
        b'["reading", "docx", [["t", "x", ["r"], [1], ["a"], ["b"], [[0, "no day", false]]]], [], [], []]',
        b'["reading", "docx", [["t", "x", ["r"], [1], ["a"], ["b"], [[1, null, true]]]], [], [], []]',
        b'["reading", "docx", [["t", "x", ["r"], [1], ["a"], ["b"], [[-1, null, true]]]], [], [], []]',
        b'["reading", "docx", [["t", "x", ["r"], [1], ["a"], [], []]], [], [], []]',
        b'["reading", "docx", [["t", "x", ["r"], [2], ["a"], null, []]], [], [], []]',
        b'["reading", "docx", [["t", "x", ["r"], [2], ["a", 1], null, []]], [], [], []]',
        b'["reading", "docx", [["t", "x", ["r", "s"], [1], ["a"], null, []]], [], [], []]',
        b'["reading", "docx", [["t", "x", ["r", "s"], [2, -1], ["a"], null, []]], [], [], []]',
        b'["reading", "docx", [["t", "x", [1], [1], ["a"], null, []]], [], [], []]',
        b'["reading", "docx", [["t", "x", ["r"], [1], ["a"], [1], []]], [], [], []]',
        b'["reading", "docx", [["t", "x", ["r"], [1], ["\\ud800"], null, []]], [], [], []]',
        b'["reading", "docx", [["p", "\\ud800", "x"]], [], [], []]', b'["reading", "docx", [], [["a"]], [], []]',
        b'["reading", "docx", [], [], [["\\ud800", "x"]], []]', b'["reading", "docx", [], [], [], ["x"]]', b"\xff",
    ],
)  # fmt: skip
def test_what_is_no_answer_is_refused(line: bytes) -> None:
    with pytest.raises(AnswerError):
        decode_answer(line)
