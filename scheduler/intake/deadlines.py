"""The clauses that set a deadline for a report -> the deadline, the report's name, the office and addresses it goes to.

Pure. "trước ngày" excludes its day; "chậm nhất", "đến hết ngày", "không quá ngày" and "hạn cuối" include it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from scheduler.intake.dates import read_dates
from scheduler.intake.hours import CLOCK, read_clock
from scheduler.intake.offices import OFFICE_WORDS, read_office_name
from scheduler.intake.outline import Clause, Outline
from scheduler.intake.relative import Relative, read_relative
from scheduler.intake.wording import Placed, split_sentences, trim_clause
from scheduler.model import Due, Finding, Severity

REPORT: Final = re.compile(r"\bbáo cáo\b", re.IGNORECASE)
_DEADLINE: Final = re.compile(
    r"\b(?P<word>(?:(?:chậm|muộn|trễ) nhất|đến hết|hết|không (?:quá|muộn hơn|chậm hơn)"
    r"|(?:thời )?hạn(?: (?:cuối(?: cùng)?|chót|nộp|gửi))?|trước)"
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
        for sentence in split_sentences(clause.text):
            match = _DEADLINE.search(sentence)
            relative = read_relative(sentence)
            if relative and not match and _is_about_report(sentence, clause):
                deadlines.append(_build_deadline(clause, sentence, relative, outline))
            elif not match:
                findings += _tell_relative(sentence, clause)
            elif not _is_about_report(sentence, clause):
                findings.append(_tell_other(match, clause))
            else:
                due, found = _read_due(match, clause, year)
                findings += found
                if due:
                    deadlines.append(_build_deadline(clause, sentence, due, outline))
    return tuple(deadlines), tuple(findings)


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


def _read_deliver_to(sentence: str, place: str) -> Placed[str] | None:
    offices = (read_office_name(sentence[match.end() :]) for match in _DELIVER.finditer(sentence))
    return next((Placed(office, place) for office in offices if office), None)


def _read_addresses(clause: Clause, outline: Outline) -> tuple[Placed[str], ...]:
    """Return the mail addresses of the clause, else those of its section, each once."""
    section = tuple(each for each in outline.body if each.section is clause.section)
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


def _tell_other(match: re.Match[str], clause: Clause) -> Finding:
    value = match.group().strip()
    text = f"'{value}' is a deadline for something other than a report; it is left out, add it where needed"
    return Finding(Severity.WARNING, "deadline-other", text, clause.place)
