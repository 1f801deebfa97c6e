"""Pages of templates/web/admin as HTML: read once, with the words that they share.

IO at the start only. A page gives its template one value, ``page``; who is signed in and what to tell them stands
beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from scheduler.model import Admin
from scheduler.vietnamese import translate, word_detail, word_document_change, word_file, word_place, word_why
from scheduler.web.admin.asking import LONGEST_NAME
from scheduler.web.admin.editing.found_words import word_finding, word_severity
from scheduler.web.admin.sessions import Notice
from scheduler.web.admin.words import (
    word_aspects,
    word_change,
    word_count,
    word_event,
    word_followed,
    word_letter,
    word_outcome,
    word_reason,
    word_reply,
    word_rule,
    word_standing,
    word_state,
)
from scheduler.web.pages import StaticFiles
from scheduler.web.wording import word_date, word_day, word_due, word_weekday


@dataclass(frozen=True, slots=True)
class Setting:
    """Around a page: who is signed in (None before), the token of the forms, what came of the last click."""

    visitor: Admin | None
    csrf: str
    notice: Notice | None
    zone: ZoneInfo
    now: datetime

    @property
    def may_change(self) -> bool:
        return self.visitor is not None and self.visitor.role == "admin"

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()


class Screens:
    """Renders the pages; ``static`` gives the addresses of style sheets and scripts, ``name`` who did something.

    Files of ``config_dir`` are named as they stand in it: where it lies on the machine says nothing to a reader.
    """

    def __init__(self, templates: Path, static: StaticFiles, name: Callable[[str], str], config_dir: Path) -> None:
        # No sandbox, which takes half of the time: these templates are ours, an office words its letters alone.
        self._environment = Environment(
            loader=FileSystemLoader(templates),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._environment.globals["static"] = static.link
        self._environment.globals["longest_name"] = LONGEST_NAME
        self._environment.filters.update(
            weekday=word_weekday,
            day=word_day,
            date=word_date,
            due=word_due,
            moment=word_moment,
            state=word_state,
            standing=word_standing,
            count=word_count,
            detail=word_detail,
            reason=word_reason,
            vietnamese=translate,
            why=word_why,
            file=lambda file: word_file(file.removeprefix(f"{config_dir}/")),
            document_change=word_document_change,
            rule=word_rule,
            letter=word_letter,
            by=name,
            change=word_change,
            event=word_event,
            aspects=word_aspects,
            finding=word_finding,
            severity=word_severity,
            place=word_place,
            outcome=word_outcome,
            reply=word_reply,
            followed=word_followed,
        )

    def render(self, name: str, setting: Setting, page: object, status: int = 200) -> HTMLResponse:
        """Render templates/web/admin/``name``.html."""
        body = self._environment.get_template(f"admin/{name}.html").render(page=page, setting=setting)
        return HTMLResponse(body, status)


def word_moment(instant: datetime, zone: ZoneInfo) -> str:
    """Return "07:30 20/5/2024", local to ``zone``."""
    local = instant.astimezone(zone)
    return f"{local:%H:%M} {word_date(local.date())}"
