"""The documents of the corpus: what each holds, and the facts that are to be found in it, no more and no fewer."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from tests.corpus.base import FACTS, make_page
from tests.corpus.facts import Facts
from tests.corpus.pages import Page

TEXTS = ("txt", "md", "csv")
PACKED = ("docx", "xlsx")


@dataclass(frozen=True, slots=True)
class Case:
    """``forms`` are those it is written in; ``in_text`` replaces codes where a form cannot merge cells."""

    name: str
    about: str
    page: Page
    facts: Facts
    forms: tuple[str, ...] = ("txt", "docx")
    in_text: tuple[str, ...] | None = None

    def expect(self, form: str) -> Facts:
        """Return the facts of the document in ``form``."""
        plain = form not in ("docx", "xlsx", "odt", "ods", "pdf", "doc")
        return replace(self.facts, codes=self.in_text) if plain and self.in_text is not None else self.facts


@dataclass(slots=True)
class Shelf:
    """Collects cases; what is about the same stands together in the table of the documentation."""

    about: str
    cases: list[Case] = field(default_factory=list)

    def add(
        self,
        name: str,
        page: Page | None = None,
        *,
        forms: tuple[str, ...] = ("txt", "docx"),
        codes: tuple[str, ...] = (),
        in_text: tuple[str, ...] | None = None,
        facts: Facts = FACTS,
    ) -> None:
        """Add a case: ``facts`` are the base's unless given; ``codes`` are those besides "address-needed"."""
        facts = replace(facts, codes=_with_addresses(codes))
        told = None if in_text is None else _with_addresses(in_text)
        self.cases.append(Case(name, self.about, make_page() if page is None else page, facts, forms, told))


def _with_addresses(codes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted({*codes, "address-needed"}))
