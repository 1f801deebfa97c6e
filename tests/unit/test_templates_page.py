"""docs/templates.md names every value that a template can use, and no other."""

import re
from dataclasses import fields
from pathlib import Path

from scheduler.letters.facts import DigestFacts, Letter, NoticeFacts, PlanFacts, ReportFacts, VisitFacts
from scheduler.templates import load_templates

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "templates.md").read_text(encoding="utf-8")
OBJECTS = {"plan": PlanFacts, "visit": VisitFacts, "report": ReportFacts, "notice": NoticeFacts, "digest": DigestFacts}


def test_the_page_names_every_value_and_no_other() -> None:
    values = {field.name for field in fields(Letter)} - OBJECTS.keys()
    values |= {f"{name}.{field.name}" for name, facts in OBJECTS.items() for field in fields(facts)}
    cells = [line.split("|")[1] for line in PAGE.partition("## Values")[2].splitlines() if line.startswith("| `")]
    named = {word for cell in cells for word in re.findall(r"`([a-z_.]+)`", cell)}
    assert named == values


def test_the_page_names_every_kind() -> None:
    kinds = PAGE.partition("## Kinds")[2].partition("## Shared parts")[0]
    cells = [line.split("|")[1] for line in kinds.splitlines() if line.startswith("| `")]
    named = {word for cell in cells for word in re.findall(r"`([a-z-]+)`", cell)}
    assert named == load_templates((ROOT / "templates" / "email",)).kinds()
