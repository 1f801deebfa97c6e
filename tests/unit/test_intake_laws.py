"""Laws of reading a schedule: neither the order of columns, nor the form of dates, nor merged cells change the plan."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from scheduler.documents.document import Cell, Document, Paragraph, Row, Table
from scheduler.intake import Draft, extract_plan
from scheduler.model import Finding, Plan

UPDATED = datetime(2025, 3, 1, tzinfo=UTC)
PROSE = (
    "Số: 12/KH-SNV",
    "Huế, ngày 03 tháng 3 năm 2025",
    "KẾ HOẠCH",
    "Thanh tra công vụ năm 2025",
    "I. Giờ làm việc: buổi sáng từ 7h30 đến 11h30, buổi chiều từ 13h30 đến 17h00.",
)
HEADS = {"index": "STT", "unit": "Đơn vị", "communes": "Xã", "date": "Ngày kiểm tra", "session": "Buổi"}
UNITS = ("Huyện A Lưới", "Huyện Phú Lộc", "Sở Y tế", "TP. Huế", "TX. Hương Trà")
FORMS = (
    "{d}/{m}/{y}",
    "{d:02}/{m:02}/{y}",
    "{d}-{m}-{y}",
    "{d}.{m}.{y}",
    "{d} / {m} / {y}",
    "ngày {d} tháng {m} năm {y}",
    "{w}, {d}/{m}/{y}",
    "{w} ngày {d} tháng {m} năm {y}",
    "{y}-{m:02}-{d:02}",
)
WEEKDAYS = ("Thứ Hai", "thứ ba", "Thứ 4", "T5", "Thứ Sáu", "Thứ bảy", "CN")

Visits = list[tuple[str, date, str, str]]


def extract(rows: Sequence[Sequence[str]], merged: frozenset[tuple[int, int]] = frozenset()) -> Draft:
    lines = tuple(
        Row(tuple(Cell(text, f"r{at}", merged=(at, column) in merged) for column, text in enumerate(row)), f"r{at}")
        for at, row in enumerate(rows)
    )
    prose = tuple(Paragraph(text, f"p{at}") for at, text in enumerate(PROSE))
    return extract_plan(Document("x.docx", "docx", (*prose, Table(lines, "t"))), plan_id="x", updated=UPDATED)


def compare(draft: Draft) -> tuple[Plan, list[str]]:
    """Return what has to be the same: the plan without its places, and the codes of what is told."""
    return replace(draft.plan, sources=()), sorted(list_codes(draft.findings))


def list_codes(findings: tuple[Finding, ...]) -> list[str]:
    return [finding.code for finding in findings]


@st.composite
def visits(draw: st.DrawFn) -> Visits:
    """One visit for each unit, and maybe a second one, on days that ascend."""
    first = draw(st.dates(date(2025, 2, 1), date(2025, 9, 1)))
    names = draw(st.lists(st.sampled_from(UNITS), min_size=1, max_size=4, unique=True))
    found: Visits = []
    for number, name in enumerate(names):
        first += timedelta(days=draw(st.integers(1, 20)))
        found.append((name, first, f"Xã Một{number}", "Sáng"))
        if draw(st.booleans()):
            found.append((name, first, f"Xã Hai{number}", "Chiều"))
    return found


def write_rows(found: Visits, forms: Sequence[str]) -> list[list[str]]:
    rows = [list(HEADS.values())]
    for number, ((unit, day, commune, session), form) in enumerate(zip(found, forms, strict=True), start=1):
        said = form.format(d=day.day, m=day.month, y=day.year, w=WEEKDAYS[day.weekday()])
        rows.append([str(number), unit, commune, said, session])
    return rows


PLAIN = "{d}/{m}/{y}"


@given(visits(), st.permutations(range(len(HEADS))))
def test_any_order_of_columns_gives_the_same_plan(found: Visits, order: list[int]) -> None:
    rows = write_rows(found, [PLAIN] * len(found))
    assert compare(extract([[row[column] for column in order] for row in rows])) == compare(extract(rows))


@given(visits(), st.data())
def test_any_form_of_a_date_gives_the_same_plan(found: Visits, data: st.DataObject) -> None:
    forms = [data.draw(st.sampled_from(FORMS)) for _ in found]
    plain = extract(write_rows(found, [PLAIN] * len(found)))
    assert compare(extract(write_rows(found, forms))) == compare(plain)


@given(visits(), st.data())
def test_any_merge_pattern_gives_the_same_plan(found: Visits, data: st.DataObject) -> None:
    rows = write_rows(found, [PLAIN] * len(found))
    plain = compare(extract(rows))
    same = [
        (at, column)
        for at in range(2, len(rows))
        for column in (1, 3)
        if rows[at][1] == rows[at - 1][1] and rows[at][column] == rows[at - 1][column]
    ]
    chosen = frozenset(data.draw(st.lists(st.sampled_from(same), unique=True))) if same else frozenset()
    assert compare(extract(rows, chosen)) == plain
    # A form that cannot merge has empty cells there: the unit's, and its day's, come down.
    emptied = [
        ["" if (at, column) in chosen and (at, 1) in chosen else text for column, text in enumerate(row)]
        for at, row in enumerate(rows)
    ]
    assert compare(extract(emptied)) == plain


@given(visits(), st.integers(1, 4))
def test_a_table_cut_over_pages_gives_the_same_plan(found: Visits, cut: int) -> None:
    rows = write_rows(found, [PLAIN] * len(found))
    whole = extract(rows)
    if cut + 1 >= len(rows):
        return
    prose = tuple(Paragraph(text, f"p{at}") for at, text in enumerate(PROSE))
    tables = tuple(
        Table(tuple(Row(tuple(Cell(text, "c") for text in row), "c") for row in part), "t")
        for part in (rows[: cut + 1], rows[cut + 1 :])
    )
    pages = extract_plan(Document("x.docx", "docx", (*prose, *tables)), plan_id="x", updated=UPDATED)
    assert compare(pages) == compare(whole)


@given(st.lists(st.text(alphabet="0123456789/-. ,;:hHgiờsángchiềuthángnămvàđếntừ()\nxX", max_size=20), max_size=12))
def test_no_cell_breaks_the_reading(cells: list[str]) -> None:
    rows = [
        ["STT", "Đơn vị", "Xã", "Ngày", "Buổi sáng", "Buổi chiều", "Đoàn"],
        ["1", "A", "B", "12/5/2025", "", "", ""],
    ]
    rows += [(cells[at : at + 7] + [""] * 7)[:7] for at in range(0, len(cells), 7)]
    extract(rows)
