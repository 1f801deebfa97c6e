from pathlib import Path

import pytest

from scheduler.letters import NOTICE_KINDS, Letter, RenderedLetter
from scheduler.letters.sharing import SharedLetter
from scheduler.messages import ComposedMessage
from scheduler.templates import LetterTemplates, TemplateError, load_templates, prove_templates
from tests.unit.letter_samples import make_cases, write_case

SHIPPED = Path(__file__).parents[2] / "templates" / "email"
CASE = make_cases()["visit-coming-unit"]
PARTS = {
    "visit-coming.subject.txt": "Lịch {{ visit.when }}\n",
    "visit-coming.txt": "Kính gửi: {{ recipient }}\n",
    "visit-coming.html": "<p>{{ recipient }}</p>\n",
}


def write_parts(folder: Path, **changed: str) -> Path:
    """Write a kind's three parts; ``subject``, ``text`` and ``html`` replace one."""
    names = {"subject": "visit-coming.subject.txt", "text": "visit-coming.txt", "html": "visit-coming.html"}
    folder.mkdir(exist_ok=True)
    for name, source in (PARTS | {names[part]: source for part, source in changed.items()}).items():
        (folder / name).write_text(source, encoding="utf-8")
    return folder


def write_letter(templates: LetterTemplates) -> ComposedMessage:
    return write_case(templates, CASE)


class Keep:
    """Keeps what was rendered, beside what goes into the mail."""

    def __init__(self, templates: LetterTemplates) -> None:
        self._templates = templates

    def render(self, kind: str, letter: Letter) -> RenderedLetter:
        self.rendered = self._templates.render(kind, letter)
        return self.rendered

    def render_shared(self, kind: str, letter: Letter) -> SharedLetter | None:
        return None

    def render_subject(self, kind: str, letter: Letter) -> str:
        return self._templates.render_subject(kind, letter)


def render(templates: LetterTemplates) -> RenderedLetter:
    keep = Keep(templates)
    write_case(keep, CASE)
    return keep.rendered


def test_a_rule_may_name_every_shipped_kind_but_the_notices() -> None:
    assert load_templates((SHIPPED,)).reminder_kinds() == {
        "report-due",
        "report-last-day",
        "report-overdue",
        "report-overdue-head",
        "visit-coming",
        "visit-eve",
    }


def test_there_is_a_shipped_template_for_every_notice() -> None:
    assert load_templates((SHIPPED,)).kinds() > NOTICE_KINDS


def test_an_admins_copy_wins_file_by_file(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "visit-coming.subject.txt").write_text("Của chúng tôi: {{ visit.label }}", encoding="utf-8")
    shipped, mixed = render(load_templates((SHIPPED,))), render(load_templates((own, SHIPPED)))
    assert mixed.subject == "Của chúng tôi: Sơn Động (Phúc Sơn, An Bá)"
    assert (mixed.text, mixed.html) == (shipped.text, shipped.html)


def test_an_admins_shared_part_is_used_by_the_shipped_letters(tmp_path: Path) -> None:
    (tmp_path / "closing.txt").write_text("Kính chào.\n", encoding="utf-8")
    assert render(load_templates((tmp_path, SHIPPED))).text.endswith("Kính chào.\n")


def test_a_folder_that_does_not_exist_is_passed_over(tmp_path: Path) -> None:
    assert load_templates((tmp_path / "none", SHIPPED)).kinds() == load_templates((SHIPPED,)).kinds()


def test_no_template_at_all_is_an_error_that_names_the_folder(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match=f"{tmp_path} holds no letter template"):
        load_templates((tmp_path,))


def test_every_missing_part_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.subject.txt").write_text("x", encoding="utf-8")
    with pytest.raises(TemplateError) as caught:
        load_templates((tmp_path,))
    assert [(problem.file, problem.message) for problem in caught.value.problems] == [
        (str(tmp_path / "a.txt"), "is missing; kind 'a' needs it beside a.subject.txt"),
        (str(tmp_path / "a.html"), "is missing; kind 'a' needs it beside a.subject.txt"),
    ]


def test_every_template_that_does_not_parse_is_named_with_its_line(tmp_path: Path) -> None:
    write_parts(tmp_path, text="a\n{% if %}\n", html="{{ recipient\n\n")
    with pytest.raises(TemplateError) as caught:
        load_templates((tmp_path,))
    assert [(Path(problem.file).name, problem.line) for problem in caught.value.problems] == [
        ("visit-coming.html", 1),
        ("visit-coming.txt", 2),
    ]


@pytest.mark.parametrize(
    ("source", "line", "words"),
    [
        ("a\n{{ nonsense }}\n", 2, "'nonsense' is undefined"),
        ("a\nb\n{{ visit.nonsense }}\n", 3, "no attribute 'nonsense'"),
        ("{{ report.due }}\n", 1, "'None' has no attribute 'due'"),
        ("{{ 1 / 0 }}\n", 1, "division by zero"),
        ("{{ ''.__class__.__mro__ }}\n", 1, "unsafe"),
        ("{% for i in range(10 ** 9) %}x{% endfor %}\n", 1, "Range too big"),
        ("{% include 'absent.txt' %}\n", 1, "absent.txt"),
    ],
)
def test_a_template_that_fails_is_named_with_its_line(tmp_path: Path, source: str, line: int, words: str) -> None:
    templates = load_templates((write_parts(tmp_path, text=source),))
    with pytest.raises(TemplateError) as caught:
        write_letter(templates)
    (problem,) = caught.value.problems
    assert (problem.file, problem.line) == (str(tmp_path / "visit-coming.txt"), line)
    assert words in problem.message


def test_an_error_in_an_included_file_names_that_file(tmp_path: Path) -> None:
    write_parts(tmp_path, text="{% include 'part.txt' %}\n")
    (tmp_path / "part.txt").write_text("\n\n{{ nonsense }}", encoding="utf-8")
    with pytest.raises(TemplateError) as caught:
        write_letter(load_templates((tmp_path,)))
    assert (Path(caught.value.problems[0].file).name, caught.value.problems[0].line) == ("part.txt", 3)


def test_one_bad_template_does_not_stop_the_others(tmp_path: Path) -> None:
    write_parts(tmp_path, text="{{ nonsense }}")
    templates = load_templates((tmp_path, SHIPPED))
    with pytest.raises(TemplateError):
        write_letter(templates)
    assert write_case(templates, make_cases()["visit-eve"]).subject.startswith("Nhắc lịch kiểm tra")


@pytest.mark.parametrize(("subject", "words"), [("a\nb", "has more than one line"), (" \n", "is empty")])
def test_a_subject_is_exactly_one_line(tmp_path: Path, subject: str, words: str) -> None:
    templates = load_templates((write_parts(tmp_path, subject=subject),))
    with pytest.raises(TemplateError, match=words):
        write_letter(templates)


def test_a_kind_that_does_not_exist_is_an_error_that_lists_those_that_do(tmp_path: Path) -> None:
    templates = load_templates((write_parts(tmp_path),))
    with pytest.raises(TemplateError, match=r"visit-eve\.subject\.txt there is no such template; .*: visit-coming"):
        write_case(templates, make_cases()["visit-eve"])


def test_html_escapes_and_text_does_not(tmp_path: Path) -> None:
    source = "{{ '<&>' }}"
    rendered = render(load_templates((write_parts(tmp_path, text=source, html=source),)))
    assert (rendered.text, rendered.html) == ("<&>", "&lt;&amp;&gt;")


def test_a_file_that_is_not_utf_8_or_too_large_is_named(tmp_path: Path) -> None:
    write_parts(tmp_path)
    (tmp_path / "visit-coming.txt").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "visit-coming.html").write_bytes(b"x" * 300_000)
    with pytest.raises(TemplateError) as caught:
        load_templates((tmp_path,))
    assert [Path(problem.file).name for problem in caught.value.problems] == ["visit-coming.html", "visit-coming.txt"]


def test_what_editors_leave_behind_is_no_template(tmp_path: Path) -> None:
    write_parts(tmp_path)
    for name in (".visit-coming.txt.swp", ".#visit-coming.txt", "#a.txt", "visit-coming.txt~", ".hidden.subject.txt"):
        (tmp_path / name).write_text("{% broken", encoding="utf-8")
    assert load_templates((tmp_path,)).kinds() == {"visit-coming"}


def test_windows_line_breaks_and_a_byte_order_mark_are_understood(tmp_path: Path) -> None:
    write_parts(tmp_path)
    (tmp_path / "visit-coming.txt").write_bytes(b"\xef\xbb\xbfa\r\nb\r\n")
    assert render(load_templates((tmp_path,))).text == "a\nb\n"


def test_a_letter_that_grows_without_end_is_refused(tmp_path: Path) -> None:
    source = "{% for i in range(99999) %}xxxxxxxxxx{% endfor %}"
    with pytest.raises(TemplateError, match="renders to more than"):
        write_letter(load_templates((write_parts(tmp_path, text=source),)))


def test_the_shipped_templates_are_proven() -> None:
    assert prove_templates(load_templates((SHIPPED,))) == ()


@pytest.mark.parametrize(
    ("name", "source", "words", "sample"),
    [
        ("report-due.txt", "{{ report.form|upper }}{{ report.form.strip() }}", "no attribute 'strip'", "little said"),
        ("report-due.txt", "\n{{ visit.label }}", "'None' has no attribute 'label'", "all said"),
        ("visit-coming.txt", "{{ visit.days[0].sessions[0].hours }}", "has no element 0", "little said"),
        ("visit-coming.txt", "{% if audience == 'team' %}{{ x }}{% endif %}", "'x' is undefined", "truong-doan"),
        ("visit-moved.txt", "{{ visit.days[0].sessions[0].hours }}", "has no element 0", "little said"),
        ("correction.txt", "{{ visit.label }}", "'None' has no attribute 'label'", "a report is owed after all"),
        ("plan-confirmed.txt", "{{ notice.visits[0].scope.strip() }}", "no attribute 'strip'", "little said"),
        ("visit-cancelled.subject.txt", "{{ visit.when }}", "'None' has no attribute 'when'", "ubnd-huyen"),
        ("visit-coming.subject.txt", "=?{{ visit.when }}", "holds '=?'", "all said"),
        ("layout.html", "{{ nonsense }}", "'nonsense' is undefined", ""),
    ],
)
def test_a_template_that_fails_on_any_sample_is_found_before_it_is_used(
    tmp_path: Path, name: str, source: str, words: str, sample: str
) -> None:
    (tmp_path / name).write_text(source, encoding="utf-8")
    problems = prove_templates(load_templates((tmp_path, SHIPPED)))
    assert {Path(problem.file).name for problem in problems} == {name}
    assert words in problems[0].message
    assert sample in problems[0].message.rpartition("tried with a sample: ")[2]


def test_one_mistake_is_told_once(tmp_path: Path) -> None:
    (tmp_path / "closing.txt").write_text("\n\n{{ nonsense }}\n", encoding="utf-8")
    problems = prove_templates(load_templates((tmp_path, SHIPPED)))
    assert [(Path(problem.file).name, problem.line) for problem in problems] == [("closing.txt", 3)]


def test_a_kind_of_the_admins_own_is_proven_by_the_beginning_of_its_name(tmp_path: Path) -> None:
    for kind, text in (("visit-brief", "{{ visit.label }}"), ("report-brief", "{{ visit.label }}"), ("brief", "x")):
        for part in (".subject.txt", ".txt", ".html"):
            (tmp_path / f"{kind}{part}").write_text(text, encoding="utf-8")
    problems = prove_templates(load_templates((tmp_path, SHIPPED)))
    assert {Path(problem.file).name.split(".")[0] for problem in problems} == {"brief", "report-brief"}
    assert str(tmp_path / "brief.subject.txt") in {problem.file for problem in problems}
    assert "rename it and its parts to visit-brief or report-brief" in str(problems[0])
