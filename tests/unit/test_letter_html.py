"""The HTML of every sample letter: well-formed by the standard's own algorithm, and nothing of what it has dropped."""

from html.parser import HTMLParser
from pathlib import Path

import pytest

from scheduler.letters.samples import list_samples
from scheduler.templates import LetterTemplates, load_templates

TEMPLATES = load_templates((Path(__file__).parents[2] / "templates" / "email",))
KINDS = sorted(TEMPLATES.kinds())
VOID = {"meta", "br"}
# What the HTML standard calls obsolete and mail templates are full of; Outlook's own live in its comments.
OBSOLETE = {"align", "valign", "width", "height", "border", "cellpadding", "cellspacing", "bgcolor"}


class Outline(HTMLParser):
    """Collects tags left open or closed out of order, and obsolete attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.problems: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.problems += [f"{tag} {name}" for name, _ in attrs if name in OBSOLETE]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        expected = self.open.pop() if self.open else "nothing"
        if tag != expected:
            self.problems.append(f"</{tag}> closes {expected}")


def list_problems(html: str) -> list[str]:
    outline = Outline()
    outline.feed(html)
    outline.close()
    return [*outline.problems, *(f"{tag} is never closed" for tag in outline.open)]


def render_samples(kind: str, templates: LetterTemplates = TEMPLATES) -> list[str]:
    return [templates.render(kind, sample.letter).html for sample in list_samples(kind)]


@pytest.mark.parametrize("kind", KINDS)
def test_every_tag_is_closed_and_no_attribute_is_obsolete(kind: str) -> None:
    assert [list_problems(html) for html in render_samples(kind)] == [[] for _ in list_samples(kind)]


@pytest.mark.parametrize("html", ["<p><b></p></b>", "<td valign='top'></td>", "<table>"])
def test_the_check_sees_what_is_wrong(html: str) -> None:
    assert list_problems(html) != []


@pytest.mark.parametrize("kind", KINDS)
def test_the_standards_parser_finds_nothing_to_mend(kind: str) -> None:
    html5lib = pytest.importorskip("html5lib", reason="html5lib is not installed; it is among the test requirements")
    for html in render_samples(kind):
        html5lib.HTMLParser(strict=True).parse(html)


@pytest.mark.parametrize("kind", KINDS)
def test_every_part_ends_with_one_line_break_and_has_no_run_of_blank_lines(kind: str) -> None:
    for sample in list_samples(kind):
        text = TEMPLATES.render(kind, sample.letter).text
        assert text.endswith("\n")
        assert not text.endswith("\n\n")
        assert "\n\n\n" not in text
