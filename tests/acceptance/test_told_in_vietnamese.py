"""Whatever the corpora of wrong edits and documents bring about, the office is told of in Vietnamese."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from scheduler.documents import read_document
from scheduler.intake import extract_plan
from scheduler.planfile import load_configuration
from scheduler.reminders import plan_reminders
from scheduler.vietnamese import translate, word_why
from scheduler.workdays import WorkingDays
from tests.acceptance.commandline import SHIPPED_CONFIG
from tests.acceptance.test_wrong_edits import KINDS, WRONG
from tests.corpus.shelves import SAMPLES
from tests.hostile.test_hostile_files import SENTENCES

UPDATED = datetime(2025, 4, 8, tzinfo=UTC)


def find_foreign(english: str) -> tuple[str, ...]:
    return tuple(piece.text for piece in translate(english).pieces if piece.foreign)


@pytest.mark.parametrize("message", [said for _, said in WRONG])
def test_every_wrong_edit(message: str) -> None:
    # What the system says of a file stays as it is.
    assert set(find_foreign(message)) <= {"No such file or directory"}


@pytest.mark.parametrize("message", sorted(set(SENTENCES.values())))
def test_every_hostile_document(message: str) -> None:
    assert find_foreign(message) == ()


def test_every_finding_of_the_corpus(tmp_path: Path) -> None:
    found = [
        finding.message
        for sample in SAMPLES
        if sample.form in ("txt", "md", "csv")
        for finding in extract_plan(
            read_document(sample.write_into(tmp_path)), plan_id="plan", updated=UPDATED
        ).findings
    ]
    assert len(set(found)) > 50
    assert {message: find_foreign(message) for message in found if find_foreign(message)} == {}


def test_every_warning_of_the_shipped_plan_and_why_each_of_its_mails_goes(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED_CONFIG, tmp_path / "config")
    configuration = load_configuration(tmp_path / "config", template_kinds=KINDS, today=date(2024, 5, 15))
    assert configuration.warnings
    assert [warning.message for warning in configuration.warnings if find_foreign(warning.message)] == []
    workdays = WorkingDays(configuration.overrides)
    whys = {
        reminder.why
        for plan in configuration.plans
        for reminder in plan_reminders(plan, configuration.contacts, configuration.rules, workdays).reminders
    }
    assert len(whys) > 10
    assert [why for why in whys if any(piece.foreign for piece in word_why(why).pieces)] == []
