"""What a document cannot be read for, or was read without: of ``documents``.

Pure.
"""

from __future__ import annotations

from typing import Final

from scheduler.vietnamese.catalogue import Entry

_REFUSED: Final[tuple[Entry, ...]] = (
    ("cannot be read: {A}", "không đọc được: {A}"),
    ("it is an image; hand in the document it was scanned from", "đây là ảnh; hãy tải lên văn bản gốc của ảnh"),
    (
        "it is a web page; open it in Word or Excel, save it as .docx or .xlsx, and import that",
        "đây là trang web; hãy mở bằng Word hoặc Excel, lưu thành .docx hoặc .xlsx, rồi tải tệp đó lên",
    ),
    (
        "it is not text and of no known form; hand in the plan as a Word, Excel, PDF or text file",
        "không phải chữ và không rõ loại tệp; hãy tải kế hoạch lên dạng Word, Excel, PDF hoặc chữ",
    ),
    ("the document holds no text; hand in another one", "tài liệu không có chữ; hãy tải tài liệu khác"),
    (
        "LibreOffice could not convert it; save it as .docx or .xlsx, and import that",
        "LibreOffice không chuyển đổi được; hãy lưu thành .docx hoặc .xlsx, rồi tải tệp đó lên",
    ),
    ("no such file; check the name and the folder", "không có tệp này; hãy xem lại tên và thư mục"),
    ("not a file; name the document itself", "không phải tệp; hãy chỉ chính tài liệu"),
    ("cannot be opened: {z}", "không mở được: {z}"),
    ("the file is empty; hand in another one", "tệp trống; hãy tải tệp khác"),
    (
        "larger than {a} MB, which no plan is; hand in the plan alone",
        "lớn hơn {a} MB, không kế hoạch nào lớn vậy; hãy chỉ tải kế hoạch lên",
    ),
    (
        "takes longer to read than any plan ({a} s without a page, {b} s in all); save it anew, or hand in the plan"
        " alone",
        "đọc lâu hơn mọi kế hoạch ({a} giây không xong trang nào, {b} giây tất cả); hãy lưu lại tệp, hoặc chỉ tải kế"
        " hoạch lên",
    ),
    (
        "the text is in the old encoding {V} ({A}), which would be imported as wrong letters; convert it to Unicode"
        " (UniKey, Ctrl+Shift+F6), font Times New Roman, save it, and import that",
        "chữ theo bảng mã cũ {V} ({A}), đọc vào sẽ sai chữ; hãy chuyển sang Unicode (UniKey, Ctrl+Shift+F6), phông"
        " Times New Roman, lưu lại, rồi tải tệp đó lên",
    ),
    ("UTF-8 that was read as Windows-1252", "UTF-8 đã bị đọc như Windows-1252"),
    ("told by its letters", "nhận ra qua các chữ"),
    ("font {a} in {P}, {b}", "phông {a} ở {P}, {b}"),
    ("font {a}", "phông {a}"),
    (
        "is {A}, which LibreOffice must convert, and it is not installed; save the file as {B} and import that, or"
        " install libreoffice-writer-nogui and libreoffice-calc-nogui",
        "là {A}, phải có LibreOffice để chuyển đổi mà máy chủ chưa cài; hãy lưu thành {B} rồi tải tệp đó lên, hoặc cài"
        " libreoffice-writer-nogui và libreoffice-calc-nogui",
    ),
    (
        "is {A} that LibreOffice cannot open (damaged, or protected by a password); save it anew as {B} and import"
        " that",
        "là {A} mà LibreOffice không mở được (hỏng, hoặc có mật khẩu); hãy lưu lại thành {B} rồi tải tệp đó lên",
    ),
    (
        "LibreOffice did not convert it within {a} s; save it as {A} and import that",
        "LibreOffice không chuyển đổi xong trong {a} giây; hãy lưu thành {A} rồi tải tệp đó lên",
    ),
    ("an old Word file", "tệp Word đời cũ"),
    ("an old Excel file", "tệp Excel đời cũ"),
    ("a binary Excel file", "tệp Excel nhị phân"),
    ("an OpenDocument text", "văn bản OpenDocument"),
    ("an OpenDocument spreadsheet", "bảng tính OpenDocument"),
    ("a rich text file", "tệp RTF"),
    ("Word document (.docx)", "văn bản Word (.docx)"),
    ("Excel workbook (.xlsx)", "bảng tính Excel (.xlsx)"),
    (
        "the file is a presentation; hand in the plan as a Word, Excel, PDF or text file",
        "đây là tệp trình chiếu; hãy tải kế hoạch lên dạng Word, Excel, PDF hoặc chữ",
    ),
    (
        "the file is an archive or of a program that is not known here; unpack it, and hand in the plan itself",
        "đây là tệp nén, hoặc của chương trình lạ; hãy giải nén, rồi tải chính kế hoạch lên",
    ),
    (
        "the file is of a program that is not known here; save the plan as a Word, Excel, PDF or text file",
        "tệp này của chương trình lạ; hãy lưu kế hoạch thành Word, Excel, PDF hoặc chữ",
    ),
    (
        "is nested deeper than any plan (tables in tables?); save the plan anew and simpler",
        "lồng nhau sâu hơn mọi kế hoạch (bảng trong bảng?); hãy lưu lại kế hoạch cho đơn giản hơn",
    ),
    (
        "{P} has {a} rows and {b} columns, which no plan has; hand in the plan's part of it alone",
        "{P} có {a} hàng và {b} cột, không kế hoạch nào lớn vậy; hãy chỉ tải phần của kế hoạch lên",
    ),
    (
        "packs {a} files, which no plan does; save the plan anew",
        "chứa {a} tệp bên trong, không kế hoạch nào như vậy; hãy lưu lại kế hoạch",
    ),
    (
        "unpacks to {a} MB, which no plan does (a zip bomb?); save the plan anew",
        "bung ra {a} MB, không kế hoạch nào như vậy (tệp nén cài bẫy?); hãy lưu lại kế hoạch",
    ),
    (
        "its part {a} is {b} MB, which no plan is; hand in the plan alone",
        "phần {a} bên trong lớn {b} MB, không kế hoạch nào lớn vậy; hãy chỉ tải kế hoạch lên",
    ),
    (
        "its part {a} declares a DTD (external entities?), which office programs never write; save the document anew"
        " in Word or Excel",
        "phần {a} bên trong khai báo DTD (trỏ ra ngoài?), mà Word và Excel không bao giờ ghi; hãy lưu lại tài liệu"
        " bằng Word hoặc Excel",
    ),
    (
        "the file is damaged and cannot be read; open it in the program it comes from, save it anew, and import that",
        "tệp hỏng, không đọc được; hãy mở bằng chương trình đã làm ra nó, lưu lại, rồi tải tệp đó lên",
    ),
    (
        "needs more than {a} MB of memory to be read, which no plan does; hand in the plan alone",
        "cần hơn {a} MB bộ nhớ để đọc, không kế hoạch nào như vậy; hãy chỉ tải kế hoạch lên",
    ),
    (
        "the file is protected by a password; open it, save it without the password, and import that",
        "tệp có mật khẩu; hãy mở tệp, lưu lại không có mật khẩu, rồi tải tệp đó lên",
    ),
    (
        "has {a} pages, which no plan has; hand in the plan alone",
        "có {a} trang, không kế hoạch nào dài vậy; hãy chỉ tải kế hoạch lên",
    ),
    (
        "has over {a} cells, which no plan has; hand in the plan alone",
        "có hơn {a} ô, không kế hoạch nào lớn vậy; hãy chỉ tải kế hoạch lên",
    ),
    (
        "{P} has over {a} cells, which no plan has; hand in the plan alone",
        "{P} có hơn {a} ô, không kế hoạch nào lớn vậy; hãy chỉ tải kế hoạch lên",
    ),
    (
        "the PDF is a scan (images of pages, without a text layer); hand in the file it was printed from (Word,"
        " Excel), or run text recognition over it first",
        "PDF này là bản quét (ảnh trang, không có lớp chữ); hãy tải lên tệp gốc (Word, Excel), hoặc nhận dạng chữ cho"
        " nó trước",
    ),
    (
        "the PDF shows its letters without saying which they are; export it anew from the program it was written in,"
        " or hand in that file",
        "PDF vẽ chữ mà không ghi đó là chữ gì; hãy xuất lại từ chương trình đã soạn, hoặc tải lên tệp gốc",
    ),
    (
        "line {a} is not {b} text (an old Vietnamese encoding, or no text at all); open it where it shows correctly"
        " and save it as UTF-8",
        "dòng {a} không phải chữ {b} (bảng mã tiếng Việt cũ, hoặc không phải chữ); hãy mở ở nơi hiện đúng rồi lưu"
        " thành UTF-8",
    ),
    (
        "holds control characters and is not plain text; save it as UTF-8 text",
        "có ký tự điều khiển, không phải tệp chữ; hãy lưu thành tệp chữ UTF-8",
    ),
    (
        "no schedule found; a plan needs a table with a column of units (Đơn vị, Huyện, Xã …) and a column of dates"
        " (Thời gian, Ngày …)",
        "không thấy lịch kiểm tra; kế hoạch cần một bảng có cột đơn vị (Đơn vị, Huyện, Xã …) và cột ngày (Thời gian,"
        " Ngày …)",
    ),
    (
        "no schedule found; a plan needs a table with a column of units (Đơn vị, Huyện, Xã …) and a column of dates"
        " (Thời gian, Ngày …); in a PDF its columns need ruling lines, or must stand well apart",
        "không thấy lịch kiểm tra; kế hoạch cần một bảng có cột đơn vị (Đơn vị, Huyện, Xã …) và cột ngày (Thời gian,"
        " Ngày …); trong PDF các cột phải có đường kẻ, hoặc cách nhau rõ",
    ),
)

_NOTED: Final[tuple[Entry, ...]] = (
    (
        "the page is an image without text and was passed over; what it says is not in the plan",
        "trang này là ảnh, không có chữ nên bị bỏ qua; nội dung của trang không vào kế hoạch",
    ),
    (
        "the table has no ruling lines: its columns and rows are told by where the texts stand; compare each row with"
        " the document",
        "bảng không có đường kẻ: cột và hàng được đoán theo chỗ đứng của chữ; hãy so từng hàng với tài liệu",
    ),
    (
        "what looks like a table without ruling lines cannot be told apart, and its rows are not read as such; hand in"
        " the file that the PDF was made from",
        "có chỗ giống bảng không có đường kẻ mà không tách được cột, các hàng không được đọc; hãy tải lên tệp gốc của"
        " PDF",
    ),
    (
        "the sheet is hidden and was passed over; unhide it if the plan is in it, and import again",
        "trang tính này bị ẩn nên bị bỏ qua; nếu kế hoạch nằm ở đó, hãy cho hiện rồi tải lại",
    ),
    (
        "{a} hidden rows were read like the others; delete those that are not of the plan",
        "{a} hàng ẩn vẫn được đọc như hàng khác; hãy xóa những hàng không thuộc kế hoạch",
    ),
    (
        "the cell shows the error {a} and counts as empty; mend its formula",
        "ô báo lỗi {a} và được coi là trống; hãy sửa công thức",
    ),
    (
        "the formula has no value kept with it and counts as empty; open the file in Excel, let it compute, save it,"
        " and import that",
        "công thức không kèm giá trị và được coi là trống; hãy mở tệp bằng Excel cho tính lại, lưu, rồi tải tệp đó lên",
    ),
)

DOCUMENTS: Final[tuple[Entry, ...]] = (*_REFUSED, *_NOTED)
