"""Why mail cannot go at all: of ``relay``, ``connection``, ``wire`` and the ledger's pause.

Pure. What the server itself says stays as it came.
"""

from __future__ import annotations

from typing import Final

from scheduler.vietnamese.catalogue import Entry

RELAY: Final[tuple[Entry, ...]] = (
    ("mail relay {a}:{b}: {Z}; {A}", "máy chủ thư {a}:{b}: {Z}; {A}"),
    ("security 'none' is for a relay on this machine only", "security 'none' chỉ cho máy chủ thư trên chính máy này"),
    (
        "set smtp.security to 'starttls' (usually port 587) or 'tls' (usually port 465)",
        "hãy đặt smtp.security là 'starttls' (thường là cổng 587) hoặc 'tls' (thường là cổng 465)",
    ),
    ("{a} cannot be said in EHLO", "không nói được {a} trong EHLO"),
    ("give this machine's plain host name", "hãy ghi tên máy đơn giản"),
    ("the name has no address", "tên này không có địa chỉ"),
    ("no connection within {a} s", "không nối được trong {a} giây"),
    ("the server turned us away: {z}", "máy chủ từ chối ta: {z}"),
    ("wait, or ask who runs the relay", "hãy chờ, hoặc hỏi người quản lý máy chủ thư"),
    ("EHLO {a} was refused: {z}", "EHLO {a} bị từ chối: {z}"),
    ("ask who runs the relay", "hãy hỏi người quản lý máy chủ thư"),
    (
        "STARTTLS is not offered, and mail is not sent in the clear",
        "máy chủ không có STARTTLS, mà thư không được gửi khi chưa mã hóa",
    ),
    (
        "check smtp.port (usually 587), or set smtp.security to 'tls' (usually port 465)",
        "hãy xem lại smtp.port (thường là 587), hoặc đặt smtp.security là 'tls' (thường là cổng 465)",
    ),
    ("STARTTLS was refused: {z}", "STARTTLS bị từ chối: {z}"),
    ("no password for {a}", "không có mật khẩu cho {a}"),
    ("set smtp.password_file, or remove smtp.username", "hãy đặt smtp.password_file, hoặc bỏ smtp.username"),
    (
        "sign-in by PLAIN or LOGIN is not offered (offered: {a})",
        "máy chủ không cho đăng nhập bằng PLAIN hay LOGIN (chỉ có: {a})",
    ),
    (
        "check smtp.port, or remove smtp.username where no sign-in is needed",
        "hãy xem lại smtp.port, hoặc bỏ smtp.username nếu không cần đăng nhập",
    ),
    ("sign-in as {a} was refused: {z}", "đăng nhập bằng {a} bị từ chối: {z}"),
    (
        "check smtp.username and the file that smtp.password_file names",
        "hãy xem lại smtp.username và tệp ghi ở smtp.password_file",
    ),
    ("its certificate is not verified: {z}", "chứng thư không được xác nhận: {z}"),
    (
        "set smtp.host to the name in the certificate, or have this machine trust its issuer",
        "hãy đặt smtp.host là tên trong chứng thư, hoặc cho máy này tin nơi cấp chứng thư",
    ),
    ("TLS failed: {Z}", "TLS không thành: {Z}"),
    ("check that smtp.security fits smtp.port", "hãy xem smtp.security có hợp với smtp.port không"),
    ("the name is not known: {z}", "không biết tên này: {z}"),
    ("check smtp.host and this machine's DNS", "hãy xem lại smtp.host và DNS của máy này"),
    ("connection refused", "kết nối bị từ chối"),
    (
        "check smtp.host and smtp.port, and that the relay runs",
        "hãy xem lại smtp.host và smtp.port, và máy chủ thư có đang chạy không",
    ),
    ("timeout: {Z}", "hết giờ chờ: {Z}"),
    (
        "check smtp.host, smtp.port, smtp.security and the firewall",
        "hãy xem lại smtp.host, smtp.port, smtp.security và tường lửa",
    ),
    (
        "check smtp.host, smtp.port and smtp.security, and the relay's log",
        "hãy xem lại smtp.host, smtp.port và smtp.security, và nhật ký của máy chủ thư",
    ),
    (
        "it sent octets in the clear after its answer to STARTTLS",
        "máy chủ gửi dữ liệu không mã hóa sau khi nhận STARTTLS",
    ),
    ("no answer within {a} s", "không trả lời trong {a} giây"),
    ("the server took nothing for {a} s", "máy chủ không nhận gì trong {a} giây"),
    ("the server answered what is not SMTP: {a}", "máy chủ trả lời không theo SMTP: {a}"),
    ("the server closed the connection", "máy chủ đóng kết nối"),
    ("final dot: {A}", "sau dấu chấm cuối: {A}"),
    (
        "content holds a line end that is not CRLF; compose the mail again",
        "thư có chỗ xuống dòng không phải CRLF; hãy soạn lại thư",
    ),
    ("no session stands; connect comes before each mail", "chưa có phiên nào; phải nối trước mỗi thư"),
    (
        "{A} {a} is not one plain address (no blanks, control characters, brackets or accents)",
        "{A} {a} không phải một địa chỉ thư đơn (không có dấu cách, ký tự điều khiển, dấu ngoặc, dấu tiếng Việt)",
    ),
    ("sender", "người gửi"),
    ("recipient", "người nhận"),
    (
        "this ledger was restored or copied; when no other service works on its original: scheduler resume",
        "sổ ghi này được khôi phục hoặc sao chép; khi không còn dịch vụ nào chạy trên bản gốc, bấm «Cho gửi tiếp»",
    ),
)
