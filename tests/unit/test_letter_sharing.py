from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment

from scheduler.letters import Letter, RenderedLetter
from scheduler.letters.samples import list_samples
from scheduler.letters.sharing import SharedLetter, can_share, find_gaps, open_gaps
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


def can_share_source(*sources: str) -> bool:
    return can_share(Environment().parse(source) for source in sources)


def test_the_shipped_letters_can_all_be_shared(templates: LetterTemplates) -> None:
    for kind in sorted(templates.kinds()):
        for sample in list_samples(kind):
            shared = templates.render_shared(kind, sample.letter)
            assert shared is not None
            letter = sample.letter
            assert shared.fill(letter.recipient, letter.address) == templates.render(kind, letter)


@given(name=NAMES)
def test_a_shared_letter_is_what_the_reader_would_get_alone(name: str) -> None:
    templates = SHARED_TEMPLATES
    letter = replace(list_samples("visit-coming")[0].letter, recipient=name, address=f"{name}@x")
    shared = templates.render_shared("visit-coming", list_samples("visit-coming")[0].letter)
    assert shared is not None
    assert shared.fill(name, f"{name}@x") == templates.render("visit-coming", letter)


SHARED_TEMPLATES = load_templates((SHIPPED,))


@pytest.mark.parametrize(
    "source",
    [
        "{{ recipient }}, {{ address }}",
        "{% if visit %}{{ recipient }}{% endif %}",
        "{% block a %}{{ recipient }}{% endblock %}",
        "{% for day in visit.days %}{{ recipient }}: {{ day.date|upper }}{% endfor %}",
        "{% block a %}x{% endblock %}{{ self.a()|upper }}{{ recipient }}",
        "{% extends 'layout.html' %}{% block a %}{{ super() }}{{ recipient }}{% endblock %}",
    ],
)
def test_what_only_prints_the_readers_own_words_can_be_shared(source: str) -> None:
    assert can_share_source(source)


@pytest.mark.parametrize(
    "source",
    [
        "{{ recipient|upper }}",
        "{{ recipient ~ '!' }}",
        "{{ recipient.strip() }}",
        "{{ recipient[0] }}",
        "{% if recipient == 'x' %}y{% endif %}",
        "{% if recipient is string %}y{% endif %}",
        "{% set who = address %}{{ who }}",
        "{% filter upper %}{{ recipient }}{% endfilter %}",
        "{% set who %}{{ recipient }}{% endset %}{{ who|length }}",
        "{% macro m() %}{{ recipient }}{% endmacro %}{{ m()|upper }}",
        "{% macro m(x) %}{{ x }}{% endmacro %}{{ m(recipient) }}",
        "{% macro m() %}{{ caller()|upper }}{% endmacro %}{% call m() %}{{ recipient }}{% endcall %}",
        "{% block a %}{{ recipient }}{% endblock %}{{ self.a()|upper }}",
        "{% block a %}{% include 'closing.txt' %}{% endblock %}{{ self.a()|upper }}",
        "{% filter upper %}{% include 'closing.txt' %}{% endfilter %}",
        "{% block a %}{{ recipient }}{% endblock %}{{ self['a']()|upper }}",
        "{% extends 'layout.html' %}{% block a %}{{ super()|truncate(40) }}{% endblock %}",
        "{% autoescape false %}{{ recipient }}{% endautoescape %}",
    ],
)
def test_what_works_on_the_readers_own_words_is_never_shared(source: str) -> None:
    assert not can_share_source(source)


def test_a_block_that_another_template_calls_is_not_shared() -> None:
    layout = "{% block lead %}{% endblock %}{{ self.lead()|striptags }}"
    assert not can_share_source(layout, "{% extends 'layout' %}{% block lead %}{{ recipient }}{% endblock %}")
    assert can_share_source(layout, "{% extends 'layout' %}{% block lead %}x{% endblock %}")


def test_a_mark_that_is_no_piece_of_its_own_is_found() -> None:
    mark = open_gaps(list_samples("visit-coming")[0].letter).recipient
    assert find_gaps(["a", f"b{mark}"]) is None
    assert find_gaps(["a", mark.upper()]) is None
    gapped = find_gaps(["a", mark, "b", "c", mark])
    assert gapped is not None
    assert gapped.fill({"recipient": "X"}) == "aXbcX"


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
