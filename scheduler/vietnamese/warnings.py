"""What a valid configuration will not do as its admin expects: of ``planfile.untold``, ``foresight``; days off.

Pure.
"""

from __future__ import annotations

from typing import Final

from scheduler.vietnamese.catalogue import Entry

_UNTOLD: Final[tuple[Entry, ...]] = (
    ("{a} has no address and cannot be told; fill it in", "{a} chưa có địa chỉ thư nên không báo được; hãy điền vào"),
    (
        "{a} is the mailbox of {b} too: a mail about one item goes there once, in that name; give each its own where"
        " both must read it",
        "{a} cũng là hộp thư của {b}: thư về cùng một việc chỉ gửi đến đó một lần, ghi tên ấy; nếu cả hai phải đọc,"
        " hãy cho mỗi người một hộp thư",
    ),
    (
        "has no date: no event and no reminder until it has one",
        "chưa có ngày: chưa có lịch và thư nhắc cho đến khi có ngày",
    ),
    (
        "{a} has no head who could be told; write 'head: true' below one of its contacts",
        "{a} chưa có lãnh đạo để báo; hãy đánh dấu lãnh đạo ('head: true') cho một người nhận của nơi này",
    ),
    (
        "{a} has no contact and cannot be told; add one with 'of: {b}'",
        "{a} chưa có người nhận nên không báo được; hãy thêm một người nhận thuộc nơi này ('of: {b}')",
    ),
    (
        "{a} is a contact of {b} and is not told of this team's visits; add a contact with 'of: {c}'",
        "{a} là người nhận của {b} nên không được báo về các buổi của đoàn này; hãy thêm một người nhận thuộc đoàn"
        " ('of: {c}')",
    ),
    ("has no contact in contacts.yaml", "chưa có người nhận trong danh bạ"),
    ("has no address in contacts.yaml", "chưa có địa chỉ thư trong danh bạ"),
    ("has no contact with 'head: true' in contacts.yaml", "chưa có lãnh đạo ('head: true') trong danh bạ"),
)

_FORESEEN: Final[tuple[Entry, ...]] = (
    (
        "{a} is past (today is {A}){B}; no reminder goes out for it; mend the date if it is wrong",
        "{a} đã qua (hôm nay là {A}){B}; không có thư nhắc cho ngày đó; hãy sửa nếu ngày sai",
    ),
    (", and so {A} of this plan", ", và kế hoạch này {A}"),
    ("is {a} more date", "còn {a} ngày nữa cũng vậy"),
    ("are {a} more dates", "còn {a} ngày nữa cũng vậy"),
    (
        "{a}: {A} is a day off ({V}); mend the date, or name the day in holidays.yaml as a working day",
        "{a}: {A} là ngày nghỉ ({V}); hãy sửa ngày, hoặc ghi ngày đó là ngày làm việc trong holidays.yaml",
    ),
    ("the last day, {A},", "ngày cuối, {A},"),
    (
        "{a} lies before the plan was issued ({b}); mend the year, or 'issued'",
        "{a} trước khi ban hành kế hoạch ({b}); hãy sửa năm, hoặc sửa ngày ban hành ('issued')",
    ),
    (
        "{a} is to be at {b} ({c}) as well on {A}; move one of the two visits, or give them sessions at different"
        " hours",
        "{a} cũng phải có mặt ở {b} ({c}) vào {A}; hãy dời một trong hai buổi kiểm tra, hoặc xếp vào các giờ khác nhau",
    ),
    (
        "{a} is told of no report: a report is owed by units; delete it",
        "{a} không được báo về báo cáo nào: báo cáo do đơn vị nộp; hãy xóa đi",
    ),
    (
        "{a} can never fire, it always comes too late: {A}; name an earlier hour, or an earlier day",
        "{a} không bao giờ gửi được, luôn quá muộn: {A}; hãy ghi giờ sớm hơn, hoặc ngày sớm hơn",
    ),
    (
        "{a} comes too late for {b} of {c} {A}s: {B}; name an earlier hour, or an earlier day",
        "{a} quá muộn cho {b} trong {c} {A}: {B}; hãy ghi giờ sớm hơn, hoặc ngày sớm hơn",
    ),
    ("{a} {A} at {b} on {B}", "{a} {A} lúc {b}, {B}"),
    ("begins", "bắt đầu"),
    ("is over", "hết hạn"),
)

DAYS: Final[tuple[Entry, ...]] = (
    ("Monday {a}", "thứ Hai {a}"),
    ("Tuesday {a}", "thứ Ba {a}"),
    ("Wednesday {a}", "thứ Tư {a}"),
    ("Thursday {a}", "thứ Năm {a}"),
    ("Friday {a}", "thứ Sáu {a}"),
    ("Saturday {a}", "thứ Bảy {a}"),
    ("Sunday {a}", "Chủ nhật {a}"),
    ("weekend", "cuối tuần"),
    ("worked in place of {A}", "làm bù cho {A}"),
    ("a make-up working day", "ngày làm bù"),
    ("day off, made up on {A}", "nghỉ hoán đổi, làm bù {A}"),
    ("New Year's Day", "Tết Dương lịch"),
    ("Lunar New Year's Eve", "giao thừa Tết Nguyên đán"),
    ("Lunar New Year", "Tết Nguyên đán"),
    ("Second Day of Lunar New Year", "mùng hai Tết"),
    ("Third Day of Lunar New Year", "mùng ba Tết"),
    ("Fourth Day of Lunar New Year", "mùng bốn Tết"),
    ("Fifth Day of Lunar New Year", "mùng năm Tết"),
    ("Sixth Day of Lunar New Year", "mùng sáu Tết"),
    ("{a} of Lunar New Year", "{a} Tết"),
    ("Hung Kings' Commemoration Day", "Giỗ Tổ Hùng Vương"),
    ("Liberation Day/Reunification Day", "Ngày Chiến thắng 30/4"),
    ("International Labor Day", "Ngày Quốc tế Lao động 1/5"),
    ("National Day", "Quốc khánh"),
    ("Vietnam Cultural Day", "Ngày Văn hóa Việt Nam"),
    ("{A} (observed)", "{A}, nghỉ bù"),
)

WARNINGS: Final[tuple[Entry, ...]] = (*_UNTOLD, *_FORESEEN, *DAYS)
