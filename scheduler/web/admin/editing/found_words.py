"""What an import found, in the words of an office: facts, and what a finding is about.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterator

from scheduler.import_review import Fact
from scheduler.model import Plan, PlanStatus, Report, Severity, Visit
from scheduler.web.wording import word_date, word_due

_STATUSES = {
    PlanStatus.TENTATIVE: "dự kiến",
    PlanStatus.CONFIRMED: "đã chốt",
    PlanStatus.CANCELLED: "đã hủy",
}
_SEVERITIES = {
    Severity.ERROR: "Lỗi, không vào kế hoạch",
    Severity.WARNING: "Cần xem lại",
    Severity.ASSUMED: "Đã suy ra",
}
FINDINGS = {
    "address-needed": "Chưa có địa chỉ thư",
    "annex-missing": "Phụ lục được nhắc mà không kèm theo",
    "column-not-read": "Có cột không đọc được",
    "commune-count-differs": "Số xã không khớp với con số trong văn bản",
    "contact-changed": "Tài liệu ghi khác về một người trong danh bạ",
    "contact-differs": "Danh bạ có người khác cùng mã",
    "date-alternative": "Có ngày thay thế",
    "date-impossible": "Ngày không có trong lịch",
    "date-inherited": "Ngày lấy theo dòng trên",
    "date-missing": "Chưa có ngày",
    "deadline-after-visit": "Hạn báo cáo sau buổi kiểm tra",
    "deadline-computed": "Hạn báo cáo được tính ra",
    "deadline-other": "Có hạn khác trong văn bản",
    "deadline-relative": "Hạn ghi theo một ngày khác",
    "deadline-second": "Có hạn thứ hai",
    "due-impossible": "Ngày hạn không có trong lịch",
    "exemption-unknown": "Nơi được miễn không có trong kế hoạch",
    "hour-impossible": "Giờ không có thật",
    "issued-day-blank": "Chưa ghi ngày ban hành",
    "issued-impossible": "Ngày ban hành không có trong lịch",
    "issued-missing": "Không thấy ngày ban hành",
    "issued-month-blank": "Chưa ghi tháng ban hành",
    "merge-conflict": "Tài liệu và bản đang dùng ghi khác nhau",
    "not-read": "Có phần không đọc được",
    "number-blank": "Chưa ghi số kế hoạch",
    "number-missing": "Không thấy số kế hoạch",
    "organiser-missing": "Không thấy cơ quan ban hành",
    "owers-assumed": "Ai phải nộp báo cáo được suy ra",
    "plan-twice": "Giống một kế hoạch đã nhập",
    "postponed": "Buổi kiểm tra bị hoãn",
    "report-duty-doubt": "Chưa rõ ai nộp báo cáo nào",
    "report-missing": "Không thấy yêu cầu báo cáo",
    "report-title-assumed": "Tên báo cáo được suy ra",
    "session-end-assumed": "Giờ kết thúc buổi được suy ra",
    "session-start-assumed": "Giờ bắt đầu buổi được suy ra",
    "sessions-assumed": "Các buổi trong ngày được suy ra",
    "table-unruled": "Bảng không có đường kẻ",
    "team-missing": "Không thấy thành viên đoàn",
    "title-missing": "Không thấy tên kế hoạch",
    "unit-count-differs": "Số đơn vị không khớp với con số trong văn bản",
    "unit-missing": "Dòng không có đơn vị",
    "visit-for-information": "Đơn vị được báo để biết",
    "visit-on-day-off": "Kiểm tra vào ngày nghỉ",
    "visit-outside-period": "Kiểm tra ngoài thời gian của kế hoạch",
    "visit-repeated": "Buổi kiểm tra lặp lại",
    "visit-team-unsaid": "Chưa rõ đoàn nào kiểm tra",
    "visits-clash": "Một đoàn hai nơi cùng lúc",
    "visits-far-fewer": "Ít buổi kiểm tra hơn hẳn trước",
    "weekday-mismatch": "Thứ và ngày không khớp",
    "year-assumed": "Năm được suy ra",
}


def word_finding(code: str) -> str:
    """Return what a finding is about."""
    return FINDINGS.get(code, "Cần xem lại")


def word_severity(severity: Severity) -> str:
    return _SEVERITIES[severity]


def list_facts(plan: Plan) -> Iterator[Fact]:
    """Yield what was found, in the order of the plan."""
    yield Fact("Kế hoạch", plan.title, "/plan/title")
    yield Fact("Mã", plan.id, "-")
    yield Fact("Số", plan.number or "bỏ trống", "/plan/number")
    yield Fact("Ban hành", plan.issued or "bỏ trống", "/plan/issued")
    yield Fact("Tình trạng", _STATUSES[plan.status], "/plan/status")
    yield Fact("Cơ quan", plan.organiser.name or "không thấy", "/organiser/name")
    for index, session in enumerate(plan.sessions):
        yield Fact("Buổi", f"{session.name} {session.start:%H:%M}–{session.end:%H:%M}", f"/sessions/{index}")
    names = {unit.id: unit.name for unit in plan.units}
    names |= {f"{unit.id}/{each.id}": each.name for unit in plan.units for each in unit.communes}
    for index, visit in enumerate(plan.visits):
        pointer = f"/visits/{index}"
        days = f"{pointer}/dates" if len(visit.dates) > 1 else f"{pointer}/date"
        yield Fact("Kiểm tra", _word_visit(visit, names), days, f"{pointer}/unit")
    for index, report in enumerate(plan.reports):
        pointer = f"/reports/{index}"
        yield Fact("Báo cáo", _word_report(report, names), f"{pointer}/due")
        yield Fact("Phụ lục", _word_forms(report, names) or "không ghi", f"{pointer}/forms")
        yield Fact("Nộp về", ", ".join(report.submit_to) or "không ghi", f"{pointer}/submit_to")
    for index, team in enumerate(plan.teams):
        yield Fact("Đoàn", f"{team.name}: {len(team.members)} thành viên", f"/teams/{index}")


def _word_visit(visit: Visit, names: dict[str, str]) -> str:
    days = ", ".join(word_date(day) for day in visit.dates) or "chưa định ngày"
    communes = ", ".join(names[f"{visit.unit}/{commune}"] for commune in visit.communes)
    said = f"{days}: {names[visit.unit]}" + (f" ({communes})" if communes else "")
    return f"{said}, chỉ cấp xã" if visit.levels == ("commune",) else said


def _word_report(report: Report, names: dict[str, str]) -> str:
    owers = f"{len(report.owed_by)} đơn vị" if len(report.owed_by) != 1 else names.get(report.owed_by[0], "")
    return f"{report.title}: hạn {word_due(report.due)}, {owers} phải nộp"


def _word_forms(report: Report, names: dict[str, str]) -> str:
    named = [f"{names.get(unit, unit)}: {form}" for unit, form in report.forms.by_unit]
    if report.forms.default:
        named.append(f"còn lại: {report.forms.default}" if named else report.forms.default)
    return "; ".join(named)
