"""The table for an inspector: every delivery, readable, and nothing that a spreadsheet would run."""

import csv
import io
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook

from scheduler.delivery import DeliveryState
from scheduler.errors import SchedulerError, UsageError
from scheduler.exporting import export_deliveries
from tests.full_disk import no_file_larger_than
from tests.samples import make_delivery

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
SENT = replace(
    make_delivery(), state=DeliveryState.SENT, attempts=1, detail="=HYPERLINK(1)", message_id="<a@so.example>"
)


def test_csv_holds_every_delivery_with_its_outcome(tmp_path: Path) -> None:
    export_deliveries(tmp_path / "x.csv", [SENT], HANOI)
    content = (tmp_path / "x.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    heads, row = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    facts = dict(zip(heads, row, strict=True))
    assert facts["Giờ hẹn"] == "13/05/2024 08:00"
    assert facts["Kết quả"] == "đã gửi"
    assert facts["Trả lời của máy chủ"] == "'=HYPERLINK(1)"


def test_xlsx_holds_texts_and_no_formula(tmp_path: Path) -> None:
    export_deliveries(tmp_path / "x.xlsx", [SENT], HANOI)
    sheet = load_workbook(tmp_path / "x.xlsx").worksheets[0]
    heads, row = [[cell.value for cell in line] for line in sheet.iter_rows()]
    assert row[heads.index("Trả lời của máy chủ")] == "=HYPERLINK(1)"
    assert "f" not in {cell.data_type for cell in sheet[2]}


def test_another_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"\.csv or \.xlsx"):
        export_deliveries(tmp_path / "x.doc", [SENT], HANOI)


def test_a_table_for_which_the_disk_has_no_room_leaves_the_one_that_was_there(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    export_deliveries(path, [SENT], HANOI)
    before = path.read_bytes()
    with no_file_larger_than(2 * len(before)), pytest.raises(SchedulerError, match="cannot be written"):
        export_deliveries(path, [SENT] * 100, HANOI)
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("x.csv", before)]
