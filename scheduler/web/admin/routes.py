"""Every page and action of the office, one line each: a new one is a function and a line here."""

from __future__ import annotations

from scheduler.web.admin.asking import Action, Page
from scheduler.web.admin.overview import show_overview

PAGES: tuple[Page | Action, ...] = (Page("/admin", show_overview),)
