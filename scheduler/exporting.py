"""Who was told what, when, with which outcome, as a table for an inspector: deliveries -> CSV or XLSX.

IO: writes one file, whole. A text that a spreadsheet would take for a formula stays a text.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

from openpyxl import Workbook
from openpyxl.styles import Font

from scheduler.delivery import Delivery, DeliveryState
from scheduler.errors import SchedulerError, UsageError
from scheduler.whole_files import replace_file

_HEADS = (
    "Số", "Kế hoạch", "Nội dung", "Đơn vị", "Loại thư", "Quy tắc", "Người nhận", "Địa chỉ", "Giờ hẹn", "Kết quả",
    "Lúc", "Số lần gửi", "Có thể đã đến hai lần", "Trả lời của máy chủ", "Message-ID",
)  # fmt: skip
_WIDTHS = (6, 20, 20, 16, 18, 18, 28, 34, 17, 16, 17, 8, 10, 40, 46)
_STATES = {
    DeliveryState.PLANNED: "chưa đến giờ",
    DeliveryState.SENDING: "đang gửi",
    DeliveryState.SENT: "đã gửi",
    DeliveryState.RETRYING: "sẽ gửi lại",
    DeliveryState.FAILED: "không gửi được",
    DeliveryState.UNCONFIRMED: "chưa rõ",
    DeliveryState.EXPIRED: "quá hạn, không gửi",
    DeliveryState.CANCELLED: "đã hủy",
    DeliveryState.SKIPPED: "bỏ qua",
}
_FORMULA_STARTS = ("=", "+", "-", "@", "\t")

_Row = tuple[str | int, ...]


def export_deliveries(path: Path, deliveries: Iterable[Delivery], zone: ZoneInfo) -> None:
    """Write ``path``: .csv (UTF-8 with a byte order mark, which Excel needs) or .xlsx; instants in ``zone``."""
    if path.suffix == ".csv":
        content = b"".join(write_csv_lines(deliveries, zone))
    elif path.suffix == ".xlsx":
        content = make_workbook(deliveries, zone)
    else:
        raise UsageError(f"--export {path}: write a name that ends in .csv or .xlsx")
    try:
        replace_file(path, content)
    except OSError as error:
        raise SchedulerError(f"{path}: cannot be written: {error.strerror}") from error


def _make_row(delivery: Delivery, zone: ZoneInfo) -> _Row:
    return (
        delivery.id,
        delivery.plan,
        delivery.item,
        delivery.unit,
        delivery.template,
        delivery.rule,
        delivery.contact,
        delivery.address,
        f"{delivery.due_at.astimezone(zone):%d/%m/%Y %H:%M}",
        _STATES[delivery.state],
        f"{delivery.updated_at.astimezone(zone):%d/%m/%Y %H:%M}",
        delivery.attempts,
        "có" if delivery.in_doubt else "",
        delivery.detail,
        delivery.message_id or "",
    )


def write_csv_lines(deliveries: Iterable[Delivery], zone: ZoneInfo) -> Iterator[bytes]:
    """Yield the lines of a CSV file, the first with its byte order mark."""
    yield codecs.BOM_UTF8 + _write_line(_HEADS)
    for delivery in deliveries:
        row = _make_row(delivery, zone)
        yield _write_line([f"'{v}" if isinstance(v, str) and v.startswith(_FORMULA_STARTS) else v for v in row])


def _write_line(values: Iterable[str | int]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow(values)
    return text.getvalue().encode()


def make_workbook(deliveries: Iterable[Delivery], zone: ZoneInfo) -> bytes:
    """Return the bytes of an Excel workbook."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Thư nhắc"
    sheet.append(_HEADS)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for delivery in deliveries:
        sheet.append(_make_row(delivery, zone))
        for cell in sheet[sheet.max_row]:
            if isinstance(cell.value, str):
                cell.data_type = "s"
    for column, width in zip("ABCDEFGHIJKLMNO", _WIDTHS, strict=True):
        sheet.column_dimensions[column].width = width
    sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
