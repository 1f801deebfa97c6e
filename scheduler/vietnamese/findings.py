"""What an import wants a person to look at, and what a document changed: of ``intake``, ``merging``, ``importing``.

Pure.
"""

from __future__ import annotations

from typing import Final

from scheduler.vietnamese.catalogue import Entry

_HEAD: Final[tuple[Entry, ...]] = (
    ("no office is named as the plan's organiser; enter it", "không thấy ghi cơ quan ban hành; hãy điền vào"),
    (
        "the document has no title; '{a}', the file's name, stands in; enter it",
        "tài liệu không có tên; tạm lấy tên tệp '{a}'; hãy điền tên",
    ),
    (
        "the plan's number is blank ('{a}'); enter it when the plan is issued",
        "số kế hoạch còn bỏ trống ('{a}'); hãy điền khi ban hành",
    ),
    ("the plan has no number; enter it when the plan is issued", "kế hoạch chưa có số; hãy điền khi ban hành"),
    (
        "day and month of issue are blank ('{a}'); enter them when the plan is issued",
        "ngày và tháng ban hành còn bỏ trống ('{a}'); hãy điền khi ban hành",
    ),
    (
        "the day of issue is blank ('{a}'); enter it when the plan is issued",
        "ngày ban hành còn bỏ trống ('{a}'); hãy điền khi ban hành",
    ),
    ("the day of issue '{a}' is not a date; correct it", "ngày ban hành '{a}' không có trong lịch; hãy sửa"),
    ("the plan names no day of issue; enter it", "kế hoạch không ghi ngày ban hành; hãy điền vào"),
    (
        "the text lists no members of the inspection team; enter them under teams, or nobody of it is told",
        "văn bản không nêu thành viên đoàn kiểm tra; hãy thêm vào mục đoàn, nếu không sẽ không ai trong đoàn được báo",
    ),
    (
        "the text lists no members of '{a}'; enter them under teams, or nobody of it is told",
        "văn bản không nêu thành viên của '{a}'; hãy thêm vào mục đoàn, nếu không sẽ không ai trong đoàn được báo",
    ),
    (
        "which of {a} teams visits {b} is not said; enter it as the visit's team",
        "không ghi đoàn nào trong {a} đoàn đến {b}; hãy chọn đoàn cho buổi kiểm tra",
    ),
    (
        "address needed for {a} contacts, until then they cannot be told: {b}",
        "còn thiếu địa chỉ thư của {a} nơi nhận, chưa có thì không báo được: {b}",
    ),
    (
        "'{a}' is named and not attached; hand it to those who need it with the plan",
        "'{a}' được nhắc mà không kèm theo; hãy gửi cùng kế hoạch cho nơi cần",
    ),
    (
        "the text names '{a}', the schedule lists {b} {A}; check which is right",
        "văn bản ghi '{a}', lịch có {b} {A}; hãy xem bên nào đúng",
    ),
    ("communes", "xã"),
    ("units", "đơn vị"),
)

_VISITS: Final[tuple[Entry, ...]] = (
    (
        "the column '{a}' is not read ('{b}' …); enter what it says where it matters",
        "cột '{a}' không được đọc ('{b}' …); hãy tự ghi phần nào cần",
    ),
    (
        "a row without a unit ('{a}') is left out; name its unit",
        "bỏ hàng không có đơn vị ('{a}'); hãy ghi đơn vị của hàng",
    ),
    (
        "the visit of {a}: '{b}' is no range of days; correct it, the row is left out until then",
        "kiểm tra {a}: '{b}' không phải khoảng ngày; hãy sửa, chưa sửa thì hàng này chưa vào kế hoạch",
    ),
    (
        "the visit of {a}: '{b}' has no year, and the document names none; write the year",
        "kiểm tra {a}: '{b}' không ghi năm, tài liệu cũng không ghi; hãy ghi năm",
    ),
    (
        "the visit of {a}: '{b}' is not a date; correct it, the row is left out until then",
        "kiểm tra {a}: '{b}' không phải một ngày; hãy sửa, chưa sửa thì hàng này chưa vào kế hoạch",
    ),
    (
        "the visit of {a}: '{b}' names more than one choice; {c} is taken and {d} is not; enter the day that holds",
        "kiểm tra {a}: '{b}' ghi hơn một lựa chọn; lấy {c}, không lấy {d}; hãy ghi ngày đúng",
    ),
    (
        "the visit of {a} has no date ({A}); it is kept unscheduled, enter its date when it is known",
        "kiểm tra {a} chưa có ngày ({A}); buổi này để chưa định ngày, hãy ghi khi biết",
    ),
    ("'{a}' names no day", "'{a}' không cho biết ngày"),
    ("its date is empty", "ô ngày để trống"),
    (
        "the visit of {a}: '{b}' has no year; {c} is taken from the plan",
        "kiểm tra {a}: '{b}' không ghi năm; lấy năm {c} của kế hoạch",
    ),
    (
        "the visit of {a}: '{b}' says {c}, but {d} is a {e}; correct the one that is wrong",
        "kiểm tra {a}: '{b}' ghi {c}, nhưng {d} là {e}; hãy sửa chỗ sai",
    ),
    (
        "the visit of {a} has an empty date under a filled one; {b} is taken from above ({P}), enter its own where it"
        " has one",
        "kiểm tra {a} để trống ngày dưới một ô có ngày; lấy {b} theo ô trên ({P}), hãy ghi ngày riêng nếu có",
    ),
    (
        "the visit of {a}: '{b}' is no hour and is passed over; correct it",
        "kiểm tra {a}: '{b}' không phải giờ nên bị bỏ qua; hãy sửa",
    ),
    (
        "the visit of {a} is put off ('{b}'); its date in the schedule is not taken, {A}; check it",
        "buổi kiểm tra {a} bị hoãn ('{b}'); không lấy ngày trong lịch, {A}; hãy xem lại",
    ),
    ("it has no date until one is entered", "chưa có ngày cho đến khi được ghi"),
    ("it is on {a} now", "nay là {a}"),
    (
        "{a} is inspected in its communes alone; its own offices are told of the visit for information only, change"
        " its levels where they take part",
        "{a} chỉ kiểm tra ở xã; cơ quan của đơn vị được báo để biết, nếu có tham gia thì hãy sửa cấp kiểm tra",
    ),
    (
        "the visit of {a} on {b} falls on {A}; check the date",
        "buổi kiểm tra {a} ngày {b} rơi vào {A}; hãy xem lại ngày",
    ),
    ("{a}, a day off ({V})", "{a}, ngày nghỉ ({V})"),
    ("{a}, a day off", "{a}, ngày nghỉ"),
    (
        "the visit of {a} on {b} lies outside the period {c} to {d} that the text names ({P}); check the date",
        "buổi kiểm tra {a} ngày {b} nằm ngoài thời gian {c} đến {d} ghi trong văn bản ({P}); hãy xem lại ngày",
    ),
    (
        "{a} is visited twice on {b} (see {P}); remove the row that is too many",
        "{a} được kiểm tra hai lần ngày {b} (xem {P}); hãy bỏ hàng thừa",
    ),
    (
        "{a} and {b} are both visited on {c} by one team; check the dates",
        "{a} và {b} cùng được một đoàn kiểm tra ngày {c}; hãy xem lại ngày",
    ),
    (
        "the parts of the day are not said; every visit is taken to have a morning and an afternoon",
        "không ghi buổi nào trong ngày; coi như buổi kiểm tra nào cũng có sáng và chiều",
    ),
    (
        "the start of '{a}' is not said; {b} is assumed, correct it where needed",
        "không ghi giờ bắt đầu của '{a}'; tạm lấy {b}, hãy sửa nếu cần",
    ),
    (
        "the end of '{a}' is not said; {b} is assumed, correct it where needed",
        "không ghi giờ kết thúc của '{a}'; tạm lấy {b}, hãy sửa nếu cần",
    ),
)

_REPORTS: Final[tuple[Entry, ...]] = (
    (
        "no report with a deadline is named; add one where units owe one",
        "không thấy báo cáo nào có hạn; nếu đơn vị phải nộp, hãy thêm vào",
    ),
    (
        "the report has no name of its own; it is called 'Báo cáo', name it where it should be told apart",
        "báo cáo không có tên riêng; tạm gọi là 'Báo cáo', hãy đặt tên nếu cần phân biệt",
    ),
    (
        "the report's deadline '{a}' is not a date; correct it, the report is left out until then",
        "hạn báo cáo '{a}' không phải một ngày; hãy sửa, chưa sửa thì báo cáo này chưa vào kế hoạch",
    ),
    (
        "the report's deadline '{a}' has no year; {b} is taken from the plan",
        "hạn báo cáo '{a}' không ghi năm; lấy năm {b} của kế hoạch",
    ),
    (
        "a deadline that hangs on something else ('{a}') is not read; enter the report with its date",
        "hạn tính theo việc khác ('{a}') không được đọc; hãy thêm báo cáo với ngày hạn",
    ),
    (
        "'{a}' is a second deadline in one sentence, and whose it is is not understood; enter it as a report of its"
        " own where it is owed",
        "'{a}' là hạn thứ hai trong cùng một câu, không rõ của ai; nếu có nơi phải nộp, hãy thêm thành báo cáo riêng",
    ),
    (
        "'{a}' is a deadline for something other than a report of the units; it is left out, add it where needed",
        "'{a}' là hạn cho việc khác, không phải báo cáo của đơn vị; đã bỏ qua, hãy thêm nếu cần",
    ),
    (
        "the text does not say who owes the report; all units of the schedule are taken, correct the list",
        "văn bản không ghi ai phải nộp báo cáo; tạm lấy mọi đơn vị trong lịch, hãy sửa danh sách",
    ),
    (
        "'{a}' is computed from each unit's visit; where a visit moves, move its report's due too",
        "'{a}' được tính từ buổi kiểm tra của từng đơn vị; nếu dời buổi, hãy dời cả hạn báo cáo",
    ),
    (
        "'{a}' gives {b} no day, as their visits have none; add the report then",
        "'{a}' không cho {b} ngày nào vì buổi kiểm tra chưa có ngày; khi có hãy thêm báo cáo",
    ),
    (
        "'{a}' is due on {b}, after the first visit of a unit that owes it ({c}); check both dates",
        "'{a}' có hạn {b}, sau buổi kiểm tra đầu của một đơn vị phải nộp ({c}); hãy xem lại cả hai ngày",
    ),
    (
        "the text exempts '{a}', which the schedule does not list; check its name",
        "văn bản miễn cho '{a}', mà lịch không có; hãy xem lại tên",
    ),
    (
        "a second clause on the report {A}; {P} is followed, ask which holds",
        "câu thứ hai về báo cáo {A}; đã theo {P}, hãy hỏi câu nào đúng",
    ),
    ("does not repeat that {a} is exempt", "không nhắc lại rằng {a} được miễn"),
    ("gives {a} {b}, where {P} says another", "ghi {a} {b}, trong khi {P} ghi khác"),
    ("{A} and {B}", "{A} và {B}"),
)

_AGAIN: Final[tuple[Entry, ...]] = (
    (
        "the document now has {a} visits where it had {b}: is it whole, and the right one? The visits it no longer has"
        " leave the plan; the plan as it was is kept beside it as .bak",
        "tài liệu nay có {a} buổi kiểm tra, trước có {b}: tài liệu có đủ và đúng không? Các buổi không còn trong tài"
        " liệu sẽ rời kế hoạch; bản trước được giữ bên cạnh, đuôi .bak",
    ),
    (
        "{T}: the document now says {U} (it said {V}), the plan {W}; the plan's stays, edit it where the document is"
        " right",
        "{T}: tài liệu nay ghi {U} (trước ghi {V}), kế hoạch ghi {W}; giữ theo kế hoạch, hãy sửa nếu tài liệu đúng",
    ),
    (
        "{V}: the document no longer has it, the plan has it with changes; the plan's stays, edit it where the"
        " document is right",
        "{V}: tài liệu không còn, kế hoạch vẫn có và đã sửa; giữ theo kế hoạch, hãy sửa nếu tài liệu đúng",
    ),
    (
        "{V}: the document changed it, the plan no longer has it; the plan's stays, edit it where the document is"
        " right",
        "{V}: tài liệu đã sửa, kế hoạch không còn; giữ theo kế hoạch, hãy sửa nếu tài liệu đúng",
    ),
    (
        "{a} of {b} visits are those of plan {c}, which was imported before; if it is the same plan, import the"
        " document with --id {d}, which merges it there",
        "{a} trong {b} buổi kiểm tra trùng đơn vị và ngày với kế hoạch {c} đã nhập trước; nếu là cùng một kế hoạch, hãy"
        " tải lại tài liệu và ghi mã {d} để ghép vào kế hoạch đó",
    ),
    (
        "the document names {a} '{b}', and {c} has '{d}', who is told; check who it is",
        "tài liệu ghi {a} là '{b}', còn {c} có '{d}' và người này được báo; hãy xem đó là ai",
    ),
    (
        "the document now names {a} '{b}' (it said '{c}'); edit {d} where it is right",
        "tài liệu nay ghi {a} là '{b}' (trước ghi '{c}'); hãy sửa {d} nếu tài liệu đúng",
    ),
)

_VALUES: Final[tuple[Entry, ...]] = (
    ("no date", "chưa có ngày"),
    ("before {a}", "trước ngày {a}"),
    ("by {a}", "chậm nhất ngày {a}"),
    ("others: {a}", "còn lại: {a}"),
    ("tentative", "dự kiến"),
    ("confirmed", "đã chốt"),
    ("cancelled", "đã hủy"),
    ("nothing", "không có gì"),
)

_SUBJECTS: Final[tuple[Entry, ...]] = (
    ("{A}, {B}", "{A}, {B}"),
    ("contact {a} (not applied)", "người nhận {a} (chưa áp dụng)"),
    ("visit of {a}", "kiểm tra {a}"),
    ("report '{a}'", "báo cáo '{a}'"),
    ("unit {a}", "đơn vị {a}"),
    ("commune {a}", "xã {a}"),
    ("team {a}", "đoàn {a}"),
    ("session {a}", "buổi trong ngày {a}"),
    ("organiser", "cơ quan ban hành"),
    ("bases", "căn cứ"),
    ("date", "ngày"),
    ("deliver_to", "nơi nhận báo cáo"),
    ("distribution", "nơi nhận kế hoạch"),
    ("due", "hạn"),
    ("email", "địa chỉ thư"),
    ("end", "giờ kết thúc"),
    ("forms", "phụ lục"),
    ("issued", "ngày ban hành"),
    ("levels", "cấp kiểm tra"),
    ("members", "thành viên"),
    ("name", "tên"),
    ("number", "số"),
    ("owed_by", "nơi phải nộp"),
    ("scope", "nội dung kiểm tra"),
    ("sessions", "buổi trong ngày"),
    ("start", "giờ bắt đầu"),
    ("status", "tình trạng"),
    ("submit_to", "địa chỉ nộp"),
    ("team", "đoàn"),
    ("title", "tên"),
    ("unit", "đơn vị"),
)

FINDINGS: Final[tuple[Entry, ...]] = (*_HEAD, *_VISITS, *_REPORTS, *_AGAIN, *_VALUES, *_SUBJECTS)
# What a list of changes names, the general before the particular; too general to be looked for anywhere else.
CHANGES: Final[tuple[Entry, ...]] = (
    ("{A}: {a}", "{A}: {a}"),
    *_SUBJECTS,
    *_VALUES,
    ("plan", "kế hoạch"),
)
