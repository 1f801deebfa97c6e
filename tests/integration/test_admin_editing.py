"""Editing on the pages: what is typed becomes a draft, what a draft shows is what is applied, and nobody overwrites."""

import html
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from scheduler.drafts import MOST_DRAFTS, Draft, DraftFile, Drafts
from scheduler.ledger import Did
from scheduler.web.admin.desk import Trial
from tests.integration.admin_site import START, Bench, Browser, make_editing_bench

PLAN = "plans/kiem-tra-2024.yaml"
TEXT = f"/admin/cau-hinh/tep/{PLAN}"
CONFIRMED = ("  status: tentative  #", "  status: confirmed  #")
PRIVATE = ("  public: true", "  public: false")
MOVED = ("date: 2024-05-20", "date: 2024-05-27")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = make_editing_bench(tmp_path)
    yield made
    made.close()


@pytest.fixture
def lan(bench: Bench) -> Browser:
    return bench.sign_in()


@pytest.fixture
def linh(bench: Bench) -> Browser:
    return bench.sign_in("linh")


def open_text(who: Browser, path: str = TEXT) -> dict[str, str]:
    """Open a file as text; return the form's fields as a browser would send them back."""
    page = who.read(path)
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))
    text = page.partition("<textarea")[2].partition(">\n")[2].partition("</textarea>")[0]
    # A browser sends each line end as two characters.
    return {"noi-dung": html.unescape(text).replace("\n", "\r\n"), "ban": fields["ban"], "nhap": fields["nhap"]}


def edit(who: Browser, *changes: tuple[str, str], path: str = TEXT) -> str:
    """Change a file's text; return the address that is shown then."""
    fields = open_text(who, path)
    for before, after in changes:
        assert before in fields["noi-dung"]
        fields["noi-dung"] = fields["noi-dung"].replace(before, after, 1)
    return save(who, fields, path)


def save(who: Browser, fields: dict[str, str], path: str = TEXT) -> str:
    return who.click(path.partition("?")[0], **fields)


def apply(who: Browser, review: str, page: str | None = None) -> str:
    """Press Apply on the page as it was shown (None: as it is now)."""
    shown = re.search(r'name="ban" value="(\w+)"', who.read(review) if page is None else page)
    assert shown is not None
    return who.click(f"{review}/ap-dung", ban=shown[1])


def discard(who: Browser, review: str, page: str | None = None) -> str:
    """Press Discard on the page as it was shown (None: as it is now)."""
    form = (who.read(review) if page is None else page).partition(f'action="{review}/bo"')[2].partition("</form>")[0]
    return who.click(f"{review}/bo", **dict(re.findall(r'name="(ban)" value="(\w+)"', form)))


def list_drafts(bench: Bench) -> tuple[Draft, ...]:
    return Drafts(bench.config.parent).list_drafts()


def read_plan(bench: Bench) -> str:
    return (bench.config / PLAN).read_text(encoding="utf-8")


def test_a_text_that_is_saved_as_it_was_shown_is_no_edit(bench: Bench, lan: Browser) -> None:
    assert edit(lan) == TEXT
    assert "Không có gì thay đổi" in lan.read(TEXT)
    assert list_drafts(bench) == ()


@pytest.mark.parametrize(
    ("start", "newline"), [(b"", b"\r\n"), (b"\xef\xbb\xbf", b"\n"), (b"\xef\xbb\xbf", b"\r\n")], ids=str
)
def test_an_edit_keeps_the_mark_and_the_line_ends_of_the_file(
    bench: Bench, lan: Browser, start: bytes, newline: bytes
) -> None:
    content = start + (bench.config / PLAN).read_bytes().replace(b"\n", newline)
    (bench.config / PLAN).write_bytes(content)
    assert edit(lan) == TEXT
    apply(lan, edit(lan, MOVED))
    assert (bench.config / PLAN).read_bytes() == content.replace(MOVED[0].encode(), MOVED[1].encode())


def test_an_edit_is_shown_with_what_follows_and_nothing_happens_before_it_is_applied(
    bench: Bench, lan: Browser
) -> None:
    before = read_plan(bench)
    review = edit(lan, MOVED)
    page = lan.read(review)
    assert "<del>    date: 2024-05-20" in page
    assert "<ins>    date: 2024-05-27" in page
    assert "Lịch: 2 dời" in page
    assert read_plan(bench) == before
    assert bench.ledger.actions.list_page(first=0, most=10) == ()


def test_what_is_applied_stands_in_the_file_and_in_the_trail_under_the_admins_name(bench: Bench, lan: Browser) -> None:
    before = read_plan(bench)
    looks = bench.run.looks
    assert apply(lan, edit(lan, MOVED)) == "/admin/cau-hinh"
    assert read_plan(bench) == before.replace(*MOVED)
    assert list_drafts(bench) == ()
    assert bench.run.looks == looks + 1
    (done,) = bench.ledger.actions.list_page(first=0, most=10)
    assert (done.by, done.did, done.about.partition(" ")[0]) == ("admin lan", Did.EDITED, PLAN)
    assert "Đã áp dụng." in lan.read("/admin/cau-hinh")


def test_a_draft_that_is_thrown_away_changes_nothing(bench: Bench, lan: Browser) -> None:
    before, review = read_plan(bench), edit(lan, MOVED)
    assert discard(lan, review) == "/admin/cau-hinh"
    assert (read_plan(bench), list_drafts(bench)) == (before, ())
    gone = lan.client.get(review)
    assert (gone.status_code, gone.headers["location"]) == (303, "/admin/cau-hinh")
    assert "Bản nháp này không còn: đã được áp dụng, hoặc đã bỏ." in lan.read("/admin/cau-hinh")
    assert lan.click(f"{review}/ap-dung") == "/admin/cau-hinh"
    assert "không còn" in lan.read("/admin/cau-hinh")


def test_what_is_wrong_is_told_at_its_line_and_cannot_be_applied(bench: Bench, lan: Browser) -> None:
    before = read_plan(bench)
    line = before[: before.index(MOVED[0])].count("\n") + 1
    review = edit(lan, ("date: 2024-05-20", "date: 2024-02-30"), ("  status: tentative  #", "  status: tentativ  #"))
    page = lan.read(review)
    assert f"<code>{PLAN}:{line}:11</code>" in page
    assert "Buổi kiểm tra số 1, ngày: &#39;2024-02-30&#39; không phải một ngày; hãy ghi NĂM-THÁNG-NGÀY" in page
    assert 'lang="en"' not in page
    assert "<mark>2024-02-30" in page
    assert "2 chỗ cần sửa" in page
    assert "/tmp/scheduler-draft" not in page
    assert f"{review}/ap-dung" not in page
    assert apply_blindly(bench, lan, review) == review
    assert read_plan(bench) == before
    again = lan.read(f"{TEXT}?nhap={review.rpartition('/')[2]}&dong={line}")
    assert f'data-marks="12,{line}"' in again
    assert f'data-line="{line}"' in again


def test_the_faults_of_what_was_edited_come_before_what_others_say_of_it(bench: Bench, lan: Browser) -> None:
    page = lan.read(save(lan, {**open_text(lan), "noi-dung": ""}))
    files = re.findall(r"<code>((?:plans/)?[\w.-]+\.yaml)(?::\d+:\d+)?</code>", page.partition('id="loi"')[2])
    assert files[0] == PLAN
    assert "contacts.yaml" in files


def apply_blindly(bench: Bench, who: Browser, review: str) -> str:
    """Send what Apply would send, though the page has no such button."""
    from scheduler.drafts import name_draft

    draft = Drafts(bench.config.parent).find(review.rpartition("/")[2])
    assert draft is not None
    return who.click(f"{review}/ap-dung", ban=name_draft(draft))


def test_a_draft_is_edited_on_until_it_is_right(bench: Bench, lan: Browser) -> None:
    review = edit(lan, ("date: 2024-05-20", "date: 2024-02-30"))
    path = f"{TEXT}?nhap={review.rpartition('/')[2]}"
    assert edit(lan, ("date: 2024-02-30", MOVED[1]), path=path) == review
    before = read_plan(bench)
    apply(lan, review)
    assert read_plan(bench) == before.replace(*MOVED)


def test_edits_of_different_lines_are_joined_and_told_to_both(bench: Bench, lan: Browser, linh: Browser) -> None:
    before = read_plan(bench)
    fields = open_text(linh)
    review = edit(lan, MOVED)
    assert "Linh cũng đang sửa" in lan.read(review)
    apply(lan, review)
    assert "Lan vừa áp dụng thay đổi ở plans/kiem-tra-2024.yaml." in linh.read("/admin")
    status = CONFIRMED
    fields["noi-dung"] = fields["noi-dung"].replace(*status)
    review = save(linh, fields)
    page = linh.read(review)
    assert "Lan vừa sửa <code>plans/kiem-tra-2024.yaml</code>" in page
    assert "đã được ghép" in page
    apply(linh, review, page)
    assert read_plan(bench) == before.replace(*MOVED).replace(*status)


def test_a_page_that_was_overtaken_applies_nothing_and_shows_the_joined_text_first(
    bench: Bench, lan: Browser, linh: Browser
) -> None:
    before = read_plan(bench)
    review = edit(lan, MOVED)
    page = lan.read(review)
    apply(linh, edit(linh, CONFIRMED))
    now = read_plan(bench)
    assert apply(lan, review, page) == review
    assert read_plan(bench) == now
    again = lan.read(review)
    assert "Tệp vừa được người khác sửa (plans/kiem-tra-2024.yaml: Linh)" in again
    apply(lan, review, again)
    assert read_plan(bench) == before.replace(*MOVED).replace(*CONFIRMED)


@pytest.mark.parametrize(("choice", "line"), [("toi", "date: 2024-05-27"), ("kia", "date: 2024-06-03")])
def test_edits_of_the_same_line_are_a_conflict_in_which_one_chooses(
    bench: Bench, lan: Browser, linh: Browser, choice: str, line: str
) -> None:
    before, review = read_plan(bench), edit(lan, MOVED)
    theirs = (("date: 2024-05-20", "date: 2024-06-03"), CONFIRMED)
    apply(linh, edit(linh, *theirs))
    page = lan.read(review)
    assert "Linh vừa sửa cùng chỗ" in page
    assert "<ins>    date: 2024-05-27" in page
    assert "<ins>    date: 2024-06-03" in page
    assert f"{review}/ap-dung" not in page
    assert lan.click(f"{review}/ap-dung", ban="x") == review
    assert lan.click(f"{review}/ghep", tep=PLAN, giu=choice) == review
    if choice == "toi":
        apply(lan, review)
    else:
        assert "Nội dung giống hệt tệp đang dùng." in lan.read(review)
    assert read_plan(bench) == before.replace("date: 2024-05-20", line).replace(*theirs[1])


def test_one_may_go_on_editing_on_top_of_the_new_version_with_ones_own_lines_beside(
    bench: Bench, lan: Browser, linh: Browser
) -> None:
    before, review = read_plan(bench), edit(lan, MOVED)
    apply(linh, edit(linh, ("date: 2024-05-20", "date: 2024-06-03")))
    path = lan.click(f"{review}/ghep", tep=PLAN, giu="ca-hai")
    assert path.startswith(f"{TEXT}?nhap={review.rpartition('/')[2]}&dong=")
    text = open_text(lan, path.partition("#")[0])["noi-dung"]
    assert "    date: 2024-06-03" in text
    assert "#     date: 2024-05-27" in text
    assert "Chưa áp dụng được" not in lan.read(review)
    fields = open_text(lan, path.partition("#")[0])
    fields["noi-dung"] = re.sub(
        r"# ↓ Bản đang dùng[^\n]*\n[^\n]*\n# ↓[^\n]*\n# ([^\n]*\n)# ↑[^\n]*\n", r"\1", fields["noi-dung"]
    )
    apply(lan, save(lan, fields))
    assert read_plan(bench) == before.replace(*MOVED)


def test_an_edit_on_disk_meanwhile_is_joined_or_a_conflict_and_never_overwritten(bench: Bench, lan: Browser) -> None:
    before, fields = read_plan(bench), open_text(lan)
    on_disk = before.replace(*CONFIRMED)
    (bench.config / PLAN).write_text(on_disk, encoding="utf-8")
    fields["noi-dung"] = fields["noi-dung"].replace(*MOVED)
    review = save(lan, fields)
    page = lan.read(review)
    assert re.search(r"Người dùng \w+ trên máy chủ vừa sửa", page)
    (bench.config / PLAN).write_text(on_disk.replace("date: 2024-05-20", "date: 2024-06-03"), encoding="utf-8")
    assert apply(lan, review, page) == review
    assert "vừa sửa cùng chỗ" in lan.read(review)
    assert read_plan(bench) == on_disk.replace("date: 2024-05-20", "date: 2024-06-03")


def test_what_was_opened_too_long_ago_is_not_lost_and_overwrites_nothing(bench: Bench, lan: Browser) -> None:
    before, fields = read_plan(bench), open_text(lan)
    apply(lan, edit(lan, CONFIRMED))
    fields |= {"ban": "f" * 64, "noi-dung": fields["noi-dung"].replace(*MOVED)}
    review = save(lan, fields)
    assert "vừa sửa cùng chỗ" in lan.read(review)
    (draft,) = list_drafts(bench)
    assert draft.files == (DraftFile(PLAN, None, before.replace(*MOVED).encode()),)


def test_two_who_edit_one_draft_keep_both_edits(bench: Bench, lan: Browser, linh: Browser) -> None:
    review = edit(lan, MOVED)
    path = f"{TEXT}?nhap={review.rpartition('/')[2]}"
    mine, theirs = open_text(lan, path), open_text(linh, path)
    assert "Bản nháp này của Lan." in linh.read(review)
    theirs["noi-dung"] = theirs["noi-dung"].replace(*CONFIRMED)
    assert save(linh, theirs) == review
    assert "Linh đã nhận bản nháp" in lan.read("/admin")
    assert "Bạn đã nhận bản nháp của Lan về mình." in linh.read("/admin")
    mine["noi-dung"] = mine["noi-dung"].replace(*PRIVATE)
    assert save(lan, mine) == review
    before = read_plan(bench)
    apply(lan, review)
    wanted = before.replace(*MOVED).replace(*CONFIRMED)
    assert read_plan(bench) == wanted.replace(*PRIVATE)


def test_what_is_saved_into_a_draft_while_it_is_applied_is_not_lost(
    bench: Bench, lan: Browser, linh: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    review = edit(lan, MOVED)
    theirs = open_text(linh, f"{TEXT}?nhap={review.rpartition('/')[2]}")
    theirs["noi-dung"] = theirs["noi-dung"].replace(*CONFIRMED)
    before, shown = read_plan(bench), lan.read(review)
    try_draft = bench.run.try_draft

    def save_meanwhile(draft: Draft, now: datetime) -> Trial:
        # Trying a large draft takes seconds.
        monkeypatch.undo()
        assert save(linh, theirs) == review
        return try_draft(draft, now)

    monkeypatch.setattr(bench.run, "try_draft", save_meanwhile)
    assert apply(lan, review, shown) == review
    assert "Bản nháp đã đổi từ khi bạn mở trang này." in lan.read(review)
    assert read_plan(bench) == before
    apply(lan, review)
    assert read_plan(bench) == before.replace(*MOVED).replace(*CONFIRMED)


def test_what_was_saved_into_a_draft_since_it_was_shown_is_not_thrown_away_unseen(
    bench: Bench, lan: Browser, linh: Browser
) -> None:
    review = edit(lan, MOVED)
    shown = lan.read(review)
    edit(linh, CONFIRMED, path=f"{TEXT}?nhap={review.rpartition('/')[2]}")
    assert discard(lan, review, shown) == review
    assert "Bản nháp đã đổi từ khi bạn mở trang này." in lan.read(review)
    assert len(list_drafts(bench)) == 1
    assert discard(lan, review) == "/admin/cau-hinh"
    assert list_drafts(bench) == ()


def test_of_two_who_edit_the_same_line_of_one_draft_the_later_gets_a_draft_of_its_own(
    bench: Bench, lan: Browser, linh: Browser
) -> None:
    review = edit(lan, MOVED)
    path = f"{TEXT}?nhap={review.rpartition('/')[2]}"
    mine, theirs = open_text(lan, path), open_text(linh, path)
    theirs["noi-dung"] = theirs["noi-dung"].replace("date: 2024-05-27", "date: 2024-06-03")
    save(linh, theirs)
    mine["noi-dung"] = mine["noi-dung"].replace("date: 2024-05-27", "date: 2024-06-10")
    own = save(lan, mine)
    assert own != review
    assert "được giữ thành bản nháp riêng" in lan.read("/admin")
    lines = {re.search(rb"    date: (\S+)", draft.files[0].after or b"")[1] for draft in list_drafts(bench)}
    assert lines == {b"2024-06-03", b"2024-06-10"}


def test_an_edit_of_a_draft_that_was_applied_meanwhile_goes_on_from_there(bench: Bench, lan: Browser) -> None:
    review = edit(lan, MOVED)
    fields = open_text(lan, f"{TEXT}?nhap={review.rpartition('/')[2]}")
    apply(lan, review)
    applied = read_plan(bench)
    fields["noi-dung"] = fields["noi-dung"].replace("date: 2024-05-27", "date: 2024-06-03")
    again = save(lan, fields)
    assert again != review
    apply(lan, again)
    assert read_plan(bench) == applied.replace("date: 2024-05-27", "date: 2024-06-03")


def test_a_large_edit_is_told_to_wait_for_approval_before_and_after_it_is_applied(bench: Bench, lan: Browser) -> None:
    fields = open_text(lan)
    fields["noi-dung"] = re.sub(r"    date: 2024-", "    cancelled: true\r\n    date: 2024-", fields["noi-dung"])
    review = save(lan, fields)
    assert "Thay đổi lớn, sẽ chờ duyệt" in lan.read(review)
    assert apply(lan, review) == "/admin"
    assert "Đã lưu. Thay đổi lớn nên chờ duyệt" in lan.read("/admin")


def test_drafts_are_listed_and_those_who_edit_are_named(bench: Bench, lan: Browser, linh: Browser) -> None:
    review = edit(lan, MOVED)
    for path in ("/admin", "/admin/cau-hinh"):
        page = linh.read(path)
        assert f'href="{review}"' in page
        assert "Lan, 09:00 08/5/2024" in page
    assert "Đang sửa: Lan" in linh.read("/admin/cau-hinh")
    assert "Đang sửa" not in lan.read("/admin/cau-hinh")


def test_a_viewer_sees_drafts_and_files_and_no_button(bench: Bench, lan: Browser) -> None:
    review, minh = edit(lan, MOVED), bench.sign_in("minh")
    assert "<form" not in minh.read(review).partition("<main")[2]
    assert " readonly>" in minh.read(TEXT)
    assert "Xem thay đổi" not in minh.read(TEXT)


@pytest.mark.parametrize(
    "name", ["settings.yaml", "admins.yaml", "plans/khong-co.yaml", "plans/.imported/kiem-tra-2024.yaml", "../x.yaml"]
)
def test_what_is_not_edited_here_is_not_found(bench: Bench, lan: Browser, name: str) -> None:
    assert lan.client.get(f"/admin/cau-hinh/tep/{name}").status_code == 404
    answer = lan.client.post(f"/admin/cau-hinh/tep/{name}", data={"csrf": lan.csrf, "noi-dung": "x: 1"})
    assert answer.status_code == 404


def test_a_file_that_is_no_text_is_not_shown_as_text(bench: Bench, lan: Browser) -> None:
    (bench.config / "holidays.yaml").write_bytes("days: [] # nghỉ".encode("utf-16"))
    assert "không phải chữ UTF-8" in lan.read("/admin/cau-hinh/tep/holidays.yaml")


def test_the_time_of_a_draft_is_when_it_was_last_worked_on(bench: Bench, lan: Browser) -> None:
    edit(lan, MOVED)
    (draft,) = list_drafts(bench)
    assert (draft.author, draft.made_at) == ("lan", START)


OWN = {"sec-fetch-site": "same-origin"}


def read_typed(page: str) -> dict[str, str]:
    """Return the hidden fields of an error page: what was typed, to be sent once more."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    return {name: html.unescape(value) for name, value in found}


def test_with_too_many_drafts_the_page_says_so_keeps_what_was_typed_and_lets_one_throw_all_away(
    bench: Bench, lan: Browser
) -> None:
    drafts = Drafts(bench.config.parent)
    for number in range(MOST_DRAFTS):
        drafts.keep("lan", "Sửa", (DraftFile("holidays.yaml", None, b"# %d\n" % number),), START)
    fields = {**open_text(lan), "csrf": lan.csrf}
    fields["noi-dung"] = fields["noi-dung"].replace(*CONFIRMED, 1)
    answer = lan.client.post(TEXT, data=fields, headers=OWN)
    assert answer.status_code == 409
    assert "bản nháp chưa áp dụng" in answer.text
    assert read_typed(answer.text) == fields
    assert "Bỏ mọi bản nháp của tôi" in lan.read("/admin/cau-hinh")
    assert lan.click("/admin/nhap/bo-cua-toi") == "/admin/cau-hinh"
    assert list_drafts(bench) == ()
    assert lan.click(TEXT, **read_typed(answer.text)).startswith("/admin/nhap/")


def test_what_was_typed_before_the_session_ended_is_sent_again_after_signing_in(bench: Bench, lan: Browser) -> None:
    fields = {**open_text(lan), "csrf": lan.csrf}
    fields["noi-dung"] = fields["noi-dung"].replace(*CONFIRMED, 1)
    bench.clock.pass_time(hours=9)
    refused = lan.client.post(TEXT, data=fields, headers=OWN)
    assert refused.status_code == 401
    assert read_typed(refused.text) == {**fields, "csrf": ""}
    again = bench.sign_in()
    asked = again.client.post(TEXT, data=read_typed(refused.text), headers=OWN)
    assert asked.status_code == 403
    assert list_drafts(bench) == ()
    done = again.client.post(TEXT, data=read_typed(asked.text), headers=OWN)
    assert done.status_code == 303
    (draft,) = list_drafts(bench)
    assert b"status: confirmed" in (draft.files[0].after or b"")


@pytest.mark.parametrize("headers", [{}, {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "none"}])
def test_what_another_site_sends_is_not_given_back(bench: Bench, lan: Browser, headers: dict[str, str]) -> None:
    fields = {**open_text(lan), "csrf": "x"}
    assert 'name="noi-dung"' not in lan.client.post(TEXT, data=fields, headers=headers).text
    bench.clock.pass_time(hours=9)
    assert 'name="noi-dung"' not in lan.client.post(TEXT, data=fields, headers=headers).text
    assert 'name="noi-dung"' not in bench.visit().post(TEXT, data=fields, headers=OWN).text


def test_who_may_only_look_is_not_said_to_edit(bench: Bench, lan: Browser) -> None:
    bench.sign_in("minh").read(TEXT)
    assert "cũng đang sửa" not in lan.read(TEXT)
    bench.sign_in("linh").read(TEXT)
    assert "cũng đang sửa tệp này" in lan.read(TEXT)
