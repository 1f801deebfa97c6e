"""Places in a document, and in the tree of a configuration file, in Vietnamese.

Pure.
"""

from __future__ import annotations

import re

PLACES = {
    "lines": "các dòng",
    "line": "dòng",
    "columns": "các cột",
    "column": "cột",
    "table": "bảng",
    "inner": "bảng con",
    "footnote": "chú thích",
    "row": "hàng",
    "paragraph": "đoạn",
    "page": "trang",
    "sheet": "trang tính",
    "cell": "ô",
    "of": "của",
    "and": "và",
}
# What a key is called; where the word depends on what it belongs to, by both.
KEYS = {
    "about": "về việc",
    "admins": "tài khoản",
    "at": "giờ",
    "bases": "căn cứ",
    "before": "trước ngày",
    "by": "chậm nhất ngày",
    "cancelled": "đã hủy",
    "commune": "xã",
    "communes": "xã",
    "contacts": "người nhận",
    "date": "ngày",
    "dates": "ngày",
    "days": "ngày nghỉ hoặc làm bù",
    "deliver_to": "nơi nhận báo cáo",
    "distribution": "nơi nhận kế hoạch",
    "due": "hạn",
    "email": "địa chỉ thư",
    "end": "giờ kết thúc",
    "file": "tệp",
    "forms": "phụ lục",
    "hash": "mật khẩu đã băm",
    "head": "lãnh đạo",
    "id": "mã",
    "issued": "ngày ban hành",
    "levels": "cấp",
    "members": "thành viên",
    "name": "tên",
    "number": "số",
    "of": "thuộc",
    "organiser": "cơ quan ban hành",
    "owed_by": "nơi phải nộp",
    "place": "địa điểm",
    "plan": "kế hoạch",
    "plans": "kế hoạch",
    "public": "công khai",
    "reason": "lý do",
    "repeat": "nhắc lại",
    "reply_to": "địa chỉ trả lời",
    "reports": "báo cáo",
    "role": "vai trò",
    "rules": "quy tắc",
    "scope": "nội dung kiểm tra",
    "sender": "người gửi",
    "sender.address": "địa chỉ thư",
    "sessions": "buổi trong ngày",
    "sources": "chỗ trong tài liệu",
    "start": "giờ bắt đầu",
    "status": "tình trạng",
    "submit_to": "địa chỉ nộp",
    "team": "đoàn",
    "teams": "đoàn",
    "template": "mẫu thư",
    "timezone": "múi giờ",
    "title": "tên",
    "contacts.title": "chức danh",
    "to": "báo cho",
    "unit": "đơn vị",
    "units": "đơn vị",
    "updated": "lúc cập nhật",
    "visits": "buổi kiểm tra",
    "when": "lúc nhắc",
    "working": "làm việc",
}
_STEP = re.compile(r"(?P<key>[A-Za-z_0-9/-]+)(?:\[(?P<index>\d+)\])?")


def word_place(place: str) -> str:
    """Return "dòng 70, cột 'Ngày kiểm tra'" for "line 70, column 'Ngày kiểm tra'"; what is quoted stays."""
    parts = re.split(r"('[^']*')", place)
    return "".join(
        part if index % 2 else re.sub(r"[a-z]+", lambda word: PLACES.get(word[0], word[0]), part)
        for index, part in enumerate(parts)
    )


def word_file(file: str) -> str:
    """Return where a problem is: a file, "contacts.xlsx: trang tính Danh bạ, C7", or a variable."""
    name, is_sheet, cell = file.partition(": sheet ")
    variable = file.removeprefix("environment ")
    return f"{name}: trang tính {cell}" if is_sheet else file if variable == file else f"biến môi trường {variable}"


def word_path(path: str) -> str:
    """Return "buổi kiểm tra số 3, ngày" for "visits[2].date"; a path that begins with no key of ours as it stands."""
    words: list[str] = []
    around = ""
    for step in path.split("."):
        found = _STEP.fullmatch(step)
        if found is None or (not words and found["key"] not in KEYS):
            return path
        key = found["key"]
        word = KEYS.get(f"{around}.{key}") or KEYS.get(key) or f"«{key}»"
        words.append(word if found["index"] is None else f"{word} số {int(found['index']) + 1}")
        around = key
    return ", ".join(words)
