"""Answers to a few questions -> the files of a fresh configuration, with the comments of the shipped one.

Pure. The shipped files are the only source of comments and defaults: an answer replaces a value where it stands.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from scheduler.errors import ConfigError, Problem
from scheduler.planfile.explain import find_place
from scheduler.planfile.tree import Entry
from scheduler.planfile.write import quote_scalar
from scheduler.planfile.yamlfile import parse_yaml
from scheduler.settings import FILE, Settings, is_loopback, list_variables, parse_settings

_LINE = re.compile(r"(?P<key>\s*[a-z_]+:)(?P<value>[^#]*?)(?P<blanks>\s*)(?P<comment>#.*)?")
_PORTS = {"none": "25", "starttls": "587", "tls": "465"}


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked for one setting; ``default`` None is worked out from the answers before it."""

    key: str
    text: str
    default: str | None


QUESTIONS = (
    Question("mail.name", "Who writes the mails (the name beside the address)", "Đoàn kiểm tra"),
    Question("mail.sender", "The address in From", "kiem-tra@so-ldtbxh.example"),
    Question("smtp.host", "Mail relay: name or address", "127.0.0.1"),
    Question("smtp.security", "Mail relay: starttls, tls, or none (on this machine only)", None),
    Question("smtp.port", "Mail relay: port", None),
    Question("public_url", "How people reach the pages, such as https://lich.tinh.gov.vn (empty: this machine)", ""),
    Question("http.port", "Port of feeds and pages", "8080"),
)


def find_default(question: Question, answers: Mapping[str, str]) -> str:
    """Return what is taken where a question is not answered."""
    if question.key == "smtp.security":
        return "none" if is_loopback(answers["smtp.host"]) else "starttls"
    if question.key == "smtp.port":
        return _PORTS.get(answers["smtp.security"], _PORTS["starttls"])
    return question.default or ""


def list_setting_keys() -> tuple[str, ...]:
    """Return the paths of all settings: "smtp.host"."""
    return tuple(".".join(map(str, path)) for path in list_variables().values())


def check_answer(settings_text: str, answers: Mapping[str, str], key: str) -> tuple[Problem, ...]:
    """Return what is wrong with the answer for ``key``, given those before it."""
    try:
        parse_settings(write_settings(settings_text, answers), FILE, {})
    except ConfigError as error:
        return tuple(problem for problem in error.problems if problem.message.startswith(f"{key}:"))
    return ()


def write_settings(text: str, answers: Mapping[str, str]) -> str:
    """Return a commented settings.yaml with its values replaced by ``answers``; an empty answer takes the default."""
    lines = text.splitlines()
    for key, answer in answers.items():
        root, _ = parse_yaml("\n".join(lines), FILE)
        place = None if root is None else find_place(root, tuple(key.split(".")))
        if not isinstance(place, Entry) or place.key.text != key.rpartition(".")[2]:
            raise ValueError(f"the commented settings lack {key}")
        lines[place.key.line - 1] = _replace_value(lines[place.key.line - 1], _format_value(key, answer))
    return "\n".join(lines) + "\n"


def empty_contacts(text: str) -> str:
    """Return a commented contacts.yaml with its explanation and no contact."""
    explanation, _, _ = text.partition("\ncontacts:")
    return f"{explanation}\ncontacts: []\n"


def _format_value(key: str, answer: str) -> str:
    if not answer:
        return ""
    section, _, name = key.rpartition(".")
    shape = Settings.model_fields[section].annotation if section else Settings
    fields = getattr(shape, "model_fields", {})
    is_number = fields[name].annotation is int and answer.isdigit()
    return answer if is_number else quote_scalar(answer, flow=False)


def _replace_value(line: str, value: str) -> str:
    """Return ``line`` with another value, its comment at the same column where there is room."""
    match = _LINE.fullmatch(line)
    if match is None:
        raise ValueError(f"no 'key: value  # comment': {line}")
    start = f"{match['key']} {value}".rstrip()
    if match["comment"] is None:
        return start
    return start.ljust(max(match.start("comment"), len(start) + 2)) + match["comment"]
