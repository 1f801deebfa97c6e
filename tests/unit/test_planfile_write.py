"""A plan written and read again is the same plan; what an admin sees of it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduler.model import (
    Commune,
    Due,
    Forms,
    Level,
    Organiser,
    Plan,
    PlanStatus,
    Report,
    Session,
    Source,
    Team,
    Unit,
    Visit,
    VisitSession,
)
from scheduler.naming import normalise_text
from scheduler.planfile import plan_to_json, plan_to_yaml, read_plan_text
from scheduler.planfile.write import quote_scalar
from scheduler.planfile.yamlfile import parse_yaml

UPDATED = datetime(2024, 4, 15, 9, tzinfo=timezone(timedelta(hours=7)))

PLAN = Plan(
    id="kiem-tra",
    title="Kế hoạch: kiểm tra #1",
    organiser=Organiser("Sở A"),
    updated=UPDATED,
    issued="2024-04",
    status=PlanStatus.TENTATIVE,
    bases=("Công văn số 1/A ngày 29/02/2024, của Bộ",),
    sessions=(Session("morning", "Buổi sáng", time(7), time(11, 30)),),
    units=(Unit("son-dong", "Sơn Động", (Commune("an-ba", "An Bá"),)), Unit("no", "no")),
    teams=(Team("doan", "Đoàn", ("truong-doan",)),),
    visits=(
        Visit(
            "son-dong",
            "son-dong",
            ("an-ba",),
            (date(2024, 5, 20),),
            (VisitSession("morning", place="Phòng 1, tầng 2", start=time(8)),),
            ("commune",),
            team="doan",
        ),
        Visit("no", "no", (), (date(2024, 5, 21), date(2024, 5, 22)), (VisitSession("morning"),), cancelled=True),
        Visit("no-2", "no", (), (), ()),
    ),
    reports=(
        Report(
            "bao-cao",
            "Báo cáo",
            Due("before", date(2024, 5, 10), time(17)),
            "Sở A",
            ("a@so-a.example",),
            ("son-dong", "son-dong/an-ba"),
            Forms("Phụ lục số 03", (("no", "Phụ lục số 02"),)),
        ),
    ),
    distribution=("Như trên",),
    sources=(
        Source("/plan/number", "line 3"),
        Source("/bases/0", "line 9"),
        Source("/visits/0/date", "line 93, column 'Thời gian'"),
        Source("/reports/0/due", "line 70"),
        Source("/reports/0/forms/no", "line 71"),
    ),
)

WRITTEN = """\
plan:
  id: kiem-tra
  title: "Kế hoạch: kiểm tra #1"
  number: null  # line 3
  issued: "2024-04"
  status: tentative
  timezone: Asia/Ho_Chi_Minh
  public: false
  updated: 2024-04-15T09:00+07:00
organiser: {name: Sở A, email: null}
bases:
  - Công văn số 1/A ngày 29/02/2024, của Bộ  # line 9
sessions:
  - {id: morning, name: Buổi sáng, start: "07:00", end: "11:30"}
units:
  - id: son-dong
    name: Sơn Động
    communes:
      - {id: an-ba, name: An Bá}
  - id: "no"
    name: "no"
    communes: []
teams:
  - {id: doan, name: Đoàn, members: [truong-doan]}
visits:
  - id: son-dong
    unit: son-dong
    communes: [an-ba]
    date: 2024-05-20  # line 93, column 'Thời gian'
    sessions:
      - {id: morning, place: "Phòng 1, tầng 2", start: "08:00"}
    levels: [commune]
    team: doan
  - id: "no"
    unit: "no"
    communes: []
    dates: [2024-05-21, 2024-05-22]
    sessions: [morning]
    levels: [unit, commune]
    cancelled: true
  - id: no-2
    unit: "no"
    communes: []
    date: null
    sessions: []
    levels: [unit, commune]
reports:
  - id: bao-cao
    title: Báo cáo
    due: {before: 2024-05-10, at: "17:00"}  # line 70
    deliver_to: Sở A
    submit_to: [a@so-a.example]
    owed_by: [son-dong, son-dong/an-ba]
    forms: {"no": Phụ lục số 02, default: Phụ lục số 03}  # line 71
distribution:
  - Như trên
sources:
  /plan/number: line 3
  /bases/0: line 9
  /visits/0/date: line 93, column 'Thời gian'
  /reports/0/due: line 70
  /reports/0/forms/no: line 71
"""


def test_the_file_has_the_keys_of_the_contract_in_order_with_places_as_comments() -> None:
    lines = plan_to_yaml(PLAN).splitlines(keepends=True)
    assert "".join(line for line in lines if line.strip() and not line.startswith("#")) == WRITTEN


def test_reading_what_was_written_gives_the_same_plan() -> None:
    assert read_plan_text(plan_to_yaml(PLAN), "kiem-tra.yaml") == PLAN


def test_json_has_the_same_values_and_can_be_printed() -> None:
    printed = json.loads(json.dumps(plan_to_json(PLAN), ensure_ascii=False))
    root, _ = parse_yaml(WRITTEN, "kiem-tra.yaml")
    assert root is not None
    assert printed == root.plain
    assert list(printed) == [entry.key.text for entry in root.entries]


def test_a_comment_that_would_not_be_readable_is_left_out() -> None:
    many = (*(Source(f"/reports/0/owed_by/{i}", f"line {i}") for i in range(2)), Source("/reports/0/owed_by", "x"))
    long = (Source("/reports/0/title", "trang " * 20),)
    text = plan_to_yaml(replace(PLAN, sources=many + long))
    assert "    owed_by: [son-dong, son-dong/an-ba]\n" in text
    assert "    title: Báo cáo\n" in text


# --- the law ----------------------------------------------------------------------------------------

slugs = st.from_regex(r"[a-z0-9]{1,6}(-[a-z0-9]{1,4}){0,2}", fullmatch=True).filter(lambda slug: slug != "default")
characters = st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp"))
awkward = st.sampled_from(
    [
        *("no", "8:30", "1e3", "-a", "#x", "a#b", "'", '"', "{", "[a]", "*a", "&a", "!", "%", "@", "null", "~", "0x1F"),
        *("2024-05-20", "1_000", "=", "|", "a,b", "\\", "\u00ad", "\ufeff", "…", "?", ":", "a:", "<<", "a: b", "- a"),
        *("a #b", "a, b", "? a"),
    ]
)
lines = (
    (st.text(characters, min_size=1, max_size=12) | awkward)
    .map(lambda text: normalise_text(text.replace("\n", " ")))
    .filter(lambda text: bool(text) and "=?" not in text)
)
paragraphs = st.lists(lines, min_size=1, max_size=3).map("\n".join).map(normalise_text)
hours = st.times().map(lambda hour: hour.replace(second=0, microsecond=0))
days = st.dates(date(1900, 1, 1), date(2200, 12, 31))
instants = st.builds(datetime.combine, days, st.times(), st.sampled_from([UPDATED.tzinfo, UTC]))
addresses = st.sampled_from(["a@x.vn", "bao-cao@so-a.example", "o'x_y+z@a-b.gov.vn"])


def several(part: st.SearchStrategy[str], most: int = 3) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(part, max_size=most, unique=True).map(tuple)


@st.composite
def sessions(draw: st.DrawFn) -> tuple[Session, ...]:
    spans = [sorted(draw(st.lists(hours, min_size=2, max_size=2, unique=True))) for _ in range(draw(st.integers(0, 2)))]
    ids = draw(st.lists(slugs, min_size=len(spans), max_size=len(spans), unique=True))
    return tuple(Session(i, draw(lines), start, end) for i, (start, end) in zip(ids, spans, strict=True))


@st.composite
def units(draw: st.DrawFn) -> tuple[Unit, ...]:
    return tuple(
        Unit(unit, draw(lines), tuple(Commune(commune, draw(lines)) for commune in draw(several(slugs))))
        for unit in draw(several(slugs))
    )


@st.composite
def visits(draw: st.DrawFn, unit: Unit, visit_id: str, own: tuple[Session, ...], team: tuple[Team, ...]) -> Visit:
    communes = tuple(commune.id for commune in unit.communes)
    some: tuple[tuple[Level, ...], ...] = (("unit", "commune"), ("commune",), ())
    return Visit(
        id=visit_id,
        unit=unit.id,
        communes=draw(several(st.sampled_from(communes))) if communes else (),
        dates=tuple(sorted(draw(st.sets(days, max_size=3)))),
        sessions=tuple(
            VisitSession(
                session.id,
                draw(st.none() | st.sampled_from(communes)) if communes else None,
                draw(st.none() | lines),
                draw(st.sampled_from([None, session.start])),
                draw(st.sampled_from([None, session.end])),
            )
            for session in own
        ),
        levels=draw(st.sampled_from(some)),
        scope=draw(st.none() | paragraphs),
        team=draw(st.none() | st.sampled_from([t.id for t in team])) if team else None,
        cancelled=draw(st.booleans()),
    )


@st.composite
def reports(draw: st.DrawFn, report_id: str, owers: tuple[str, ...]) -> Report:
    some = several(st.sampled_from(owers)) if owers else st.just(())
    return Report(
        id=report_id,
        title=draw(lines),
        due=Due(draw(st.sampled_from(["before", "by"])), draw(days), draw(st.none() | hours)),
        deliver_to=draw(st.none() | lines),
        submit_to=draw(several(addresses)),
        owed_by=draw(some),
        forms=Forms(draw(st.none() | lines), tuple((ower, draw(lines)) for ower in draw(some))),
    )


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    own_sessions, own_units = draw(sessions()), draw(units())
    taken = {unit.id for unit in own_units}
    teams = tuple(Team(team, draw(lines), draw(several(slugs))) for team in draw(several(slugs)) if team not in taken)
    owers = tuple(o for unit in own_units for o in (unit.id, *(f"{unit.id}/{c.id}" for c in unit.communes)))
    visit_ids = draw(several(slugs)) if own_units else ()
    return Plan(
        id=draw(slugs),
        title=draw(lines),
        organiser=Organiser(draw(lines), draw(st.none() | addresses)),
        updated=draw(instants),
        number=draw(st.none() | lines),
        issued=draw(st.none() | days.map(date.isoformat) | days.map(lambda day: day.isoformat()[:7])),
        status=draw(st.sampled_from(PlanStatus)),
        timezone=draw(st.sampled_from(["Asia/Ho_Chi_Minh", "UTC"])),
        public=draw(st.booleans()),
        scope=draw(st.none() | paragraphs),
        bases=draw(several(lines)),
        sessions=own_sessions,
        units=own_units,
        teams=teams,
        visits=tuple(draw(visits(draw(st.sampled_from(own_units)), i, own_sessions, teams)) for i in visit_ids),
        reports=tuple(draw(reports(i, owers)) for i in draw(several(slugs))),
        distribution=draw(several(lines)),
        sources=tuple(Source(pointer, draw(lines)) for pointer in draw(several(lines | st.just("/plan/title")))),
    )


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(plans())
def test_reading_what_was_written_gives_the_same_plan_whatever_it_holds(plan: Plan) -> None:
    assert read_plan_text(plan_to_yaml(plan), f"plans/{plan.id}.yaml") == plan


@given(st.text(max_size=30) | awkward, st.booleans())
def test_a_quoted_scalar_is_read_as_the_same_text(text: str, flow: bool) -> None:
    scalar = quote_scalar(text, flow=flow)
    written = f"a: [{scalar}, x]\n" if flow else f"a: {scalar}  # comment\n"
    root, problems = parse_yaml(written, "a.yaml")
    assert (root and root.plain, problems) == ({"a": [text, "x"] if flow else text}, ())


@pytest.mark.parametrize("text", ["Sơn Động", "son-dong/an-ba", "Ủy ban nhân dân, Sở A", "line 93, column 'Ngày'"])
def test_an_ordinary_text_needs_no_quotes(text: str) -> None:
    assert quote_scalar(text, flow=False) == text
