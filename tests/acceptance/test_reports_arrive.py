"""A report that arrives stops its reminders; taking that back starts what is still useful again.

The sample: a report of Sơn Động and Lục Nam due before 10/5/2024, told of on 3/5 and on its last day, 9/5.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from scheduler.arrivals import NOT_OWED_NOW, Mark, ReportMark
from scheduler.changes import OPEN_STATES
from scheduler.delivery import DeliveryState, Verdict, plan_skip
from scheduler.digests import FollowUp
from scheduler.ledger import FrozenMessage
from scheduler.model import Due, Plan, Rule
from scheduler.rules import parse_repeat, parse_when
from tests.acceptance.season import Season, at, open_season
from tests.acceptance.test_stories import make_ten
from tests.attempts import claim, conclude
from tests.samples import make_plan, make_rules

FIRST = ("03/05 08:00", "report-due")
LAST = ("09/05 08:00", "report-last-day")
OVERDUE = Rule(
    "overdue",
    "report",
    ("units",),
    parse_when("1 working day after at 08:00"),
    "report-overdue",
    repeat=parse_repeat("every 2 working days, 3 times"),
)


@pytest.fixture
def season(tmp_path: Path) -> Iterator[Season]:
    with open_season(tmp_path, start=at(25, 9, month=4)) as opened:
        opened.edit(make_report_plan())
        yield opened


def make_report_plan() -> Plan:
    return make_plan(visits=())


def mark(season: Season, said: Mark, *, unit: str = "son-dong", on: date | None = None) -> bool:
    return season.ledger.arrivals.add(ReportMark("plan", "bao-cao", unit, said, on, "office", season.clock.now()))


def tell(*mails: tuple[str, str], unit: str = "son-dong") -> list[tuple[str, str, str]]:
    return [(when, template, f"ubnd-{unit}") for when, template in mails]


def list_states(season: Season, unit: str = "son-dong") -> list[tuple[str, str]]:
    rows = season.ledger.history.list_deliveries()
    return [(row.rule, row.state) for row in rows if row.unit == unit]


@pytest.mark.parametrize("said", [Mark.SAID, Mark.RECEIVED, Mark.EXCUSED])
def test_a_settled_report_is_not_reminded_of_and_others_are(season: Season, said: Mark) -> None:
    season.run_until(at(3, 9))
    mark(season, said, on=date(2024, 5, 3) if said is Mark.RECEIVED else None)
    season.run_until(at(10, 9))
    assert sorted(season.list_mails()) == sorted([*tell(FIRST), *tell(FIRST, LAST, unit="luc-nam")])
    assert list_states(season) == [("report-5-days", "sent"), ("report-last-day", "skipped")]


def test_taking_back_before_the_next_reminder_sends_it_on_its_day(season: Season) -> None:
    mark(season, Mark.SAID)
    season.run_until(at(4, 9))
    mark(season, Mark.TAKEN_BACK)
    season.run_until(at(10, 9))
    # Of the two, the first is past: it goes at once, as it would after a first start.
    assert [mail for mail in season.list_mails() if mail[2] == "ubnd-son-dong"] == [
        ("04/05 09:00", "report-due", "ubnd-son-dong"),
        ("09/05 08:00", "report-last-day", "ubnd-son-dong"),
    ]


def test_taking_back_after_the_deadline_sends_nothing_that_is_of_no_use_any_more(season: Season) -> None:
    mark(season, Mark.SAID)
    season.run_until(at(10, 9))
    mark(season, Mark.TAKEN_BACK)
    season.run_until(at(12, 9))
    assert list_states(season) == [("report-5-days", "skipped"), ("report-last-day", "skipped")]


def test_a_reminder_that_a_person_skipped_stays_skipped(season: Season) -> None:
    row = next(row for row in season.ledger.history.list_in_states(OPEN_STATES) if row.unit == "son-dong")
    now = season.clock.now()
    season.ledger.sending.move_unsent(row, plan_skip(row, "they rang"), now)
    mark(season, Mark.SAID)
    season.run_until(at(1, 9))
    mark(season, Mark.TAKEN_BACK)
    season.run_until(at(10, 9))
    assert list_states(season) == [("report-5-days", "skipped"), ("report-last-day", "sent")]


def test_a_deadline_that_moves_is_not_told_to_who_has_sent_the_report(season: Season) -> None:
    season.run_until(at(3, 9))
    mark(season, Mark.SAID)
    plan = make_report_plan()
    moved = replace(plan.reports[0], due=Due("before", date(2024, 5, 17)))
    season.edit(replace(plan, reports=(moved,)))
    season.run_until(at(20, 9))
    assert season.list_mails(since=at(3, 9)) == [
        ("03/05 09:10", "correction", "ubnd-luc-nam"),
        ("09/05 08:00", "report-due", "ubnd-luc-nam"),
        ("16/05 08:00", "report-last-day", "ubnd-luc-nam"),
    ]


def test_a_mail_under_way_as_the_report_comes_does_not_go_again(season: Season) -> None:
    now = at(3, 8)
    ledger = season.ledger
    row = next(row for row in ledger.history.list_in_states(OPEN_STATES) if row.unit == "son-dong")
    season.clock.reach(now)
    message = FrozenMessage("<1@so.example>", "so@so.example", row.address, "Nhắc", b"", now)
    assert claim(ledger.sending, row, message, now)
    mark(season, Mark.SAID)
    assert conclude(ledger.sending, row, Verdict(DeliveryState.RETRYING, now, "4.2.0 busy"), now)
    again = ledger.sending.find(row.id)
    assert again is not None
    assert again.state is DeliveryState.RETRYING
    assert not claim(ledger.sending, again, message, now)
    season.run_until(at(3, 10))
    held = ledger.sending.find(row.id)
    assert held is not None
    assert (held.state, held.detail) == (DeliveryState.SKIPPED, NOT_OWED_NOW)


def test_an_edit_that_waits_is_the_same_edit_after_a_report_came(season: Season) -> None:
    visits = make_ten()
    season.edit(make_plan(visits=visits))
    season.edit(make_plan(visits=visits[4:]))
    waiting = season.ledger.edits.find_waiting()
    assert waiting is not None
    mark(season, Mark.RECEIVED, on=date(2024, 4, 25))
    season.run_until(at(30, 9, month=4))
    mark(season, Mark.TAKEN_BACK)
    mark(season, Mark.SAID, unit="luc-nam")
    season.run_until(at(1, 9))
    assert season.ledger.edits.find_waiting() == waiting
    assert season.ledger.edits.approve(waiting.fingerprint, season.clock.now())
    season.run_until(at(1, 10))
    assert season.ledger.edits.find_waiting() is None
    assert [decision.applied for decision in season.decisions] == [True, True, False, True]


@pytest.fixture
def followed(tmp_path: Path) -> Iterator[Season]:
    with open_season(tmp_path, start=at(25, 9, month=4)) as opened:
        opened.follow_up = FollowUp()
        opened.edit(make_report_plan(), rules=(*make_rules(), OVERDUE))
        yield opened


def list_follow_up(season: Season, *, since: datetime | None = None) -> list[tuple[str, str, str]]:
    return [
        mail for mail in season.list_mails(since=since) if mail[1] in ("report-received", "report-overdue", "digest")
    ]


def test_a_receipt_goes_once_and_not_where_its_mark_is_taken_back_before(followed: Season) -> None:
    followed.run_until(at(3, 9))
    mark(followed, Mark.RECEIVED, on=date(2024, 5, 3))
    mark(followed, Mark.TAKEN_BACK)
    mark(followed, Mark.RECEIVED, unit="luc-nam", on=date(2024, 5, 3))
    followed.run_until(at(3, 12))
    assert list_follow_up(followed, since=at(3, 9)) == [("03/05 09:00", "report-received", "ubnd-luc-nam")]
    mark(followed, Mark.RECEIVED, on=date(2024, 5, 3))
    followed.run_until(at(3, 14))
    mark(followed, Mark.SAID)
    mark(followed, Mark.TAKEN_BACK)
    mark(followed, Mark.EXCUSED)
    followed.run_until(at(3, 15))
    assert list_follow_up(followed, since=at(3, 9)) == [
        ("03/05 09:00", "report-received", "ubnd-luc-nam"),
        ("03/05 12:00", "report-received", "ubnd-son-dong"),
    ]


def test_a_digest_with_nothing_to_say_does_not_go(followed: Season) -> None:
    mark(followed, Mark.EXCUSED)
    mark(followed, Mark.EXCUSED, unit="luc-nam")
    followed.run_until(at(10, 9, month=6))
    # Excused on 25/4 and told until a week later.
    assert list_follow_up(followed) == [("02/05 07:30", "digest", "truong-doan")]
    digests = [row for row in followed.ledger.history.list_deliveries() if row.rule == "digest"]
    assert {(row.state, row.detail) for row in digests[1:]} == {("skipped", "nothing to say")}


def test_only_who_owes_is_reminded_after_the_last_day(followed: Season) -> None:
    followed.run_until(at(9, 12))
    mark(followed, Mark.SAID)
    followed.run_until(at(13, 9))
    mark(followed, Mark.TAKEN_BACK)
    mark(followed, Mark.RECEIVED, unit="luc-nam", on=date(2024, 5, 13))
    followed.run_until(at(24, 9))
    assert [mail for mail in list_follow_up(followed, since=at(10, 0)) if mail[1] != "digest"] == [
        ("10/05 08:00", "report-overdue", "ubnd-luc-nam"),
        ("13/05 09:00", "report-overdue", "ubnd-son-dong"),
        ("13/05 09:00", "report-received", "ubnd-luc-nam"),
        ("14/05 08:00", "report-overdue", "ubnd-son-dong"),
        ("16/05 08:00", "report-overdue", "ubnd-son-dong"),
    ]


def test_three_days_without_the_service_send_one_overdue_reminder_and_one_digest(followed: Season) -> None:
    followed.run_until(at(9, 12))
    followed.clock.reach(at(17, 9))
    followed.run_until(at(17, 10))
    assert list_follow_up(followed, since=at(17, 0)) == [
        ("17/05 09:00", "digest", "truong-doan"),
        ("17/05 09:00", "report-overdue", "ubnd-luc-nam"),
        ("17/05 09:00", "report-overdue", "ubnd-son-dong"),
    ]


def test_a_reminder_rule_that_is_deleted_takes_its_overdue_mails_back(followed: Season) -> None:
    followed.run_until(at(9, 12))
    followed.edit(make_report_plan(), rules=make_rules())
    followed.run_until(at(24, 9))
    assert [mail for mail in list_follow_up(followed) if mail[1] == "report-overdue"] == []
