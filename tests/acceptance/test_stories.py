"""What people are told when an admin edits: each story on the real service, mail by mail.

The sample: a visit of Sơn Động on Monday 20/5/2024, told of a week before (13/5 08:00), to the team on the eve
(17/5 15:00). Every edit but the first is foretold by `scheduler diff --draft --json`, and the season asserts that what
it foretold is what comes about: events, mails, SEQUENCE.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from scheduler.delivery import DeliveryState
from scheduler.model import Commune, Contact, Plan, PlanStatus, Rule, Visit
from scheduler.rules import parse_when
from tests.acceptance.season import Season, at, open_season
from tests.samples import make_contacts, make_plan, make_rules, make_visit

EVERYBODY = ["truong-doan", "ubnd-an-ba", "ubnd-phuc-son", "ubnd-son-dong"]


@pytest.fixture
def season(tmp_path: Path) -> Iterator[Season]:
    with open_season(tmp_path, start=at(10, 9), asks=True) as opened:
        yield opened
        opened.check_what_went()


def make_visit_plan(*days: date, status: PlanStatus = PlanStatus.TENTATIVE) -> Plan:
    visit = make_visit(dates=days or (date(2024, 5, 20),))
    return make_plan(visits=(visit,), reports=(), status=status)


def show(day: str, status: str, sequence: int, *, visit: str = "plan.son-dong") -> dict[str, str]:
    """Return what the feed says of a visit with a morning and an afternoon."""
    hours = {"morning": "07:00", "afternoon": "13:30"}
    return {f"{visit}.1.{session}": f"{day} {hour} {status} {sequence}" for session, hour in hours.items()}


BEFORE = show("20/05", "TENTATIVE", 0)


def tell(when: str, template: str, *contacts: str) -> list[tuple[str, str, str]]:
    return [(when, template, contact) for contact in sorted(contacts or EVERYBODY)]


def test_a_visit_moved_before_any_reminder_is_told_of_its_new_date_only(season: Season) -> None:
    season.edit(make_visit_plan())
    assert season.list_events() == BEFORE
    season.edit(make_visit_plan(date(2024, 5, 27)))
    assert season.list_events() == show("27/05", "TENTATIVE", 1)
    season.run_until(at(27, 8))
    assert season.list_mails() == [
        *tell("20/05 08:00", "visit-coming"),
        *tell("24/05 15:00", "visit-eve", "truong-doan"),
    ]


def test_a_visit_moved_after_its_first_reminder_is_told_as_moved_to_those_who_knew(season: Season) -> None:
    season.edit(make_visit_plan())
    season.run_until(at(14, 9))
    assert season.list_events() == BEFORE
    season.edit(make_visit_plan(date(2024, 5, 27)))
    assert season.list_events() == show("27/05", "TENTATIVE", 1)
    season.run_until(at(27, 8))
    assert season.list_mails(since=at(14, 9)) == [
        *tell("14/05 09:10", "visit-moved"),
        *tell("20/05 08:00", "visit-coming"),
        *tell("24/05 15:00", "visit-eve", "truong-doan"),
    ]


def test_a_visit_moved_to_tomorrow_is_told_at_once_and_once(season: Season) -> None:
    season.edit(make_visit_plan())
    season.run_until(at(14, 9))
    assert season.list_events() == BEFORE
    season.edit(make_visit_plan(date(2024, 5, 15)))
    assert season.list_events() == show("15/05", "TENTATIVE", 1)
    season.run_until(at(20, 8))
    assert season.list_mails(since=at(14, 9)) == [
        *tell("14/05 09:00", "visit-moved"),
        *tell("14/05 15:00", "visit-eve", "truong-doan"),
    ]


def test_a_cancelled_visit_is_told_to_those_who_knew_and_never_again(season: Season) -> None:
    season.edit(make_visit_plan())
    season.run_until(at(14, 9))
    assert season.list_events() == BEFORE
    season.edit(
        make_plan(
            visits=(make_visit(cancelled=True), make_visit(visit_id="other", dates=(date(2024, 7, 1),))), reports=()
        )
    )
    other = show("01/07", "TENTATIVE", 0, visit="plan.other")
    assert season.list_events() == {**show("20/05", "CANCELLED", 1), **other}
    season.run_until(at(21, 8))
    assert season.list_mails(since=at(14, 9)) == tell("14/05 09:10", "visit-cancelled")
    assert season.read_feed().count("SUMMARY:ĐÃ HỦY: ") == 2


def test_an_edit_taken_back_while_it_settles_tells_nobody(season: Season) -> None:
    season.edit(make_visit_plan())
    season.run_until(at(14, 9))
    season.edit(make_visit_plan(date(2024, 5, 27)))
    season.run_until(at(14, 9, 5))
    assert season.list_events() == show("27/05", "TENTATIVE", 1)
    season.edit(make_visit_plan())
    assert season.list_events() == show("20/05", "TENTATIVE", 2)
    season.run_until(at(20, 8))
    assert season.list_mails(since=at(14, 9)) == tell("17/05 15:00", "visit-eve", "truong-doan")


def test_a_commune_replaced_tells_the_old_one_it_is_off_and_the_new_one_it_is_on(season: Season) -> None:
    plan = make_visit_plan()
    season.edit(plan)
    season.run_until(at(14, 9))
    unit = replace(plan.units[0], communes=(*plan.units[0].communes, Commune("kien-thanh", "Kiên Thành")))
    visit = replace(plan.visits[0], communes=("phuc-son", "kien-thanh"))
    new = Contact("ubnd-kien-thanh", "UBND xã Kiên Thành", "son-dong/kien-thanh", "ubnd@kien-thanh.example")
    assert season.list_events() == BEFORE
    assert "Kiểm tra: Sơn Động (Phúc Sơn\\, An Bá)" in season.read_feed()
    season.edit(replace(plan, units=(unit, plan.units[1]), visits=(visit,)), contacts=(*make_contacts(), new))
    assert season.list_events() == show("20/05", "TENTATIVE", 1)
    assert "Kiểm tra: Sơn Động (Phúc Sơn\\, Kiên Thành)" in season.read_feed()
    season.run_until(at(17, 9))
    assert season.list_mails(since=at(14, 9)) == [
        *tell("14/05 09:00", "visit-coming", "ubnd-kien-thanh"),
        *tell("14/05 09:10", "correction", "truong-doan", "ubnd-phuc-son", "ubnd-son-dong"),
        *tell("14/05 09:10", "visit-cancelled", "ubnd-an-ba"),
    ]


def test_a_corrected_address_gets_what_it_missed_and_still_needs(season: Season) -> None:
    season.edit(make_visit_plan())
    season.run_until(at(14, 9))
    contacts = tuple(
        replace(contact, email="dung@an-ba.example") if contact.id == "ubnd-an-ba" else contact
        for contact in make_contacts()
    )
    season.edit(make_visit_plan(), contacts=contacts)
    assert season.list_events() == BEFORE
    season.run_until(at(20, 8))
    assert season.list_mails(since=at(14, 9)) == [
        *tell("14/05 09:00", "visit-coming", "ubnd-an-ba"),
        *tell("17/05 15:00", "visit-eve", "truong-doan"),
    ]
    last = [row.address for row in season.ledger.history.list_deliveries() if row.contact == "ubnd-an-ba"]
    assert last == ["ubnd@an-ba.example", "dung@an-ba.example"]


def test_a_rule_added_when_its_instant_is_past_goes_at_once_if_it_is_the_newest(season: Season) -> None:
    season.edit(make_visit_plan())
    season.run_until(at(16, 9))
    new = Rule("visit-5-days", "visit", ("communes",), parse_when("5 days before at 08:00"), "visit-coming")
    old = Rule("visit-9-days", "visit", ("communes",), parse_when("9 days before at 08:00"), "visit-coming")
    season.edit(make_visit_plan(), rules=(*make_rules(), new, old))
    assert season.list_events() == BEFORE
    season.run_until(at(17, 9))
    assert season.list_mails(since=at(16, 9)) == tell("16/05 09:00", "visit-coming", "ubnd-an-ba", "ubnd-phuc-son")


def test_a_confirmed_plan_is_told_once_to_each_who_knew_it_as_tentative(season: Season) -> None:
    season.edit(make_visit_plan())
    season.run_until(at(14, 9))
    assert season.list_events() == BEFORE
    season.edit(make_visit_plan(status=PlanStatus.CONFIRMED))
    assert season.list_events() == show("20/05", "CONFIRMED", 1)
    season.run_until(at(17, 9))
    assert season.list_mails(since=at(14, 9)) == tell("14/05 09:10", "plan-confirmed")


def test_a_member_of_two_teams_is_told_of_both_plans(season: Season) -> None:
    first = make_visit_plan()
    second = replace(make_visit_plan(date(2024, 5, 21)), id="second", title="Kiểm tra khác năm 2024")
    season.edit(first, second)
    season.run_until(at(14, 9))
    assert season.list_events() == {**BEFORE, **show("21/05", "TENTATIVE", 0, visit="second.son-dong")}
    season.edit(first, replace(second, visits=(make_visit(dates=(date(2024, 5, 28),)),)))
    assert season.list_events() == {**BEFORE, **show("28/05", "TENTATIVE", 1, visit="second.son-dong")}
    season.run_until(at(14, 10))
    assert season.list_mails() == [
        *tell("13/05 08:00", "visit-coming"),
        *tell("14/05 08:00", "visit-coming"),
        *tell("14/05 09:10", "visit-moved"),
    ]
    rows = season.ledger.history.list_deliveries()
    told = [(r.plan, r.template) for r in rows if r.contact == "truong-doan" and r.state is DeliveryState.SENT]
    assert sorted(told) == [("plan", "visit-coming"), ("second", "visit-coming"), ("second", "visit-moved")]


def make_ten() -> tuple[Visit, ...]:
    first = date(2024, 5, 20)
    return tuple(make_visit(visit_id=f"v{n}", dates=(first + timedelta(days=n),)) for n in range(10))


def test_four_of_ten_visits_removed_wait_until_they_are_approved(season: Season) -> None:
    visits = make_ten()
    season.edit(make_plan(visits=visits, reports=()))
    season.run_until(at(14, 9))
    foretold = season.edit(make_plan(visits=visits[4:], reports=()))
    season.run_until(at(14, 12))
    assert foretold.reasons == ("plan plan: 4 of 10 visits and reports to come would be cancelled",)
    assert season.list_mails(since=at(14, 8, 30)) == []
    before = [show(f"{20 + n}/05", "TENTATIVE", 0, visit=f"plan.v{n}") for n in range(10)]
    assert season.list_events() == {uid: said for one in before for uid, said in one.items()}
    assert season.approve()
    after = [show(f"{20 + n}/05", "CANCELLED", 1, visit=f"plan.v{n}") for n in range(4)] + before[4:]
    assert season.list_events() == {uid: said for one in after for uid, said in one.items()}
    season.run_until(at(14, 12, 30))
    assert season.ledger.edits.find_waiting() is None
    cancelled = [mail for mail in season.list_mails(since=at(14, 9)) if mail[1] == "visit-cancelled"]
    # Only the first two of the four had been told of (13/5 and 14/5).
    assert cancelled == sorted([*tell("14/05 12:10", "visit-cancelled"), *tell("14/05 12:10", "visit-cancelled")])


def test_a_rule_taken_away_tells_nobody_that_a_visit_is_off(season: Season) -> None:
    season.edit(make_visit_plan())
    season.run_until(at(14, 9))
    rules = tuple(rule for rule in make_rules() if rule.id != "visit-1-week")
    season.edit(make_visit_plan(), rules=rules)
    season.run_until(at(20, 8))
    assert season.list_mails(since=at(14, 9)) == tell("17/05 15:00", "visit-eve", "truong-doan")


def test_who_no_rule_names_any_more_is_still_told_that_a_visit_moved(season: Season) -> None:
    season.edit(make_visit_plan())
    season.run_until(at(14, 9))
    rules = tuple(rule for rule in make_rules() if rule.id != "visit-1-week")
    season.edit(make_visit_plan(date(2024, 5, 27)), rules=rules)
    season.run_until(at(27, 8))
    assert season.list_mails(since=at(14, 9)) == [
        *tell("14/05 09:10", "visit-moved"),
        *tell("24/05 15:00", "visit-eve", "truong-doan"),
    ]


SECOND = replace(make_visit_plan(date(2024, 5, 21)), id="second", title="Kiểm tra khác năm 2024")
OF_SECOND = Contact("ubnd-rieng", "UBND huyện Sơn Động", "son-dong", "ubnd@rieng.example", plans=("second",))
EMPTY = "plan second would be empty: all 1 visits and reports to come would be cancelled"


def begin_two_plans(season: Season) -> None:
    """Let two plans be in force, and the readers of both be told of their visits; one reads of the second alone."""
    season.edit(make_visit_plan(), SECOND, contacts=(*make_contacts(), OF_SECOND))
    season.run_until(at(14, 9))
    assert season.list_events() == {**BEFORE, **show("21/05", "TENTATIVE", 0, visit="second.son-dong")}


def test_a_plan_file_taken_away_with_its_contact_is_told_as_cancelled_to_those_who_knew(season: Season) -> None:
    begin_two_plans(season)
    foretold = season.edit(make_visit_plan())
    assert foretold.reasons == (EMPTY,)
    season.run_until(at(14, 10))
    assert season.list_mails(since=at(14, 8, 30)) == []
    assert season.list_events() == {**BEFORE, **show("21/05", "TENTATIVE", 0, visit="second.son-dong")}
    assert season.approve()
    gone = {**BEFORE, **show("21/05", "CANCELLED", 1, visit="second.son-dong")}
    assert season.list_events() == gone
    season.run_until(at(15, 9))
    told = tell("14/05 10:10", "visit-cancelled", *EVERYBODY, "ubnd-rieng")
    assert season.list_mails(since=at(14, 8, 30)) == told
    # Neither a restart nor another edit tells anybody again, and who subscribed still reads that it is off.
    season.restart()
    season.edit(make_visit_plan(date(2024, 5, 22)))
    season.run_until(at(15, 12))
    moved = [mail for mail in season.list_mails(since=at(14, 8, 30)) if mail not in told]
    assert moved == tell("15/05 09:10", "visit-moved")
    assert season.list_events() == {**gone, **show("22/05", "TENTATIVE", 1)}


def test_a_plan_file_put_back_before_the_settling_time_is_over_tells_nobody(season: Season) -> None:
    begin_two_plans(season)
    season.edit(make_visit_plan())
    assert season.approve()
    season.run_until(at(14, 9, 5))
    season.edit(make_visit_plan(), SECOND, contacts=(*make_contacts(), OF_SECOND))
    assert season.list_events() == {**BEFORE, **show("21/05", "TENTATIVE", 2, visit="second.son-dong")}
    season.run_until(at(17, 12))
    assert season.list_mails(since=at(14, 8, 30)) == []


def test_a_plan_file_put_back_after_its_people_were_told_is_told_as_on_again(season: Season) -> None:
    begin_two_plans(season)
    season.edit(make_visit_plan())
    assert season.approve()
    season.run_until(at(14, 12))
    season.edit(make_visit_plan(), SECOND, contacts=(*make_contacts(), OF_SECOND))
    season.run_until(at(17, 12))
    assert season.list_mails(since=at(14, 9, 30)) == tell("14/05 12:10", "correction", *EVERYBODY, "ubnd-rieng")


def test_a_plan_file_taken_away_while_the_service_was_stopped_is_told_as_cancelled(season: Season) -> None:
    begin_two_plans(season)
    season.save_while_stopped(make_visit_plan())
    season.run_until(at(14, 10))
    assert season.list_mails(since=at(14, 8, 30)) == []
    assert season.list_events() == {**BEFORE, **show("21/05", "TENTATIVE", 0, visit="second.son-dong")}
    assert season.approve()
    assert season.list_events() == {**BEFORE, **show("21/05", "CANCELLED", 1, visit="second.son-dong")}
    season.run_until(at(15, 9))
    assert season.list_mails(since=at(14, 8, 30)) == tell("14/05 10:10", "visit-cancelled", *EVERYBODY, "ubnd-rieng")


def test_a_plan_file_taken_away_tells_what_writing_cancelled_into_it_would(tmp_path: Path) -> None:
    ways = {"away": (), "cancelled": (replace(SECOND, status=PlanStatus.CANCELLED),)}
    mails, events = {}, {}
    for name, rest in ways.items():
        (tmp_path / name).mkdir()
        with open_season(tmp_path / name, start=at(10, 9), asks=True) as season:
            begin_two_plans(season)
            season.edit(make_visit_plan(), *rest, contacts=(*make_contacts(), OF_SECOND) if rest else None)
            assert season.approve()
            season.run_until(at(20, 8))
            mails[name], events[name] = season.list_mails(), season.list_events()
    assert mails["away"] == mails["cancelled"]
    assert events["away"] == events["cancelled"]


def test_a_plan_file_taken_away_when_its_last_day_is_past_goes_without_a_word(tmp_path: Path) -> None:
    with open_season(tmp_path, start=at(10, 9)) as season:
        begin_two_plans(season)
        season.run_until(at(22, 9))
        foretold = season.edit(make_visit_plan())
        assert foretold.reasons == ()
        season.run_until(at(23, 9))
        assert season.list_mails(since=at(21, 8)) == []
        assert season.list_events() == BEFORE
