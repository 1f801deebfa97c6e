"""What the service says of its settings, its letters, its health and its mails.

Pure.
"""

from __future__ import annotations

from typing import Final

from scheduler.vietnamese.catalogue import Entry

_SETTINGS: Final[tuple[Entry, ...]] = (
    ("is no setting; {A}", "không có tên cài đặt này; {A}"),
    (
        "'{a}' is not a port; write 1 to 65535 (0 takes any free one)",
        "'{a}' không phải số cổng; hãy ghi từ 1 đến 65535 (0: lấy cổng trống bất kỳ)",
    ),
    ("'{a}' is out of range; write 1 to {b} seconds", "'{a}' ngoài giới hạn; hãy ghi từ 1 đến {b} giây"),
    ("'{a}' is out of range; write 0 to {b} days", "'{a}' ngoài giới hạn; hãy ghi từ 0 đến {b} ngày"),
    ("'{a}' is out of range; write 0 to {b}", "'{a}' ngoài giới hạn; hãy ghi từ 0 đến {b}"),
    ("'{a}' is out of range; write 1 to {b}", "'{a}' ngoài giới hạn; hãy ghi từ 1 đến {b}"),
    ("{a} is no share; write it as 1/3, 0.25 or 25%", "{a} không phải một phần; hãy ghi như 1/3, 0.25 hoặc 25%"),
    (
        "{a} is no share; write one above 0 and up to 1, as 1/3, 0.25 or 25%",
        "{a} không dùng được; hãy ghi một phần lớn hơn 0, nhiều nhất là 1, như 1/3, 0.25 hoặc 25%",
    ),
    ("'{a}' is not a whole number", "'{a}' không phải số nguyên"),
    (
        "{a} cannot be read: who was told of a plan that was taken away will not hear that it is off; delete it once"
        " they know",
        "{a} không đọc được: người đã nhận tin về kế hoạch bị gỡ sẽ không được báo rằng kế hoạch đã hủy; hãy xóa tệp"
        " này khi họ đã biết",
    ),
    (
        "{a} cannot be read ({z}); mend the path, or the file's owner and mode",
        "{a} không đọc được ({z}); hãy sửa đường dẫn, hoặc chủ sở hữu và quyền của tệp",
    ),
    (
        "{a} is not UTF-8 text; write the password into it as plain text",
        "{a} không phải chữ UTF-8; hãy ghi mật khẩu vào đó dạng chữ thường",
    ),
    (
        "{a} must hold the password on one line, and nothing else",
        "{a} phải chứa mật khẩu trên một dòng, không có gì khác",
    ),
    (
        "does not stand here; write the password into a file, and the file's path as password_file",
        "không ghi ở đây; hãy ghi mật khẩu vào một tệp, và đường dẫn của tệp vào password_file",
    ),
    (
        "'none' would send mails and password in the clear to {a}; write starttls or tls (none is for 127.0.0.1 and"
        " localhost)",
        "'none' sẽ gửi thư và mật khẩu không mã hóa đến {a}; hãy ghi starttls hoặc tls (none chỉ cho 127.0.0.1 và"
        " localhost)",
    ),
    (
        "is missing, and password_file is given; give both, or neither",
        "còn thiếu, mà đã có password_file; hãy ghi cả hai, hoặc không ghi",
    ),
    (
        "{a} is given, and password_file is missing; give both, or neither",
        "đã có {a} mà thiếu password_file; hãy ghi cả hai, hoặc không ghi",
    ),
    (
        "'{a}' would let nothing go; write 1 or more, or leave it out for no bound",
        "'{a}' thì không thư nào đi được; hãy ghi từ 1 trở lên, hoặc bỏ đi để không giới hạn",
    ),
    ("and quiet_from belong together; give both, or neither", "đi cùng quiet_from; hãy ghi cả hai, hoặc không ghi"),
    (
        "'{a}' is quiet_from too; leave both out for no quiet hours",
        "'{a}' trùng với quiet_from; nếu không cần giờ yên lặng, hãy bỏ cả hai",
    ),
)

_LETTERS: Final[tuple[Entry, ...]] = (
    ("the subject {A}; write exactly one line", "tiêu đề {A}; hãy ghi đúng một dòng"),
    ("is empty", "để trống"),
    ("has more than one line: {a}", "có hơn một dòng: {a}"),
    ("there is no such template; kinds with all parts: {a}", "không có mẫu thư này; các mẫu đủ phần: {a}"),
    (
        "renders to more than {a} characters, the most that can be mailed; look for a loop in it",
        "cho ra hơn {a} ký tự, quá mức gửi được; hãy xem có vòng lặp nào không",
    ),
    ("{z}; correct the template", "{z}; hãy sửa mẫu thư"),
    ("the template fails: {z}", "mẫu thư không chạy được: {z}"),
    (
        "the template fails: {z}; the names it may use are in docs/templates.md",
        "mẫu thư không chạy được: {z}; các tên dùng được nằm trong docs/templates.md",
    ),
    ("cannot be read: {z}", "không đọc được: {z}"),
    (
        "is a letter about nothing; rename it and its parts to visit-{a} or report-{b}",
        "là mẫu thư không về việc gì; hãy đổi tên các phần của nó thành visit-{a} hoặc report-{b}",
    ),
    ("{A} (tried with a sample: {z})", "{A} (thử với mẫu: {z})"),
    ("it has {a} bytes, at most {b} are read; shorten it", "tệp dài {a} byte, chỉ đọc nhiều nhất {b}; hãy rút ngắn"),
    (
        "holds no letter template (<kind>{a}); copy the shipped ones there",
        "không có mẫu thư nào (<loại>{a}); hãy chép các mẫu có sẵn vào đó",
    ),
    ("is missing; kind '{a}' needs it beside {b}", "còn thiếu; mẫu '{a}' cần tệp này bên cạnh {b}"),
    (
        "{a}: {b} is not an e-mail address; write it as name@example.org",
        "{a}: {b} không phải địa chỉ thư; hãy ghi như ten@co-quan.vn",
    ),
    ("{a}: {b} holds the control character {c}; delete it", "{a}: {b} có ký tự điều khiển {c}; hãy xóa nó"),
    (
        "{a}: {b} holds '=?', which mail programs take for encoded text; delete it",
        "{a}: {b} có '=?' mà chương trình thư sẽ hiểu sai; hãy xóa nó",
    ),
    (
        "{a}: {b} would be read differently by mail programs; word it differently",
        "{a}: {b} sẽ bị chương trình thư đọc khác đi; hãy viết cách khác",
    ),
    (
        "mail to {a}: the line To is longer than {b} characters; shorten the name",
        "thư đến {a}: dòng người nhận dài quá {b} ký tự; hãy rút ngắn tên",
    ),
    (
        "mail about {a}: a header line is longer than {b} characters; shorten its text",
        "thư về {a}: một dòng đầu thư dài quá {b} ký tự; hãy rút ngắn",
    ),
)

_HEALTH: Final[tuple[Entry, ...]] = (
    (
        "the ledger {a} is gone: put it back, and start the service anew",
        "không còn sổ ghi {a}: hãy để lại chỗ cũ, rồi khởi động lại dịch vụ",
    ),
    ("the last tick failed: {z}", "lượt chạy gần nhất bị lỗi: {z}"),
    ("the timer has been silent for {a} seconds", "đồng hồ hẹn giờ im lặng đã {a} giây"),
    ("the last good configuration runs on: {a} {b}: {A}", "bản cấu hình đúng gần nhất vẫn đang chạy: {a} {b}: {A}"),
    ("the last good configuration runs on: {a} {A}", "bản cấu hình đúng gần nhất vẫn đang chạy: {a} {A}"),
    (
        "plan {a} would be empty: all {b} visits and reports to come would be cancelled",
        "kế hoạch {a} sẽ trống: cả {b} buổi kiểm tra và báo cáo còn lại bị hủy",
    ),
    (
        "plan {a}: {b} of {c} visits and reports to come would be moved",
        "kế hoạch {a}: {b} trong {c} buổi kiểm tra và báo cáo còn lại bị dời",
    ),
    (
        "plan {a}: {b} of {c} visits and reports to come would be cancelled",
        "kế hoạch {a}: {b} trong {c} buổi kiểm tra và báo cáo còn lại bị hủy",
    ),
    (
        "plan {a}: {b} of {c} visits and reports to come would be cancelled, {d} moved",
        "kế hoạch {a}: {b} trong {c} buổi kiểm tra và báo cáo còn lại bị hủy, {d} bị dời",
    ),
    ("{a} mails would go out at once, more than {b}", "{a} thư sẽ gửi cùng lúc, quá mức {b}"),
)

_MAILS: Final[tuple[Entry, ...]] = (
    ("there is no delivery {a}; see: scheduler history", "không có thư số {a}; xem: scheduler history"),
    ("delivery {a} to {b} {A}", "thư số {a} gửi {b} {A}"),
    ("is under way; look at it again when its outcome is known", "đang được gửi; hãy xem lại khi đã rõ kết quả"),
    (
        "was sent; the server took it, and a second copy would be a duplicate",
        "đã gửi; máy chủ đã nhận, gửi nữa sẽ thành hai bản",
    ),
    ("is planned and goes by itself, due {a}", "đã hẹn và sẽ tự gửi lúc {a}"),
    ("is {A} ({V}); it would tell what is no longer so", "{A} ({V}); thư sẽ nói điều không còn đúng"),
    (
        "is skipped: {A}; where that is not so: scheduler report take-back",
        "đã bỏ qua: {A}; nếu không phải vậy: scheduler report take-back",
    ),
    ("was of use until {a} only", "chỉ có ích đến {a}"),
    ("is under way; it cannot be called back", "đang được gửi; không gọi lại được"),
    ("is {A} already; there is nothing to skip", "{A} rồi; không còn gì để bỏ qua"),
    ("sent", "đã gửi"),
    ("expired", "quá hạn"),
    ("skipped", "đã bỏ qua"),
    ("the report is in, said to be sent, or excused", "báo cáo đã nhận, được báo là đã gửi, hoặc được miễn"),
)

_DETAILS: Final[tuple[Entry, ...]] = (
    ("a newer reminder of the same item goes instead", "đã có thư mới hơn về cùng việc gửi thay"),
    ("a newer reminder of the same item was sent", "thư mới hơn về cùng việc đã gửi"),
    ("too late to be useful", "quá muộn, không còn ích gì"),
    ("sent again by {T}; before: {Z}", "{T} cho gửi lại; trước đó: {Z}"),
    ("given up after {a} attempts: {Z}", "đã thôi sau {a} lần thử: {Z}"),
    ("silent twice: {Z}", "máy chủ im lặng hai lần: {Z}"),
    ("skipped by {T}", "{T} bỏ qua"),
    ("a person", "có người"),
    ("paused by a person", "có người tạm dừng"),
    ("interrupted {a} times while sending; set aside for a person", "bị ngắt {a} lần khi đang gửi, chờ người xem"),
    ("interrupted while sending; sent again with the same Message-ID", "bị ngắt khi đang gửi; gửi lại cùng Message-ID"),
    ("what was said of the report has changed", "tình trạng báo cáo đã đổi"),
    ("nothing to say", "không có gì để báo"),
    ("the item, rule or recipient is gone or moved", "việc, quy tắc hoặc người nhận không còn, hoặc đã dời"),
)

RUNNING: Final[tuple[Entry, ...]] = (*_SETTINGS, *_LETTERS, *_HEALTH, *_MAILS, *_DETAILS)
# Why a mail goes at its instant, the general before the particular; too general to be looked for anywhere else.
WHY: Final[tuple[Entry, ...]] = (
    ("{a} at {b}: {A}", "{A}"),
    ("every {a}: time {b} of {c}, is {A}", "lần {b} trong {c}, tức là {A}"),
    ("the visit on {A}", "ngày kiểm tra, {A}"),
    ("the last day, {A}", "ngày cuối, {A}"),
    ("{A} before the visit on {B}, is {C}", "{A} trước buổi kiểm tra {B}, tức là {C}"),
    ("{A} before the last day, {B}, is {C}", "{A} trước ngày cuối, {B}, tức là {C}"),
    ("{A} after the last day, {B}, is {C}", "{A} sau ngày cuối, {B}, tức là {C}"),
    ("{A} after the last day, {B}", "{A} sau ngày cuối, {B}"),
    ("{a} working day", "{a} ngày làm việc"),
    ("{a} working days", "{a} ngày làm việc"),
    ("{a} day", "{a} ngày"),
    ("{a} days", "{a} ngày"),
    ("that is a day off ({V}), so {A}", "hôm đó là ngày nghỉ ({V}), nên gửi {A}"),
    ("that is a day off ({V})", "hôm đó là ngày nghỉ ({V})"),
    ("{A}: {V}", "{A}: {V}"),
    ("once a week: {A}", "mỗi tuần một lần: {A}"),
    ("1 working day before the last day of {a}, {A}", "1 ngày làm việc trước ngày cuối của {a}, {A}"),
    ("the report is in, says {a}", "báo cáo đã nhận, theo {a}"),
    ("was told otherwise on {a}", "đã được báo khác vào {a}"),
    ("the plan is confirmed", "kế hoạch đã chốt"),
    ("was told of it as tentative", "trước đó được báo là dự kiến"),
    ("only if the report is not in", "chỉ khi chưa nhận báo cáo"),
)
