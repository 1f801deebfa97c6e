"""Plans and readers for sample letters: one plan that says all that a plan can say, and one that says little.

Pure.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from scheduler.attendance import Reply, VisitAnswer
from scheduler.model import (
    OFFICE_ZONE,
    Commune,
    Contact,
    Due,
    Forms,
    Organiser,
    Plan,
    PlanStatus,
    Report,
    Session,
    Team,
    Unit,
    Visit,
    VisitSession,
)

VISIT_DAY = date(2024, 5, 20)
LAST_DAY = date(2024, 5, 9)
UNIT = Contact("ubnd-huyen", "UBND huyện Sơn Động", "son-dong", "ubnd@son-dong.example")
COMMUNE = Contact("ubnd-xa", "UBND xã An Bá", "son-dong/an-ba", "ubnd@an-ba.example")
MEMBER = Contact("truong-doan", "Nguyễn Thị Bình", "doan", "truong-doan@so.example", "Trưởng đoàn")
WRONG_ADDRESS = "van-thu@so.example"
LINK = "https://lich.so.example/"
ANSWER_LINK = "https://lich.so.example/tra-loi/WyJtYXUiXQ.c2FtcGxl"
CONTACTS = (UNIT, COMMUNE, MEMBER, Contact("phuc-son", "UBND xã Phúc Sơn", "son-dong/phuc-son"))


def make_full_plan() -> Plan:
    """Return a tentative plan that says all that a plan can say."""
    organiser = "Sở Lao động - Thương binh và Xã hội"
    return Plan(
        id="mau",
        title="Kế hoạch kiểm tra công tác trẻ em năm 2024",
        number="12/KH-SLĐTBXH",
        organiser=Organiser(organiser, "so@so.example"),
        updated=datetime(2024, 4, 15, 9, 0, tzinfo=OFFICE_ZONE),
        status=PlanStatus.TENTATIVE,
        public=True,
        scope="Công tác trẻ em và bình đẳng giới",
        sessions=(
            Session("morning", "Buổi sáng", time(7, 0), time(11, 30)),
            Session("afternoon", "Buổi chiều", time(13, 30), time(17, 0)),
        ),
        units=(Unit("son-dong", "Sơn Động", (Commune("phuc-son", "Phúc Sơn"), Commune("an-ba", "An Bá"))),),
        teams=(Team("doan", "Đoàn kiểm tra", (MEMBER.id,)),),
        visits=(
            Visit(
                id="son-dong",
                unit="son-dong",
                communes=("phuc-son", "an-ba"),
                dates=(VISIT_DAY,),
                sessions=(VisitSession("morning"), VisitSession("afternoon")),
                team="doan",
            ),
        ),
        reports=(
            Report(
                id="bao-cao",
                title="Báo cáo công tác trẻ em",
                due=Due("before", LAST_DAY + timedelta(days=1)),
                deliver_to=organiser,
                submit_to=("bao-cao@so.example",),
                owed_by=("son-dong",),
                forms=Forms("Phụ lục số 03"),
            ),
        ),
    )


def make_bare_plan() -> Plan:
    """Return a plan that says as little as it can: no hours, no scope, no form, not even a commune for the unit."""
    full = make_full_plan()
    visit, report = full.visits[0], full.reports[0]
    return replace(
        full,
        number=None,
        organiser=Organiser("Sở Lao động"),
        public=False,
        scope=None,
        sessions=(),
        visits=(replace(visit, sessions=(), communes=("an-ba",)),),
        reports=(replace(report, deliver_to=None, submit_to=(), forms=Forms()),),
    )


def make_answers() -> tuple[VisitAnswer, ...]:
    """Return one answer of each kind about the visit of both plans; one who was asked has not answered."""
    at, starts = datetime(2024, 5, 14, 9, 0, tzinfo=OFFICE_ZONE), f"{VISIT_DAY}T07:00"
    return (
        VisitAnswer("mau", "son-dong", UNIT.id, starts, Reply.ATTENDS, "", at),
        VisitAnswer("mau", "son-dong", COMMUNE.id, starts, Reply.SUBSTITUTE, "bà Hoàng Thị Hoa", at),
        VisitAnswer("mau", "son-dong", MEMBER.id, starts, Reply.CANNOT, "đi công tác", at),
    )
