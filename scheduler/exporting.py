"""Who was told what, when, with which outcome, as a table for an inspector: deliveries -> CSV or XLSX.

IO: writes one file, whole. A text that a spreadsheet would take for a formula stays a text.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from zoneinfo import ZoneInfo

from openpyxl import Workbook
from openpyxl.styles import Font

from scheduler.delivery import Delivery, DeliveryState
from scheduler.errors import SchedulerError, UsageError

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
    rows = [_make_row(delivery, zone) for delivery in deliveries]
    if path.suffix == ".csv":
        content = _write_csv(rows)
    elif path.suffix == ".xlsx":
        content = _write_workbook(rows)
    else:
        raise UsageError(f"--export {path}: write a name that ends in .csv or .xlsx")
    try:
        path.write_bytes(content)
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


def _write_csv(rows: list[_Row]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_HEADS)
    for row in rows:
        writer.writerow([f"'{v}" if isinstance(v, str) and v.startswith(_FORMULA_STARTS) else v for v in row])
    return text.getvalue().encode("utf-8-sig")


def _write_workbook(rows: list[_Row]) -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Thư nhắc"
    sheet.append(_HEADS)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for row in rows:
        sheet.append(row)
        for cell in sheet[sheet.max_row]:
            if isinstance(cell.value, str):
                cell.data_type = "s"
    for column, width in zip("ABCDEFGHIJKLMNO", _WIDTHS, strict=True):
        sheet.column_dimensions[column].width = width
    sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
