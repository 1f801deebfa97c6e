"""The front of a plan -> number, day of issue, title, organiser and legal bases.

Pure. What the front leaves blank ("Số: /KH-…", "ngày … tháng 4") is None or partial here, and a finding.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from scheduler.documents.document import Paragraph
from scheduler.intake.offices import OFFICE_WORDS, read_office_name
from scheduler.intake.outline import Clause, Outline, Part
from scheduler.intake.wording import CAPITALS, Placed, capitalise_first, split_outside_brackets, trim_clause
from scheduler.model import Finding, Severity

_BLANK: Final = r"[\s.…_]*"
_NUMBER: Final = re.compile(rf"\bSố\s*:?\s*(?P<digits>\d*){_BLANK}/\s*(?P<sign>[^\s,;)]+)")
_ISSUED: Final = re.compile(
    rf"ngày\s*(?P<day>\d{{0,2}}){_BLANK}tháng\s*(?P<month>\d{{0,2}}){_BLANK}năm\s*(?P<year>\d{{4}})", re.IGNORECASE
)
_TITLE_KIND: Final = re.compile(r"(?:KẾ HOẠCH|QUYẾT ĐỊNH|THÔNG BÁO|LỊCH|CÔNG VĂN|Kế hoạch|Thông báo|Lịch)\b[:\s]*")
_SUBJECT: Final = re.compile(r"V/v\s*:?\s*(?P<title>.+)", re.IGNORECASE)
_BASIS: Final = re.compile(r"(?:Căn cứ(?:\s+vào)?|Thực hiện|Thi hành|Theo|Xét)\s+(?=\S)")
_NEXT_BASIS: Final = re.compile(r";\s+(?=(?:Căn cứ|Thực hiện|Thi hành|Theo|Xét)\s)")
# A sign that was broken over two lines at its hyphen: "1303/LĐTBXH- VBĐG".
_BROKEN_SIGN: Final = re.compile(rf"(?<=[{CAPITALS}\d])-\s(?=[{CAPITALS}]{{2}})")
_CITED_KINDS: Final = (
    r"(?:Công văn|Quyết định|Nghị định|Nghị quyết|Luật|Bộ luật|Pháp lệnh|Thông tư(?: liên tịch)?|"
    r"Kế hoạch|Chỉ thị|Công điện|"
    r"Hướng dẫn|Thông báo|Văn bản|Chương trình|Quy chế|Tờ trình)"
)
_CITED: Final = re.compile(
    rf"{_CITED_KINDS}\s+(?:\S+\s+){{0,4}}?số\s*:?\s*[\w./\-]+(?:\s*,?\s*(?:ngày\s*)?\d{{1,2}}\s*[/.\-]\s*\d{{1,2}}\s*[/.\-]\s*\d{{4}}"
    r"|\s*,?\s*ngày\s+\d{1,2}\s+tháng\s+\d{1,2}\s+năm\s+\d{4})?"
)
_ISSUER: Final = re.compile(
    rf"\s*,?\s*của\s+(?={OFFICE_WORDS}|Thủ tướng|Chính phủ|Chủ tịch|Quốc hội|Bộ trưởng|Giám đốc)", re.IGNORECASE
)
_ISSUER_END: Final = re.compile(
    rf"\s*(?:[,;:(]|\.(?:\s|$)|\b(?:về|hướng dẫn|ban hành|phê duyệt|quy định)\b|\bvà\s+{_CITED_KINDS}\b|\bvà\s*$)"
)
_PLANNER: Final = re.compile(r"\b(?:xây dựng|ban hành|lập|thông báo|triển khai|tổ chức)\b", re.IGNORECASE)
_ISSUING: Final = re.compile(rf"Kế hoạch[^()]{{0,200}}?\bcủa\s+(?P<office>{OFFICE_WORDS}.*)", re.IGNORECASE)
_ANNEX_HEAD: Final = re.compile(r"(?:phụ lục|biểu)\b", re.IGNORECASE)
# "Hà Giang, ngày 31 tháng 12 năm 2026": place and day of issue and nothing else.
_STANDS_ALONE: Final = re.compile(rf"[^,;.:]{{0,40}},\s*{_ISSUED.pattern}\.?", re.IGNORECASE)
_LONGEST_TITLE: Final = 400


@dataclass(frozen=True, slots=True)
class Headline:
    """``issued`` is "2024-04-15", "2024-04" with its day blank, or None; ``organiser`` is None where no office is."""

    title: Placed[str]
    number: Placed[str] | None
    issued: Placed[str] | None
    organiser: Placed[str] | None
    bases: tuple[Placed[str], ...]
    findings: tuple[Finding, ...]

    @property
    def year(self) -> int | None:
        """The plan's year: that of its title, of two the one it was issued in; else that of its issue."""
        issued = int(self.issued.value[:4]) if self.issued else None
        if both := re.search(r"\b(20\d\d)\s*[-–]\s*(20\d\d)\b", self.title.value):
            first, last = int(both[1]), int(both[2])
            return issued if issued in (first, last) else first
        named = re.findall(r"\bnăm\s+(\d{4})\b", self.title.value, re.IGNORECASE)
        named = named or re.findall(r"\b(20\d\d)\b", self.title.value)
        if named:
            return int(named[-1])
        return issued


def read_headline(outline: Outline, document_name: str, margins: tuple[Paragraph, ...] = ()) -> Headline:
    """Read the front of the plan; ``document_name`` serves as the title where the document has none.

    ``margins``, the heads and feet of its pages, are asked for number and day of issue where the front names none.
    """
    front = outline.of_part(Part.FRONT)
    start, title, findings = _read_title(front, document_name)
    behind = (each for each in front[start:] if _NUMBER.match(each.text) or _STANDS_ALONE.fullmatch(each.text))
    letterhead = (*front[:start], *behind, *(Clause(each.text, each.place, Part.FRONT) for each in margins))
    number, number_findings = _read_number(letterhead)
    issued, issued_findings = _read_issued(letterhead)
    bases = tuple(basis for clause in front[start:] for basis in _read_bases(clause))
    organiser = _read_organiser(front, outline)
    if organiser is None:
        place = front[0].place if front else ""
        findings += (_warn("organiser-missing", "no office is named as the plan's organiser; enter it", place),)
    return Headline(title, number, issued, organiser, bases, findings + number_findings + issued_findings)


def _read_title(front: tuple[Clause, ...], document_name: str) -> tuple[int, Placed[str], tuple[Finding, ...]]:
    """Return the index of the clause that ends the letterhead, the title, and what is doubtful about it."""
    for index, clause in enumerate(front):
        match = _TITLE_KIND.match(clause.text)
        # A kind in small letters is a title only where nothing else stands on its line.
        if not match or not (match.group().isupper() or match.end() == len(clause.text)):
            continue
        lines = [Placed(clause.text[match.end() :].strip(), clause.place)] if match.end() < len(clause.text) else []
        for following in front[index + 1 :]:
            if not _continues_title(following, lines):
                break
            lines.append(Placed(following.text, following.place))
        if lines:
            return index, Placed(trim_clause(" ".join(line.value for line in lines)), lines[0].place), ()
        return index, Placed(trim_clause(clause.text), clause.place), ()
    for index, clause in enumerate(front):
        if subject := _SUBJECT.match(clause.text):
            return index, Placed(capitalise_first(trim_clause(subject["title"])), clause.place), ()
    stem = document_name.rpartition(".")[0] or document_name
    place = front[0].place if front else "the file's name"
    finding = _warn(
        "title-missing", f"the document has no title; '{stem}', the file's name, stands in; enter it", place
    )
    return len(front), Placed(stem, place), (finding,)


def _continues_title(clause: Clause, lines: list[Placed[str]]) -> bool:
    if _NUMBER.match(clause.text) or _ISSUED.search(clause.text) or _ANNEX_HEAD.match(clause.text):
        return False
    if clause.marker or _BASIS.match(clause.text) or clause.text.startswith(("(", "Kính gửi", "Để ", "Nhằm ")):
        return False
    if _PLANNER.search(clause.text) and read_office_name(clause.text):
        return False
    return not clause.text.endswith((".", ";", ":")) and sum(len(line.value) for line in lines) < _LONGEST_TITLE


def _read_number(letterhead: tuple[Clause, ...]) -> tuple[Placed[str] | None, tuple[Finding, ...]]:
    for clause in letterhead:
        if match := _NUMBER.search(clause.text):
            if match["digits"]:
                return Placed(f"{match['digits']}/{match['sign']}", clause.place), ()
            text = f"the plan's number is blank ('{match.group().strip()}'); enter it when the plan is issued"
            return None, (_warn("number-blank", text, clause.place),)
    return None, (
        _warn("number-missing", "the plan has no number; enter it when the plan is issued", _first_place(letterhead)),
    )


def _read_issued(letterhead: tuple[Clause, ...]) -> tuple[Placed[str] | None, tuple[Finding, ...]]:
    for clause in letterhead:
        match = _ISSUED.search(clause.text)
        if not match:
            continue
        year, month, day = match["year"], match["month"], match["day"]
        value = match.group().strip()
        if not month:
            text = f"day and month of issue are blank ('{value}'); enter them when the plan is issued"
            return Placed(year, clause.place), (_warn("issued-month-blank", text, clause.place),)
        if not day:
            text = f"the day of issue is blank ('{value}'); enter it when the plan is issued"
            return Placed(f"{year}-{int(month):02}", clause.place), (_warn("issued-day-blank", text, clause.place),)
        try:
            return Placed(date(int(year), int(month), int(day)).isoformat(), clause.place), ()
        except ValueError:
            text = f"the day of issue '{value}' is not a date; correct it"
            return None, (_warn("issued-impossible", text, clause.place),)
    return None, (_warn("issued-missing", "the plan names no day of issue; enter it", _first_place(letterhead)),)


def _read_bases(clause: Clause) -> tuple[Placed[str], ...]:
    """Return the bases of one paragraph, or of several that stand in one behind their semicolons."""
    text = _BROKEN_SIGN.sub("-", clause.text)
    return tuple(basis for part in _NEXT_BASIS.split(text) for basis in _read_basis(part, clause))


def _read_basis(paragraph: str, clause: Clause) -> tuple[Placed[str], ...]:
    """Return one entry per document that a legal basis cites by number, else the basis itself."""
    match = _BASIS.match(paragraph)
    if not match:
        return ()
    text = paragraph[match.end() :]
    cited = list(_CITED.finditer(text))
    if not cited:
        return (Placed(capitalise_first(trim_clause(text)), clause.place),)
    entries: list[str] = []
    issuer = ""
    # From the last to the first: "A và B của Bộ X" names the issuer once, for both.
    for position in range(len(cited) - 1, -1, -1):
        following = cited[position + 1].start() if position + 1 < len(cited) else len(text)
        between = text[cited[position].end() : following]
        if named := _ISSUER.match(between):
            rest = between[named.end() :]
            end = _ISSUER_END.search(rest)
            issuer = trim_clause(rest[: end.start()] if end else rest)
        elif between.strip(" ,") not in ("", "và"):
            issuer = ""
        entries.append(f"{cited[position].group().strip()} của {issuer}" if issuer else cited[position].group().strip())
    return tuple(Placed(entry, clause.place) for entry in reversed(entries))


def _read_organiser(front: tuple[Clause, ...], outline: Outline) -> Placed[str] | None:
    """Return the office that makes the plan: the sentence says so, else the annex ("kèm theo Kế hoạch … của Sở …")."""
    for clause in reversed(front):
        office = read_office_name(clause.text)
        if office and _PLANNER.search(clause.text, len(office)) and "kế hoạch" in clause.text.casefold():
            return Placed(office, clause.place)
    for clause in outline.clauses:
        match = _ISSUING.search(clause.text)
        office = read_office_name(match["office"]) if match else ""
        if office and (clause.part is Part.ANNEX or clause.text.startswith("(")):
            return Placed(office, clause.place)
    return _read_letterhead_office(front)


def _read_letterhead_office(front: tuple[Clause, ...]) -> Placed[str] | None:
    """Return the last office above the title: the first line of a letterhead is the body above it."""
    offices: list[Placed[str]] = []
    for clause in front:
        if _TITLE_KIND.match(clause.text) or _BASIS.match(clause.text):
            break
        office = split_outside_brackets(clause.text, ",;")[0] if clause.text else ""
        if read_office_name(office):
            offices.append(Placed(read_office_name(office), clause.place))
    return offices[-1] if offices else None


def _warn(code: str, message: str, where: str) -> Finding:
    return Finding(Severity.WARNING, code, message, where)


def _first_place(clauses: tuple[Clause, ...]) -> str:
    return clauses[0].place if clauses else ""
