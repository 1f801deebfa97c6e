"""What the program says, it says in Vietnamese too: each sentence that stands in the code, by a walk through it."""

from __future__ import annotations

import ast
import re
import time
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import get_args

import holidays
import pytest
from pydantic import BaseModel

from scheduler.errors import Problem
from scheduler.planfile.schemas import ContactsKeys, DaysKeys, PlanKeys, RulesKeys
from scheduler.vietnamese import (
    ENTRIES,
    Piece,
    Said,
    translate,
    word_detail,
    word_document_change,
    word_problem,
    word_why,
)
from scheduler.vietnamese.catalogue import SLOT
from scheduler.vietnamese.findings import CHANGES
from scheduler.vietnamese.places import KEYS, PLACES, word_file, word_path, word_place
from scheduler.vietnamese.running import WHY
from scheduler.workdays import WorkingDays

PACKAGE = Path(__file__).parents[2] / "scheduler"
# Whose sentences a page shows, or a letter to the admin.
SPEAKERS = (
    *(f"planfile/{name}" for name in (
        "crosscheck", "crossfiles", "explain", "fields", "folder", "foresight", "read", "sheet", "untold", "values",
        "wording", "yamlfile",
    )),
    *(path.relative_to(PACKAGE).with_suffix("").as_posix() for room in ("intake", "documents", "merging")
      for path in sorted((PACKAGE / room).glob("*.py"))),
    "importing", "rules", "settings", "settings_sections", "templates", "last_good", "guard", "delivery", "headers",
    "workdays", "operating", "recording", "relay", "connection", "wire",
)  # fmt: skip
# Texts in them that are no sentences, or that no page shows: they go to the log or to the command line alone.
NOT_SHOWN = {
    "planfile/explain": {"Value error, "},
    "planfile/fields": {" at {}$", "^ *[Ee]very ", "14 days before at 08:00", "5 working days before at 08:00",
                        "the day before at 15:00"},
    "planfile/sheet": {"in row \\1"},
    "planfile/untold": {"{} contacts have no address and cannot be told; fill it in: {}, …",
                        r"\.email: (?P<name>.*) has no address and cannot be told; fill it in$"},
    "planfile/yamlfile": {
        "unexpected end of stream", "could not find expected ':'", "mapping values are not allowed", "expected ',' or",
        "sequence entries are not allowed", "expected <block end>", "expected '<document start>'",
        "expected the node content", "mapping keys are not allowed", "cannot start any token",
        "expected alphabetic or numeric character", "unknown escape character",
    },
    "documents/ole": {"PowerPoint Document"},
    "documents/wire": {"not an answer", "not a block", "not a row", "not a cell", "not a note",
                       "not a text with its place"},
    "documents/worker": {"{} is not for a parser", "a parser writes no files"},
    "intake/columns": {"ghi chu"},
    "merging/__init__": {"organiser, email"},
    "merging/items": {"{}, date", "{}, name", "{}, members", "{}, start", "{}, end"},
    "importing": {
        "finding the schedule", "# address needed",
        "{} exists already; give --force to replace it (the old one is kept as {}.bak), or another --out",
        "{} exists already and was not imported ({} is missing), so that nothing tells the document's changes from "
        "yours; give --force to replace it, or --id for another id",
        "{} is of another plan: the document names none of its units; give --id for another id, or --force to replace "
        "it",
        "{}: its lines cannot be amended one by one and nothing was written; give --force to replace it (the old one "
        "is kept as {}.bak)",
        # The pages import into a copy that nobody else saves to.
        "{}: was saved by somebody else meanwhile; import again",
    },
    "rules": {
        '"14 days before at 08:00", "5 working days before at 08:00", "the day before at 15:00", "on the last day at '
        '08:00"', "every 2 working days, 3 times", "on the day", "every {}, {} times", "on the last day {}",
        "the day before", "on the day before", "the day after", "on the day after",
    },
    "settings": {"environment {}"},
    "delivery": {"stale session"},
    "connection": {"final dot"},
    "recording": {"interrupted delivery", "delivery withheld",
                  "delivery changed under our hands; is a second service on this ledger?"},
}  # fmt: skip
ACCENTS = "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ"
PATTERN = re.compile(r"\\[bdswDSW]|\(\?|\.\*|^<\?xml")
ENGLISH = re.compile(r"\b(the|is|are|and|not|with|that|this|write|delete|add|has|have|from|its?|one)\b")


def find_texts(module: str) -> Iterator[tuple[int, str]]:
    """Yield every text of two words and more in a module, "{}" for what is put in, with its line; no docstrings."""
    tree = ast.parse((PACKAGE / f"{module}.py").read_text(encoding="utf-8"))
    inner: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            inner.add(node.value)
        if isinstance(node, ast.JoinedStr):
            inner.update(node.values)
            formats = (part.format_spec for part in node.values if isinstance(part, ast.FormattedValue))
            inner.update(each for format_ in formats if format_ is not None for each in ast.walk(format_))
    for node in ast.walk(tree):
        text = None if node in inner else read_text(node)
        if text is not None and " " in text.strip() and re.search("[a-z]{2}", text):
            yield getattr(node, "lineno", 0), text


def read_text(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return None


def is_vietnamese(text: str) -> bool:
    return any(letter in ACCENTS for letter in text.lower()) and not ENGLISH.search(text)


def is_foreign(said: Said) -> bool:
    return all(piece.foreign for piece in said.pieces)


@cache
def list_known() -> tuple[str, ...]:
    return tuple(SLOT.sub("{}", english) for english, _ in (*ENTRIES, *CHANGES, *WHY))


@pytest.mark.parametrize("module", SPEAKERS)
def test_every_sentence_in_the_code_is_in_the_catalogue(module: str) -> None:
    missing = []
    for line, text in find_texts(module):
        # A sentence that is put together stands in the catalogue as a whole; ends may be put in.
        core = re.sub(r"^\{\}(: )?|\{\}$", "", text)
        is_place = set(re.findall("[a-z]+", text)) <= set(PLACES)
        hidden = PATTERN.search(text) or is_place or is_vietnamese(text) or text in NOT_SHOWN.get(module, set())
        if not hidden and not any(core in known for known in list_known()):
            missing.append(f"{line}: {text}")
    assert missing == []


def test_the_walk_finds_a_sentence_that_is_new() -> None:
    texts = [text for _, text in find_texts("planfile/crosscheck")]
    assert "{} is a unit already; choose another id" in texts
    assert not any("{} is a unit already; choose a colour" in known for known in list_known())


def test_nothing_in_the_catalogue_is_said_no_longer() -> None:
    said = tuple(
        text
        for path in sorted(PACKAGE.rglob("*.py"))
        if "vietnamese" not in path.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (text := read_text(node)) is not None and re.search("[a-z]", text)
    )
    names = holidays.country_holidays("VN", language="en_US", years=range(1990, 2060)).values()
    whole = frozenset((*said, *names))
    parts = tuple(text for text in whole if len(re.findall("[a-z]+", text)) > 1)
    unsaid = [
        english
        for english, _ in (*ENTRIES, *CHANGES)
        if (skeleton := SLOT.sub("{}", english)) not in whole
        and len(re.findall("[a-z]+", skeleton)) > 1
        and not any(re.sub(r"^\{\}(: )?|\{\}$", "", part) in skeleton for part in parts)
    ]
    assert unsaid == []


@pytest.mark.parametrize(("english", "vietnamese"), [*ENTRIES, *CHANGES, *WHY])
def test_an_entry_keeps_its_values_and_is_vietnamese(english: str, vietnamese: str) -> None:
    slots = SLOT.findall(english)
    assert len(slots) == len(set(slots))
    assert set(SLOT.findall(vietnamese)) <= set(slots)
    if (english, vietnamese) not in WHY:
        assert set(SLOT.findall(vietnamese)) >= {slot for slot in slots if slot.lower() == slot}
    assert not ENGLISH.search(re.sub(r"'[^']*'|\"[^\"]*\"|\d+ (working )?days? (before|after) at \S+|"
                                     r"on the last day at \S+|[a-z_]+\.yaml", "", vietnamese))  # fmt: skip


def test_no_sentence_stands_in_the_catalogue_twice() -> None:
    for table in (ENTRIES, WHY):
        said: dict[str, str] = {}
        for english, vietnamese in table:
            assert said.setdefault(english, vietnamese) == vietnamese


def test_values_stay_letter_by_letter_and_the_remedy_is_there() -> None:
    assert translate("visits[1].communes[1]: 'kien-la' is no commune of 'luc-ngan'; did you mean 'kien-lao'?").text == (
        "Buổi kiểm tra số 2, xã số 2: 'kien-la' không phải xã của 'luc-ngan'; có phải 'kien-lao' không?"
    )
    assert translate("smtp.port: '70000' is not a port; write 1 to 65535 (0 takes any free one)").text == (
        "smtp.port: '70000' không phải số cổng; hãy ghi từ 1 đến 65535 (0: lấy cổng trống bất kỳ)"
    )


def test_the_words_of_others_stay_foreign_and_what_is_unknown_as_a_whole() -> None:
    assert translate("cannot be read: Permission denied; mend its owner and mode").pieces == (
        Piece("Không đọc được: "),
        Piece("Permission denied", foreign=True),
        Piece("; hãy sửa chủ sở hữu và quyền của tệp"),
    )
    said = translate("plan.id: something quite new")
    assert said.pieces == (Piece("plan.id: something quite new", foreign=True),)


def test_a_reason_of_bad_health_is_told_with_the_problem_in_it() -> None:
    reason = "the last good configuration runs on: config/a.yaml:3:9 plan.number: is empty; write a text"
    assert translate(reason).text == (
        "Bản cấu hình đúng gần nhất vẫn đang chạy: config/a.yaml:3:9 plan.number: để trống; hãy ghi vào"
    )


def test_why_mail_stands_still_is_told_with_the_words_of_the_server() -> None:
    said = (
        "mail relay relay.example:587: sign-in as 'so' was refused: 535 5.7.8 bad; name; check smtp.username and the "
    )
    assert translate(f"{said}file that smtp.password_file names").pieces == (
        Piece("Máy chủ thư relay.example:587: đăng nhập bằng 'so' bị từ chối: "),
        Piece("535 5.7.8 bad; name", foreign=True),
        Piece("; hãy xem lại smtp.username và tệp ghi ở smtp.password_file"),
    )
    refused = "mail relay 127.0.0.1:25: connection refused; check smtp.host and smtp.port, and that the relay runs"
    assert not any(piece.foreign for piece in translate(refused).pieces)


def test_what_a_person_did_by_a_command_is_told_without_its_words() -> None:
    assert word_detail("sent again by a person; before: 550 no").pieces == (
        Piece("có người cho gửi lại; trước đó: "),
        Piece("550 no", foreign=True),
    )
    assert word_detail("skipped by a person").pieces == (Piece("có người bỏ qua"),)
    assert word_detail("skipped by admin lan").pieces == (Piece("admin lan bỏ qua"),)


def test_a_path_that_is_a_slip_is_no_path_and_is_kept() -> None:
    said = translate("visits[0].da%te: unknown key 'da%te'; did you mean 'date'?")
    assert said.text == "visits[0].da%te: không có mục nào tên 'da%te'; có phải 'date' không?"


def test_a_value_may_hold_what_stands_between_two_values() -> None:
    said = "a row without a unit ('x', which ('y') is left out; name z') is left out; name its unit"
    assert (
        translate(said).text
        == "Bỏ hàng không có đơn vị ('x', which ('y') is left out; name z'); hãy ghi đơn vị của hàng"
    )


def test_a_document_cannot_make_the_search_long() -> None:
    said = "the visit of x: 'y' says z, but w is a v; correct " * 4000
    begun = time.perf_counter()
    assert translate(f"{said}the one that is wrong").text
    assert is_foreign(translate(f"{said}!"))
    assert time.perf_counter() - begun < 2


def test_a_problem_is_one_line_of_a_letter_with_its_place() -> None:
    problem = Problem("config/plans/a.yaml", 3, 9, "plan.number: is empty; write a text")
    assert word_problem(problem) == "config/plans/a.yaml:3:9 Kế hoạch, số: để trống; hãy ghi vào"
    assert word_problem(Problem("config/plans", 0, 0, "no such file; check the name and --config")) == (
        "config/plans Không có tệp này; hãy xem lại tên và --config"
    )


@pytest.mark.parametrize("shape", [PlanKeys, ContactsKeys, RulesKeys, DaysKeys])
def test_every_key_of_the_files_of_an_office_has_a_word(shape: type[BaseModel]) -> None:
    pending, seen = [shape], set[type[BaseModel]]()
    while pending:
        keys = pending.pop()
        seen.add(keys)
        assert [key for key in keys.model_fields if key not in KEYS and key != "address"] == []
        pending += [
            inner
            for field in keys.model_fields.values()
            for inner in list_models(field.annotation)
            if inner not in seen
        ]
    assert word_path("contacts[0].title") == "người nhận số 1, chức danh"
    assert word_path("visits[2].dates[0]") == "buổi kiểm tra số 3, ngày số 1"
    assert word_path("smtp.port") == "smtp.port"


def list_models(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from list_models(argument)


def test_every_reason_of_a_day_off_is_vietnamese() -> None:
    days = WorkingDays()
    reasons = {days.explain(date(2020, 1, 1) + timedelta(days=step)).reason for step in range(20 * 365)}
    assert [reason for reason in reasons if reason and is_foreign(translate(reason))] == []
    assert translate(days.explain(date(2024, 5, 4)).reason).text == "Làm bù cho thứ Hai 29/4/2024"


def test_what_a_document_changed_is_vietnamese_and_a_value_stays() -> None:
    said = {
        "visit of Lục Nam, date": "kiểm tra Lục Nam, ngày",
        "plan, title": "kế hoạch, tên",
        "report 'Báo cáo': son-dong/an-ba": "báo cáo 'Báo cáo': son-dong/an-ba",
        "before 10/05/2024": "trước ngày 10/05/2024",
        "nothing": "không có gì",
        "'Kiểm tra the end'": "'Kiểm tra the end'",
    }
    assert {english: word_document_change(english) for english in said} == said


def test_why_a_mail_goes_when_it_goes_is_vietnamese() -> None:
    why = (
        "5 working days before at 08:00: 5 working days before the last day, Thursday 9/5/2024, is Friday 26/4/2024; "
        "Saturday 4/5/2024: worked in place of Monday 29/4/2024; only if the report is not in"
    )
    assert word_why(why).text == (
        "5 ngày làm việc trước ngày cuối, thứ Năm 9/5/2024, tức là thứ Sáu 26/4/2024; "
        "thứ Bảy 4/5/2024: làm bù cho thứ Hai 29/4/2024; chỉ khi chưa nhận báo cáo"
    )
    assert is_foreign(word_why("for a reason of its own"))


def test_a_detail_of_a_mail_keeps_its_small_letter() -> None:
    assert word_detail("too late to be useful").text == "quá muộn, không còn ích gì"
    assert word_place("sheet Lịch, row 7, column 'Ngày'") == "trang tính Lịch, hàng 7, cột 'Ngày'"


def test_a_place_that_is_no_file_of_text_is_vietnamese() -> None:
    assert word_file("config/contacts.xlsx: sheet Danh bạ, C7") == "config/contacts.xlsx: trang tính Danh bạ, C7"
    assert word_file("environment SCHEDULER_SMTP__PORT") == "biến môi trường SCHEDULER_SMTP__PORT"
    assert word_file("config/plans/a.yaml") == "config/plans/a.yaml"
