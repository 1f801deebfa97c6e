"""What is wrong with a file, its YAML, or one value: of ``planfile`` and ``rules``.

Pure.
"""

from __future__ import annotations

from typing import Final

from scheduler.vietnamese.catalogue import Entry

_FILES: Final[tuple[Entry, ...]] = (
    (
        "no such folder; name it with --config or SCHEDULER_CONFIG",
        "không có thư mục này; hãy chỉ nó bằng --config hoặc SCHEDULER_CONFIG",
    ),
    (
        "no such folder; make it, it holds one file for each plan",
        "không có thư mục này; hãy tạo nó, mỗi kế hoạch là một tệp trong đó",
    ),
    ("is larger than {a} bytes; this is no configuration file", "lớn hơn {a} byte; đây không phải tệp cấu hình"),
    ("no such file; {A}", "không có tệp này; {A}"),
    ("check the name and --config", "hãy xem lại tên và --config"),
    (
        "it holds the e-mail addresses; without any, write 'contacts: []'",
        "tệp này giữ các địa chỉ thư; nếu không có địa chỉ nào, hãy ghi 'contacts: []'",
    ),
    (
        "it holds the reminder rules; without any, write 'rules: []'",
        "tệp này giữ các quy tắc nhắc việc; nếu không có quy tắc nào, hãy ghi 'rules: []'",
    ),
    (
        "it holds days off and made-up working days; without any, write 'days: []'",
        "tệp này giữ ngày nghỉ và ngày làm bù; nếu không có ngày nào, hãy ghi 'days: []'",
    ),
    ("cannot be read: {z}; mend its owner and mode", "không đọc được: {z}; hãy sửa chủ sở hữu và quyền của tệp"),
    (
        "is not UTF-8 text; save the file with the encoding UTF-8",
        "không phải chữ UTF-8; hãy lưu lại tệp với bảng mã UTF-8",
    ),
    ("is not loaded; rename it to '{a}.yaml'", "không được đọc; hãy đổi tên thành '{a}.yaml'"),
    (
        "holds no plan; make one with: scheduler import DOCUMENT",
        "chưa có kế hoạch nào; hãy tải tài liệu kế hoạch lên, hoặc dùng lệnh scheduler import TÀI-LIỆU",
    ),
    ("is written all the time; let it rest for a second", "đang bị ghi liên tục; hãy để yên một giây"),
    (
        "may be read by everybody on this machine, and holds hashes of passwords; chmod o= it",
        "ai dùng máy này cũng đọc được, mà tệp giữ mật khẩu đã băm; hãy chạy chmod o=",
    ),
    ("there is no admin '{a}'; see: scheduler admin list", "không có tài khoản '{a}'; xem: scheduler admin list"),
    ("{a}: begin the file with 'admins:'", "{a}: hãy bắt đầu tệp bằng 'admins:'"),
    (
        "{a}: cannot be written: {z}; mend the folder's owner and mode",
        "{a}: không ghi được: {z}; hãy sửa chủ sở hữu và quyền của thư mục",
    ),
    ("{a}: its lines cannot be amended one by one; edit it as text", "{a}: không sửa từng dòng được; hãy sửa dạng chữ"),
    (
        "contacts: nothing can be added to this list; write each contact as lines below '- id: …'",
        "danh sách contacts này không thêm được; hãy ghi mỗi người nhận thành các dòng dưới '- id: …'",
    ),
    (
        "the last good configuration cannot be used either; mend the configuration itself",
        "bản cấu hình đúng gần nhất cũng không dùng được; hãy sửa chính cấu hình",
    ),
    (
        "the last good configuration cannot be kept: {z}; mend the folder's owner and mode",
        "không giữ được bản cấu hình đúng gần nhất: {z}; hãy sửa chủ sở hữu và quyền của thư mục",
    ),
)

_YAML: Final[tuple[Entry, ...]] = (
    (
        "a quote that opens here is never closed; close it on the same line",
        "dấu ngoặc kép mở ở đây không được đóng; hãy đóng trên cùng dòng",
    ),
    (
        "a ':' where none can stand; quote a text that holds ': ', or mend the line above",
        "dấu ':' không đứng ở đây được; chữ có ': ' thì để trong ngoặc kép, hoặc xem lại dòng trên",
    ),
    (
        "a list cannot begin here; put each '- …' on its own line below the key",
        "danh sách không bắt đầu ở đây được; hãy để mỗi '- …' trên một dòng riêng dưới tên mục",
    ),
    (
        "this line is no 'key: value'; write ': ' after the key, or indent a text that goes on",
        "dòng này không theo dạng 'mục: giá trị'; hãy ghi ': ' sau tên mục, hoặc lùi vào nếu là chữ nối tiếp dòng trên",
    ),
    (
        "a ',' or the closing bracket is missing in a list or mapping written on one line",
        "danh sách ghi trên một dòng thiếu dấu ',' hoặc dấu đóng ngoặc",
    ),
    (
        "does not fit in here; indent it like its neighbours, and quote a text that begins with a quote",
        "không khớp với chỗ này; hãy lùi vào thẳng với các dòng bên cạnh; chữ bắt đầu bằng dấu ngoặc kép thì để cả"
        " trong ngoặc kép",
    ),
    (
        "does not fit in here; indent it like its neighbours, below a 'key:'",
        "không khớp với chỗ này; hãy lùi vào thẳng với các dòng bên cạnh, dưới một 'mục:'",
    ),
    (
        "a value is missing here; quote a text that begins with this character",
        "ở đây thiếu giá trị; chữ bắt đầu bằng dấu này thì để trong ngoặc kép",
    ),
    ("a text cannot begin with '? '; quote it", "chữ không bắt đầu bằng '? ' được; hãy để trong ngoặc kép"),
    (
        "a text cannot begin with this character; quote it",
        "chữ không bắt đầu bằng dấu này được; hãy để trong ngoặc kép",
    ),
    (
        "a text cannot begin with '*' or '&'; quote it",
        "chữ không bắt đầu bằng '*' hoặc '&' được; hãy để trong ngoặc kép",
    ),
    (
        "an unknown escape in double quotes; use single quotes, or write two backslashes",
        "dấu \\ trong ngoặc kép không được hiểu; hãy dùng ngoặc đơn, hoặc ghi hai dấu \\",
    ),
    ("cannot be read as YAML: {Z}", "không đọc được theo YAML: {Z}"),
    ("cannot be read as YAML", "không đọc được theo YAML"),
    ("nested more than {a} deep", "lồng nhau quá {a} tầng"),
    ("a key without a value", "có mục không có giá trị"),
    ("holds {a} characters; {b} are the limit", "có {a} ký tự; nhiều nhất là {b}"),
    ("a tab; use blanks instead", "có dấu tab; hãy dùng dấu cách"),
    ("an invisible character (U+{a}); delete it", "có ký tự không nhìn thấy (U+{a}); hãy xóa nó"),
    (
        "a second YAML document; keep one, without '---' lines in between",
        "có tài liệu YAML thứ hai; hãy giữ một, bỏ dòng '---' ở giữa",
    ),
    ("begin the file with a 'key:'", "hãy bắt đầu tệp bằng một 'mục:'"),
    (
        "'*{a}' is an alias; write the value out, or quote a text that begins with '*'",
        "'*{a}' là tên thay; hãy ghi hẳn giá trị, hoặc để chữ bắt đầu bằng '*' trong ngoặc kép",
    ),
    (
        "'&{a}' is an anchor; delete it, or quote a text that begins with '&'",
        "'&{a}' là dấu neo; hãy xóa nó, hoặc để chữ bắt đầu bằng '&' trong ngoặc kép",
    ),
    (
        "'{a}' is a tag; delete it, or quote a text that begins with '!'",
        "'{a}' là thẻ; hãy xóa nó, hoặc để chữ bắt đầu bằng '!' trong ngoặc kép",
    ),
    (
        "a key must be a word; quote a text that begins with '[', '{' or '?'",
        "tên mục phải là một từ; chữ bắt đầu bằng '[', '{' hoặc '?' thì để trong ngoặc kép",
    ),
    (
        "the key {a} stands twice (first on line {b}); delete one",
        "mục {a} có hai lần (lần đầu ở dòng {b}); hãy xóa một",
    ),
)

_SHAPE: Final[tuple[Entry, ...]] = (
    ("is missing; add '{a}: …'", "còn thiếu; hãy thêm '{a}: …'"),
    ("unknown key {a}; {A}", "không có mục nào tên {a}; {A}"),
    ("{a}: unknown key {b}; {A}", "{a}: không có mục nào tên {b}; {A}"),
    (
        "is empty; write a value, or delete the key if it may be left out",
        "để trống; hãy ghi giá trị, hoặc xóa mục nếu không cần",
    ),
    ("is empty; write a value, or delete the line", "để trống; hãy ghi giá trị, hoặc xóa dòng"),
    (
        "{a} is not a list; write [a, b], or each as '- a' on its own line",
        "{a} không phải danh sách; hãy ghi [a, b], hoặc mỗi cái '- a' trên một dòng",
    ),
    (
        "this is not a list; write [a, b], or each as '- a' on its own line",
        "đây không phải danh sách; hãy ghi [a, b], hoặc mỗi cái '- a' trên một dòng",
    ),
    (
        "{a} is wanted as keys with values, one 'key: value' on each line",
        "{a}: chỗ này cần các mục có giá trị, mỗi dòng một 'mục: giá trị'",
    ),
    (
        "this is wanted as keys with values, one 'key: value' on each line",
        "chỗ này cần các mục có giá trị, mỗi dòng một 'mục: giá trị'",
    ),
    (
        "{a} is neither true nor false; write true or false",
        "{a} không phải true hay false; hãy ghi true (có) hoặc false (không)",
    ),
    (
        "this is neither true nor false; write true or false",
        "đây không phải true hay false; hãy ghi true (có) hoặc false (không)",
    ),
    ("{a} is not a whole number", "{a} không phải số nguyên"),
    ("this is not a whole number", "đây không phải số nguyên"),
    ("{a} is not known here; write {V}", "{a} không dùng được ở đây; hãy ghi một trong: {V}"),
    ("this is not known here; write {V}", "giá trị này không dùng được ở đây; hãy ghi một trong: {V}"),
    ("'{a}' or '{b}'", "'{a}' hoặc '{b}'"),
    ("{a} cannot be taken: {z}", "{a} không dùng được: {z}"),
    ("this cannot be taken: {z}", "giá trị này không dùng được: {z}"),
    (
        "is a list where one text is wanted; keep one, without '-' and brackets",
        "là danh sách, mà ở đây cần một dòng chữ; hãy giữ một, bỏ '-' và dấu ngoặc",
    ),
    (
        "has keys where one text is wanted; quote a text that holds ': '",
        "có mục con, mà ở đây cần một dòng chữ; chữ có ': ' thì để trong ngoặc kép",
    ),
    (
        '{a} is taken for {A} where a text is wanted; quote it: "{b}"',
        '{a} bị hiểu là {A}, mà ở đây cần chữ; hãy để trong ngoặc kép: "{b}"',
    ),
    ("true or false", "đúng hay sai"),
    ("a number", "số"),
)

_VALUES: Final[tuple[Entry, ...]] = (
    ("did you mean {a}?", "có phải {a} không?"),
    ("there are none", "chưa có cái nào"),
    ("known: {a}", "hiện có: {a}"),
    ("is empty; write a text", "để trống; hãy ghi vào"),
    ("{a} holds a control character; delete it", "{a} có ký tự điều khiển; hãy xóa nó"),
    (
        "{a} holds '=?', which mail programs decode; write it without",
        "{a} có '=?' mà chương trình thư sẽ hiểu sai; hãy ghi không có nó",
    ),
    ("{a} has {b} characters; an id has at most {c}", "{a} dài {b} ký tự; mã dài nhất {c}"),
    (
        "{a} is not an id; use a-z, 0-9 and hyphens, such as '{b}'",
        "{a} không phải mã; chỉ dùng chữ a-z không dấu, chữ số và gạch nối, như '{b}'",
    ),
    ("{a} is not a date; use YYYY-MM-DD", "{a} không phải một ngày; hãy ghi NĂM-THÁNG-NGÀY, như 2024-05-20"),
    ("this is not a date; use YYYY-MM-DD", "đây không phải một ngày; hãy ghi NĂM-THÁNG-NGÀY, như 2024-05-20"),
    (
        "{a} is not a date; use YYYY-MM-DD, or YYYY-MM for a month",
        "{a} không phải một ngày; hãy ghi NĂM-THÁNG-NGÀY, hoặc NĂM-THÁNG nếu chỉ biết tháng",
    ),
    (
        '{a} is no hour of the day; write it as "07:30", from "00:00" to "23:59"',
        '{a} không phải giờ trong ngày; hãy ghi như "07:30", từ "00:00" đến "23:59"',
    ),
    (
        "{a} is not a date with hour and offset; write it as 2024-04-15T09:00+07:00",
        "{a} không phải ngày giờ có múi giờ; hãy ghi như 2024-04-15T09:00+07:00",
    ),
    (
        "{a} names no offset from UTC; write it as 2024-04-15T09:00+07:00",
        "{a} thiếu múi giờ; hãy ghi như 2024-04-15T09:00+07:00",
    ),
    ("{a} is not within the years {b} to {c}; mend the year", "{a} không nằm trong các năm {b} đến {c}; hãy sửa năm"),
    ("{a} is not a time zone; write one such as '{b}'", "{a} không phải múi giờ; hãy ghi như '{b}'"),
    (
        "{a} holds more than one '@'; give one address, and further people an entry each",
        "{a} có hơn một dấu '@'; hãy ghi một địa chỉ, mỗi người khác ghi thành mục riêng",
    ),
    (
        "{a} is not an e-mail address; write it as name@domain.vn",
        "{a} không phải địa chỉ thư; hãy ghi như ten@ten-mien.vn",
    ),
    (
        "{a} is not an e-mail address: blanks, accents and '=?' cannot be in one",
        "{a} không phải địa chỉ thư: không được có dấu cách, dấu tiếng Việt và '=?'",
    ),
    (
        "{a} is not an e-mail address: {b} cannot stand before the '@'",
        "{a} không phải địa chỉ thư: {b} không đứng trước '@' được",
    ),
    (
        "{a} is not an e-mail address: {b} is not a domain such as tinh.gov.vn",
        "{a} không phải địa chỉ thư: {b} không phải tên miền như tinh.gov.vn",
    ),
    ("{a} is not a domain; write it as tinh.gov.vn", "{a} không phải tên miền; hãy ghi như tinh.gov.vn"),
    (
        "{a} is not a host; write a name or an IP address, without 'http://' and port",
        "{a} không phải tên máy; hãy ghi tên hoặc địa chỉ IP, không có 'http://' và số cổng",
    ),
    (
        "{a} is not a web address; write it as https://lich.tinh.gov.vn",
        "{a} không phải địa chỉ trang; hãy ghi như https://lich.tinh.gov.vn",
    ),
    (
        "is not an SQLAlchemy URL; write it as sqlite:///var/ledger.sqlite3",
        "không phải URL của SQLAlchemy; hãy ghi như sqlite:///var/ledger.sqlite3",
    ),
    (
        "is no argon2id hash; write it with: scheduler admin password ID",
        "không phải mật khẩu đã băm argon2id; hãy ghi bằng: scheduler admin password MÃ",
    ),
)

_RULES: Final[tuple[Entry, ...]] = (
    (
        "'{a}' names no hour; end it with one, such as: 1 day before at 08:00",
        "'{a}' thiếu giờ; hãy ghi giờ ở cuối, như: 1 day before at 08:00 (trước 1 ngày, lúc 08:00)",
    ),
    ("'{a}' is not understood; write it as: {b}", "'{a}' không hiểu được; hãy ghi như: {b}"),
    (
        "'{a}': {b} times is out of range; write 2 to {c} times, the first one counted",
        "'{a}': {b} lần là ngoài giới hạn; hãy ghi từ 2 đến {c} lần, tính cả lần đầu",
    ),
    (
        "'{a}': '{b}' is no hour of the day; write HH:MM from 00:00 to 23:59",
        "'{a}': '{b}' không phải giờ trong ngày; hãy ghi GIỜ:PHÚT từ 00:00 đến 23:59",
    ),
    ("'{a}': '{b}' is not understood; write one of: {c}", "'{a}': '{b}' không hiểu được; hãy ghi một trong: {c}"),
    (
        "'{a}': there are no working weeks; write working days: 10 working days before at 08:00",
        "'{a}': không tính theo tuần làm việc; hãy ghi theo ngày làm việc: 10 working days before at 08:00",
    ),
    (
        "'{a}': {b} {c} is out of range; write 1 to {d} days (for the day itself: on the last day at 08:00)",
        "'{a}': {b} {c} là ngoài giới hạn; hãy ghi từ 1 đến {d} ngày (chính ngày đó: on the last day at 08:00)",
    ),
)

_SHEETS: Final[tuple[Entry, ...]] = (
    ("is empty; fill in this cell", "để trống; hãy điền ô này"),
    (
        "{a} is neither yes nor no; write x, or leave the cell empty",
        "{a} không phải có hay không; hãy ghi x, hoặc để trống ô",
    ),
    ("cannot be read: {V}; {A}", "không đọc được: {V}; {A}"),
    ("it is not UTF-8 text", "không phải chữ UTF-8"),
    ("it is no workbook, or a damaged one", "không phải bảng tính, hoặc đã hỏng"),
    ("it is far larger than a list of contacts", "lớn hơn hẳn một danh bạ"),
    ("save it as CSV with the encoding UTF-8", "hãy lưu thành CSV với bảng mã UTF-8"),
    (
        "save it as an Excel workbook (.xlsx) without a password",
        "hãy lưu thành bảng tính Excel (.xlsx) không có mật khẩu",
    ),
    (
        "holds no table of contacts; its first row has the heads {a}",
        "không có bảng danh bạ; hàng đầu phải có các đầu cột {a}",
    ),
    ("{a} means the same as {b} in column {c}; delete one", "{a} trùng nghĩa với {b} ở cột {c}; hãy xóa một"),
    ("{a} is no head of contacts; did you mean {b}?", "{a} không phải đầu cột của danh bạ; có phải {b} không?"),
    ("there is no column {a}; add it to this row of heads", "không có cột {a}; hãy thêm vào hàng đầu cột này"),
    (
        "{a} stands twice (first in row {b}); give each its own id",
        "{a} có hai lần (lần đầu ở hàng {b}); hãy đặt cho mỗi mục một mã riêng",
    ),
)

VALUES: Final[tuple[Entry, ...]] = (*_FILES, *_YAML, *_SHAPE, *_VALUES, *_RULES, *_SHEETS)
