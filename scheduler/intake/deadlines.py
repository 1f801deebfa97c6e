"""The clauses that set a deadline for a report -> the deadline, the report's name, the office and addresses it goes to.

Pure. "trước ngày" excludes its day; "chậm nhất", "đến hết ngày", "không quá ngày" and "hạn cuối" include it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from scheduler.intake.dates import read_dates
from scheduler.intake.hours import CLOCK, read_clock
from scheduler.intake.offices import OFFICE_WORDS, names_commune_group, names_unit_group, read_office_name
from scheduler.intake.outline import Clause, Outline
from scheduler.intake.relative import Relative, read_relative
from scheduler.intake.teams import TEAM_NAME
from scheduler.intake.wording import Placed, split_sentences, trim_clause
from scheduler.model import Due, Finding, Severity

REPORT: Final = re.compile(r"\bbáo cáo\b", re.IGNORECASE)
_DEADLINE: Final = re.compile(
    r"\b(?P<word>(?:(?:chậm|muộn|trễ) nhất|đến hết|hết|không (?:quá|muộn hơn|chậm hơn)"
    r"|(?:thời )?hạn(?: (?:cuối(?: cùng)?|chót|nộp|gửi))?(?:\s+(?:gửi|nộp)[^:;.\d]{0,40}(?=:))?|trước)"
    r"(?:\s*(?:là|vào|lúc|:))*(?:\s+(?P<before>trước))?)"
    rf"\s*(?P<at>{CLOCK})?\s*,?\s*(?:thứ\s+\w+\s*,?\s*|chủ nhật\s*,?\s*|\()*(?:ngày\s*)?"
    r"(?P<day>\d{1,2}\s*(?:[/.\-]\s*\d{1,2}(?:\s*[/.\-]\s*(?:\d{4}|\d{2}))?"
    r"|tháng\s*\d{1,2}(?:\s*(?:,?\s*năm|/)\s*\d{4})?)(?!\d))",
    re.IGNORECASE,
)
_RELATIVE: Final = re.compile(
    r"\b(?:trước|chậm nhất|muộn nhất|trong vòng|sau)\s+"
    r"(?:(?:là\s+)?\d+\s+ngày|(?:khi|ngày|thời điểm|buổi)\s+(?:kết thúc|kiểm tra|làm việc|đoàn))",
    re.IGNORECASE,
)
_TITLE: Final = re.compile(
    r"\bbáo cáo(?P<rest>[^,;:.()]{0,200}?)"
    r"(?=\s+(?:gửi|nộp|được|phải|đến|cho|của|trước|chậm nhất|muộn nhất|theo|hoàn thành|"
    rf"không|hạn|tới|xong|đề nghị|này|nói trên|nêu trên|về\s+{OFFICE_WORDS})\b|\s*[,;:.()]|\s*$)",
    re.IGNORECASE,
)
_REPORT_HEADING: Final = re.compile(r"^Báo cáo\s*:\s*(?=\S)")
# Where the next deadline's own words begin.
_NEXT_DUTY: Final = re.compile(r"[;,]?\s*\briêng\b|;|,?\s*\bvà\s+(?=báo cáo\b)|,\s*(?=báo cáo\b)", re.IGNORECASE)
SAYS_APART: Final = re.compile(r"\briêng\b", re.IGNORECASE)
_OTHER_OBJECT: Final = re.compile(r"\b(?:số liệu|danh sách|hồ sơ|tài liệu|đăng ký|ý kiến|đầu mối)\b", re.IGNORECASE)
# The office that inspects reports to its own head.
_INTERNAL: Final = re.compile(
    r"\bbáo cáo\s+(?:Ban\s+)?(?:Giám đốc|Lãnh đạo|Chủ tịch)\b"
    rf"|^(?:giao\s+)?(?:Phòng|Văn phòng|Thanh tra|(?:Trưởng\s+)?{TEAM_NAME}|(?:Trưởng\s+)?Đoàn)\b"
    r"[^;]{0,120}?\bbáo cáo\b",
    re.IGNORECASE,
)
_OF_OFFICES: Final = re.compile(r"\bbáo cáo\s+của\s+(?:các\s+)?(?:sở|ban|ngành|phòng)\b", re.IGNORECASE)
_UNNAMED: Final = re.compile(r"\b(?:này|trên|nói trên|nêu trên|đối với|với|cho)\b", re.IGNORECASE)
_DELIVER: Final = re.compile(rf"\b(?:về|cho|đến|tới)\s+(?={OFFICE_WORDS}\b)", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._%+\-]*@(?:[A-Za-z0-9\-]+\.)+[A-Za-z]{2,}")


@dataclass(frozen=True, slots=True)
class FoundDeadline:
    """A report's deadline and what its sentence says; ``title`` is None where the report is called nothing but that.

    ``due`` is None where the deadline hangs on the visit, by ``relative``.
    """

    clause: Clause
    sentence: str
    due: Due | None
    relative: Relative | None
    title: Placed[str] | None
    deliver_to: Placed[str] | None
    submit_to: tuple[Placed[str], ...]


def read_deadlines(outline: Outline, *, year: int | None) -> tuple[tuple[FoundDeadline, ...], tuple[Finding, ...]]:
    """Read the deadlines of reports; ``year`` serves those without one. Other deadlines are findings."""
    deadlines: list[FoundDeadline] = []
    findings: list[Finding] = []
    for clause in outline.body:
        for sentence in _list_pieces(clause.text):
            match = _DEADLINE.search(sentence)
            relative = read_relative(sentence)
            if relative and not match and _is_about_report(sentence, clause):
                deadlines.append(_build_deadline(clause, sentence, relative, outline))
            elif not match:
                findings += _tell_relative(sentence, clause)
            elif not _is_about_report(sentence, clause) or _owed_by_others(sentence):
                findings.append(_tell_other(match, clause))
            else:
                due, found = _read_due(match, clause, year)
                findings += (*found, *_tell_second(match, sentence, clause))
                if due:
                    deadlines.append(_build_deadline(clause, sentence, due, outline))
    return tuple(deadlines), tuple(findings)


def _list_pieces(text: str) -> Iterator[str]:
    """Yield the sentences of ``text``, each cut so that every deadline stands in a piece of its own.

    A piece that names no report of its own has the name before it: "…; riêng huyện A gửi trước ngày 15/8".
    """
    for sentence in split_sentences(text):
        plain = _REPORT_HEADING.sub("", sentence)
        found = list(_DEADLINE.finditer(plain))
        start, named = 0, ""
        for position, match in enumerate(found):
            following = found[position + 1] if position + 1 < len(found) else None
            cut = _NEXT_DUTY.search(plain, match.end(), following.start()) if following else None
            if following and cut is None:
                continue
            piece = plain[start : cut.start() if cut else len(plain)]
            title = _TITLE.search(piece)
            unnamed = SAYS_APART.search(piece) or not REPORT.search(piece)
            yield f"{piece} ({named})" if unnamed and named and not title else piece
            named = title.group() if title else named
            start = cut.start() if cut else len(plain)
        if not found:
            yield plain


def _owed_by_others(sentence: str) -> bool:
    """Tell whether the duty is the organiser's own, or that of offices the plan does not visit, or is no report."""
    if _OTHER_OBJECT.search(sentence) and not REPORT.search(sentence):
        return True
    if names_unit_group(sentence) or names_commune_group(sentence):
        return False
    return bool(_INTERNAL.search(sentence) or _OF_OFFICES.search(sentence))


def _build_deadline(clause: Clause, sentence: str, due: Due | Relative, outline: Outline) -> FoundDeadline:
    return FoundDeadline(
        clause=clause,
        sentence=sentence,
        due=due if isinstance(due, Due) else None,
        relative=due if isinstance(due, Relative) else None,
        title=_read_title(sentence, clause.place),
        deliver_to=_read_deliver_to(sentence, clause.place),
        submit_to=_read_addresses(clause, outline),
    )


def _is_about_report(sentence: str, clause: Clause) -> bool:
    # "Thời hạn gửi: trước ngày 10/5" may stand under a heading on reports.
    parent = clause.within[-1].text if clause.within else ""
    return any(REPORT.search(text) for text in (sentence, clause.text, parent))


def _read_due(match: re.Match[str], clause: Clause, year: int | None) -> tuple[Due | None, tuple[Finding, ...]]:
    reading = read_dates(match["day"], year=year)
    value = match.group().strip()
    if not reading.days:
        text = f"the report's deadline '{value}' is not a date; correct it, the report is left out until then"
        return None, (Finding(Severity.ERROR, "due-impossible", text, clause.place),)
    exclusive = match["before"] is not None or match["word"].casefold().startswith("trước")
    at = read_clock(match["at"]) if match["at"] else None
    findings: tuple[Finding, ...] = ()
    if reading.year_missing:
        text = f"the report's deadline '{value}' has no year; {year} is taken from the plan"
        findings = (Finding(Severity.ASSUMED, "year-assumed", text, clause.place),)
    return Due("before" if exclusive else "by", reading.days[0], at), findings


def _read_title(sentence: str, place: str) -> Placed[str] | None:
    """Return the report's name where the sentence gives it one ("Báo cáo công tác …")."""
    names = (trim_clause(match["rest"]) for match in _TITLE.finditer(sentence))
    return next((Placed(f"Báo cáo {name}", place) for name in names if name), None)


def read_report_name(sentence: str) -> str:
    """Return what ``sentence`` calls the report behind the word itself ("tự kiểm tra"); "" where it says no more."""
    names = (trim_clause(_UNNAMED.split(match["rest"])[0]) for match in _TITLE.finditer(sentence))
    return next((name for name in names if name), "")


def _read_deliver_to(sentence: str, place: str) -> Placed[str] | None:
    offices = (read_office_name(sentence[match.end() :]) for match in _DELIVER.finditer(sentence))
    return next((Placed(office, place) for office in offices if office), None)


def _read_addresses(clause: Clause, outline: Outline) -> tuple[Placed[str], ...]:
    """Return the mail addresses of the clause, else those of its section, each once."""
    section = tuple(each for each in outline.body if each.section is clause.section and not _DEADLINE.search(each.text))
    for clauses in ((clause,), section):
        found: dict[str, Placed[str]] = {}
        for each in clauses:
            for address in _ADDRESS.findall(each.text):
                found.setdefault(address, Placed(address, each.place))
        if found:
            return tuple(found.values())
    return ()


def _tell_relative(sentence: str, clause: Clause) -> tuple[Finding, ...]:
    match = _RELATIVE.search(sentence)
    if not match or not REPORT.search(sentence):
        return ()
    text = f"a deadline that hangs on something else ('{match.group()}') is not read; enter the report with its date"
    return (Finding(Severity.WARNING, "deadline-relative", text, clause.place),)


def _tell_second(first: re.Match[str], sentence: str, clause: Clause) -> Iterator[Finding]:
    """Tell of each further deadline in ``sentence``: whose it is, or of which report, no word says."""
    for match in _DEADLINE.finditer(sentence, first.end()):
        if match["day"] != first["day"]:
            text = (
                f"'{match.group().strip()}' is a second deadline in one sentence, and whose it is is not understood; "
                "enter it as a report of its own where it is owed"
            )
            yield Finding(Severity.WARNING, "deadline-second", text, clause.place)


def _tell_other(match: re.Match[str], clause: Clause) -> Finding:
    value = match.group().strip()
    text = (
        f"'{value}' is a deadline for something other than a report of the units; it is left out, add it where needed"
    )
    return Finding(Severity.WARNING, "deadline-other", text, clause.place)
