"""All cases of the corpus, and each as a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.corpus import prose, tables, times
from tests.corpus.cases import Case
from tests.corpus.writers import CONVERTED, OFFICE, WRITERS, convert_files

CASES: tuple[Case, ...] = (*tables.SHELF.cases, *times.SHELF.cases, *prose.SHELF.cases)


@dataclass(frozen=True, slots=True)
class Sample:
    """One case in one form."""

    case: Case
    form: str

    @property
    def name(self) -> str:
        return f"{self.case.name}-{self.form}"

    def find_in(self, folder: Path) -> Path:
        suffix = WRITERS[self.form][0] if self.form in WRITERS else self.form
        return folder / f"{self.name}.{suffix}"

    def write_into(self, folder: Path) -> Path:
        """Write the document, of a form that needs no LibreOffice, and return where it is."""
        path = self.find_in(folder)
        WRITERS[self.form][1](self.case.page, path)
        return path


SAMPLES = tuple(Sample(case, form) for case in CASES for form in case.forms)


def write_samples(folder: Path) -> None:
    """Write every document into ``folder``; those only LibreOffice writes are left out where it is not installed."""
    for sample in SAMPLES:
        if sample.form in WRITERS:
            sample.write_into(folder)
    for form, source in CONVERTED.items() if OFFICE else ():
        made = list(_write_sources(form, source, folder / f"for-{form}"))
        convert_files(made, form, folder)


def _write_sources(form: str, source: str, folder: Path) -> Iterator[Path]:
    folder.mkdir()
    for sample in SAMPLES:
        if sample.form == form:
            path = folder / f"{sample.name}.{source}"
            WRITERS[source][1](sample.case.page, path)
            yield path
