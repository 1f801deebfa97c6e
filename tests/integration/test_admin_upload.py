"""A document handed in on the pages: imported into a copy, reviewed beside its own words, and only then in force."""

import html
import re
from collections.abc import Iterator
from pathlib import Path

import docx
import pytest

from scheduler.cli.wiring import load_everything
from scheduler.drafts import Draft, Drafts
from scheduler.web.admin.editing.found_words import FINDINGS
from tests.acceptance.commandline import REPOSITORY, SAMPLE
from tests.corpus.shelves import SAMPLES
from tests.integration.admin_site import Bench, Browser, make_editing_bench
from tests.integration.test_admin_editing import apply, apply_blindly, discard, open_text, save

HERE = "/admin/tai-len"
PLAN = "plans/kiem-tra-2024.yaml"
CONTENT = SAMPLE.read_bytes()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = make_editing_bench(tmp_path)
    yield made
    made.close()


@pytest.fixture
def lan(bench: Bench) -> Browser:
    return bench.sign_in()


def hand_in(who: Browser, content: bytes = CONTENT, name: str = "ke-hoach.txt", **fields: str) -> str:
    """Hand in a document; return the address of its review."""
    answer = who.client.upload(HERE, {"csrf": who.csrf, **fields}, name, content)
    assert answer.status_code == 303, html.unescape(re.sub(r"<[^>]+>", " ", answer.text))[-800:]
    return answer.headers["location"]


def refuse(who: Browser, content: bytes, name: str = "ke-hoach.txt", **fields: str) -> str:
    answer = who.client.upload(HERE, {"csrf": who.csrf, **fields}, name, content)
    assert answer.status_code == 400
    return html.unescape(answer.text)


def change(*changes: tuple[str, str]) -> bytes:
    text = CONTENT.decode()
    for before, after in changes:
        assert before in text
        text = text.replace(before, after, 1)
    return text.encode()


def list_drafts(bench: Bench) -> tuple[Draft, ...]:
    return Drafts(bench.config.parent).list_drafts()


def list_files(bench: Bench) -> dict[str, bytes]:
    return {
        path.relative_to(bench.config).as_posix(): path.read_bytes()
        for path in bench.config.rglob("*")
        if path.is_file()
    }


def test_a_document_is_shown_as_facts_and_doubts_beside_its_words_and_changes_nothing(
    bench: Bench, lan: Browser
) -> None:
    before = list_files(bench)
    page = html.unescape(lan.read(hand_in(lan, ma="kiem-tra-2025")))
    assert list_files(bench) == before
    assert "Đã tìm thấy trong «ke-hoach.txt»" in page
    assert page.count('<th scope="row">Kiểm tra</th>') == 10
    assert "20/5/2024: Sơn Động (Phúc Sơn, An Bá)" in page
    assert "dòng 70, cột 'Ngày kiểm tra'" in page
    assert "Chưa ghi số kế hoạch" in page
    (draft,) = list_drafts(bench)
    assert draft.review is not None
    sources = {one.finding.code: one.source for one in draft.review.findings}
    lines = CONTENT.decode().splitlines()
    assert [text.text for text in sources["session-end-assumed"]] == [lines[39]]
    assert sources["session-end-assumed"][0].text in page
    # In the order in which they are put in place: where that is cut short, the document can be handed in again.
    assert [file.name for file in draft.files] == [
        "plans/kiem-tra-2025.yaml",
        "plans/.imported/kiem-tra-2025.contacts.yaml",
        "plans/.imported/kiem-tra-2025.yaml",
    ]


def test_what_is_applied_is_what_the_command_would_have_written(bench: Bench, lan: Browser, tmp_path: Path) -> None:
    from scheduler.importing import import_document

    other = tmp_path / "other"
    for name, content in list_files(bench).items():
        (other / name).parent.mkdir(parents=True, exist_ok=True)
        (other / name).write_bytes(content)
    import_document(SAMPLE, other, plan_id="kiem-tra-2025", out=None, force=False, now=bench.clock.now())
    apply(lan, hand_in(lan, ma="kiem-tra-2025"))
    wanted = {path.relative_to(other).as_posix(): path.read_bytes() for path in other.rglob("*") if path.is_file()}
    assert list_files(bench) == wanted
    assert {plan.id for plan in load_everything(bench.config).configuration.plans} == {"kiem-tra-2024", "kiem-tra-2025"}


def test_a_document_handed_in_again_without_an_id_is_said_to_be_of_a_plan_that_is_there(
    bench: Bench, lan: Browser
) -> None:
    page = html.unescape(lan.read(hand_in(lan, ma="ke-hoach-moi")))
    assert "10 trong 10 buổi kiểm tra trùng đơn vị và ngày với kế hoạch kiem-tra-2024 đã nhập trước" in page
    assert "hãy tải lại tài liệu và ghi mã kiem-tra-2024 để ghép vào kế hoạch đó" in page
    assert "đã nhập trước" not in lan.read(hand_in(lan, ma="kiem-tra-2024"))


def test_a_plan_that_is_there_is_merged_with_and_keeps_what_was_edited(bench: Bench, lan: Browser) -> None:
    before = (bench.config / PLAN).read_text(encoding="utf-8")
    edited = before.replace("  public: true\n", "  public: true  # đã hỏi\n")
    (bench.config / PLAN).write_text(edited, encoding="utf-8")
    review = hand_in(lan, change(("20/5/2024", "27/5/2024")), ma="kiem-tra-2024")
    page = html.unescape(lan.read(review))
    assert "Tài liệu đã đổi gì so với lần trước" in page
    assert "Lịch: 2 dời" in page
    apply(lan, review)
    after = (bench.config / PLAN).read_text(encoding="utf-8")
    changed = [(a, b) for a, b in zip(edited.splitlines(), after.splitlines(), strict=True) if a != b]
    assert [line.strip().partition("  #")[0] for pair in changed for line in pair] == [
        *(f"updated: {bench_time}" for bench_time in _list_updates(before, after)),
        "date: 2024-05-20",
        "date: 2024-05-27",
    ]


def _list_updates(before: str, after: str) -> list[str]:
    return [text.partition("  updated: ")[2].partition("\n")[0].partition("  #")[0] for text in (before, after)]


def test_the_same_document_again_changes_nothing(bench: Bench, lan: Browser) -> None:
    page = lan.read(hand_in(lan, ma="kiem-tra-2024"))
    assert "Không có lịch hay thư nào đổi." in page
    assert "<p>Không đổi gì.</p>" in page.partition("Tài liệu đã đổi gì so với lần trước")[2]
    (draft,) = list_drafts(bench)
    # What people were named is kept from now on.
    assert [file.name for file in draft.files] == ["plans/.imported/kiem-tra-2024.contacts.yaml"]


def test_a_document_with_errors_is_held_until_somebody_has_looked(bench: Bench, lan: Browser) -> None:
    before = list_files(bench)
    review = hand_in(lan, change(("20/5/2024", "31/6/2024")), ma="kiem-tra-2025")
    page = html.unescape(lan.read(review))
    assert "Tài liệu có chỗ sai, chưa áp dụng được" in page
    assert "Ngày không có trong lịch" in page
    assert "31/6/2024" in page
    assert f"{review}/ap-dung" not in page
    assert apply_blindly(bench, lan, review) == review
    assert list_files(bench) == before
    text = "/admin/cau-hinh/tep/plans/kiem-tra-2025.yaml"
    assert save(lan, open_text(lan, f"{text}?nhap={review.rpartition('/')[2]}"), text) == review
    apply(lan, review)
    assert "plans/kiem-tra-2025.yaml" in list_files(bench)
    load_everything(bench.config)


def test_errors_leave_a_plan_that_is_there_as_it_is(bench: Bench, lan: Browser) -> None:
    review = hand_in(lan, change(("20/5/2024", "31/6/2024")), ma="kiem-tra-2024")
    assert "đang dùng được giữ nguyên" in lan.read(review)
    assert [draft.files for draft in list_drafts(bench)] == [()]
    assert apply_blindly(bench, lan, review) == review


def test_a_plan_that_was_not_imported_is_replaced_only_when_that_is_asked_for(bench: Bench, lan: Browser) -> None:
    (bench.config / "plans" / ".imported" / "kiem-tra-2024.yaml").unlink()
    assert "ghi mã khác, hoặc chọn thay hẳn" in refuse(lan, CONTENT, ma="kiem-tra-2024")
    assert list_drafts(bench) == ()
    page = lan.read(hand_in(lan, ma="kiem-tra-2024", thay="1"))
    assert "Đã tìm thấy trong" in page


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "Không đọc được: đây là ảnh; hãy tải lên văn bản gốc của ảnh"),
        (b"", "Tài liệu trống."),
        ("Thực đơn tuần này\n".encode(), "Không thấy lịch kiểm tra; kế hoạch cần một bảng có cột đơn vị"),
        (b"PK\x03\x04" + bytes(300), "Không lấy được kế hoạch từ «ke-hoach.txt»."),
    ],
)
def test_what_cannot_be_imported_is_told_in_a_sentence(bench: Bench, lan: Browser, content: bytes, words: str) -> None:
    page = refuse(lan, content)
    assert words in page
    assert "/tmp" not in page
    assert list_drafts(bench) == ()


def test_a_form_without_a_document_or_with_a_wrong_id_is_told(lan: Browser) -> None:
    answer = lan.client.post(HERE, data={"csrf": lan.csrf})
    assert (answer.status_code, "Chưa chọn tài liệu." in answer.text) == (400, True)
    assert "Mã «Ô»: chỉ dùng chữ a-z" in refuse(lan, CONTENT, ma="Ô")


def test_a_document_that_is_too_large_is_refused_unread(lan: Browser) -> None:
    answer = lan.client.upload(HERE, {"csrf": lan.csrf}, "to.txt", bytes(21 * 1024 * 1024))
    assert answer.status_code == 413


@pytest.mark.parametrize("name", ["../../../etc/passwd", "C:\\kế hoạch\\năm.txt", ".", "a" * 300, "\u202e.txt"])
def test_the_name_of_a_document_leads_nowhere(bench: Bench, lan: Browser, name: str) -> None:
    hand_in(lan, name=name, ma="kiem-tra-2025")
    (draft,) = list_drafts(bench)
    assert draft.review is not None
    assert re.fullmatch(r"[\w .()-]{1,120}", draft.review.document)


def test_nothing_of_a_document_is_left_behind(bench: Bench, lan: Browser, tmp_path: Path) -> None:
    review = hand_in(lan, ma="kiem-tra-2025")
    discard(lan, review)
    words = CONTENT.decode().splitlines()[39].encode()
    kept = [path for path in tmp_path.rglob("*") if path.is_file() and words in path.read_bytes()]
    assert [path for path in kept if "shipped" not in path.parts and "config" not in path.parts] == []


@pytest.mark.parametrize("form", ["docx", "xlsx"])
def test_documents_of_office_programs_are_read(bench: Bench, lan: Browser, tmp_path: Path, form: str) -> None:
    document = next(sample for sample in SAMPLES if sample.form == form).write_into(tmp_path)
    page = lan.read(hand_in(lan, document.read_bytes(), document.name, ma="ke-hoach-moi"))
    assert "Đã tìm thấy trong" in page


def test_every_finding_has_words_of_its_own() -> None:
    sources = [*(REPOSITORY / "scheduler").rglob("intake/*.py"), *(REPOSITORY / "scheduler").rglob("merging/*.py")]
    sources.append(REPOSITORY / "scheduler" / "importing.py")
    codes = {
        code
        for path in sources
        for code in re.findall(r'Severity\.\w+,\s*"([a-z-]+)"', path.read_text(encoding="utf-8"))
    }
    assert len(codes) > 25
    assert codes - FINDINGS.keys() == set()


def write_plan_with_letterhead(path: Path) -> bytes:
    """Write a Word plan whose letterhead is a table, as offices lay it out, and whose schedule has a title row."""
    document = docx.Document()
    letterhead = document.add_table(2, 2)
    schedule = document.add_table(3, 3)
    said = (
        ("ỦY BAN NHÂN DÂN TỈNH\nSỞ NỘI VỤ", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc"),
        ("Số:       /KH-SNV", "Bắc Giang, ngày    tháng 4 năm 2027"),
    )
    visits = (
        ("Đơn vị được kiểm tra", "Thời gian", "Ghi chú"),
        ("Sơn Động", "31/6/2027", "Từ 8 giờ"),
        ("Lục Ngạn", "22/6/2027", ""),
    )
    for table, rows in ((letterhead, said), (schedule, visits)):
        for row, texts in enumerate(rows):
            for column, text in enumerate(texts):
                table.cell(row, column).text = text
    document.add_paragraph("KẾ HOẠCH kiểm tra công tác văn thư năm 2027")
    document.save(str(path))
    return path.read_bytes()


def test_only_a_schedule_has_heads_and_what_the_whole_lacks_is_beside_no_words(
    bench: Bench, lan: Browser, tmp_path: Path
) -> None:
    hand_in(lan, write_plan_with_letterhead(tmp_path / "plan.docx"), "ke-hoach.docx", ma="van-thu-2027")
    (draft,) = list_drafts(bench)
    assert draft.review is not None
    found = {one.finding.code: one for one in draft.review.findings}
    assert [(text.head, text.text) for text in found["number-blank"].source] == [
        ("", "Số: /KH-SNV"),
        ("", "Bắc Giang, ngày tháng 4 năm 2027"),
    ]
    assert ("Thời gian", "31/6/2027") in [(text.head, text.text) for text in found["date-impossible"].source]
    assert (found["report-missing"].finding.where, found["report-missing"].source) == ("", ())
    assert (found["address-needed"].finding.where, found["address-needed"].source) == ("", ())
