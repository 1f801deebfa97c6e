from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Template

from scheduler.letters import Letter, RenderedLetter
from scheduler.letters.samples import list_samples
from scheduler.letters.sharing import SharedLetter, find_gaps, take_words
from scheduler.messages import ComposedMessage, MessageWriter
from scheduler.model import Contact
from scheduler.templates import LetterTemplates, TemplateError, load_templates
from scheduler.workdays import WorkingDays
from tests.samples import make_contacts
from tests.unit.letter_samples import LETTERHEAD, Case, make_case, make_cases, record_events, write_case

SHIPPED = Path(__file__).parents[2] / "templates" / "email"
CASE = make_cases()["visit-coming-unit"]
NAMES = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=40)


@pytest.fixture(scope="module")
def templates() -> LetterTemplates:
    return load_templates((SHIPPED,))


class Counting:
    """Counts how often letters are set one by one, and how often for sharing."""

    def __init__(self, templates: LetterTemplates) -> None:
        self._templates = templates
        self.single = 0
        self.shared = 0

    def render(self, kind: str, letter: Letter) -> RenderedLetter:
        self.single += 1
        return self._templates.render(kind, letter)

    def render_subject(self, kind: str, letter: Letter) -> str:
        return self._templates.render_subject(kind, letter)

    def render_shared(self, kind: str, letter: Letter) -> SharedLetter | None:
        self.shared += 1
        return self._templates.render_shared(kind, letter)


def write_with(writer: MessageWriter, case: Case) -> ComposedMessage:
    return writer.write(
        case.plan,
        case.reminder,
        case.contact,
        contacts=CONTACTS,
        events=record_events(case),
        workdays=WORKDAYS,
        written_at=case.written_at,
    )


CONTACTS = make_contacts()
WORKDAYS = WorkingDays()


def address_to(case: Case, contact: Contact) -> Case:
    reminder = case.reminder._replace(key=f"{case.reminder.key}|{contact.id}", address=contact.email or "")
    return replace(case, contact=contact, reminder=reminder)


def replace_part(folder: Path, name: str, source: str) -> LetterTemplates:
    """The shipped templates with one part replaced, as an admin replaces it."""
    (folder / name).write_text(source + "\n", encoding="utf-8")
    return load_templates((folder, SHIPPED))


def list_letters(kind: str) -> list[Letter]:
    """The samples of a kind, and each with other words throughout: letters of few shapes."""
    letters = [sample.letter for sample in list_samples(kind)]
    return [*letters, *(replace_words(letter) for letter in letters)]


def replace_words(letter: Letter) -> Letter:
    awkward = iter(f"Ấp <{number}> & {number % 7 * 'dài '}xã" for number in range(1000))
    visit, report = letter.visit, letter.report
    if visit is not None:
        visit = replace(visit, label=next(awkward), dates=next(awkward), when=next(awkward), team=next(awkward))
    if report is not None:
        report = replace(report, title=next(awkward), submit_to=("a@b.example", "c@d.example")[: len(report.submit_to)])
    plan = replace(letter.plan, organiser=next(awkward), reference=next(awkward))
    return replace(letter, recipient=next(awkward), address=next(awkward), plan=plan, visit=visit, report=report)


def test_the_shipped_letters_but_the_digest_can_be_shared(templates: LetterTemplates) -> None:
    for kind in sorted(templates.kinds() - {"digest"}):
        for letter in list_letters(kind):
            shared = templates.render_shared(kind, letter)
            assert shared is not None
            filled = shared.fill(letter.recipient, letter.address, letter.answer_link)
            assert filled == templates.render_alone(kind, letter)


def test_letters_of_one_shape_are_set_by_jinja_once() -> None:
    templates = load_templates((SHIPPED,))
    letter = list_samples("visit-coming")[0].letter
    templates.render("visit-coming", letter)
    other = replace_words(letter)
    rendered = templates.render_alone("visit-coming", other)
    with patch.object(Template, "generate", side_effect=AssertionError):
        assert templates.render("visit-coming", other) == rendered


@given(name=NAMES, label=NAMES)
def test_a_shared_letter_is_what_the_reader_would_get_alone(name: str, label: str) -> None:
    templates = SHARED_TEMPLATES
    sample = list_samples("visit-coming")[0].letter
    assert sample.visit is not None
    letter = replace(sample, recipient=name, address=f"{name}@x", visit=replace(sample.visit, label=label))
    shared = templates.render_shared("visit-coming", letter)
    assert shared is not None
    assert shared.fill(name, f"{name}@x", letter.answer_link) in {None, templates.render_alone("visit-coming", letter)}
    assert templates.render("visit-coming", letter) == templates.render_alone("visit-coming", letter)


SHARED_TEMPLATES = load_templates((SHIPPED,))


@pytest.mark.parametrize(
    "source",
    [
        "{{ recipient }}, {{ address }}",
        "{% if visit %}{{ recipient }}{% endif %}",
        "{% if visit.scope %}{{ visit.scope }}{% else %}{{ visit.label }}{% endif %}",
        "{% block a %}{{ recipient }}{% endblock %}",
        "{% for day in visit.days %}{{ recipient }}: {{ day.date }}{{ ', ' if not loop.last }}{% endfor %}",
        "{% macro m(x) %}<{{ x }}>{{ caller() }}{% endmacro %}{% call m(recipient) %}{{ visit.label }}{% endcall %}",
        "{% set who = address %}{{ who }}",
        "{{ visit.communes|join(', ') }}, {{ visit.communes|length }}",
        "{{ visit.team or 'x' }}{{ visit.scope|default('y') }}",
        "{{ audience == 'team' }}",
        "{{ visit.team is none }}",
    ],
)
@pytest.mark.parametrize("ending", [".txt", ".html"])
def test_what_only_prints_words_is_shared(tmp_path: Path, source: str, ending: str) -> None:
    own = replace_part(tmp_path, "visit-coming" + ending, source)
    for letter in list_letters("visit-coming"):
        shared = own.render_shared("visit-coming", letter)
        assert shared is not None
        filled = shared.fill(letter.recipient, letter.address, letter.answer_link)
        assert filled == own.render_alone("visit-coming", letter)


@pytest.mark.parametrize(
    "source",
    [
        "{{ visit.label|upper }}",
        "{{ visit.label|int }}",
        "{{ visit.label|float }}",
        "{{ visit.label|length }}",
        "{{ visit.label|tojson }}",
        "{{ visit.label|pprint }}",
        "{{ visit.label|e }}",
        "{{ visit.label|safe }}",
        "{{ visit.label|attr('mark') is defined }}",
        "{{ visit.label ~ '!' }}",
        "{{ '%s!'|format(visit.label) }}",
        "{{ '%s!' % visit.label }}",
        "{{ visit.label.strip() }}",
        "{{ visit.label.mark is defined }}",
        "{{ visit.label[0] }}",
        "{{ visit|string }}",
        "{{ visit }}",
        "{{ visit.communes }}",
        "{{ visit.communes|join(', ')|upper }}",
        "{{ visit.communes|map('upper')|join(', ') }}",
        "{{ visit.communes|select('string')|join(', ') }}",
        "{{ (visit.label, visit.dates)|sort|join(', ') }}",
        "{{ ('<b>'|safe, visit.label)|join(', ') }}",
        "{{ 'Sơn' in visit.label }}",
        "{{ 'Phúc Sơn' in visit.communes }}",
        "{{ {visit.label: 1}|length }}",
        "{% if visit.label == 'x' %}y{% endif %}",
        "{% if visit.label is string %}y{% endif %}",
        "{% for letter in visit.label %}{{ letter }}.{% endfor %}",
        "{% filter upper %}{{ visit.label }}{% endfilter %}",
        "{% set who %}{{ visit.label }}{% endset %}{{ who|length }}",
        "{% macro m() %}{{ recipient }}{% endmacro %}{{ m()|upper }}",
        "{% macro m(x) %}{{ x }}{% endmacro %}{{ m(visit.label)|wordcount }}",
        "{% macro m() %}{{ caller()|truncate(9) }}{% endmacro %}{% call m() %}{{ visit.label }}{% endcall %}",
        "{% block a %}{{ visit.label }}{% endblock %}{{ self.a()|upper }}",
        "{% block a %}{{ visit.label }}{% endblock %}{{ self['a']()|wordcount }}",
        "{% block a %}{{ visit.label }}{% endblock %}{% if self.a() == 'x' %}y{% endif %}",
        "{% filter upper %}{% include 'closing.txt' %}{% endfilter %}",
        "{% import 'closing.txt' as closing with context %}{{ closing|upper }}",
        "{% autoescape true %}{{ visit.label }}{% endautoescape %}",
        "{{ '\\0' }}",
    ],
)
@pytest.mark.parametrize("ending", [".txt", ".html"])
def test_what_works_on_words_is_set_for_each_reader(tmp_path: Path, source: str, ending: str) -> None:
    own = replace_part(tmp_path, "visit-coming" + ending, source)
    for letter in list_letters("visit-coming"):
        assert own.render_shared("visit-coming", letter) is None
        assert own.render("visit-coming", letter) == own.render_alone("visit-coming", letter)


def test_tags_are_stripped_from_a_shared_text_only_where_words_hold_none(tmp_path: Path) -> None:
    source = "{% block a %}<b>{{ visit.label }}</b>{% endblock %}{{ self.a()|striptags }}{{ recipient }}"
    for ending, shares in ((".html", True), (".txt", False)):
        own = replace_part(tmp_path, "visit-coming" + ending, source)
        for letter in list_letters("visit-coming"):
            assert (own.render_shared("visit-coming", letter) is not None) == shares
            assert own.render("visit-coming", letter) == own.render_alone("visit-coming", letter)


def test_a_part_that_is_escaped_here_and_there_not_is_set_for_each_reader(tmp_path: Path) -> None:
    own = replace_part(tmp_path, "visit-coming.html", "{{ visit.label }}{% include 'closing.txt' %}")
    assert own.render_shared("visit-coming", list_letters("visit-coming")[0]) is None


def test_a_subject_that_names_the_reader_is_set_for_each(tmp_path: Path) -> None:
    own = replace_part(tmp_path, "visit-coming.subject.txt", "{{ recipient }}: {{ visit.when }}")
    letter = list_letters("visit-coming")[0]
    assert own.render_shared("visit-coming", letter) is None
    assert own.render("visit-coming", letter).subject.startswith(letter.recipient)


def test_a_mark_that_was_cut_is_found() -> None:
    assert find_gaps("a\x000\x00b\x00") is None
    assert find_gaps("a\x00x\x00b") is None
    gapped = find_gaps("a\x000\x00bc\x001\x00\x000\x00")
    assert gapped is not None
    assert gapped.fill(("X", "Y")) == "aXbcYX"


@given(st.text(max_size=30).filter(lambda text: "\x00" not in text))
def test_a_word_with_blanks_that_stripping_would_change_belongs_to_the_shape(text: str) -> None:
    letter = list_samples("visit-coming")[0].letter
    plain, _ = take_words(replace(letter, reason="vì một lẽ"))
    shape, words = take_words(replace(letter, reason=text))
    assert (shape == plain) == (text in words)
    assert text not in words or text == " ".join(text.split())


def test_readers_of_one_place_share_one_rendering(templates: LetterTemplates) -> None:
    counting = Counting(templates)
    writer = MessageWriter(counting, LETTERHEAD)
    office = Contact("phong", "Phòng <Nội vụ> & Xã hội", "son-dong", "phong@son-dong.example")
    cases = [address_to(CASE, contact) for contact in (CASE.contact, office)]
    together = [write_with(writer, case) for case in cases]
    assert (counting.shared, counting.single) == (1, 0)
    assert together == [write_case(templates, case) for case in cases]


def test_letters_that_differ_in_more_are_not_shared(templates: LetterTemplates) -> None:
    counting = Counting(templates)
    writer = MessageWriter(counting, LETTERHEAD)
    next_day = replace(CASE, written_at=CASE.written_at + timedelta(days=1))
    titled = replace(CASE, contact=replace(CASE.contact, title="Chủ tịch"))
    commune = make_case("visit-coming", "ubnd-an-ba", "2024-05-13T08:00", plan=CASE.plan)
    report = make_case("report-due", "ubnd-son-dong", "2024-05-13T08:00", about="report", plan=CASE.plan)
    replanned = replace(CASE, plan=replace(CASE.plan, title="Kế hoạch khác"))
    cases = [CASE, next_day, titled, commune, report, replanned, CASE]
    assert [write_with(writer, case) for case in cases] == [write_case(templates, case) for case in cases]
    assert counting.shared == 7


def test_what_cannot_be_shared_is_set_for_each_reader(tmp_path: Path) -> None:
    (tmp_path / "visit-coming.txt").write_text("{{ recipient|upper }}\n", encoding="utf-8")
    own = load_templates((tmp_path, SHIPPED))
    counting = Counting(own)
    writer = MessageWriter(counting, LETTERHEAD)
    office = Contact("phong", "Phòng Nội vụ", "son-dong", "phong@son-dong.example")
    cases = [address_to(CASE, contact) for contact in (CASE.contact, office)]
    assert [write_with(writer, case) for case in cases] == [write_case(own, case) for case in cases]
    assert counting.single == 2


def test_a_template_that_fails_says_so_when_it_is_shared_too(tmp_path: Path) -> None:
    (tmp_path / "visit-coming.txt").write_text("\n{{ nonsense }}\n", encoding="utf-8")
    with pytest.raises(TemplateError) as caught:
        write_case(load_templates((tmp_path, SHIPPED)), CASE)
    assert [(Path(problem.file).name, problem.line) for problem in caught.value.problems] == [("visit-coming.txt", 2)]


def test_the_calendar_has_the_second_of_each_mail_and_the_event_of_each_revision(templates: LetterTemplates) -> None:
    writer = MessageWriter(templates, LETTERHEAD)
    later = replace(CASE, written_at=CASE.written_at + timedelta(seconds=1))
    other = replace(CASE, plan=replace(CASE.plan, scope="Bảo vệ trẻ em"))
    cases = [CASE, later, CASE, other, CASE]
    assert [write_with(writer, case) for case in cases] == [write_case(templates, case) for case in cases]
