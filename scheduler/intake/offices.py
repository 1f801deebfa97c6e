"""Names of offices and places: their kinds and abbreviations, lists of them, and finding known units in prose.

Pure. A unit is known by its kind, where the document says one, and its bare name: "TP. Bắc Giang", "thành phố Bắc
Giang" and "TP Bắc Giang" are one unit, and "tỉnh Bắc Giang" is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import Final

from scheduler.intake.wording import CAPITALS, Word, capitalise_first, find_phrase, make_phrase_key, split_words
from scheduler.naming import make_slug


class Kind(StrEnum):
    """Kinds of administrative places, by the word that names each in full."""

    PROVINCE = "tỉnh"
    CITY = "thành phố"
    TOWN = "thị xã"
    DISTRICT = "huyện"
    URBAN_DISTRICT = "quận"
    TOWNSHIP = "thị trấn"
    WARD = "phường"
    COMMUNE = "xã"
    SPECIAL_ZONE = "đặc khu"


UNIT_KINDS: Final = frozenset({Kind.CITY, Kind.TOWN, Kind.DISTRICT, Kind.URBAN_DISTRICT})
_COMMUNE_KINDS: Final = frozenset({Kind.WARD, Kind.TOWNSHIP, Kind.COMMUNE})
_ABBREVIATIONS: Final = {
    "TP": Kind.CITY, "TX": Kind.TOWN, "TT": Kind.TOWNSHIP, "H": Kind.DISTRICT, "Q": Kind.URBAN_DISTRICT,
    "P": Kind.WARD, "X": Kind.COMMUNE,
}  # fmt: skip
_KIND_KEYS: Final = {make_phrase_key(kind.value): kind for kind in Kind} | {
    make_phrase_key(short): kind for short, kind in _ABBREVIATIONS.items()
}
# One letter is an abbreviation only with its full stop: "H. Lục Nam", not "H Lục Nam".
_KIND_PREFIX: Final = re.compile(
    r"(?P<word>tỉnh|thành phố|thị xã|huyện|quận|thị trấn|phường|xã|đặc khu)\s+(?=\S)"
    r"|(?P<short>TP|TX|TT)(?:\s*\.\s*|\s+)(?=\S)|(?P<letter>[HQPX])\s*\.\s*(?=\S)",
    re.IGNORECASE,
)

OFFICE_WORDS: Final = (
    r"(?:Sở|Bộ|Ủy ban|Uỷ ban|UBND|Phòng(?!,| chống\b)|Ban(?! hành\b)|Thanh tra|Văn phòng|Chi cục|Cục|"
    r"Trung tâm|Hội đồng|Hội(?! nghị\b| thảo\b| An\b)|Liên đoàn|Liên minh|"
    r"Mặt trận|MTTQ|Tỉnh đoàn|Thành đoàn|Huyện đoàn|Đoàn Thanh niên|Công an|Viện|Tòa án|Toà án|Kho bạc|Bảo hiểm|Đài|"
    r"Báo(?! cáo\b)|Trường(?! hợp\b)|Bệnh viện|Bộ Chỉ huy|Tổng cục)"
)
_STARTS_OFFICE: Final = re.compile(rf"{OFFICE_WORDS}\b", re.IGNORECASE)
_STARTS_BODY: Final = re.compile(
    r"(?:(?:Tổng )?Công ty|Tập đoàn|Doanh nghiệp|Nhà máy|Xí nghiệp|Hợp tác xã|HTX|Học viện|Đại học|Ngân hàng|"
    r"Trạm|Khu công nghiệp|Chợ|Khách sạn|Mầm non|Tiểu học|Trung học|"
    r"(?-i:TTYT|TYT|BV|BVĐK|THPT|THCS|TH|GDNN|GDTX|PTDTNT|PTDTBT))\b(?!\s*$)",
    re.IGNORECASE,
)
_OFFICE_LIST_BREAK: Final = re.compile(
    rf"\s*(?:[,;]|\bvà\b)\s*(?:(?:đại diện|lãnh đạo)\s+)?(?={OFFICE_WORDS}\b)", re.IGNORECASE
)
_OFFICE_GROUP: Final = re.compile(
    r"(?:các|những)\s+(?P<office>sở|phòng|ban|hội|chi cục|cục)(?:\s*,\s*(?:ban\s*,\s*)?ngành)?"
    rf"(?:\s*:\s*|\s+(?=(?-i:[{CAPITALS}])))(?P<rest>.+)$",
    re.IGNORECASE,
)
# Sectors whose own name holds what elsewhere separates two of them.
_SECTORS_WITH_AND: Final = re.compile(
    r"Giáo dục và Đào tạo|Khoa học và Công nghệ|Kế hoạch và Đầu tư|Tài nguyên và Môi trường|Nông nghiệp và Môi trường|"
    r"Nông nghiệp và Phát triển nông thôn|Thông tin và Truyền thông|Văn h(?:óa|oá), Thể thao và Du lịch|"
    r"Văn h(?:óa|oá) và (?:Thể thao|Thông tin)|Lao động\s*[-–,]\s*Thương binh và Xã hội|Dân tộc và Tôn giáo|"
    r"Trẻ em và Bình đẳng giới",
    re.IGNORECASE,
)
_SECTOR_BREAK: Final = re.compile(r"\s*[,;]\s*|\s+và\s+", re.IGNORECASE)
# Where an office's name is over: a verb, a role, or what the sentence goes on with.
_OFFICE_END: Final = re.compile(
    r"\s*(?:[,;:()\[\]]|\.(?:\s|$)|\s[-–]\s(?=(?:Thường trực|Cơ quan|Phó|Trưởng|Đ/c|Đồng chí|là)\b)|"
    r"\b(?:xây dựng|ban hành|lập|thông báo|tổ chức|đề nghị|yêu cầu|triển khai|về việc|về|hướng dẫn|trước|chậm nhất|"
    r"muộn nhất|không (?:quá|muộn hơn|chậm hơn)|đến hết|hạn|đồng thời|qua|để|theo|gồm|bằng|cử|chủ trì|"
    r"phối hợp|quy định|ngày|"
    r"(?:các|những)\s+(?:huyện|quận|thị xã|thành phố|xã|phường|địa phương))\b|"
    r"\bvà\s+(?:Công văn|Quyết định|Kế hoạch|Văn bản|gửi|bản)\b)",
    re.IGNORECASE,
)
_UNIT_GROUP: Final = re.compile(
    r"\b(?:các|mỗi|từng|những)\s+(?:huyện|quận|thị xã|thành phố|địa phương|đơn vị)\b"
    r"|\b(?:huyện|quận)\s*[,/]\s*(?:quận|thị xã|thành phố|TX|TP)\b|\bcấp huyện\b",
    re.IGNORECASE,
)
_COMMUNE_GROUP: Final = re.compile(
    r"\b(?:các|mỗi|từng|những)\s+(?:xã|phường)\b|\bxã\s*[,/]\s*(?:phường|thị trấn|TT)\b|\bcấp xã\b", re.IGNORECASE
)
# "Các trường", where some of the units are schools: what the group says, and how its members' names begin.
_BODY_GROUPS: Final = tuple(
    (re.compile(said, re.IGNORECASE), re.compile(begins, re.IGNORECASE))
    for said, begins in (
        (r"\bcác\s+(?:nhà\s+)?trường\b(?!\s+hợp)", r"(?:trường|mầm non|tiểu học|trung học|thpt|thcs|th)\b"),
        (r"\bcác\s+phòng\s+(?:giáo dục|gd)", r"phòng\s+(?:giáo dục|gd)"),
        (r"\bcác\s+(?:trung tâm y tế|ttyt)\b", r"(?:trung tâm y tế|ttyt)\b"),
        (r"\bcác\s+bệnh viện\b", r"(?:bệnh viện|bv|bvđk)\b"),
    )
)
_UNIT_PROSE_KIND: Final = re.compile(rf"\b(huyện|quận|thị xã|thành phố)\s+((?:[{CAPITALS}][\w'-]*\s*){{1,5}})")


@dataclass(frozen=True, slots=True)
class PlaceName:
    """A place's name as written, the kind it carries (None where it carries none), and its name without the kind."""

    written: str
    kind: Kind | None
    bare: str


@lru_cache(maxsize=8192)
def read_place_name(text: str) -> PlaceName:
    """Split "TT. Đồi Ngô" into its kind and its bare name; ``written`` is the text itself."""
    match = _KIND_PREFIX.match(text)
    if not match:
        return PlaceName(text, None, text)
    prefix = match[match.lastindex or 0]
    return PlaceName(text, _KIND_KEYS[make_phrase_key(prefix)], text[match.end() :].strip())


def spell_place_name(place: PlaceName) -> str:
    """Return the name with its kind in full ("thị trấn Đồi Ngô"); the bare name where the kind is not known."""
    return f"{place.kind.value} {place.bare}" if place.kind else place.bare


def names_office(text: str) -> bool:
    """Tell whether ``text`` begins with a word that names offices ("Sở", "Phòng", "Trường" …)."""
    return bool(_STARTS_OFFICE.match(text.strip()))


def names_body(text: str) -> bool:
    """Tell whether ``text`` begins with a word that names a body which is no place ("Công ty", "Nhà máy" …)."""
    return bool(_STARTS_BODY.match(text.strip()))


def read_office_name(text: str) -> str:
    """Return the office that ``text`` begins with, cut where the sentence goes on; "" where it begins with none."""
    stripped = text.strip()
    start = _STARTS_OFFICE.match(stripped)
    if not start:
        return ""
    end = _OFFICE_END.search(stripped, start.end())
    return (stripped[: end.start()] if end else stripped).strip(" -–")


def split_offices(text: str) -> tuple[str, ...]:
    """Split a list of offices where the next one begins: "và" inside "Giáo dục và Đào tạo" separates nothing."""
    return tuple(part.strip() for part in _OFFICE_LIST_BREAK.split(text) if part.strip())


def split_group(text: str) -> tuple[str, ...]:
    """Split "các Sở: Y tế, Nội vụ" into "Sở Y tế", "Sở Nội vụ"; () where ``text`` names no such group."""
    group = _OFFICE_GROUP.match(text)
    if not group:
        return ()
    office = capitalise_first(group["office"].lower())
    listed = _SECTORS_WITH_AND.sub(
        lambda match: re.sub(r"\s", "\x00", match.group()).replace(",", "\x01"), group["rest"]
    )
    sectors = [part.replace("\x01", ",").replace("\x00", " ").strip(" .;") for part in _SECTOR_BREAK.split(listed)]
    return tuple(sector if names_office(sector) else f"{office} {sector}" for sector in sectors if sector)


def abbreviate_sector(name: str) -> str:
    """Return the initials of a sector as an id: "Lao động - Thương binh và Xã hội" and "LĐ-TB&XH" give "ldtbxh"."""
    compact = re.sub(r"[\s\-–&.]+", "", name)
    if compact.isupper():
        return make_slug(compact)
    words = [word for word in re.findall(r"[^\W\d_]+", name) if word.casefold() != "và"]
    return make_slug("".join(word[0] for word in words))


def names_unit_group(text: str) -> bool:
    """Tell whether ``text`` speaks of the units as a group ("các huyện, thị xã, thành phố")."""
    return bool(_UNIT_GROUP.search(text))


def names_commune_group(text: str) -> bool:
    """Tell whether ``text`` speaks of the communes as a group ("các xã, phường, thị trấn")."""
    return bool(_COMMUNE_GROUP.search(text))


def find_named_units(text: str) -> tuple[str, ...]:
    """Return every "huyện Xyz" that ``text`` names, known or not, as it stands."""
    return tuple(f"{match[1]} {match[2].strip()}" for match in _UNIT_PROSE_KIND.finditer(text))


@dataclass(frozen=True, slots=True)
class KnownUnit:
    id: str
    place: PlaceName

    @property
    def is_office(self) -> bool:
        """Whether the unit is an office of its own (a school, a department) rather than a district."""
        return names_office(self.place.written) or names_body(self.place.written)


@dataclass(frozen=True, slots=True)
class UnitRoll:
    """The units of the schedule, to be found again in prose; ``of_communes`` where they may be communes themselves."""

    units: tuple[KnownUnit, ...]
    of_communes: bool = False

    def find_in(self, text: str) -> tuple[str, ...]:
        """Return the ids of the units that ``text`` names, in the order of the roll."""
        words = split_words(text)
        return tuple(unit.id for unit in _list_mentioned(self.units, words) if self._is_named(unit, text, words))

    def find_bodies_in(self, text: str) -> tuple[str, ...]:
        """Return the ids of the units that a group of bodies in ``text`` means ("các trường"); () for no such group."""
        meant = [begins for said, begins in _BODY_GROUPS if said.search(text)]
        return tuple(unit.id for unit in self.units if any(begins.match(unit.place.written) for begins in meant))

    def learn_kinds(self, texts: tuple[str, ...]) -> UnitRoll:
        """Return the roll with the kind that ``texts`` state for a unit whose own name carries none."""
        stated: dict[str, Kind] = {}
        waiting = [unit for unit in self.units if unit.place.kind is None and not unit.is_office]
        for text in texts:
            words = split_words(text)
            for unit in _list_mentioned(waiting, words):
                if unit.id not in stated:
                    for start in find_phrase(words, make_phrase_key(unit.place.bare)):
                        kind = _read_kind_before(words, start)
                        if kind in UNIT_KINDS and text[words[start].start].isupper():
                            stated.setdefault(unit.id, kind)
        if not stated:
            return self
        return replace(
            self,
            units=tuple(
                replace(unit, place=replace(unit.place, kind=stated[unit.id])) if unit.id in stated else unit
                for unit in self.units
            ),
        )

    def _is_named(self, unit: KnownUnit, text: str, words: tuple[Word, ...]) -> bool:
        for start in find_phrase(words, make_phrase_key(unit.place.bare)):
            if not text[words[start].start].isupper():
                continue
            before = _read_kind_before(words, start)
            if before is None and (unit.place.kind not in (Kind.CITY, Kind.TOWN)):
                return True
            kinds = UNIT_KINDS | _COMMUNE_KINDS if self.of_communes else UNIT_KINDS
            if before is not None and (before == unit.place.kind or (unit.place.kind is None and before in kinds)):
                return True
        return False


def _list_mentioned(units: Iterable[KnownUnit], words: tuple[Word, ...]) -> list[KnownUnit]:
    """Return the ``units`` whose bare name begins with one of ``words``: the others need not be searched for."""
    keys = {word.key for word in words}
    return [unit for unit in units if keys.intersection(make_phrase_key(unit.place.bare)[:1])]


def _read_kind_before(words: tuple[Word, ...], start: int) -> Kind | None:
    two, one = words[max(0, start - 2) : start], words[max(0, start - 1) : start]
    return _KIND_KEYS.get(tuple(word.key for word in two)) or _KIND_KEYS.get(tuple(word.key for word in one))


def name_office_of(office: str, place: PlaceName) -> str:
    """Return "Phòng … huyện Lục Nam": the office with the place's name in full, its kind only where it is known."""
    return capitalise_first(f"{office} {spell_place_name(place)}")
