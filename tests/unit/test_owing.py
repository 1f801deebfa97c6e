"""What a person calls a unit -> the one report that is meant, or a sentence that says what is not clear."""

from dataclasses import replace
from datetime import date

import pytest

from scheduler.errors import UsageError
from scheduler.model import Commune, Due, Plan, Report, Unit
from scheduler.owing import find_owed
from tests.samples import make_plan

PLAN = make_plan()
CITY = Unit("tp-bac-giang", "TP. Bắc Giang", (Commune("song-mai", "xã Song Mai"), Commune("an-ba", "An Bá")))


def make_rich_plan() -> Plan:
    owed = replace(PLAN.reports[0], owed_by=("son-dong", "tp-bac-giang", "tp-bac-giang/song-mai"))
    return replace(PLAN, units=(*PLAN.units, CITY), reports=(owed,))


@pytest.mark.parametrize(
    ("said", "unit"),
    [
        ("son-dong", "son-dong"),
        ("Sơn Động", "son-dong"),
        ("  SON   DONG ", "son-dong"),
        ("huyện Sơn Động", "son-dong"),
        ("UBND huyện Sơn Động", "son-dong"),
        ("thành phố Bắc Giang", "tp-bac-giang"),
        ("bac giang", "tp-bac-giang"),
        ("tp-bac-giang/song-mai", "tp-bac-giang/song-mai"),
        ("UBND xã Song Mai", "tp-bac-giang/song-mai"),
        ("Song Mai, TP. Bắc Giang", "tp-bac-giang/song-mai"),
    ],
)
def test_find_owed_understands(said: str, unit: str) -> None:
    assert find_owed((make_rich_plan(),), said).unit == unit


def test_find_owed_offers_the_nearest_names_for_an_unknown_one() -> None:
    with pytest.raises(UsageError, match="there is no unit 'Sơn Độg'; did you mean 'Sơn Động'"):
        find_owed((PLAN,), "Sơn Độg")
    with pytest.raises(UsageError, match="known: Sơn Động, Phúc Sơn, Sơn Động, An Bá, Sơn Động"):
        find_owed((PLAN,), "qwertz")


def test_find_owed_says_that_a_unit_does_not_owe_it() -> None:
    with pytest.raises(UsageError, match=r"An Bá, TP. Bắc Giang .* owes no report of plan plan; it is owed by"):
        find_owed((make_rich_plan(),), "tp-bac-giang/an-ba")


def test_find_owed_names_the_choices_where_several_are_meant() -> None:
    second = Report("bao-cao-2", "Báo cáo lần hai", Due("by", date(2024, 11, 1)), owed_by=("son-dong",))
    both = replace(PLAN, reports=(*PLAN.reports, second))
    with pytest.raises(UsageError, match="'son-dong' --report bao-cao; 'son-dong' --report bao-cao-2"):
        find_owed((both,), "son-dong")
    assert find_owed((both,), "son-dong", report="bao-cao-2").report is second
    plans = (PLAN, replace(PLAN, id="other"))
    with pytest.raises(UsageError, match="'son-dong' --plan plan --report bao-cao; 'son-dong' --plan other"):
        find_owed(plans, "son-dong")
    assert find_owed(plans, "son-dong", plan="other").plan.id == "other"


def test_find_owed_names_an_unknown_plan_or_report() -> None:
    with pytest.raises(UsageError, match="there is no plan 'plam'; did you mean 'plan'"):
        find_owed((PLAN,), "son-dong", plan="plam")
    with pytest.raises(UsageError, match="there is no report 'baocao'; did you mean 'bao-cao'"):
        find_owed((PLAN,), "son-dong", report="baocao")
    with pytest.raises(UsageError, match="there is no plan yet"):
        find_owed((), "son-dong")
