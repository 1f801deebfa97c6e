"""Forms of editing: what they change in the text of the files, line by line, and what they refuse."""

import errno
import html
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.cli.wiring import load_everything
from scheduler.drafts import Drafts
from scheduler.model import Contact
from tests.integration.admin_site import Bench, Browser, make_editing_bench
from tests.integration.test_admin_editing import apply

PLAN = "plans/kiem-tra-2024.yaml"
HERE = "/admin/cau-hinh"
PAGE = f"{HERE}/ke-hoach/kiem-tra-2024"
Fields = list[tuple[str, str]]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = make_editing_bench(tmp_path)
    yield made
    made.close()


@pytest.fixture
def lan(bench: Bench) -> Browser:
    return bench.sign_in()


class FormFields(HTMLParser):
    """Collects what a browser would send for each form of a page that is sent by POST."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: dict[str, Fields] = {}
        self._fields: Fields | None = None
        self._select = self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._fields = self.forms.setdefault(known["action"], []) if known["method"] == "post" else None
        elif self._fields is None:
            return
        elif tag == "input" and (known["type"] != "checkbox" or "checked" in known):
            self._fields.append((known["name"], known.get("value", "")))
        elif tag == "select":
            self._select = known["name"]
            self._fields.append((self._select, ""))
        elif tag == "option" and "selected" in known:
            self._fields[-1] = (self._select, known["value"])
        elif tag == "textarea":
            self._area = known["name"]
            self._fields.append((self._area, ""))

    def handle_data(self, data: str) -> None:
        if self._fields is not None and self._area:
            self._fields[-1] = (self._area, (self._fields[-1][1] + data).removeprefix("\n").replace("\n", "\r\n"))

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""


def open_form(who: Browser, path: str, action: str = "") -> Fields:
    """Open a page; return the fields of the form on it that is sent to ``action``, the page itself unless said."""
    parser = FormFields()
    parser.feed(who.read(path))
    return parser.forms[action or path.partition("?")[0]]


def put(fields: Fields, **values: str | tuple[str, ...]) -> Fields:
    """Return the fields with others typed or ticked; names are written with _ for -."""
    named = {name.replace("_", "-"): value for name, value in values.items()}
    kept = [(name, value) for name, value in fields if name not in named]
    for name, value in named.items():
        kept += [(name, one) for one in (value if isinstance(value, tuple) else (value,))]
    return kept


def send(who: Browser, path: str, fields: Fields) -> str:
    answer = who.client.post_fields(path, fields)
    assert answer.status_code == 303, html.unescape(re.sub(r"<[^>]+>", " ", answer.text))[-1500:]
    return answer.headers["location"]


def refuse(who: Browser, path: str, fields: Fields) -> str:
    answer = who.client.post_fields(path, fields)
    assert answer.status_code == 400
    return answer.text


def change(who: Browser, path: str, **values: str | tuple[str, ...]) -> None:
    """Fill in a form, and apply what comes of it."""
    apply(who, send(who, path, put(open_form(who, path), **values)))


def read(bench: Bench, file: str = PLAN) -> str:
    return (bench.config / file).read_text(encoding="utf-8")


def differ(before: str, after: str) -> tuple[list[str], list[str]]:
    """Return the lines that went and those that came."""
    old, new = before.splitlines(), after.splitlines()
    return [line for line in old if line not in new], [line for line in new if line not in old]


@pytest.mark.parametrize(
    "path",
    [
        PAGE,
        *(f"{PAGE}/kiem-tra/{visit}" for visit in ("son-dong", "luc-nam", "tp-bac-giang")),
        f"{PAGE}/bao-cao/bao-cao",
        f"{PAGE}/don-vi/son-dong",
        f"{PAGE}/cac-buoi",
        f"{PAGE}/doan/doan-kiem-tra",
        f"{HERE}/danh-ba/truong-doan",
        f"{HERE}/danh-ba/ubnd-an-ba",
        f"{HERE}/nhac-viec/report-5-days",
        f"{HERE}/nhac-viec/visit-eve",
        f"{HERE}/nhac-viec/report-overdue",
        f"{HERE}/nhac-viec/report-overdue-head",
    ],
)
def test_a_form_that_is_sent_as_it_was_shown_changes_no_byte(bench: Bench, lan: Browser, path: str) -> None:
    assert not send(lan, path, open_form(lan, path)).startswith("/admin/nhap/")
    assert Drafts(bench.config.parent).list_drafts() == ()


def test_a_date_is_one_line_and_keeps_its_comment(bench: Bench, lan: Browser) -> None:
    before = read(bench)
    change(lan, f"{PAGE}/kiem-tra/son-dong", ngay="2024-05-27")
    assert differ(before, read(bench)) == (
        ["    date: 2024-05-20  # line 70, column 'Ngày kiểm tra'"],
        ["    date: 2024-05-27  # line 70, column 'Ngày kiểm tra'"],
    )


def test_everything_of_a_visit_can_be_said(bench: Bench, lan: Browser) -> None:
    change(
        lan,
        f"{PAGE}/kiem-tra/son-dong",
        ngay=("2024-05-28", "2024-05-27", ""),
        xa=("an-ba",),
        cap=("commune",),
        noi_dung="Công tác trẻ em\r\nSố liệu: quý I",
        huy="1",
        buoi_0_noi="Hội trường UBND xã",
        buoi_0_tu="08:00",
        buoi_0_den="11:00",
        buoi_0_xa="an-ba",
        buoi_1="",
    )
    visit = next(v for v in load_everything(bench.config).configuration.plans[0].visits if v.id == "son-dong")
    assert [str(day) for day in visit.dates] == ["2024-05-27", "2024-05-28"]
    assert (visit.communes, visit.levels, visit.cancelled) == (("an-ba",), ("commune",), True)
    assert visit.scope == "Công tác trẻ em\nSố liệu: quý I"
    (session,) = visit.sessions
    assert (session.id, session.commune, session.place, str(session.start), str(session.end)) == (
        "morning", "an-ba", "Hội trường UBND xã", "08:00:00", "11:00:00",
    )  # fmt: skip


def test_a_new_visit_stands_at_the_end_and_gets_an_id_of_its_own(bench: Bench, lan: Browser) -> None:
    before = read(bench)
    path = f"{PAGE}/kiem-tra-moi"
    assert 'name="don-vi" required' in lan.read(path)
    fields = open_form(lan, f"{path}?don-vi=son-dong")
    apply(lan, send(lan, path, put(fields, ngay="2024-06-10", xa=("an-ba",))))
    assert differ(before, read(bench)) == (
        [], ["  - id: son-dong-2", "    unit: son-dong", "    communes: [an-ba]", "    date: 2024-06-10"]
    )  # fmt: skip
    visit = load_everything(bench.config).configuration.plans[0].visits[-1]
    assert (visit.id, visit.unit, visit.communes, len(visit.sessions)) == ("son-dong-2", "son-dong", ("an-ba",), 2)


def test_the_plan_is_confirmed_by_one_line(bench: Bench, lan: Browser) -> None:
    before = read(bench)
    change(lan, PAGE, tinh_trang="confirmed")
    assert differ(before, read(bench)) == (["  status: tentative  # line 67"], ["  status: confirmed  # line 67"])


def test_a_deadline_and_who_owes_are_changed(bench: Bench, lan: Browser) -> None:
    fields = open_form(lan, f"{PAGE}/bao-cao/bao-cao")
    owers = tuple(value for name, value in fields if name == "don-vi")
    assert len(owers) > 5
    change(
        lan,
        f"{PAGE}/bao-cao/bao-cao",
        kieu_han="cham-nhat",
        ngay="2024-05-14",
        gio="17:00",
        don_vi=owers[1:],
        nop_ve="a@so.example\r\nb@so.example\r\n",
    )
    report = load_everything(bench.config).configuration.plans[0].reports[0]
    assert (report.due.kind, str(report.due.day), str(report.due.at)) == ("by", "2024-05-14", "17:00:00")
    assert (report.owed_by, report.submit_to) == (owers[1:], ("a@so.example", "b@so.example"))


def test_what_is_wrong_in_a_form_is_told_at_its_field_and_what_was_typed_stays(bench: Bench, lan: Browser) -> None:
    path = f"{PAGE}/kiem-tra/son-dong"
    page = refuse(lan, path, put(open_form(lan, path), ngay="32/5/2024", cap=(), buoi_0_tu="25:00"))
    assert '<a href="#ngay-0">Ngày kiểm tra: «32/5/2024» không phải một ngày; ghi như 20/5/2024.</a>' in page
    assert '<a href="#cap-unit">Cấp được kiểm tra: chọn ít nhất một.</a>' in page
    assert 'value="25:00" aria-describedby="buoi-0-tu-loi" aria-invalid="true"' in page
    assert "Chưa lưu: 3 chỗ cần sửa" in page
    assert Drafts(bench.config.parent).list_drafts() == ()


@pytest.mark.parametrize(
    ("path", "values", "words"),
    [
        (f"{PAGE}", {"ten": ""}, "Tên kế hoạch: chưa ghi."),
        (f"{PAGE}", {"tinh_trang": "x"}, "Tình trạng: hãy chọn một."),
        (f"{PAGE}/bao-cao/bao-cao", {"ngay": ""}, "Hạn nộp: chưa ghi ngày."),
        (f"{PAGE}/bao-cao/bao-cao", {"nop_ve": "không phải thư"}, "không phải một địa chỉ thư"),
        (f"{PAGE}/bao-cao/bao-cao", {"cac_don_vi": "khong-co"}, "Không có đơn vị khong-co trong kế hoạch."),
        (f"{HERE}/danh-ba/truong-doan", {"thu": "a@b@c"}, "«a@b@c» không phải một địa chỉ thư"),
        (f"{HERE}/danh-ba/truong-doan", {"ten": " "}, "Tên: chưa ghi."),
        (f"{HERE}/danh-ba/truong-doan", {"ten": "A" * 301}, "Tên: dài 301 ký tự; nhiều nhất 300."),
        (f"{PAGE}/don-vi/son-dong", {"ten": "A" * 301}, "Tên đơn vị: dài 301 ký tự; nhiều nhất 300."),
        (f"{PAGE}/don-vi/son-dong", {"xa_moi": "A" * 301}, "Tên xã: dài 301 ký tự; nhiều nhất 300."),
        (f"{HERE}/danh-ba-moi", {"ten": "A", "ma": "truong-doan", "thuoc": "son-dong"}, "đã có người dùng"),
        (f"{HERE}/danh-ba-moi", {"ten": "A", "ma": "Ô", "thuoc": ""}, "Mã «Ô»: chỉ dùng chữ a-z"),
        (f"{HERE}/nhac-viec/visit-eve", {"so_ngay": "1000"}, "Số ngày: ghi từ 0 đến 366"),
        (f"{HERE}/nhac-viec/visit-eve", {"gui_cho": ()}, "Gửi cho: chọn ít nhất một."),
        (f"{HERE}/nhac-viec/visit-eve", {"phia": "sau"}, "Nhắc sau hạn chỉ dùng cho báo cáo."),
        (f"{HERE}/nhac-viec/report-5-days", {"lai_sau": "2", "so_lan": "3"}, "Nhắc lại chỉ dùng khi nhắc sau hạn."),
        (f"{HERE}/nhac-viec/report-overdue", {"so_lan": "1"}, "Số lần: ghi từ 2 đến 20, tính cả lần đầu."),
        (f"{HERE}/nhac-viec-moi", {"so_ngay": "3"}, "Mẫu thư: hãy chọn một."),
    ],
)
def test_what_a_form_refuses(bench: Bench, lan: Browser, path: str, values: dict[str, str], words: str) -> None:
    assert words in html.unescape(refuse(lan, path, put(open_form(lan, path), **values)))
    assert Drafts(bench.config.parent).list_drafts() == ()


def test_a_contact_is_changed_in_its_own_lines(bench: Bench, lan: Browser) -> None:
    file = bench.config / "contacts.yaml"
    noted = file.read_text(encoding="utf-8").replace(
        "    email: ubnd@son-dong.example\n", "    email: ubnd@son-dong.example  # hộp thư chung\n"
    )
    file.write_text(noted, encoding="utf-8")
    change(lan, f"{HERE}/danh-ba/ubnd-son-dong", thu="vp@son-dong.example", chuc_vu="Văn phòng")
    assert differ(noted, read(bench, "contacts.yaml")) == (
        ["    email: ubnd@son-dong.example  # hộp thư chung"],
        ["    email: vp@son-dong.example  # hộp thư chung", "    title: Văn phòng"],
    )


def test_a_new_contact_stands_beside_those_of_its_unit(bench: Bench, lan: Browser) -> None:
    before = read(bench, "contacts.yaml")
    change(lan, f"{HERE}/danh-ba-moi", ten="Văn phòng Huyện ủy", thu="", thuoc="son-dong")
    lines = "  - id: van-phong-huyen-uy\n    name: Văn phòng Huyện ủy\n    email: null\n    of: son-dong\n"
    last = "    email: ldtbxh@son-dong.example\n    of: son-dong\n"
    assert read(bench, "contacts.yaml") == before.replace(last, last + lines)


def test_a_contact_that_goes_is_shown_with_the_mails_that_are_withdrawn(bench: Bench, lan: Browser) -> None:
    path = f"{HERE}/danh-ba/ldtbxh-son-dong"
    review = send(lan, f"{path}/xoa", open_form(lan, path, f"{path}/xoa"))
    page = lan.read(review)
    assert re.search(r"Thư: \d+ rút lại", page)
    apply(lan, review, page)
    ids = {contact.id for contact in load_everything(bench.config).configuration.contacts}
    assert "ldtbxh-son-dong" not in ids


def test_contacts_are_found(bench: Bench, lan: Browser) -> None:
    assert "Ủy ban nhân dân huyện Lục Nam" in lan.read(f"{HERE}/danh-ba?tim=uy+ban+luc+nam")
    assert "Thanh tra Sở" not in lan.read(f"{HERE}/danh-ba?tim=luc+nam")
    assert "Không có ai." in lan.read(f"{HERE}/danh-ba?chua-co=1")


def test_a_rule_is_changed_by_its_sentence_alone(bench: Bench, lan: Browser) -> None:
    before = read(bench, "reminders.yaml")
    assert "5 ngày làm việc trước hạn, lúc 08:00" in lan.read(f"{HERE}/nhac-viec")
    change(lan, f"{HERE}/nhac-viec/report-5-days", so_ngay="7", lam_viec=(), gio="09:30")
    assert differ(before, read(bench, "reminders.yaml")) == (
        ["    when: 5 working days before at 08:00"], ["    when: 7 days before at 09:30"],
    )  # fmt: skip


def test_a_sentence_that_says_the_same_stays_as_it_was_written(bench: Bench, lan: Browser) -> None:
    before = read(bench, "reminders.yaml")
    change(lan, f"{HERE}/nhac-viec/visit-eve", gui_cho=("units", "team"))
    assert differ(before, read(bench, "reminders.yaml")) == (["    to: [team]"], ["    to: [units, team]"])


def test_a_rule_for_what_is_late_is_changed_and_made_to_fire_once(bench: Bench, lan: Browser) -> None:
    before = read(bench, "reminders.yaml")
    path = f"{HERE}/nhac-viec/report-overdue"
    words = "1 ngày làm việc sau hạn, lúc 08:00; nhắc lại sau mỗi 2 ngày làm việc, 3 lần"
    assert words in lan.read(f"{HERE}/nhac-viec")
    change(lan, path, so_ngay="2", lai_sau="1", so_lan="5")
    now = read(bench, "reminders.yaml")
    assert differ(before, now) == (
        ["    when: 1 working day after at 08:00", "    repeat: every 2 working days, 3 times"],
        ["    when: 2 working days after at 08:00", "    repeat: every 1 working day, 5 times"],
    )
    change(lan, path, lai_sau="", so_lan="")
    assert differ(now, read(bench, "reminders.yaml")) == (["    repeat: every 1 working day, 5 times"], [])


def test_who_leads_is_said_of_a_contact(bench: Bench, lan: Browser) -> None:
    before = read(bench, "contacts.yaml")
    change(lan, f"{HERE}/danh-ba/thanh-tra-so", lanh_dao="1")
    last = "    email: thanh-tra@so-ldtbxh.example\n    of: doan-kiem-tra\n"
    assert read(bench, "contacts.yaml") == before.replace(last, f"{last}    head: true\n")
    change(lan, f"{HERE}/danh-ba/thanh-tra-so", lanh_dao=())
    assert read(bench, "contacts.yaml") == before


def test_rules_come_and_go(bench: Bench, lan: Browser) -> None:
    before = read(bench, "reminders.yaml")
    change(lan, f"{HERE}/nhac-viec-moi", viec="visit", mau_thu="visit-eve", gui_cho=("team",), so_ngay="0", gio="06:00")
    rules = load_everything(bench.config).configuration.rules
    assert (rules[-1].id, rules[-1].when.sentence) == ("visit-day", "on the last day at 06:00")
    path = f"{HERE}/nhac-viec/visit-day"
    apply(lan, send(lan, f"{path}/xoa", open_form(lan, path, f"{path}/xoa")))
    assert read(bench, "reminders.yaml") == before


def test_forms_of_one_draft_add_to_it(bench: Bench, lan: Browser) -> None:
    before = read(bench)
    path = f"{PAGE}/kiem-tra/son-dong"
    review = send(lan, path, put(open_form(lan, path), ngay="2024-05-27"))
    draft = review.rpartition("/")[2]
    page = lan.read(f"{PAGE}?nhap={draft}")
    assert f'href="{PAGE}/kiem-tra/luc-nam?nhap={draft}"' in page
    assert "27/5/2024" in page
    path = f"{PAGE}/kiem-tra/luc-nam"
    assert send(lan, path, put(open_form(lan, f"{path}?nhap={draft}"), ngay="2024-05-31")) == review
    apply(lan, review)
    assert len(differ(before, read(bench))[1]) == 2


def test_of_two_who_fill_in_forms_of_one_plan_both_are_kept(bench: Bench, lan: Browser) -> None:
    before, linh = read(bench), bench.sign_in("linh")
    one, other = f"{PAGE}/kiem-tra/son-dong", f"{PAGE}/kiem-tra/luc-nam"
    fields = open_form(linh, other)
    change(lan, one, ngay="2024-05-27")
    review = send(linh, other, put(fields, ngay="2024-05-31"))
    assert "đã được ghép" in linh.read(review)
    apply(linh, review)
    assert len(differ(before, read(bench))[1]) == 2


def test_a_form_that_was_opened_too_long_ago_is_shown_again(bench: Bench, lan: Browser) -> None:
    path = f"{PAGE}/kiem-tra/son-dong"
    fields = put(open_form(lan, path), ngay="2024-05-27", ban="f" * 64)
    page = refuse(lan, path, fields)
    assert "Tệp đã đổi từ khi bạn mở trang này." in page
    assert 'value="2024-05-27"' in page
    seen = page.partition('name="ban" value="')[2].partition('"')[0]
    apply(lan, send(lan, path, put(fields, ban=seen)))
    assert "date: 2024-05-27" in read(bench)


def test_a_file_that_is_wrong_is_edited_as_text(bench: Bench, lan: Browser) -> None:
    fields = put(open_form(lan, f"{PAGE}/kiem-tra/son-dong"), ngay="2024-05-27", ban="f" * 64)
    for file, path in ((PLAN, PAGE), ("contacts.yaml", f"{HERE}/danh-ba"), ("reminders.yaml", f"{HERE}/nhac-viec")):
        (bench.config / file).write_text("x: [", encoding="utf-8")
        assert f'href="{HERE}/tep/{file}">Sửa dạng chữ' in lan.read(path)
    for part, whole in ((f"{PAGE}/kiem-tra/son-dong", PAGE), (f"{HERE}/danh-ba/truong-doan", f"{HERE}/danh-ba")):
        asked = lan.client.get(part)
        assert (asked.status_code, asked.headers["location"]) == (303, whole)
    answer = lan.client.post(f"{PAGE}", data={"csrf": lan.csrf, "ten": "x"})
    assert answer.status_code == 400
    answer = lan.client.post_fields(f"{PAGE}/kiem-tra/son-dong", fields)
    assert answer.status_code == 409
    assert f"Tệp {PLAN} có chỗ sai. Xin sửa dạng chữ trước, rồi gửi lại." in answer.text


FORMS = (
    PAGE,
    f"{PAGE}/kiem-tra/son-dong",
    f"{PAGE}/bao-cao/bao-cao",
    f"{PAGE}/bao-cao-moi",
    f"{PAGE}/don-vi/son-dong",
    f"{PAGE}/don-vi-moi",
    f"{PAGE}/cac-buoi",
    f"{PAGE}/doan/doan-kiem-tra",
    f"{PAGE}/doan-moi",
    f"{HERE}/danh-ba/truong-doan",
    f"{HERE}/danh-ba-moi",
    f"{HERE}/nhac-viec/report-overdue",
    f"{HERE}/nhac-viec-moi",
)
TYPED = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ("", "2024-05-27", "29/2/2024", "1900-01-01", "08:00", "7", "0", "366", "a: b # c", "- x", "'", '"', "\\",
         "a@b.example", "son-dong", "son-dong/an-ba", "1", "\u2028", "\x00", "\ud800", "=?utf-8?q?x?=", "{", "|")
    ),
)  # fmt: skip


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Bench, Browser]]:
    made = make_editing_bench(tmp_path_factory.mktemp("forms"))
    yield made, made.sign_in()
    made.close()


@settings(max_examples=300, deadline=None)
@given(path=st.sampled_from(FORMS), typed=st.lists(st.tuples(st.integers(0, 99), TYPED), min_size=1, max_size=6))
def test_whatever_is_typed_into_a_form_is_refused_or_stands_in_the_draft_with_all_comments(
    shared: tuple[Bench, Browser], path: str, typed: list[tuple[int, str]]
) -> None:
    bench, lan = shared
    fields = open_form(lan, path)
    own = [number for number, (name, _) in enumerate(fields) if name not in ("csrf", "ban", "nhap")]
    for number, text in typed:
        at = own[number % len(own)]
        fields[at] = (fields[at][0], text.encode("utf-8", "replace").decode())
    answer = lan.client.post_fields(path, fields)
    assert answer.status_code in (303, 400)
    drafts = Drafts(bench.config.parent)
    for draft in drafts.list_drafts():
        (file,) = draft.files
        assert file.before is not None
        assert file.after is not None
        assert draft.title
        comments = re.findall(rb"^ *(#.*)$", file.before, re.MULTILINE)
        assert [comment for comment in comments if comment not in file.after] == []
        assert lan.client.get(f"/admin/nhap/{draft.id}").status_code == 200
        drafts.discard(draft.id)


def test_contacts_in_a_spreadsheet_are_shown_and_not_edited(bench: Bench, lan: Browser) -> None:
    (bench.config / "contacts.yaml").unlink()
    (bench.config / "contacts.csv").write_text(
        "Mã,Tên,Chức vụ,E-mail,Thuộc\ntruong-doan,Phó Giám đốc,,a@so.example,doan-kiem-tra\n", encoding="utf-8"
    )
    assert bench.run.snapshot is not None
    assert Contact in {type(contact) for contact in bench.run.snapshot.contacts}
    page = lan.read(f"{HERE}/danh-ba")
    assert "Danh bạ nằm trong bảng tính contacts.csv" in page
    assert "danh-ba-moi" not in page
    assert lan.client.get(f"{HERE}/danh-ba-moi").status_code == 404


def test_a_file_that_cannot_be_read_is_named_and_leaves_the_others_to_be_edited(bench: Bench, lan: Browser) -> None:
    (bench.config / "reminders.yaml").unlink()
    (bench.config / "reminders.yaml").mkdir()
    assert "Quy tắc nhắc việc" in lan.read(HERE)
    assert "Trưởng đoàn" in lan.read(f"{HERE}/danh-ba")
    answer = lan.client.get(f"{HERE}/tep/reminders.yaml")
    assert answer.status_code == 503
    assert "Dịch vụ không đọc được tệp reminders.yaml trong thư mục cấu hình (Is a directory)." in answer.text


def test_a_folder_that_cannot_be_written_is_told_as_such_and_the_draft_stays(bench: Bench, lan: Browser) -> None:
    path = f"{HERE}/danh-ba/truong-doan"
    draft = send(lan, path, put(open_form(lan, path), ten="Bà Trưởng đoàn"))
    drafts = Drafts(bench.config.parent).list_drafts()
    version = lan.read(draft).partition('name="ban" value="')[2].partition('"')[0]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("scheduler.drafts.write_beside", _refuse_writing)
        answer = lan.client.post(f"{draft}/ap-dung", data={"csrf": lan.csrf, "ban": version})
    assert answer.status_code == 503
    assert "Dịch vụ không ghi được tệp contacts.yaml trong thư mục cấu hình (Read-only file system)." in answer.text
    assert Drafts(bench.config.parent).list_drafts() == drafts


def _refuse_writing(path: Path, content: bytes) -> None:
    raise OSError(errno.EROFS, "Read-only file system", str(path))
