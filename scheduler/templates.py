"""Template files and a letter's facts -> subject, text and HTML.

IO: reads the files once; rendering reads nothing. A kind has three parts, ``<kind>.subject.txt``,
``<kind>.txt`` and ``<kind>.html``; other files there are for them to include or extend. Templates are an
admin's text: sandboxed, undefined names are errors, HTML is escaped by itself.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields, replace
from functools import lru_cache
from pathlib import Path
from traceback import walk_tb
from types import TracebackType

from jinja2 import FunctionLoader, StrictUndefined, Template, TemplateSyntaxError
from jinja2 import TemplateError as JinjaError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from scheduler.errors import ConfigError, Problem
from scheduler.headers import MessageError, write_text_header
from scheduler.letters import FOLLOW_UP_KINDS, NOTICE_KINDS, Letter, RenderedLetter
from scheduler.letters.facts import FACTS
from scheduler.letters.samples import Sample, list_samples
from scheduler.letters.sharing import (
    NotSharedError,
    Shape,
    ShapedLetter,
    SharedLetter,
    Slot,
    can_share,
    find_gaps,
    join_words,
    open_letter,
    take_words,
)
from scheduler.naming import normalise_text

_SUBJECT, _TEXT, _HTML = ".subject.txt", ".txt", ".html"
_LARGEST_TEMPLATE = 256 * 1024
_LARGEST_PART = 512 * 1024
# What is longer is set by itself, where its length is watched while it grows.
_LARGEST_SHARED = _LARGEST_PART // 2
_NAMES = tuple(field.name for field in fields(Letter))
_KEPT_SHAPES = 256


class TemplateError(ConfigError):
    """A template is missing, does not parse, or fails on a letter: the admin edits the files named."""


class LetterTemplates:
    """The compiled templates of all kinds; made by ``load_templates``, safe to share between threads."""

    def __init__(self, files: dict[str, Path], sources: dict[str, str]) -> None:
        self._files = {name: str(path) for name, path in files.items()}
        self._environment = _make_environment(self._files, sources)
        self._kinds = frozenset(name.removesuffix(_SUBJECT) for name in sources if name.endswith(_SUBJECT))
        self._templates = self._compile(sources)
        self._can_share = can_share({name: self._environment.parse(source) for name, source in sources.items()})
        self._shapes: dict[tuple[str, Shape], ShapedLetter | None] = {}

    def kinds(self) -> frozenset[str]:
        """Return the kinds of letter there are, each with all three parts."""
        return self._kinds

    def reminder_kinds(self) -> frozenset[str]:
        """Return the kinds that a rule may name: all but those of mails that go by themselves."""
        return self._kinds - NOTICE_KINDS - FOLLOW_UP_KINDS

    def find_file(self, name: str) -> str:
        """Return which file the template ``name`` (with its ending) was read from."""
        return self._files[name]

    def render(self, kind: str, letter: Letter) -> RenderedLetter:
        """Set ``letter`` in the three parts of ``kind``; TemplateError names the file and line that failed."""
        shared = self.render_shared(kind, letter)
        filled = None if shared is None else shared.fill(letter.recipient, letter.address, letter.answer_link)
        return self.render_alone(kind, letter) if filled is None else filled

    def render_alone(self, kind: str, letter: Letter) -> RenderedLetter:
        """Return the same as ``render``, whose letters of one shape share what Jinja2 does, without sharing."""
        return RenderedLetter(
            self.render_subject(kind, letter), self._render(kind + _TEXT, letter), self._render(kind + _HTML, letter)
        )

    def render_subject(self, kind: str, letter: Letter) -> str:
        """Return the subject alone, one line of NFC text."""
        return self._check_subject(kind, self._render(kind + _SUBJECT, letter))

    def render_shared(self, kind: str, letter: Letter) -> SharedLetter | None:
        """Set what ``letter`` has in common with those to others of its place, with gaps for name and address.

        Only the first letter of a shape is set by Jinja2. None where a template does more with the words than print
        them, or fails on the letter; then each letter is set by itself.
        """
        if not self._can_share:
            return None
        shape, words = take_words(letter)
        key = (kind, shape)
        if key not in self._shapes:
            if len(self._shapes) >= _KEPT_SHAPES:
                self._shapes.clear()
            self._shapes[key] = self._set_shape(kind, letter)
        shaped = self._shapes[key]
        shared = None if shaped is None else shaped.fill_but_reader(words)
        if shared is None or max(shared.text.size, shared.html.size) > _LARGEST_SHARED:
            return None
        return replace(shared, subject=self._check_subject(kind, shared.subject))

    def _set_shape(self, kind: str, letter: Letter) -> ShapedLetter | None:
        opened = open_letter(letter)
        try:
            parts = [find_gaps(self._set(kind + part, opened)) for part in (_SUBJECT, _TEXT, _HTML)]
        except TemplateError:
            # Said with its place by whoever sets the letter by itself.
            return None
        subject, text, html = parts
        return None if subject is None or text is None or html is None else ShapedLetter(subject, text, html)

    def _check_subject(self, kind: str, rendered: str) -> str:
        name = kind + _SUBJECT
        subject = normalise_text(rendered)
        if not subject or "\n" in subject:
            found = "is empty" if not subject else f"has more than one line: {subject!r}"
            raise TemplateError((Problem(self._files[name], 1, 1, f"the subject {found}; write exactly one line"),))
        return subject

    def _render(self, name: str, letter: Letter) -> str:
        return self._set(name, {name: getattr(letter, name) for name in _NAMES})

    def _set(self, name: str, facts: dict[str, object]) -> str:
        template = self._templates.get(name)
        if template is None:
            known = ", ".join(sorted(self._kinds))
            raise TemplateError((Problem(name, 0, 0, f"there is no such template; kinds with all parts: {known}"),))
        pieces: list[str] = []
        length = 0
        try:
            for piece in template.generate(facts):
                pieces.append(piece)
                length += len(piece)
                if length > _LARGEST_PART:
                    break
        except Exception as error:
            raise TemplateError((self._locate(name, error),)) from error
        if length > _LARGEST_PART:
            text = (
                f"renders to more than {_LARGEST_PART} characters, the most that can be mailed; look for a loop in it"
            )
            raise TemplateError((Problem(self._files[name], 0, 0, text),))
        return "".join(pieces)

    def _compile(self, sources: dict[str, str]) -> dict[str, Template]:
        templates: dict[str, Template] = {}
        problems: list[Problem] = []
        for name in sorted(sources):
            try:
                templates[name] = self._environment.get_template(name)
            except TemplateSyntaxError as error:
                problems.append(Problem(self._files[name], error.lineno, 1, f"{error.message}; correct the template"))
            except JinjaError as error:
                problems.append(self._locate(name, error))
        if problems:
            raise TemplateError(tuple(problems))
        return templates

    def _locate(self, name: str, error: Exception) -> Problem:
        """Return where in the admin's files ``error`` arose: Jinja2 gives its frames their names and lines."""
        file, line = self._files[name], _find_line(error.__traceback__, frozenset(self._files.values()))
        detail = str(error) or type(error).__name__
        if line is None:
            return Problem(file, 0, 0, f"the template fails: {detail}")
        return Problem(
            line[0], line[1], 1, f"the template fails: {detail}; the names it may use are in docs/templates.md"
        )


def load_templates(directories: tuple[Path, ...]) -> LetterTemplates:
    """Read and compile the templates of all ``directories``; of files with one name the first directory's wins.

    A directory that does not exist is passed over. TemplateError names every file that is missing, not
    UTF-8, too large or does not parse.
    """
    files: dict[str, Path] = {}
    for directory in directories:
        for path in sorted(directory.glob("*")) if directory.is_dir() else ():
            # Editors leave hidden files and back-ups beside the one that was saved.
            if path.suffix in (_TEXT, _HTML) and path.is_file() and not path.name.startswith((".", "#", "~")):
                files.setdefault(path.name, path)
    sources: dict[str, str] = {}
    problems = _find_missing_parts(files, directories)
    for name, path in files.items():
        try:
            sources[name] = _read_source(path)
        except (OSError, ValueError) as error:
            problems.append(Problem(str(path), 0, 0, f"cannot be read: {error}"))
    if problems:
        raise TemplateError(tuple(problems))
    return _compile_files(tuple(files.items()), tuple(sources.items()))


@lru_cache(maxsize=2)
def _compile_files(files: tuple[tuple[str, Path], ...], sources: tuple[tuple[str, str], ...]) -> LetterTemplates:
    # Read again with every edit of the configuration, and nearly always the same.
    return LetterTemplates(dict(files), dict(sources))


def prove_templates(templates: LetterTemplates, *, kinds: Collection[str] | None = None) -> tuple[Problem, ...]:
    """Set every kind, or only ``kinds``, with samples of all letters it can be asked for; return what fails, each once.

    The samples say as much and as little as a plan can, to every audience; one failure names one of them. A
    kind of the admin's own is proven as the beginning of its name says, with those about visits or reports.
    """
    problems: dict[tuple[str, int, str], Problem] = {}
    for kind in sorted(templates.kinds() if kinds is None else kinds):
        samples = list_samples(kind)
        if not samples:
            file = templates.find_file(kind + _SUBJECT)
            text = f"is a letter about nothing; rename it and its parts to visit-{kind} or report-{kind}"
            problems[file, 0, text] = Problem(file, 0, 0, text)
        for sample in samples:
            for found in _try_sample(templates, kind, sample):
                message = f"{found.message} (tried with a sample: {sample.name})"
                problems.setdefault((found.file, found.line, found.message), replace(found, message=message))
    return tuple(problems.values())


def _try_sample(templates: LetterTemplates, kind: str, sample: Sample) -> tuple[Problem, ...]:
    try:
        write_text_header("Subject", templates.render_alone(kind, sample.letter).subject)
    except TemplateError as error:
        return error.problems
    except MessageError as error:
        return (Problem(templates.find_file(kind + _SUBJECT), 1, 1, str(error)),)
    return ()


def _read_source(path: Path) -> str:
    size = path.stat().st_size
    if size > _LARGEST_TEMPLATE:
        raise ValueError(f"it has {size} bytes, at most {_LARGEST_TEMPLATE} are read; shorten it")
    return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")


def _find_missing_parts(files: dict[str, Path], directories: tuple[Path, ...]) -> list[Problem]:
    places = ", ".join(str(directory) for directory in directories)
    kinds = {name.removesuffix(_SUBJECT): path for name, path in files.items() if name.endswith(_SUBJECT)}
    if not kinds:
        return [Problem(places, 0, 0, f"holds no letter template (<kind>{_SUBJECT}); copy the shipped ones there")]
    return [
        Problem(str(path.with_name(kind + part)), 0, 0, f"is missing; kind '{kind}' needs it beside {path.name}")
        for kind, path in sorted(kinds.items())
        for part in (_TEXT, _HTML)
        if kind + part not in files
    ]


class _Environment(ImmutableSandboxedEnvironment):
    """The sandbox, with a short way for the facts of a letter: frozen values without a method."""

    def getattr(self, obj: object, attribute: str) -> object:
        if type(obj) is Slot:
            raise NotSharedError
        if type(obj) in FACTS and not attribute.startswith("_"):
            try:
                return getattr(obj, attribute)
            except AttributeError:
                return self.undefined(obj=obj, name=attribute)
        found: object = super().getattr(obj, attribute)
        return found


def _make_environment(files: dict[str, str], sources: dict[str, str]) -> ImmutableSandboxedEnvironment:
    def load(name: str) -> tuple[str, str, None] | None:
        # The file's name goes with the source, so that a traceback names it.
        return (sources[name], files[name], None) if name in sources else None

    environment = _Environment(
        loader=FunctionLoader(load),
        finalize=Slot.print,
        undefined=StrictUndefined,
        autoescape=lambda name: name is not None and name.endswith(_HTML),
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        cache_size=-1,
    )
    environment.filters["join"] = join_words
    return environment


def _find_line(traceback: TracebackType | None, files: frozenset[str]) -> tuple[str, int] | None:
    """Return file and line of the innermost frame that is a template's."""
    places = [(frame.f_code.co_filename, line) for frame, line in walk_tb(traceback)]
    return next((place for place in reversed(places) if place[0] in files), None)
