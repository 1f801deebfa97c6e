"""What one value of the configuration says about another: of ``planfile.crosscheck`` and ``crossfiles``.

Pure.
"""

from __future__ import annotations

from typing import Final

from scheduler.vietnamese.catalogue import Entry

CHECKS: Final[tuple[Entry, ...]] = (
    (
        "{a} is not the file's name; rename the file to '{b}.yaml', or mend the id",
        "{a} không phải tên của tệp; hãy đổi tên tệp thành '{b}.yaml', hoặc sửa mã",
    ),
    ("{a} is a unit already; choose another id", "{a} đã là mã của một đơn vị; hãy chọn mã khác"),
    ("'{a}' has a meaning in 'forms'; choose another id", "'{a}' có nghĩa riêng trong 'forms'; hãy chọn mã khác"),
    (
        "{a} stands twice (first on line {b}); give each its own id",
        "{a} có hai lần (lần đầu ở dòng {b}); hãy đặt cho mỗi mục một mã riêng",
    ),
    ("{a} stands twice (first on line {b}); delete one", "{a} có hai lần (lần đầu ở dòng {b}); hãy xóa một"),
    ("{a} stands twice; delete one", "{a} có hai lần; hãy xóa một"),
    ("{a} is no {A}; {B}", "{a} không phải {A}; {B}"),
    ("there is no {A} yet, add it first", "chưa có {A} nào, hãy thêm trước"),
    ("unit of this plan", "đơn vị trong kế hoạch này"),
    ("team of this plan", "đoàn trong kế hoạch này"),
    ("session of this plan", "buổi trong ngày của kế hoạch này"),
    ("commune of {a}", "xã của {a}"),
    ("unit or unit/commune of this plan", "đơn vị hoặc đơn-vị/xã trong kế hoạch này"),
    ("unit of this plan, nor 'default'", "đơn vị trong kế hoạch này, cũng không phải 'default'"),
    ("plan", "kế hoạch"),
    ("contact (contacts.yaml)", "người nhận trong danh bạ (contacts.yaml)"),
    (
        "{a}: the session would go from {b} to {c}; end it later",
        "{a}: buổi sẽ từ {b} đến {c}; hãy để kết thúc muộn hơn",
    ),
    ("stands beside 'date'; keep one of the two", "đứng cạnh 'date'; hãy giữ một trong hai"),
    (
        "has 'before' (the day is too late) and 'by' (the day is in time); keep one",
        "có cả 'before' (ngày đó là muộn) và 'by' (ngày đó còn kịp); hãy giữ một",
    ),
    (
        "names no day; add 'before: …' (the day is too late) or 'by: …' (the day is in time)",
        "chưa có ngày; hãy thêm 'before: …' (ngày đó là muộn) hoặc 'by: …' (ngày đó còn kịp)",
    ),
    ("a deadline has 'before' or 'by'", "hạn phải có 'before' hoặc 'by'"),
    ("{a} is no unit, unit/commune or team of {V}; {A}", "{a} không phải đơn vị, đơn-vị/xã hay đoàn của {V}; {A}"),
    ("a plan", "kế hoạch nào"),
    ("{a} is no template; {A}", "{a} không phải mẫu thư; {A}"),
    ("there are no templates at all", "không có mẫu thư nào"),
    (
        "is empty; name units, communes, team or heads, or delete the rule",
        "để trống; hãy ghi units, communes, team hoặc heads, hoặc xóa quy tắc",
    ),
    ("{a} is no letter for a rule about a {A}; {B}", "{a} không phải mẫu thư cho quy tắc về {A}; {B}"),
    ("visit", "buổi kiểm tra"),
    ("report", "báo cáo"),
    (
        "{a} is for reports that are not in; a rule about a visit fires before it, or on its day",
        "{a} là cho báo cáo chưa nộp; quy tắc về buổi kiểm tra nhắc trước buổi đó, hoặc trong ngày đó",
    ),
    (
        "is for rules that fire after the last day; delete it, or write 'when: 1 working day after at 08:00'",
        "chỉ cho quy tắc nhắc sau ngày cuối; hãy xóa nó, hoặc ghi 'when: 1 working day after at 08:00'",
    ),
    (
        "{a} is the name of mails that go by themselves; choose another",
        "{a} là tên của loại thư tự gửi; hãy chọn tên khác",
    ),
    (
        "{a} stands in {b} too; delete one, or give it its own id",
        "{a} cũng có trong {b}; hãy xóa một, hoặc đặt mã riêng",
    ),
    ("unit: {a}", "đơn vị: {a}"),
    (
        "on: only a received report came on a day; delete it, or write 'mark: received' for '{a}'",
        "on: chỉ báo cáo đã nhận mới có ngày; hãy xóa nó, hoặc ghi 'mark: received' cho '{a}'",
    ),
    (
        "on: {a} is after {b}, the day on which that is said; mend one of the two",
        "on: {a} sau {b}, là ngày ghi điều đó; hãy sửa một trong hai",
    ),
)
