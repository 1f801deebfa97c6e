"""Every document of the corpus: every fact found, none invented."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from scheduler.documents import read_document
from scheduler.intake import Draft, extract_plan
from tests.corpus.facts import state_facts
from tests.corpus.shelves import CASES, SAMPLES, Sample, write_samples
from tests.corpus.writers import CONVERTED, OFFICE

UPDATED = datetime(2025, 4, 8, tzinfo=UTC)


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every document, written once."""
    folder = tmp_path_factory.mktemp("corpus")
    write_samples(folder)
    return folder


def read_sample(sample: Sample, folder: Path) -> Draft:
    if sample.form in CONVERTED and OFFICE is None:
        pytest.skip(f"LibreOffice, which writes .{sample.form}, is not installed")
    return extract_plan(read_document(sample.find_in(folder)), plan_id="plan", updated=UPDATED)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_every_fact_is_found_and_none_invented(sample: Sample, corpus: Path) -> None:
    assert state_facts(read_sample(sample, corpus)) == sample.case.expect(sample.form)


def test_the_corpus_is_large_and_its_names_are_unique() -> None:
    assert len(SAMPLES) >= 40
    assert len({sample.name for sample in SAMPLES}) == len(SAMPLES)
    assert len({case.name for case in CASES}) == len(CASES)
