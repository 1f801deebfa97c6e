"""A plan as the JSON-shaped object of the contract, and as the YAML file that an admin goes on editing.

Pure. Both have the same keys in the same order. What has a source gets its place as a comment at the line's end,
where one or two short places say it all; the map ``sources`` at the bottom has them all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime, time
from typing import TypeAlias

from scheduler.model import Due, Forms, Plan, Report, Sender, Unit, Visit, VisitSession
from scheduler.planfile.schemas import DEFAULT_FORM
from scheduler.planfile.tree import tell_kind

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

LINE_WIDTH = 110
LONGEST_COMMENT = 80
_MOST_PLACES = 2

_HEADER = """\
# yaml-language-server: $schema=../schemas/plan.schema.json
# An inspection plan. This file is the source: edit and save it. `scheduler check` names what is wrong, with its line.
# Ids (a-z, 0-9 and hyphens) stay as they are when names, dates or the order change. Dates: 2024-05-20 or 20/5/2024.
# A comment at the end of a line is the value's place in the document that it was imported from.
"""
_SECTION_COMMENTS = {
    "plan": "status: tentative, confirmed or cancelled. issued: day or month. public: true shows it to everybody.",
    "organiser": "The office that inspects.",
    "bases": "Legal bases.",
    "sessions": "Parts of the day; a visit names the ones it uses. Local hours.",
    "units": "Who is visited or owes a report, with the communes that the visits name.",
    "teams": "Who inspects. Members are ids of contacts.yaml.",
    "visits": (
        "`date`, or `dates: [..., ...]`. `cancelled: true` calls it off. A session may have its own place or hour:\n"
        '# {id: morning, commune: ..., place: ..., start: "08:00", end: "11:00"}.'
    ),
    "reports": 'due: `before` (that day is late) or `by` (that day is in time), and an hour where said: at: "17:00".',
    "distribution": "Who receives the plan.",
    "sender": "Who writes the mails of this plan, in place of `mail` in settings.yaml.",
    "sources": "Where the import found each value. Not needed for anything else.",
}
_ALWAYS_BLOCK = re.compile(
    r"/(plan|bases|sessions|units|teams|visits|reports|distribution|sources|contacts|rules)"
    r"|/(units|visits|reports|contacts|rules)/\d+"
)
_PLAIN = re.compile(r"([^\W_]|/(?=[a-z]))([\w '.()–/~+@-]|,(?= )|:(?=[0-9]))*")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(T[\d:.]+[+-][\d:.]+)?", re.ASCII)
_NO_TEXT_TO_SOME = re.compile(r"[\d.+-][\d._:eE+-]*|y|n|yes|no|on|off|true|false|null", re.IGNORECASE | re.ASCII)


def plan_to_json(plan: Plan) -> dict[str, Json]:
    """Return the plan with the keys of the contract; a key inside an item is left out where nothing is said."""
    return {
        "plan": {
            "id": plan.id,
            "title": plan.title,
            "number": plan.number,
            "issued": plan.issued,
            "status": plan.status.value,
            "timezone": plan.timezone,
            "public": plan.public,
            "updated": _format_instant(plan.updated),
            **_leave_out_nothing(scope=plan.scope),
        },
        "organiser": {"name": plan.organiser.name, "email": plan.organiser.email},
        "bases": list(plan.bases),
        "sessions": [
            {"id": s.id, "name": s.name, "start": _format_hour(s.start), "end": _format_hour(s.end)}
            for s in plan.sessions
        ],
        "units": [_unit_to_json(unit) for unit in plan.units],
        "teams": [{"id": team.id, "name": team.name, "members": list(team.members)} for team in plan.teams],
        "visits": [_visit_to_json(visit) for visit in plan.visits],
        "reports": [_report_to_json(report) for report in plan.reports],
        "distribution": list(plan.distribution),
        **_sender_to_json(plan.sender),
        "sources": {source.pointer: source.place for source in plan.sources},
    }


def plan_to_yaml(plan: Plan) -> str:
    """Return the plan file's text; reading it gives the same plan (texts in NFC, without runs of blanks)."""
    places = {source.pointer: source.place for source in plan.sources}
    lines = [_HEADER]
    for key, value in plan_to_json(plan).items():
        lines.append(f"# {_SECTION_COMMENTS[key]}\n" + "\n".join(write_entry(key, value, f"/{key}", 0, places)) + "\n")
    return "\n".join(lines)


# --- parts of the plan ------------------------------------------------------------------------------


def _unit_to_json(unit: Unit) -> dict[str, Json]:
    communes: list[Json] = [{"id": commune.id, "name": commune.name} for commune in unit.communes]
    return {"id": unit.id, "name": unit.name, "communes": communes}


def _visit_to_json(visit: Visit) -> dict[str, Json]:
    days: list[Json] = [day.isoformat() for day in visit.dates]
    dates: dict[str, Json] = {"dates": days} if len(days) > 1 else {"date": days[0] if days else None}
    return {
        "id": visit.id,
        "unit": visit.unit,
        "communes": list(visit.communes),
        **dates,
        "sessions": [_session_to_json(session) for session in visit.sessions],
        "levels": list(visit.levels),
        **_leave_out_nothing(scope=visit.scope, team=visit.team),
        **({"cancelled": True} if visit.cancelled else {}),
    }


def _session_to_json(session: VisitSession) -> Json:
    own = _leave_out_nothing(
        commune=session.commune,
        place=session.place,
        start=_format_hour(session.start) if session.start is not None else None,
        end=_format_hour(session.end) if session.end is not None else None,
    )
    return {"id": session.id, **own} if own else session.id


def _report_to_json(report: Report) -> dict[str, Json]:
    return {
        "id": report.id,
        "title": report.title,
        "due": _due_to_json(report.due),
        **_leave_out_nothing(deliver_to=report.deliver_to),
        "submit_to": list(report.submit_to),
        "owed_by": list(report.owed_by),
        "forms": _forms_to_json(report.forms),
    }


def _due_to_json(due: Due) -> dict[str, Json]:
    at = _format_hour(due.at) if due.at is not None else None
    return {due.kind: due.day.isoformat(), **_leave_out_nothing(at=at)}


def _forms_to_json(forms: Forms) -> dict[str, Json]:
    return {**dict(forms.by_unit), **_leave_out_nothing(**{DEFAULT_FORM: forms.default})}


def _sender_to_json(sender: Sender | None) -> dict[str, Json]:
    if sender is None:
        return {}
    return {"sender": _leave_out_nothing(address=sender.address, name=sender.name, reply_to=sender.reply_to)}


def _leave_out_nothing(**values: str | None) -> dict[str, Json]:
    return {key: value for key, value in values.items() if value is not None}


def _format_hour(hour: time) -> str:
    return f"{hour:%H:%M}"


def _format_instant(instant: datetime) -> str:
    return instant.isoformat(timespec="auto" if instant.second or instant.microsecond else "minutes")


# --- YAML -------------------------------------------------------------------------------------------


def write_entry(key: str, value: Json, pointer: str, indent: int, places: dict[str, str]) -> Iterator[str]:
    """Yield the lines of one key with its value; ``places`` are those of values by pointer, for the comments."""
    label = " " * indent + quote_scalar(key, flow=True) + ":"
    flow = _write_flow(value)
    if _fits_one_line(value, pointer, f"{label} {flow}"):
        yield f"{label} {flow}{format_places(value, pointer, places)}"
        return
    yield label + format_places(None, pointer, places)
    yield from _write_block(value, pointer, indent + 2, places)


def _write_block(value: Json, pointer: str, indent: int, places: dict[str, str]) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from write_entry(key, inner, f"{pointer}/{_escape(key)}", indent, places)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from write_item(inner, f"{pointer}/{index}", indent, places)


def write_item(
    value: Json, pointer: str, indent: int, places: dict[str, str], *, in_braces: bool = False
) -> Iterator[str]:
    """Yield the lines of one item of a list, its dash at ``indent``; ``in_braces`` on one line where that fits."""
    dash = " " * indent + "- "
    flow = _write_flow(value)
    if _fits_one_line(value, "" if in_braces else pointer, dash + flow):
        yield f"{dash}{flow}{format_places(value, pointer, places)}"
        return
    lines = _write_block(value, pointer, indent + 2, places)
    yield dash + next(lines).lstrip(" ")
    yield from lines


def _fits_one_line(value: Json, pointer: str, line: str) -> bool:
    if not isinstance(value, list | dict) or not value:
        return True
    if _ALWAYS_BLOCK.fullmatch(pointer) or len(line) > LINE_WIDTH:
        return False
    inner = value if isinstance(value, list) else list(value.values())
    return not any(isinstance(part, dict) or (isinstance(part, list) and isinstance(value, list)) for part in inner)


def _write_flow(value: Json) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_flow_part(item) for item in value) + "]"
    if isinstance(value, dict):
        return (
            "{" + ", ".join(f"{quote_scalar(key, flow=True)}: {_flow_part(part)}" for key, part in value.items()) + "}"
        )
    return quote_scalar(value, flow=False) if isinstance(value, str) else json.dumps(value)


def _flow_part(value: Json) -> str:
    return quote_scalar(value, flow=True) if isinstance(value, str) else _write_flow(value)


def quote_scalar(text: str, *, flow: bool) -> str:
    """Return ``text`` as a YAML scalar of one line: bare where every YAML reader takes it for this text or date."""
    if _DATE.fullmatch(text):
        return text
    ambiguous = _NO_TEXT_TO_SOME.fullmatch(text) or tell_kind(text) != "text" or (flow and "," in text)
    if _PLAIN.fullmatch(text) and text.isprintable() and not text.endswith(" ") and not ambiguous:
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(char if char.isprintable() else _escape_character(char) for char in quoted)


def _escape_character(char: str) -> str:
    return f"\\u{ord(char):04x}" if ord(char) <= 0xFFFF else f"\\U{ord(char):08x}"


def _escape(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def format_places(value: Json, pointer: str, places: dict[str, str]) -> str:
    """Return the comment that a line with ``value`` ends in, two blanks before it; "" where it gets none."""
    if pointer.startswith("/sources"):
        return ""
    found = dict.fromkeys(places[inner] for inner in _pointers(value, pointer) if inner in places)
    text = " ".join("; ".join(found).split())
    if not 0 < len(found) <= _MOST_PLACES or len(text) > LONGEST_COMMENT or not text.isprintable():
        return ""
    return f"  # {text}"


def _pointers(value: Json, pointer: str) -> Iterator[str]:
    yield pointer
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _pointers(inner, f"{pointer}/{_escape(key)}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _pointers(inner, f"{pointer}/{index}")
