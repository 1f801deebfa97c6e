"""A form that could not be taken -> the same form to send once more, so that nothing that was typed is lost.

Pure but for Starlette's request, beside which the fields are kept until the answer is written.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.datastructures import FormData
from starlette.requests import Request

from scheduler.web.admin.asking import CSRF_FIELD

LARGEST_KEPT = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Resend:
    """Where a form goes, and what was typed into it; without the token, which is of the session."""

    path: str
    fields: tuple[tuple[str, str], ...]


def is_own_form(request: Request) -> bool:
    """Say whether the browser says itself that the form stood on a page of ours."""
    return request.headers.get("sec-fetch-site") == "same-origin"


def keep_form(request: Request, form: FormData) -> None:
    """Keep what was typed, for the answer that refuses it; what another site sent is not given back."""
    texts = tuple((name, value) for name, value in form.multi_items() if isinstance(value, str) and name != CSRF_FIELD)
    # What holds a file cannot be sent again from a page.
    if is_own_form(request) and len(texts) == len(form.multi_items()) - len(form.getlist(CSRF_FIELD)):
        query = f"?{request.url.query}" if request.url.query else ""
        request.state.resend = Resend(request.url.path + query, texts)


def find_resend(request: Request) -> Resend | None:
    """Return the form that was kept, None where none was."""
    found = getattr(request.state, "resend", None)
    return found if isinstance(found, Resend) else None
