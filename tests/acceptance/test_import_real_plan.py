"""The facts of the office's own plan and of the shipped sample: every fact found, none invented."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from scheduler.documents import read_document
from scheduler.intake import Draft, extract_plan
from scheduler.model import Due, Forms, PlanStatus, Session, Severity
from scheduler.planfile import plan_to_json

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "examples" / "ke-hoach-kiem-tra-2024.txt"
UPDATED = datetime(2024, 4, 15, 2, 0, tzinfo=UTC)

SCHEDULE = (
    ("son-dong", "Sơn Động", date(2024, 5, 20), (("phuc-son", "Phúc Sơn"), ("an-ba", "An Bá"))),
    ("luc-ngan", "Lục Ngạn", date(2024, 5, 22), (("kien-thanh", "Kiên Thành"), ("kien-lao", "Kiên Lao"))),
    ("luc-nam", "Lục Nam", date(2024, 5, 23), (("tt-doi-ngo", "TT. Đồi Ngô"), ("kham-lang", "Khám Lạng"))),
    ("lang-giang", "Lạng Giang", date(2024, 5, 28), (("tan-thanh", "Tân Thanh"), ("nghia-hung", "Nghĩa Hưng"))),
    ("yen-the", "Yên Thế", date(2024, 5, 29), (("canh-nau", "Canh Nậu"), ("tt-phon-xuong", "TT. Phồn Xương"))),
    ("hiep-hoa", "Hiệp Hòa", date(2024, 6, 6), (("thuong-thang", "Thường Thắng"), ("quang-minh", "Quang Minh"))),
    ("viet-yen", "Việt Yên", date(2024, 6, 7), (("minh-duc", "Minh Đức"), ("nghia-trung", "Nghĩa Trung"))),
    ("tan-yen", "Tân Yên", date(2024, 6, 11), (("dai-hoa", "Đại Hóa"), ("tan-trung", "Tân Trung"))),
    ("yen-dung", "Yên Dũng", date(2024, 6, 12), (("tt-tan-an", "TT. Tân An"), ("quynh-son", "Quỳnh Sơn"))),
    ("tp-bac-giang", "TP. Bắc Giang", date(2024, 6, 13), (("tho-xuong", "Thọ Xương"), ("ngo-quyen", "Ngô Quyền"))),
)
OWERS = tuple(unit for unit, *_ in SCHEDULE if unit != "hiep-hoa")
TEAM = (
    "truong-doan",
    "lanh-dao-phong-tre-em-va-binh-dang-gioi",
    "chuyen-vien-phong-tre-em-va-binh-dang-gioi",
    "phong-ke-hoach-tai-chinh",
    "thanh-tra-so",
    "so-giao-duc-va-dao-tao",
    "so-y-te",
    "hoi-lien-hiep-phu-nu-tinh",
    "tinh-doan-thanh-nien",
)
OFFICE = "Sở Lao động - Thương binh và Xã hội"
MINISTRY = "Bộ Lao động - Thương binh và Xã hội"


def find_real_plan() -> Path | None:
    """Return the office's plan, which is laid beside a checkout and not part of it."""
    return next(iter(sorted((ROOT.parent / "shared" / "plans").glob("000_*.txt"))), None)


def import_plan(path: Path) -> Draft:
    return extract_plan(read_document(path), plan_id="kiem-tra-2024", updated=UPDATED)


@pytest.fixture(params=["real", "sample"], scope="module")
def draft(request: pytest.FixtureRequest) -> Draft:
    if request.param == "sample":
        return import_plan(SAMPLE)
    path = find_real_plan()
    if path is None:
        pytest.skip("the office's plan is not beside this checkout")
    return import_plan(path)


@pytest.fixture(scope="module")
def real() -> Draft:
    path = find_real_plan()
    if path is None:
        pytest.skip("the office's plan is not beside this checkout")
    return import_plan(path)


def test_ten_units_twenty_communes_and_ten_dates_are_found(draft: Draft) -> None:
    assert (
        tuple(
            (unit.id, unit.name, visit.dates[0], tuple((commune.id, commune.name) for commune in unit.communes))
            for unit, visit in zip(draft.plan.units, draft.plan.visits, strict=True)
        )
        == SCHEDULE
    )
    assert [(visit.id, visit.unit, len(visit.dates)) for visit in draft.plan.visits] == [
        (unit, unit, 1) for unit, *_ in SCHEDULE
    ]
    assert [visit.communes for visit in draft.plan.visits] == [
        tuple(commune for commune, _ in communes) for *_, communes in SCHEDULE
    ]


def test_sessions_start_as_the_document_says_and_their_ends_are_assumed(draft: Draft) -> None:
    assert draft.plan.sessions == (
        Session("morning", "Buổi sáng", time(7, 0), time(11, 30)),
        Session("afternoon", "Buổi chiều", time(13, 30), time(17, 0)),
    )
    assumed = [finding for finding in draft.findings if finding.code == "session-end-assumed"]
    assert [finding.severity for finding in assumed] == [Severity.ASSUMED, Severity.ASSUMED]


def test_no_commune_is_put_into_a_session(draft: Draft) -> None:
    told = {(each.id, each.commune, each.place, each.start) for visit in draft.plan.visits for each in visit.sessions}
    assert told == {("morning", None, None, None), ("afternoon", None, None, None)}


def test_the_report_is_owed_by_nine_units_on_their_forms(draft: Draft) -> None:
    (report,) = draft.plan.reports
    assert report.id == "bao-cao"
    assert report.due == Due("before", date(2024, 5, 10))
    assert report.due.last_day == date(2024, 5, 9)
    assert report.owed_by == OWERS
    assert report.forms == Forms("Phụ lục số 03", (("luc-nam", "Phụ lục số 02"),))
    assert report.deliver_to == OFFICE


def test_hiep_hoa_is_inspected_at_commune_level_alone(draft: Draft) -> None:
    levels = {visit.unit: visit.levels for visit in draft.plan.visits}
    assert levels == {unit: ("commune",) if unit == "hiep-hoa" else ("unit", "commune") for unit, *_ in SCHEDULE}


def test_luc_nam_alone_has_a_scope_of_its_own(draft: Draft) -> None:
    assert [visit.unit for visit in draft.plan.visits if visit.scope] == ["luc-nam"]
    narrow = next(visit.scope for visit in draft.plan.visits if visit.scope) or ""
    assert "bình đẳng giới" not in narrow
    assert "bình đẳng giới" in (draft.plan.scope or "")


def test_the_head_of_the_plan_is_read_and_its_blanks_are_told(draft: Draft) -> None:
    plan = draft.plan
    assert (plan.status, plan.issued, plan.number, plan.public) == (PlanStatus.TENTATIVE, "2024-04", None, False)
    assert plan.organiser.name == OFFICE
    assert plan.bases[:4] == (
        f"Công văn số 793/LĐTBXH-TE ngày 29/02/2024 của {MINISTRY}",
        f"Công văn số 1303/LĐTBXH-VBĐG ngày 29/3/2024 của {MINISTRY}",
        f"Công văn số 687/LĐTBXH-TE ngày 23/02/2024 của {MINISTRY}",
        "Công văn số 975/UBND-KGVX ngày 01/3/2024 của Ủy ban nhân dân tỉnh",
    )
    assert len(plan.bases) == 5


def test_the_team_is_listed_in_the_order_of_the_document(draft: Draft) -> None:
    (team,) = draft.plan.teams
    assert (team.id, team.name, team.members) == ("doan-kiem-tra", "Đoàn kiểm tra", TEAM)
    assert {visit.team for visit in draft.plan.visits} == {"doan-kiem-tra"}


def test_contact_stubs_are_the_team_two_offices_per_unit_and_one_per_commune(draft: Draft) -> None:
    offices = {(f"{kind}-{unit}", unit) for unit, *_ in SCHEDULE for kind in ("ubnd", "ldtbxh")}
    communes = {(f"ubnd-{commune}", f"{unit}/{commune}") for unit, _, _, each in SCHEDULE for commune, _ in each}
    assert {(contact.id, contact.of) for contact in draft.contacts} == {
        *((member, "doan-kiem-tra") for member in TEAM),
        *offices,
        *communes,
    }
    assert len(draft.contacts) == 49
    assert {contact.email for contact in draft.contacts} == {None}


def test_a_contact_is_named_by_a_kind_of_unit_only_where_the_text_says_it(draft: Draft) -> None:
    names = {contact.id: contact.name for contact in draft.contacts}
    assert names["ldtbxh-son-dong"] == "Phòng Lao động - Thương binh và Xã hội Sơn Động"
    assert names["ldtbxh-luc-nam"] == "Phòng Lao động - Thương binh và Xã hội huyện Lục Nam"
    assert names["ubnd-tp-bac-giang"] == "Ủy ban nhân dân thành phố Bắc Giang"
    assert names["ubnd-tt-doi-ngo"] == "Ủy ban nhân dân thị trấn Đồi Ngô"


def test_one_doubt_names_both_units_and_the_missing_annexes_are_told(draft: Draft) -> None:
    (doubt,) = [finding for finding in draft.findings if finding.code == "report-duty-doubt"]
    assert doubt.severity is Severity.WARNING
    assert "Hiệp Hòa" in doubt.message
    assert "Lục Nam" in doubt.message
    annexes = [finding.message.casefold() for finding in draft.findings if finding.code == "annex-missing"]
    assert [message[:15] for message in annexes] == ["'phụ lục số 02'", "'phụ lục số 03'"]


def test_one_finding_counts_the_contacts_without_an_address(draft: Draft) -> None:
    (needed,) = [finding for finding in draft.findings if finding.code == "address-needed"]
    assert needed.message.startswith("address needed for 49 contacts")
    assert [contact.name for contact in draft.contacts if contact.name not in needed.message] == []


def test_every_value_has_a_place_and_every_pointer_resolves(draft: Draft) -> None:
    document = plan_to_json(draft.plan)
    pointers = [source.pointer for source in draft.plan.sources]
    assert len(pointers) == len(set(pointers))
    for source in draft.plan.sources:
        value: object = document
        for key in source.pointer.split("/")[1:]:
            assert isinstance(value, (list, dict)), source.pointer
            value = value[int(key)] if isinstance(value, list) else value[key]
        assert value is not None, source.pointer
        assert source.place.startswith("line ")
    wanted = {"/plan/title", "/plan/issued", "/plan/status", "/plan/scope", "/organiser/name", "/sessions/1/start"}
    wanted |= {f"/visits/{index}/date" for index in range(10)} | {f"/units/{index}/name" for index in range(10)}
    wanted |= {f"/visits/{index}/communes/{at}" for index in range(10) for at in range(2)}
    wanted |= {"/visits/2/scope", "/visits/5/levels", "/teams/0/members/8", "/distribution/0"}
    wanted |= {f"/reports/0/{key}" for key in ("due", "deliver_to", "submit_to/0", "owed_by", "forms/luc-nam")}
    assert wanted - set(pointers) == set()


def test_findings_of_the_real_plan_are_these_and_no_more(real: Draft) -> None:
    assert Counter(finding.code for finding in real.findings) == {
        "number-blank": 1,
        "issued-day-blank": 1,
        "visit-for-information": 1,
        "annex-missing": 2,
        "report-duty-doubt": 1,
        "report-title-assumed": 1,
        "address-needed": 1,
        "session-end-assumed": 2,
    }
    assert not real.has_errors


def test_the_real_plan_gives_its_title_addresses_and_recipients(real: Draft) -> None:
    plan = real.plan
    assert plan.title.endswith("trẻ em và bình đẳng giới tại địa phương năm 2024")
    assert plan.reports[0].title == "Báo cáo"
    assert [address.endswith("@bacgiang.gov.vn") for address in plan.reports[0].submit_to] == [True]
    assert len(plan.distribution) == 6
    assert [entry for entry in plan.distribution if entry.startswith("Lưu")] == []
    places = {source.pointer: source.place for source in plan.sources}
    assert places["/visits/0/date"] == "line 118, column 'Thời gian'"
    assert places["/reports/0/due"] == "line 89"
    head = next(contact for contact in real.contacts if contact.id == "truong-doan")
    assert (len(head.name.split()), head.title) == (3, "Phó Giám đốc Sở - Trưởng Đoàn kiểm tra")


def test_the_sample_holds_no_person_and_no_real_mailbox() -> None:
    draft = import_plan(SAMPLE)
    assert draft.plan.reports[0].title == "Báo cáo công tác trẻ em và bình đẳng giới"
    assert draft.plan.reports[0].submit_to == ("bao-cao@so-ldtbxh.example",)
    head = draft.contacts[0]
    assert (head.name, head.title) == ("Phó Giám đốc Sở phụ trách công tác trẻ em", "Trưởng đoàn")


def test_both_documents_give_one_schedule_word_by_word(real: Draft) -> None:
    sample = import_plan(SAMPLE).plan
    plain = [tuple(replace(visit, scope=None) for visit in plan.visits) for plan in (sample, real.plan)]
    assert plain[0] == plain[1]
    assert (sample.units, sample.sessions, sample.teams) == (real.plan.units, real.plan.sessions, real.plan.teams)


def test_importing_twice_gives_the_same_draft(real: Draft) -> None:
    path = find_real_plan()
    assert path is not None
    assert import_plan(path) == real
