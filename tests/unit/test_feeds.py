"""Which events a feed shows to whom, in which words, and for how long."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from scheduler.changes import compare_events
from scheduler.errors import UsageError
from scheduler.events import plan_events
from scheduler.feeds import BuiltFeed, Publication, build_feed, list_scopes, number_without_ledger
from scheduler.model import (
    Commune,
    Contact,
    EventStatus,
    Forms,
    Plan,
    PlanStatus,
    RecordedEvent,
    Team,
    Unit,
    VisitSession,
)
from tests.samples import UPDATED, make_plan, make_report, make_visit

TODAY = date(2024, 5, 1)
REMOVED_AT = datetime(2024, 5, 1, 20, 0, tzinfo=UTC)  # in Hanoi already 2 May
HEAD = Contact("truong-doan", "Bà Trưởng Đoàn", "doan", "ba@so.example", "Trưởng đoàn")


def make_two_units() -> Plan:
    """Sơn Động on 20/5 by one team, Lục Nam on 22/5 by another; both owe the report, An Bá owes it too."""
    other = replace(make_visit(visit_id="luc-nam"), unit="luc-nam", communes=("kham-lang",), team="doan-hai")
    return replace(
        make_plan(),
        teams=(Team("doan", "Đoàn một", ("truong-doan", "b")), Team("doan-hai", "Đoàn hai", ("c",))),
        visits=(make_visit(), replace(other, dates=(date(2024, 5, 22),))),
        reports=(
            replace(
                make_report(),
                owed_by=("son-dong", "luc-nam", "son-dong/an-ba"),
                forms=Forms("Phụ lục số 03", (("luc-nam", "Phụ lục số 02"), ("son-dong/an-ba", "Phụ lục số 04"))),
            ),
        ),
    )


def record(plan: Plan) -> tuple[RecordedEvent, ...]:
    return number_without_ledger(plan, plan_events(plan, plan.visits, plan.reports, contacts=(), domain="so.example"))


def remove(plan: Plan, before: Plan, at: datetime = REMOVED_AT) -> tuple[RecordedEvent, ...]:
    """Return what the ledger holds after ``before`` became ``plan``."""
    recorded = {row.event.uid: row for row in record(before)}
    wanted = plan_events(plan, plan.visits, plan.reports, contacts=(), domain="so.example")
    for row in compare_events(wanted, recorded.values(), at).record:
        recorded[row.event.uid] = row
    return tuple(recorded.values())


def list_shown(feed: BuiltFeed) -> list[tuple[str, str]]:
    """Return (UID without its domain, STATUS) of each event, in the feed's order."""
    events = Calendar.from_ical(feed.content).events
    return [(str(event["UID"]).removesuffix("@so.example"), str(event["STATUS"])) for event in events]


def show(plan: Plan, name: str) -> list[str]:
    return [uid for uid, _ in list_shown(build_feed(plan, record(plan), name, TODAY))]


def describe(plan: Plan, name: str, uid: str) -> str:
    events = Calendar.from_ical(build_feed(plan, record(plan), name, TODAY).content).events
    return next(str(event["DESCRIPTION"]) for event in events if str(event["UID"]).startswith(uid))


DEADLINE = "plan.bao-cao.deadline"
SON_DONG = ["plan.son-dong.1.morning", "plan.son-dong.1.afternoon"]
LUC_NAM = ["plan.luc-nam.1.morning", "plan.luc-nam.1.afternoon"]


@pytest.mark.parametrize(
    ("name", "uids"),
    [
        ("plan", [DEADLINE, *SON_DONG, *LUC_NAM]),
        ("deadlines", [DEADLINE]),
        ("unit-son-dong", [DEADLINE, *SON_DONG]),
        ("unit-luc-nam", [DEADLINE, *LUC_NAM]),
        ("commune-son-dong-phuc-son", SON_DONG),
        ("commune-son-dong-an-ba", [DEADLINE, *SON_DONG]),
        ("commune-luc-nam-kham-lang", LUC_NAM),
        ("member-truong-doan", SON_DONG),
        ("member-b", SON_DONG),
        ("member-c", LUC_NAM),
    ],
)
def test_each_feed_shows_its_own_and_nothing_else(name: str, uids: list[str]) -> None:
    assert show(make_two_units(), name) == uids


def test_every_name_that_is_listed_is_a_feed_and_any_other_is_refused() -> None:
    plan = make_two_units()
    scopes = list_scopes(plan)
    assert len(scopes) == 10
    for scope in scopes:
        build_feed(plan, record(plan), scope.name, TODAY)
    with pytest.raises(UsageError, match="there is no feed 'unit-x' in plan plan; feeds: plan, deadlines, unit-son"):
        build_feed(plan, record(plan), "unit-x", TODAY)


def test_a_unit_reads_its_own_form_and_no_other_units_name() -> None:
    plan = make_two_units()
    assert "Sơn Động" in describe(plan, "plan", DEADLINE)
    assert "\nBiểu mẫu: Phụ lục số 02.\n" in describe(plan, "unit-luc-nam", DEADLINE)
    assert "\nBiểu mẫu: Phụ lục số 04.\n" in describe(plan, "commune-son-dong-an-ba", DEADLINE)
    content = build_feed(plan, record(plan), "unit-luc-nam", TODAY).content.replace(b"\r\n ", b"").decode()
    assert [word for word in ("Sơn Động", "Phúc Sơn", "An Bá", "Phụ lục số 03") if word in content] == []


def test_a_visit_tells_a_commune_of_the_reports_that_it_owes_itself() -> None:
    plan = make_two_units()
    uid = SON_DONG[0]
    assert "Báo cáo (Phụ lục số 03): gửi" in describe(plan, "unit-son-dong", uid)
    assert "Báo cáo (Phụ lục số 04): gửi" in describe(plan, "commune-son-dong-an-ba", uid)
    assert "Báo cáo" not in describe(plan, "commune-son-dong-phuc-son", uid)


def test_a_session_that_is_held_in_one_commune_shows_in_that_communes_feed_alone() -> None:
    sessions = (VisitSession("morning", commune="phuc-son"), VisitSession("afternoon", commune="an-ba"))
    plan = make_plan(visits=(replace(make_visit(), sessions=sessions),), reports=())
    assert show(plan, "commune-son-dong-phuc-son") == [SON_DONG[0]]
    assert show(plan, "commune-son-dong-an-ba") == [SON_DONG[1]]
    assert show(plan, "unit-son-dong") == SON_DONG


def test_two_communes_whose_ids_join_alike_have_feeds_of_their_own() -> None:
    units = (Unit("a", "A", (Commune("b-c", "BC"),)), Unit("a-b", "AB", (Commune("c", "C"),)))
    visits = tuple(
        replace(make_visit(visit_id=unit), unit=unit, communes=(commune,))
        for unit, commune in (("a", "b-c"), ("a-b", "c"))
    )
    plan = replace(make_plan(visits=visits, reports=()), units=units)
    assert [scope.name for scope in list_scopes(plan) if scope.name.startswith("commune")] == [
        "commune-a--b-c",
        "commune-a-b--c",
    ]
    assert show(plan, "commune-a--b-c") == ["plan.a.1.morning", "plan.a.1.afternoon"]
    assert show(plan, "commune-a-b--c") == ["plan.a-b.1.morning", "plan.a-b.1.afternoon"]


def test_a_removed_visit_shows_as_cancelled_to_those_it_was_for_and_to_nobody_else() -> None:
    before = make_two_units()
    after = replace(before, visits=before.visits[1:])
    recorded = remove(after, before)
    cancelled = [(uid, "CANCELLED") for uid in SON_DONG]
    for name in ("unit-son-dong", "commune-son-dong-phuc-son", "member-truong-doan", "member-b"):
        shown = list_shown(build_feed(after, recorded, name, TODAY))
        assert [row for row in shown if row[0] in SON_DONG] == cancelled
    for name in ("unit-luc-nam", "commune-luc-nam-kham-lang", "member-c", "deadlines"):
        assert [row for row in list_shown(build_feed(after, recorded, name, TODAY)) if row[0] in SON_DONG] == []


def test_a_unit_that_left_the_plan_still_has_its_feed_with_what_was_called_off() -> None:
    before = make_two_units()
    after = replace(before, units=before.units[1:], teams=before.teams[1:], visits=before.visits[1:], reports=())
    recorded = remove(after, before)
    for name in ("unit-son-dong", "commune-son-dong-an-ba", "member-b"):
        shown = list_shown(build_feed(after, recorded, name, TODAY))
        assert {status for _, status in shown} == {"CANCELLED"}
        assert set(SON_DONG) <= {uid for uid, _ in shown}
    with pytest.raises(UsageError, match="there is no feed 'unit-son-dong'"):
        build_feed(after, record(after), "unit-son-dong", TODAY)


@pytest.mark.parametrize(("keep", "last"), [(14, date(2024, 5, 16)), (0, date(2024, 5, 2)), (3, date(2024, 5, 5))])
def test_a_removed_event_shows_for_the_set_days_after_its_local_day_of_removal(keep: int, last: date) -> None:
    before = make_plan(reports=())
    after = replace(before, visits=())
    recorded = remove(after, before)
    shown = [
        len(list_shown(build_feed(after, recorded, "plan", day, keep_removed_days=keep)))
        for day in (last, last + timedelta(days=1))
    ]
    assert shown == [2, 0]


def test_the_last_change_of_a_feed_counts_its_own_events_and_those_that_went() -> None:
    before = make_two_units()
    after = replace(before, visits=before.visits[1:])
    recorded = remove(after, before)
    changed = {
        (name, day): build_feed(after, recorded, name, day).modified_at
        for name in ("unit-son-dong", "unit-luc-nam")
        for day in (TODAY, date(2024, 5, 17))
    }
    assert changed == {
        ("unit-son-dong", TODAY): REMOVED_AT,
        ("unit-son-dong", date(2024, 5, 17)): datetime(2024, 5, 17, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh")),
        ("unit-luc-nam", TODAY): UPDATED,
        ("unit-luc-nam", date(2024, 5, 17)): UPDATED,
    }


def test_an_event_that_cannot_be_written_is_left_out_and_reported_and_the_others_stay() -> None:
    plan = make_two_units()
    good, *rows = record(plan)
    poison = [
        replace(rows[0], event=replace(rows[0].event, summary="x\x0bATTACH:http://evil.example")),
        replace(rows[1], event=replace(rows[1].event, location="ư" * 10_000)),
        replace(rows[2], event=replace(rows[2].event, end=rows[2].event.start)),
        rows[3],
    ]
    feed = build_feed(plan, (good, *poison), "plan", TODAY)
    assert [uid for uid, _ in list_shown(feed)] == [DEADLINE, LUC_NAM[1]]
    assert len(feed.left_out) == 3
    assert "U+000B" in feed.left_out[0]


def test_a_public_feed_says_where_it_is_and_names_no_person() -> None:
    publication = Publication("https://lich.example", source="https://lich.example/feeds/plan.ics")
    plan = make_two_units()
    content = build_feed(plan, record(plan), "plan", TODAY, publication).content.replace(b"\r\n ", b"").decode()
    assert "\r\nSOURCE;VALUE=URI:https://lich.example/feeds/plan.ics\r\n" in content
    assert content.count("\r\nURL:https://lich.example/#plan\r\n") == 6
    assert content.count("\r\nCONTACT:Sở Lao động\\, so@so-ldtbxh.example\r\n") == 5
    assert HEAD.name not in content


def test_a_private_feed_says_whom_to_call_and_not_where_it_is() -> None:
    publication = Publication("https://lich.example", contacts=(HEAD,))
    plan = make_two_units()
    content = build_feed(plan, record(plan), "unit-son-dong", TODAY, publication).content
    unfolded = content.replace(b"\r\n ", b"").decode()
    assert unfolded.count("\r\nCONTACT:Bà Trưởng Đoàn (Trưởng đoàn)\\, ba@so.example\r\n") == 2
    assert unfolded.count("\\nLiên hệ: Bà Trưởng Đoàn (Trưởng đoàn)\\, ba@so.example\r\n") == 2
    assert "SOURCE" not in unfolded


def test_an_event_has_a_colour_by_what_it_is() -> None:
    before = make_two_units()
    after = replace(before, visits=before.visits[1:])
    events = Calendar.from_ical(build_feed(after, remove(after, before), "plan", TODAY).content).events
    assert [str(event["COLOR"]) for event in events] == ["firebrick", "gray", "gray", "steelblue", "steelblue"]


def test_a_confirmed_plan_turns_tentative_to_confirmed() -> None:
    plan = replace(make_two_units(), status=PlanStatus.CONFIRMED)
    shown = list_shown(build_feed(plan, record(plan), "plan", TODAY))
    assert {status for _, status in shown} == {EventStatus.CONFIRMED}


def test_alarms_stand_in_the_other_form_of_the_feed_alone_and_not_in_what_is_cancelled() -> None:
    before = make_two_units()
    after = replace(before, visits=before.visits[1:])
    feed = build_feed(after, remove(after, before), "plan", TODAY)
    assert feed.content.count(b"BEGIN:VALARM") == 0
    assert feed.alarmed.count(b"BEGIN:VALARM") == 3
    alarms = [
        (str(event["UID"]).split("@")[0], alarm.decoded("TRIGGER"))
        for event in Calendar.from_ical(feed.alarmed).events
        for alarm in event.walk("VALARM")
    ]
    assert alarms == [(DEADLINE, -timedelta(hours=16)), *((uid, -timedelta(days=1)) for uid in LUC_NAM)]


def test_100_builds_without_a_change_give_the_same_bytes() -> None:
    plan = make_two_units()
    assert len({build_feed(plan, record(plan), "plan", TODAY).alarmed for _ in range(100)}) == 1
