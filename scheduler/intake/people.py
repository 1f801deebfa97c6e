"""The prose on people -> the inspection team, the unit offices that send staff along, and who receives the plan.

Pure. Nothing is known of any address here: what comes out are names and roles.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from scheduler.intake.offices import abbreviate_sector, names_office, names_unit_group, split_group, split_offices
from scheduler.intake.outline import Clause, Outline, Part
from scheduler.intake.teams import TEAM_NAME, find_team, find_team_name, is_team_name, make_team_id, read_team_cell
from scheduler.intake.wording import (
    CAPITALS,
    Placed,
    capitalise_first,
    drop_brackets,
    split_heading,
    split_outside_brackets,
    trim_clause,
)
from scheduler.naming import make_unique_slug

_TEAM: Final = re.compile(rf"\b(?P<name>{TEAM_NAME})", re.IGNORECASE)
_TEAM_LEAD_IN: Final = re.compile(
    rf"^(?:(?:thành phần|thành viên|danh sách)\s+)?(?:của\s+)?{TEAM_NAME}[^.:;]{{0,80}}(?::|$)"
    rf"|\b{TEAM_NAME}[^.:;]{{0,30}}\b(?:gồm|có|bao gồm)\b",
    re.IGNORECASE,
)
_LEADS: Final = r"(?:trưởng\s+đoàn|đoàn\s+trưởng|tổ\s+trưởng)"
# "Tổ số 1 do đồng chí A, Chánh Thanh tra làm Tổ trưởng": the head stands for the list.
_LED: Final = re.compile(
    rf"\b(?P<name>{TEAM_NAME})\s*,?\s*do\s+(?P<head>[^:;]{{2,200}}?\b(?:làm|là)\s+{_LEADS})\b(?P<rest>.*)",
    re.IGNORECASE,
)
_NEXT_LED: Final = re.compile(
    rf"\s*[;,.]\s*(?:và\s+)?(?={TEAM_NAME}\s*,?\s*do\s)|\s+và\s+(?={TEAM_NAME}\s*,?\s*do\s)", re.IGNORECASE
)
_OTHER_MEMBERS: Final = re.compile(
    r"^\W*(?:(?:và|cùng|với)\s+)*(?:các\s+)?(?:thành viên|tổ viên)\s*(?:khác\s*)?(?:gồm(?:\s+có)?|là)?\s*:?\s*",
    re.IGNORECASE,
)
_HEAD: Final = re.compile(r"\btrưởng\s+đoàn\b|\bđoàn\s+trưởng\b|\btổ\s+trưởng\b", re.IGNORECASE)
_TITLE_FIRST: Final = re.compile(
    r"^(?P<title>(?:phó\s+)?(?:trưởng\s+đoàn|đoàn\s+trưởng|tổ\s+trưởng|tổ\s+phó|phó\s+đoàn)[^:]{0,20}):\s*(?P<name>.+)$",
    re.IGNORECASE,
)
_DEPUTY: Final = re.compile(r"\bphó\s+(?:trưởng\s+)?đoàn\b|\btổ\s+phó\b", re.IGNORECASE)
_HONORIFIC: Final = re.compile(r"^(?:đ/c|đồng chí|ông|bà)\s*[:.]?\s+", re.IGNORECASE)
_ROLE: Final = (
    r"(?:lãnh đạo|chuyên viên|cán bộ|công chức|viên chức|trưởng phòng|phó trưởng phòng|thanh tra viên|kế toán|đại diện)"
)
_TWO_ROLES: Final = re.compile(
    rf"^(?P<first>{_ROLE})\s*(?:và|,)\s*(?P<second>{_ROLE})\s+(?P<office>.+)$", re.IGNORECASE
)
_REPRESENTS: Final = re.compile(
    r"^(?:(?:và\s+)?(?:mời\s+)?(?:các\s+)?(?:đại diện|thành viên)(?:\s+(?:lãnh đạo))?(?:\s+(?:của|là))?"
    r"(?:\s+các(?!\s+(?:sở|phòng|ban|hội|cục)\b))?)\s*:?\s+",
    re.IGNORECASE,
)
_SENDS_STAFF: Final = re.compile(
    r"\bcử\s+(?:\w+\s+){0,3}?(?:cán bộ|công chức|chuyên viên|đại diện|người|thành viên|lãnh đạo)\b"
    r"[^.;]{0,200}?\b(?:tham gia|cùng|dự|đi|phối hợp)\b",
    re.IGNORECASE,
)
_UNIT_OFFICE: Final = re.compile(
    rf"\bphòng\s+(?P<sector>(?-i:[{CAPITALS}])[^:;,.()]{{0,80}}?)"
    r"(?=\s+(?:các|thuộc|cấp|huyện|thị xã|thành phố|của|chủ trì|"
    r"phối hợp|cử|lựa chọn|tổng hợp|hướng dẫn|chuẩn bị|chịu|có|tham mưu|giúp)\b|\s*[:;,.()]|\s*$)",
    re.IGNORECASE,
)
# "Ông A làm Trưởng đoàn, bà B làm Phó Trưởng đoàn" are two.
_NEXT_PERSON: Final = re.compile(
    r"\s*(?:,|\bvà\b)\s*(?=các\s+(?:ông|bà|đồng chí)\b|(?:ông|bà|đ/c|đồng chí)\s+(?!\())", re.IGNORECASE
)
_LISTED_PERSONS: Final = re.compile(
    r"^các\s+(?:ông|bà|đồng chí)\s*(?:\(bà\)|,\s*bà)?\s*:?\s*(?P<names>.+?)"
    r"(?:\s+(?:là|làm)\s+(?:các\s+)?thành viên.*)?$",
    re.IGNORECASE,
)
_FILED: Final = re.compile(r"^Lưu\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Member:
    """One member of the team: a person where one is named, else the office or role; ``title`` as the text gives it."""

    id: str
    name: str
    title: str | None
    place: str


@dataclass(frozen=True, slots=True)
class FoundTeam:
    id: str
    name: str
    place: str
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class UnitOffice:
    """An office that each unit has ("Phòng …"), with the prefix of its contacts' ids."""

    prefix: str
    name: str
    place: str


@dataclass(frozen=True, slots=True)
class People:
    """``teams`` and ``distribution`` are in the document's order; of the latter what is filed is left out."""

    teams: tuple[FoundTeam, ...]
    unit_offices: tuple[UnitOffice, ...]
    distribution: tuple[Placed[str], ...]


def read_people(outline: Outline) -> People:
    """Read who inspects, who goes along, and who receives the plan."""
    return People(_read_teams(outline), _read_unit_offices(outline), _read_distribution(outline))


# --- the team -------------------------------------------------------------------------------------


def _read_teams(outline: Outline) -> tuple[FoundTeam, ...]:
    """Read the first clause that opens a list of members; where the lists are numbered, each of them."""
    taken: set[str] = set()
    teams: dict[str, FoundTeam] = {}
    leads = [clause for clause in outline.body if _TEAM_LEAD_IN.search(clause.text) or _LED.search(clause.text)]
    for clause in leads:
        if led := tuple(_read_led_teams(outline, clause, taken)):
            teams |= {each.id: each for each in led if each.id not in teams}
            continue
        if any(find_team_name(each.text) for each in leads if clause in each.within):
            continue  # a heading over the lists of several teams
        named = _TEAM.search(clause.text)
        name = find_team_name(clause.text) or (capitalise_first(named["name"].lower()) if named else "")
        if not name or make_team_id(name) in teams or (teams and not find_team_name(clause.text)):
            continue
        team = _read_team(outline, clause, name, taken)
        if team:
            teams[team.id] = team
    return tuple(teams.values())


def _read_led_teams(outline: Outline, clause: Clause, taken: set[str]) -> Iterator[FoundTeam]:
    """Yield the teams that ``clause`` names by their heads, each with its head and the members behind it."""
    found = [match for piece in _NEXT_LED.split(clause.text) if (match := _LED.search(piece))]
    for match in found:
        name = find_team_name(match["name"]) or capitalise_first(match["name"].lower())
        sources = [Placed(match["head"], clause.place)]
        if others := _OTHER_MEMBERS.match(match["rest"]):
            sources.append(Placed(match["rest"][others.end() :], clause.place))
        if len(found) == 1 and match["rest"].rstrip().endswith(":"):
            sources += [Placed(each.text, each.place) for each in outline.children_of(clause)]
        yield FoundTeam(make_team_id(name), name, clause.place, _read_members(tuple(sources), taken))


def _read_team(outline: Outline, clause: Clause, name: str, taken: set[str]) -> FoundTeam | None:
    """Read the members that ``clause`` lists, in itself or under it; None where it lists none."""
    _, rest = split_heading(clause.text)
    rest = "" if is_team_name(trim_clause(rest)) else rest
    listed = tuple(Placed(each.text, each.place) for each in outline.children_of(clause))
    sources = ((Placed(rest, clause.place),) if rest else ()) + listed
    if not any(_HEAD.search(source.value) or names_office(_drop_lead(source.value)) for source in sources):
        return None
    members = _read_members(sources, taken)
    return FoundTeam(make_team_id(name), name, clause.place, members) if members else None


def complete_teams(teams: tuple[FoundTeam, ...], named: tuple[Placed[str], ...]) -> tuple[FoundTeam, ...]:
    """Return ``teams`` and those that only the schedule names, without members."""
    completed = list(teams)
    for each in named:
        name = read_team_cell(each.value)
        if find_team(name, tuple(team.name for team in completed)) is None:
            completed.append(FoundTeam(make_team_id(name), name, each.place, ()))
    return tuple(completed)


def choose_team(teams: tuple[FoundTeam, ...], named: Placed[str] | None) -> FoundTeam | None:
    """Return the team that a row names, else the only one; None where several may be meant."""
    if named is None:
        return teams[0] if len(teams) == 1 else None
    name = find_team(read_team_cell(named.value), tuple(team.name for team in teams))
    return next((team for team in teams if team.name == name), None)


def _read_members(sources: tuple[Placed[str], ...], taken: set[str]) -> tuple[Member, ...]:
    members: list[Member] = []
    for source in sources:
        for item in _split_members(source.value):
            members.append(_make_member(item, source.place, taken))
    return tuple(members)


def _split_members(text: str) -> tuple[str, ...]:
    """Split one clause of a list of members: at semicolons, where an office begins, and at two roles of one office."""
    if sectors := split_group(_drop_lead(text)):
        return sectors
    subject, rest = split_heading(text)
    # "Sở X: Đ/c A - Trưởng đoàn; …" names the office once, before its people.
    listed = rest if subject and rest and (names_office(subject) or not _HEAD.search(subject)) else text
    items: list[str] = []
    for part in split_outside_brackets(trim_clause(listed), ";"):
        if _HEAD.search(part) or _DEPUTY.search(part):
            items += [name for person in _NEXT_PERSON.split(part) for name in _split_listed(person)]
            continue
        if both := _TWO_ROLES.match(part):
            offices = split_offices(both["office"])
            items += [f"{both[role]} {offices[0]}" for role in ("first", "second")]
            items += offices[1:]
            continue
        items += split_offices(_REPRESENTS.sub("", part))
    return tuple(trim_clause(item) for item in items if trim_clause(item))


def _split_listed(person: str) -> tuple[str, ...]:
    """Split "các ông (bà): A, B là thành viên" into its names; one person stays as written."""
    listed = _LISTED_PERSONS.match(person.strip())
    if not listed:
        return (person,)
    return tuple(trim_clause(name) for name in re.split(r"\s*,\s*|\s+và\s+", listed["names"]) if trim_clause(name))


def _make_member(item: str, place: str, taken: set[str]) -> Member:
    if _DEPUTY.search(item):
        name, title = _split_person(item)
        return Member(make_unique_slug("pho-truong-doan", taken), name, title, place)
    if _HEAD.search(item):
        name, title = _split_person(item)
        return Member(make_unique_slug("truong-doan", taken), name, title, place)
    name = capitalise_first(trim_clause(_HONORIFIC.sub("", item)))
    return Member(make_unique_slug(drop_brackets(name), taken), name, None, place)


def _split_person(item: str) -> tuple[str, str | None]:
    """Split "Đ/c A - Phó Giám đốc - Trưởng đoàn" into the person and the titles; a role alone is its own name."""
    if leading := _TITLE_FIRST.match(item):
        return capitalise_first(trim_clause(_HONORIFIC.sub("", leading["name"]))), capitalise_first(
            leading["title"].strip()
        )
    plain = _HONORIFIC.sub("", item)
    name, separator, title = re.sub(r"\s+[-–]\s+|\s*,\s+|\s+(?=làm\s)", " - ", plain).partition(" - ")
    titles = re.sub(r"^làm\s+", "", title.replace("- làm ", "- ")) if separator else None
    return capitalise_first(trim_clause(name)), capitalise_first(trim_clause(titles)) if titles else None


def _drop_lead(text: str) -> str:
    return _REPRESENTS.sub("", text, count=1)


# --- unit offices and recipients ------------------------------------------------------------------


def _read_unit_offices(outline: Outline) -> tuple[UnitOffice, ...]:
    """Return the offices of units that the text tells to send staff along with the team."""
    offices: dict[str, UnitOffice] = {}
    for clause in outline.body:
        if not _SENDS_STAFF.search(clause.text) or not names_unit_group(clause.context):
            continue
        for text in (clause.text, *(heading.text for heading in reversed(clause.within))):
            named = _UNIT_OFFICE.search(text)
            if named:
                sector = trim_clause(named["sector"])
                prefix = abbreviate_sector(sector)
                offices.setdefault(prefix, UnitOffice(prefix, f"Phòng {sector}", clause.place))
                break
    return tuple(offices.values())


def _read_distribution(outline: Outline) -> tuple[Placed[str], ...]:
    entries: list[Placed[str]] = []
    for clause in outline.of_part(Part.RECIPIENTS):
        text = re.sub(r"^Nơi\s+(?:nhận|gửi)\s*:?\s*", "", clause.text, flags=re.IGNORECASE)
        # Recipients may stand on one line, each behind its own dash or semicolon.
        for part in split_outside_brackets(text, ";") if clause.rank > 8 else (text,):
            name = trim_clause(part.lstrip("-–• "))
            if name and not _FILED.match(name):
                entries.append(Placed(name, clause.place))
    return tuple(entries)
