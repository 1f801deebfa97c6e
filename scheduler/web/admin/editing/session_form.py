"""The parts of a plan's day as one form: names and hours; added, and taken away where no visit names them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from starlette.responses import Response

from scheduler.model import Plan, Session
from scheduler.naming import make_unique_slug
from scheduler.web.admin.asking import Asked
from scheduler.web.admin.desk import Desk
from scheduler.web.admin.editing.forms import WRONG, Fault, FormError, FormReader, Frame, make_frame
from scheduler.web.admin.editing.plan_page import open_plan, require_plan, save_plan
from scheduler.web.admin.editing.references import list_session_uses
from scheduler.web.admin.editing.saving import Footing

_NEW = "them"


@dataclass(frozen=True, slots=True)
class SessionFields:
    """What stands in the fields of one part of the day; ``key`` tells its fields, ``uses`` are what names it."""

    key: str
    name: str
    start: str
    end: str
    uses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SessionsPage:
    """The parts of the day as they stand in the fields; ``more`` are those for a new one."""

    frame: Frame
    plan: Plan
    sessions: tuple[SessionFields, ...]
    more: SessionFields


def show_sessions(desk: Desk, asked: Asked) -> Response:
    """Show the parts of the day to be edited."""
    return _show(desk, asked, open_plan(desk, asked), (), is_typed=False)


def save_sessions(desk: Desk, asked: Asked) -> Response:
    """Keep other names and hours as a draft; whoever was told otherwise is told anew once it is applied."""

    def change(plan: Plan) -> Plan:
        reader = FormReader(asked)
        kept = tuple(_read_kept(reader, plan))
        taken = {session.id for session in plan.sessions}
        new = _read_session(reader, _NEW, None) if _is_typed(asked) else None
        if reader.faults:
            raise FormError(tuple(reader.faults))
        added = () if new is None else (replace(new, id=make_unique_slug(new.name, taken)),)
        return replace(plan, sessions=(*kept, *added))

    def show_again(footing: Footing, faults: tuple[Fault, ...]) -> Response:
        return _show(desk, asked, footing, faults, is_typed=True)

    return save_plan(desk, asked, change, show_again, "Sửa giờ các buổi")


def _is_typed(asked: Asked) -> bool:
    return any(asked.field(f"{part}-{_NEW}") for part in ("ten", "tu", "den"))


def _read_kept(reader: FormReader, plan: Plan) -> Iterator[Session]:
    """Yield the parts of the day that stay; one whose name was cleared goes, unless a visit names it."""
    for old in plan.sessions:
        key = f"buoi-{old.id}"
        if f"ten-{key}" not in reader.asked.form:
            yield old
        elif reader.asked.field(f"ten-{key}"):
            read = _read_session(reader, key, old)
            if read is not None:
                yield read
        elif uses := tuple(list_session_uses(plan, old.id)):
            reader.refuse(f"ten-{key}", f"{old.name} còn được dùng: {', '.join(uses)}. Hãy bỏ những chỗ đó trước.")


def _read_session(reader: FormReader, key: str, old: Session | None) -> Session | None:
    """Read one part of the day; None where something is wrong with it."""
    faults = len(reader.faults)
    name = reader.name(f"ten-{key}", "Tên buổi", needed=True)
    hours = []
    for part, what in (("tu", "Giờ bắt đầu"), ("den", "Giờ kết thúc")):
        if not reader.asked.field(f"{part}-{key}"):
            reader.refuse(f"{part}-{key}", f"{what}: chưa ghi.")
        hours.append(reader.hour(f"{part}-{key}", what))
    start, end = hours
    if len(reader.faults) > faults or name is None or start is None or end is None:
        return None
    if end <= start:
        reader.refuse(f"den-{key}", f"Giờ kết thúc: phải sau {start:%H:%M}.")
        return None
    return Session("" if old is None else old.id, name, start, end)


def _show(desk: Desk, asked: Asked, footing: Footing, faults: tuple[Fault, ...], *, is_typed: bool) -> Response:
    plan = require_plan(desk, footing)
    page = SessionsPage(
        frame=make_frame(desk, asked, footing, faults),
        plan=plan,
        sessions=tuple(_fill(asked, plan, session, is_typed=is_typed) for session in plan.sessions),
        more=_take(asked, _NEW, ()),
    )
    return desk.show("session_form", asked, page, WRONG if faults else 200)


def _fill(asked: Asked, plan: Plan, session: Session, *, is_typed: bool) -> SessionFields:
    key, uses = f"buoi-{session.id}", tuple(list_session_uses(plan, session.id))
    if is_typed and f"ten-{key}" in asked.form:
        return _take(asked, key, uses)
    return SessionFields(key, session.name, f"{session.start:%H:%M}", f"{session.end:%H:%M}", uses)


def _take(asked: Asked, key: str, uses: tuple[str, ...]) -> SessionFields:
    return SessionFields(key, asked.field(f"ten-{key}"), asked.field(f"tu-{key}"), asked.field(f"den-{key}"), uses)
