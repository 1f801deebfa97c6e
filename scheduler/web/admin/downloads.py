"""The table of mails for an inspector: the mails that were asked for, as CSV or as an Excel workbook."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from starlette.exceptions import HTTPException
from starlette.responses import Response, StreamingResponse

from scheduler.exporting import make_workbook, write_csv_lines
from scheduler.ledger import Did
from scheduler.web.admin.asking import Asked, go_to
from scheduler.web.admin.desk import Desk
from scheduler.web.admin.mails import read_search

_MOST_IN_WORKBOOK = 20_000
_LINES_AT_ONCE = 500
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def download_table(desk: Desk, asked: Asked) -> Response:
    """Hand out the table; a workbook is made in memory, so a very long table comes as CSV alone."""
    kind = asked.word("kind")
    if kind not in ("csv", "xlsx"):
        raise HTTPException(404)
    search = read_search(desk, asked, desk.names())
    if search.too_many or (kind == "xlsx" and desk.ledger.browsing.count(search.wanted) > _MOST_IN_WORKBOOK):
        desk.tell(asked, "Bảng quá dài cho tệp Excel: hãy thu hẹp bằng bộ lọc, hoặc tải tệp CSV.", is_good=False)
        return go_to("/admin/thu")
    desk.note(asked, Did.EXPORTED, f"{kind} {' '.join(value for _, value in search.parameters if value)}".strip())
    headers = {"content-disposition": f'attachment; filename="thu.{kind}"'}
    rows = desk.ledger.browsing.iterate(search.wanted)
    if kind == "xlsx":
        return Response(make_workbook(rows, desk.zone), media_type=_XLSX, headers=headers)
    return StreamingResponse(
        _join(write_csv_lines(rows, desk.zone)), media_type="text/csv; charset=utf-8", headers=headers
    )


def _join(lines: Iterator[bytes]) -> Iterator[bytes]:
    while chunk := b"".join(islice(lines, _LINES_AT_ONCE)):
        yield chunk
