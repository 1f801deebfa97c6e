import re
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parseaddr
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from scheduler.headers import MessageError, check_address, write_address_header, write_text_header
from scheduler.letters import Letter, RenderedLetter
from scheduler.letters.sharing import SharedLetter
from scheduler.messages import ComposedMessage, MessageWriter, compose_message
from scheduler.model import Organiser, Sender
from scheduler.templates import LetterTemplates, load_templates
from scheduler.workdays import WorkingDays
from tests.golden import assert_golden
from tests.samples import make_contacts
from tests.unit.letter_samples import (
    LETTERHEAD,
    Case,
    make_case,
    make_cases,
    make_notice_cases,
    record_events,
    write_case,
    write_digest,
    write_notice,
)

SHIPPED = Path(__file__).parents[2] / "templates" / "email"
CASES = make_cases()
NOTICES = make_notice_cases()

SYLLABLES = st.sampled_from(
    ["Kiểm", "tra", "Sơn", "Động", "(Phúc", "An", "Bá)", "–", "Đồi", "Ngô", "TT.", "UBND", "xã", "huyện,", "trẻ", "em"]
)
VIETNAMESE_LINES = st.one_of(
    st.lists(SYLLABLES, min_size=1, max_size=60).map(" ".join),
    st.text(
        alphabet=st.one_of(
            st.sampled_from('aăâeêioôơuưyđáàảãạếềểễệốồổỗộớờởỡợứừửữựĐĂÂÊÔƠƯ \u0301\u0323\u031b"<>@,;:()\\_=?'),
            st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp", "Cn")),
        ),
        min_size=1,
        max_size=200,
    ).filter(lambda text: "=?" not in text),
)
CONTROLS = st.sampled_from(["\r\n", "\n", "\r", "\x00", "\x0b", "\x85", "\u2028"])


@pytest.fixture(scope="module")
def templates() -> LetterTemplates:
    return load_templates((SHIPPED,))


def parse(content: bytes) -> EmailMessage:
    message = BytesParser(policy=policy.default).parsebytes(content)
    assert isinstance(message, EmailMessage)
    return message


def decode(header: str) -> str:
    return str(make_header(decode_header(header.replace("\r\n", ""))))


def read_mailbox(header: str) -> tuple[str, str]:
    """Return display name and address as RFC 2047 section 6.2 reads them, which Python's new policies do not."""
    phrase, address = parseaddr(header.replace("\r\n", ""))
    return decode(phrase), address


def list_encoded_words(header: bytes) -> list[str]:
    return re.findall(r"=\?[^ ]+\?=", header.decode())


def read_part(message: EmailMessage, content_type: str) -> str:
    (part,) = [part for part in message.walk() if part.get_content_type() == content_type]
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode()


def list_tree(message: EmailMessage) -> list[str]:
    return [part.get_content_type() for part in message.walk()]


def describe_for_people(message: EmailMessage) -> str:
    headers = "\n".join(f"{name}: {value}" for name, value in message.items() if name != "Content-Type")
    text = read_part(message, "text/plain").replace("\r\n", "\n")
    return f"{headers}\n\n{' '.join(list_tree(message))}\n\n{text}"


def compose(
    subject: str = "Lịch",
    to_name: str = "UBND",
    to: str = "a@b.example",
    text: str = "text\n",
    html: str = "<p>html</p>\n",
) -> ComposedMessage:
    return compose_message(
        key="key",
        thread="plan|visit|a",
        list_name="plan",
        rendered=RenderedLetter(subject, text, html),
        calendar=None,
        letterhead=replace(LETTERHEAD, name="Sở Lao động"),
        to=to,
        to_name=to_name,
        written_at=datetime(2024, 5, 13, 1, 0, tzinfo=UTC),
    )


def write_named(templates: LetterTemplates, name: str) -> ComposedMessage:
    return write_case(templates, CASES[name]) if name in CASES else write_notice(templates, NOTICES[name])


@pytest.mark.parametrize("name", [*CASES, *NOTICES])
def test_golden_letter(templates: LetterTemplates, name: str) -> None:
    message = parse(write_named(templates, name).content)
    assert_golden(f"mail-{name}.txt", describe_for_people(message).encode())
    assert_golden(f"mail-{name}.html", read_part(message, "text/html").replace("\r\n", "\n").encode())


def test_golden_digest(templates: LetterTemplates) -> None:
    message = parse(write_digest(templates).content)
    assert_golden("mail-digest.txt", describe_for_people(message).encode())
    assert_golden("mail-digest.html", read_part(message, "text/html").replace("\r\n", "\n").encode())


def test_golden_mail_as_it_goes_over_the_wire(templates: LetterTemplates) -> None:
    assert_golden("mail-visit-coming-unit.eml", write_case(templates, CASES["visit-coming-unit"]).content)


def test_the_golden_letters_cover_every_shipped_kind(templates: LetterTemplates) -> None:
    written = {case.reminder.template for case in CASES.values()} | {case.notice.template for case in NOTICES.values()}
    assert written | {"digest"} == templates.kinds()


@pytest.mark.parametrize(
    ("name", "subject"),
    [
        ("report-due", "Nhắc nộp báo cáo trước ngày 10/5/2024 (Phụ lục số 03) – còn 5 ngày làm việc"),
        ("report-last-day", "Hôm nay là ngày cuối nộp báo cáo trước ngày 10/5/2024 (Phụ lục số 02)"),
        ("visit-coming-unit", "Lịch kiểm tra (dự kiến) thứ Hai, 20/5/2024: Sơn Động (Phúc Sơn, An Bá)"),
        (
            "visit-coming-for-information",
            "Để biết: lịch kiểm tra (dự kiến) thứ Hai, 20/5/2024: Sơn Động (Phúc Sơn, An Bá)",
        ),
        ("visit-eve", "Nhắc lịch kiểm tra thứ Hai, 20/5/2024, từ 07 giờ 00: Sơn Động (Phúc Sơn, An Bá)"),
    ],
)
def test_subjects_are_short_and_telling_and_the_preview_shows_the_same(
    templates: LetterTemplates, name: str, subject: str
) -> None:
    case = CASES[name]
    previewed = MessageWriter(templates, LETTERHEAD).subject(
        case.plan, case.reminder, case.contact, workdays=WorkingDays(), written_at=case.written_at
    )
    composed = write_case(templates, case)
    assert (previewed, composed.subject, parse(composed.content)["Subject"]) == (subject, subject, subject)


def test_a_visit_mail_carries_its_sessions_as_published_events(templates: LetterTemplates) -> None:
    case = CASES["visit-coming-unit"]
    message = parse(write_case(templates, case).content)
    assert list_tree(message) == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]
    inline, attached = read_part(message, "text/calendar"), read_part(message, "application/ics")
    assert inline == attached
    calendar = Calendar.from_ical(inline)
    assert str(calendar["METHOD"]) == "PUBLISH"
    assert [(str(event["UID"]), event["SEQUENCE"], event.decoded("DTSTAMP")) for event in calendar.events] == [
        (row.event.uid, 1, case.written_at) for row in record_events(case)
    ]
    assert {str(event["ORGANIZER"]) for event in calendar.events} == {"mailto:phong-te@so-ldtbxh.example"}


def test_the_calendar_part_names_its_method_and_the_attachment_its_file(templates: LetterTemplates) -> None:
    parts = {part.get_content_type(): part for part in parse(write_case(templates, CASES["visit-eve"]).content).walk()}
    calendar = parts["text/calendar"]
    assert (calendar.get_param("method"), calendar.get_content_charset()) == ("PUBLISH", "utf-8")
    attached = parts["application/ics"]
    assert (attached.get_content_disposition(), attached.get_filename()) == ("attachment", "lich-kiem-tra.ics")


def test_a_report_mail_is_text_and_html_alone(templates: LetterTemplates) -> None:
    message = parse(write_case(templates, CASES["report-due"]).content)
    assert list_tree(message) == ["multipart/alternative", "text/plain", "text/html"]


def test_headers_say_who_writes_to_whom_and_that_no_machine_should_answer(templates: LetterTemplates) -> None:
    case = CASES["visit-coming-unit"]
    composed = write_case(templates, case)
    message = parse(composed.content)
    assert str(message["From"]) == "Sở Lao động - Thương binh và Xã hội <kiem-tra@so-ldtbxh.example>"
    assert str(message["To"]) == "UBND huyện Sơn Động <ubnd@son-dong.example>"
    assert str(message["Reply-To"]) == "phong-te@so-ldtbxh.example"
    assert message["Date"].datetime == case.written_at
    assert str(message["List-Id"]) == "<plan.so-ldtbxh.example>"
    assert (message["Auto-Submitted"], message["X-Auto-Response-Suppress"]) == ("auto-generated", "All")
    assert message["Message-ID"] == composed.message_id
    assert (composed.sender, composed.to) == ("kiem-tra@so-ldtbxh.example", "ubnd@son-dong.example")


def test_a_sender_without_a_name_writes_as_the_organiser_and_a_named_one_as_itself(templates: LetterTemplates) -> None:
    names = [
        parse(write_case(templates, CASES["report-due"], replace(LETTERHEAD, name=name)).content)["From"]
        .addresses[0]
        .display_name
        for name in (None, "Phòng Trẻ em")
    ]
    assert names == ["Sở Lao động - Thương binh và Xã hội", "Phòng Trẻ em"]


def test_a_plan_with_a_sender_of_its_own_writes_from_there(templates: LetterTemplates) -> None:
    case = CASES["visit-coming-unit"]
    sender = Sender("tre-em@so-ldtbxh.example", "Phòng Trẻ em", "tre-em-tra-loi@so-ldtbxh.example")
    composed = write_case(templates, replace(case, plan=replace(case.plan, sender=sender)))
    message = parse(composed.content)
    assert str(message["From"]) == "Phòng Trẻ em <tre-em@so-ldtbxh.example>"
    assert str(message["Reply-To"]) == "tre-em-tra-loi@so-ldtbxh.example"
    assert composed.sender == "tre-em@so-ldtbxh.example"
    organisers = {str(event["ORGANIZER"]) for event in Calendar.from_ical(read_part(message, "text/calendar")).events}
    assert organisers == {"mailto:tre-em-tra-loi@so-ldtbxh.example"}


def test_mails_of_one_visit_are_one_thread_and_those_of_its_report_another(templates: LetterTemplates) -> None:
    threads = {
        name: parse(write_case(templates, CASES[name]).content)["References"]
        for name in ("visit-coming-unit", "visit-eve", "report-due")
    }
    assert threads["visit-coming-unit"] == threads["visit-eve"]
    assert threads["visit-coming-unit"] != threads["report-due"]


def test_message_id_comes_from_the_key_alone(templates: LetterTemplates) -> None:
    case = CASES["report-due"]
    later = replace(case, written_at=datetime(2024, 5, 8, 1, 0, tzinfo=UTC))
    other = replace(case, reminder=case.reminder._replace(key="another"))
    first, second, third = (write_case(templates, one).message_id for one in (case, later, other))
    assert first == second
    assert first != third
    assert re.fullmatch(r"<[0-9a-f]{32}@so-ldtbxh\.example>", first)


def test_the_same_input_gives_the_same_bytes(templates: LetterTemplates) -> None:
    fresh = load_templates((SHIPPED,))
    for case in CASES.values():
        assert write_case(templates, case) == write_case(fresh, case)


def test_content_is_ascii_with_crlf_and_no_long_line(templates: LetterTemplates) -> None:
    for case in CASES.values():
        content = write_case(templates, case).content
        assert content.isascii()
        assert re.search(rb"(?<!\r)\n|\r(?!\n)", content) is None
        assert max(len(line) for line in content.split(b"\r\n")) <= 78


@pytest.mark.parametrize("name", [*CASES, *NOTICES])
def test_the_text_alone_says_all_that_the_html_says(templates: LetterTemplates, name: str) -> None:
    message = parse(write_named(templates, name).content)
    html, text = read_part(message, "text/html"), read_part(message, "text/plain")
    figures = re.compile(r"\d+/\d+/\d{4}|\d\d giờ \d\d|Phụ lục số \d+|[\w.-]+@[\w.-]+\.example")
    assert set(figures.findall(html)) == set(figures.findall(text))


@pytest.mark.parametrize("name", [*CASES, *NOTICES])
def test_html_fetches_nothing_and_has_no_script(templates: LetterTemplates, name: str) -> None:
    html = read_part(parse(write_named(templates, name).content), "text/html")
    assert re.findall(r"<(?:img|link|script|iframe|object|form)\b|url\(|@import|\ssrc=", html) == []


def test_names_are_escaped_in_html_and_plain_in_text(templates: LetterTemplates) -> None:
    case = make_case("report-due", "ubnd-son-dong", "2024-05-03T08:00", about="report")
    hostile = replace(case, contact=replace(case.contact, name='<b onclick="x">UBND & xã</b>'))
    message = parse(write_case(templates, hostile).content)
    assert "<b onclick" not in read_part(message, "text/html")
    assert "&lt;b onclick=&#34;x&#34;&gt;UBND &amp; xã&lt;/b&gt;" in read_part(message, "text/html")
    assert 'Kính gửi: <b onclick="x">UBND & xã</b>' in read_part(message, "text/plain")


@given(VIETNAMESE_LINES)
def test_a_subject_decodes_to_what_was_meant_or_is_refused(subject: str) -> None:
    header = write_text_header("Subject", subject)
    assert max(len(line) for line in header.split(b"\r\n")) <= 78
    decoded = str(parse(header + b"\r\n")["Subject"])
    # Blanks at either end of a header are no part of its value (RFC 5322 section 2.2).
    assert decoded.strip() == subject.strip()


@given(VIETNAMESE_LINES, st.sampled_from(["To", "From", "Reply-To"]))
def test_a_display_name_decodes_to_what_was_meant(name: str, header_name: str) -> None:
    header = write_address_header(header_name, name, "ubnd@son-dong.example")
    assert max(len(line) for line in header.split(b"\r\n")) <= 998
    phrase, _, address = header.decode().removeprefix(f"{header_name}:").replace("\r\n", "").strip().rpartition(" ")
    assert address == "<ubnd@son-dong.example>"
    assert decode(phrase).strip() == name.strip()


@given(st.lists(SYLLABLES, min_size=1, max_size=40).map(" ".join), st.sampled_from(["To", "From", "Reply-To"]))
def test_a_name_of_any_length_is_folded_into_encoded_words_as_short_as_the_standard_asks(name: str, at: str) -> None:
    header = write_address_header(at, name, "ubnd@son-dong.example")
    assert read_mailbox(header.decode().removeprefix(f"{at}:")) == (name, "ubnd@son-dong.example")
    assert max(len(line) for line in header.split(b"\r\n")) <= 76
    assert max((len(word) for word in list_encoded_words(header)), default=0) <= 75


@given(st.lists(SYLLABLES, min_size=1, max_size=40).map(" ".join))
def test_pythons_own_parser_reads_at_most_a_blank_too_many_in_a_name(name: str) -> None:
    (mailbox,) = parse(write_address_header("To", name, "ubnd@son-dong.example") + b"\r\n")["To"].addresses
    assert (mailbox.display_name.replace("  ", " "), mailbox.addr_spec) == (name, "ubnd@son-dong.example")


def test_a_name_is_parted_at_a_blank_and_inside_a_word_only_where_that_is_too_long() -> None:
    parted = list_encoded_words(write_address_header("To", "Hội đồng nghĩa vụ quân sự thị xã Đồng Xoài", "a@b.example"))
    assert [decode(word) for word in parted] == ["Hội đồng nghĩa vụ quân sự thị ", "xã Đồng Xoài"]
    name = "Đồng" * 30
    header = write_address_header("To", name, "a@b.example")
    assert len(list_encoded_words(header)) > 1
    assert read_mailbox(header.decode().removeprefix("To:")) == (name, "a@b.example")


def test_a_name_with_ascii_words_is_encoded_between_them_alone() -> None:
    header = write_address_header("To", "Sở Lao động - Thương binh và Xã hội tỉnh Bắc Giang", "a@b.example")
    words = header.replace(b"\r\n", b"").split()
    assert [word for word in words if not word.startswith(b"=?")] == [
        b"To:", b"Lao", b"-", b"binh", b"Giang", b"<a@b.example>",
    ]  # fmt: skip


class KeepingSetter:
    """Sets letters as ``templates`` does, each anew, and keeps the last one: what its mail is meant to say."""

    def __init__(self, templates: LetterTemplates) -> None:
        self._templates = templates
        self.last = RenderedLetter("", "", "")

    def render(self, kind: str, letter: Letter) -> RenderedLetter:
        self.last = self._templates.render(kind, letter)
        return self.last

    def render_subject(self, kind: str, letter: Letter) -> str:
        return self._templates.render_subject(kind, letter)

    def render_shared(self, kind: str, letter: Letter) -> SharedLetter | None:
        return None


NAMES_AND_TITLES = (
    "Ủy ban nhân dân xã phường thị trấn huyện Phòng Lao động – Thương binh và Xã hội Sơn Động Lục Nam An Bá"
    " Nguyễn Thị Bình Đặng Văn Ổn Phúc (Khám Lạng) Đồi Ngô, TT. Yên Dũng số 12/KH-SLĐTBXH trẻ em năm 2024 bình"
    " đẳng giới & ỷ ẵm"
)


def generate_case(random: Random, case: Case) -> Case:
    """Return ``case`` with generated names and titles wherever a plan or a contact has one."""

    words = NAMES_AND_TITLES.split()

    def name(most: int) -> str:
        return " ".join(random.choices(words, k=random.randint(1, most)))

    plan = case.plan
    units = tuple(
        replace(unit, name=name(5), communes=tuple(replace(commune, name=name(4)) for commune in unit.communes))
        for unit in plan.units
    )
    reports = tuple(replace(report, title=name(25), deliver_to=name(14)) for report in plan.reports)
    return replace(
        case,
        plan=replace(plan, title=name(30), organiser=Organiser(name(14)), scope=name(30), units=units, reports=reports),
        contact=replace(case.contact, name=name(14), title=name(6)),
    )


def test_five_thousand_letters_with_generated_names_and_titles_decode_to_what_was_meant(
    templates: LetterTemplates,
) -> None:
    random, setter = Random(5), KeepingSetter(templates)
    writer, contacts, workdays = MessageWriter(setter, LETTERHEAD), make_contacts(), WorkingDays()
    subjects = set()
    for number in range(5_000):
        case = generate_case(random, list(CASES.values())[number % len(CASES)])
        composed = writer.write(
            case.plan,
            case.reminder,
            case.contact,
            contacts=contacts,
            events=(),
            workdays=workdays,
            written_at=case.written_at,
        )
        message, meant = message_from_bytes(composed.content), setter.last
        subjects.add(meant.subject)
        assert decode(message["Subject"]) == composed.subject == meant.subject
        assert read_mailbox(message["To"]) == (case.contact.name, case.contact.email)
        assert read_mailbox(message["From"]) == (case.plan.organiser.name, LETTERHEAD.address)
        parts = {part.get_content_type(): part.get_payload(decode=True) for part in message.walk()}
        assert parts["text/plain"].decode() == meant.text.replace("\n", "\r\n")
        assert parts["text/html"].decode() == meant.html.replace("\n", "\r\n")
        assert f"{case.contact.name}\n" in meant.text.removeprefix("Kính gửi: ").removeprefix("Lãnh đạo ")
    assert len(subjects) > 3_000


@pytest.mark.parametrize(
    "name",
    [
        "Sở Lao động - Thương binh và Xã hội",
        "Phòng Lao động - Thương binh và Xã hội huyện Sơn Động",
        "Ủy ban nhân dân thị trấn Phồn Xương",
        "Lãnh đạo phòng Trẻ em và Bình đẳng giới",
        "Hội Liên hiệp Phụ nữ tỉnh",
        "Office of Inspection, Room 5",
        "UBND",
    ],
)
def test_names_of_offices_come_out_whole(name: str) -> None:
    header = write_address_header("From", name, "a@b.example").decode()
    assert read_mailbox(header.removeprefix("From:")) == (name, "a@b.example")


@given(VIETNAMESE_LINES, CONTROLS, VIETNAMESE_LINES)
def test_no_name_or_subject_can_add_a_line(before: str, control: str, after: str) -> None:
    bad = f"{before}{control}Bcc: x@evil.example{after}"
    with pytest.raises(MessageError, match=r"control character U\+"):
        compose(subject=bad)
    with pytest.raises(MessageError, match=r"control character U\+"):
        compose(to_name=bad)


@pytest.mark.parametrize("bad", ["=?utf-8?q?a=0ABcc:x?=", "Lịch =?", "a=?b"])
def test_what_passes_for_an_encoded_word_is_refused(bad: str) -> None:
    with pytest.raises(MessageError, match=r"Subject: .* holds '=\?'"):
        compose(subject=bad)
    with pytest.raises(MessageError, match=r"To: .* holds '=\?'"):
        compose(to_name=bad)


@pytest.mark.parametrize(
    "address",
    ["", "a", "a@b", "a b@c.example", "a@b.example\r\nBcc: x@y.example", "a@b.example,c@d.example", "<a@b.example>",
     "=?utf-8?q?a?=@b.example", "ư@b.example", f"{'a' * 250}@b.example"],
)  # fmt: skip
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(MessageError, match="is not an e-mail address"):
        check_address("To", address)
    with pytest.raises(MessageError, match="is not an e-mail address"):
        compose(to=address)


def test_a_plan_with_a_very_long_id_still_has_a_list_id() -> None:
    composed = compose_message(
        key="key",
        thread="t",
        list_name="a" * 62 + "-" + "b" * 40,
        rendered=RenderedLetter("s", "t", "h"),
        calendar=None,
        letterhead=LETTERHEAD,
        to="a@b.example",
        to_name="A",
        written_at=datetime(2024, 5, 13, 1, 0, tzinfo=UTC),
    )
    assert parse(composed.content)["List-Id"] == f"<{'a' * 62}.so-ldtbxh.example>"


def test_contacts_of_the_sample_all_have_a_letter(templates: LetterTemplates) -> None:
    for contact in make_contacts():
        case = make_case("visit-coming", contact.id, "2024-05-13T08:00")
        assert write_case(templates, case).to == contact.email
