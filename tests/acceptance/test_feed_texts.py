"""Texts that are hard to write into a calendar, read back by two parsers that share no code: icalendar and ical.js."""

import json
import random
import subprocess
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from icalendar import Calendar

from scheduler.ics import Presentation, render_calendar, render_event
from scheduler.model import Event, EventStatus, Revision
from tests.acceptance.clients.subscribers import CLIENTS
from tests.acceptance.test_clients import need

FOLDER = Path(__file__).parent / "clients"
HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
PIECES = (
    "Kiểm tra: Sơn Động (Phúc Sơn, An Bá) – buổi sáng", "ề", "ợ", "u\u031b\u0323", "\\", "\\n", "\\N", "\\,", ";", ",",
    ":", '"', "^n", "^'", "BEGIN:VEVENT", "END:VCALENDAR", "🏫", "👩‍👩‍👧", "\u00a0", "\u200b", "\ufeff", "=", "%0D%0A",
    " ", "  ", "x" * 73, "x" * 74, "x" * 75, "đ" * 37, "đ" * 38, "ế" * 25, "\\" * 74,
)  # fmt: skip
SCRIPT = """
import ICAL from "ical.js";
ICAL.design.strict = true;
let content = "";
for await (const chunk of process.stdin.setEncoding("utf8")) content += chunk;
const events = new ICAL.Component(ICAL.parse(content)).getAllSubcomponents("vevent");
const names = ["summary", "location", "description", "contact", "url"];
console.log(JSON.stringify(events.map((event) => names.map((name) => event.getFirstPropertyValue(name)))));
"""


def make_texts(count: int) -> list[list[str]]:
    """Make for each of ``count`` events a title, a place, a description of several lines, a contact and a page."""
    chance = random.Random(2024)

    def join() -> str:
        # What surrounds a text is no part of what is tested.
        return f"({''.join(chance.choices(PIECES, k=chance.randint(1, 12)))})"

    return [
        [
            join(),
            join(),
            "\n".join(join() for _ in range(chance.randint(1, 4))),
            join(),
            f"https://lich.example/#{number}",
        ]
        for number in range(count)
    ]


def write(texts: list[list[str]]) -> bytes:
    at = datetime(2024, 4, 15, tzinfo=UTC)
    blank = Event("", "p", "visit", "i", None, "", "", "", date(2024, 5, 9), date(2024, 5, 10), EventStatus.CONFIRMED)
    blocks = [
        render_event(
            replace(blank, uid=f"{number}@so.example", summary=title, location=place),
            Revision(0, at, at),
            at,
            zone=HANOI,
            presentation=Presentation(description, contact, page),
        )
        for number, (title, place, description, contact, page) in enumerate(texts)
    ]
    return render_calendar(name="Lịch", description=None, zone=HANOI, blocks=blocks, days=[date(2024, 5, 9)])


def test_icalendar_reads_every_text_as_it_was_written() -> None:
    texts = make_texts(500)
    names = ("SUMMARY", "LOCATION", "DESCRIPTION", "CONTACT", "URL")
    assert [[str(event[name]) for name in names] for event in Calendar.from_ical(write(texts)).events] == texts


def test_ical_js_reads_every_text_as_it_was_written() -> None:
    need(next(client for client in CLIENTS if client.name == "ical.js"))
    texts = make_texts(500)
    ran = subprocess.run(
        ["node", "--input-type=module", "-e", SCRIPT], input=write(texts), cwd=FOLDER, capture_output=True, check=True
    )
    assert json.loads(ran.stdout) == texts
