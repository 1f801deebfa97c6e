"""Vietnamese wording as a program can compare it: words, phrases, sentences, and a value with its place.

Pure. "Hòa" and "Hoà", "Ủy" and "Uỷ" are one word written two ways: a word's key keeps its tone but not the letter that
carries it. Keys keep all other diacritics, so "năm" and "Nam" stay apart.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Generic, TypeVar

T = TypeVar("T")

CAPITALS: Final = "A-ZÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝĂĐĨŨƠƯẠẢẤẦẨẪẬẮẰẲẴẶẸẺẼẾỀỂỄỆỈỊỌỎỐỒỔỖỘỚỜỞỠỢỤỦỨỪỬỮỰỲỴỶỸ"  # inside a character class
_TONES: Final = "\u0300\u0301\u0303\u0309\u0323"
_WORD: Final = re.compile(r"[^\W_]+")
# A full stop after one of these ends an abbreviation, not a sentence.
_SENTENCE_BREAK: Final = re.compile(
    r"(?<!\bTP)(?<!\bTX)(?<!\bTT)(?<!\bKT)(?<!\bTM)(?<!\bTL)(?<!\bTs)(?<!\bThS)(?<!\bđ/c)(?<!\bĐ/c)(?<!\b[^\W\d])[.!?]\s+"
    rf"(?=[{CAPITALS}])"
)


@dataclass(frozen=True, slots=True)
class Placed(Generic[T]):
    """A value, and its place in the document."""

    value: T
    place: str


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a text: its key for comparing, and where it stands in the text."""

    key: str
    start: int
    end: int


@lru_cache(maxsize=8192)
def make_word_key(word: str) -> str:
    """Return ``word`` lower-cased, its tone moved behind it."""
    if word.isascii():
        return word.lower()
    decomposed = unicodedata.normalize("NFD", word.casefold())
    tone = "".join(char for char in decomposed if char in _TONES)
    return unicodedata.normalize("NFC", "".join(char for char in decomposed if char not in _TONES)) + tone


@lru_cache(maxsize=4096)
def split_words(text: str) -> tuple[Word, ...]:
    """Return the words of ``text`` (runs of letters and digits) in order."""
    return tuple(Word(make_word_key(match.group()), match.start(), match.end()) for match in _WORD.finditer(text))


@lru_cache(maxsize=8192)
def make_phrase_key(text: str) -> tuple[str, ...]:
    """Return the keys of the words of ``text``."""
    return tuple(map(make_word_key, _WORD.findall(text)))


def find_phrase(words: tuple[Word, ...], phrase: tuple[str, ...]) -> tuple[int, ...]:
    """Return the indexes in ``words`` at which ``phrase`` begins; an empty phrase is nowhere."""
    if not phrase:
        return ()
    size = len(phrase)
    return tuple(
        start
        for start in range(len(words) - size + 1)
        if words[start].key == phrase[0] and tuple(word.key for word in words[start : start + size]) == phrase
    )


def split_sentences(text: str) -> tuple[str, ...]:
    """Return the sentences of ``text``; abbreviations such as "TP." end none."""
    return tuple(part.strip() for part in _SENTENCE_BREAK.split(text) if part.strip())


def split_outside_brackets(text: str, separators: str) -> tuple[str, ...]:
    """Split ``text`` at each of ``separators`` that stands in no bracket; parts are trimmed, empty ones dropped."""
    parts, start, depth = [], 0, 0
    for position, char in enumerate(text):
        if char in "([":
            depth += 1
        elif char in ")]":
            depth = max(0, depth - 1)
        elif char in separators and depth == 0:
            parts.append(text[start:position])
            start = position + 1
    parts.append(text[start:])
    return tuple(part.strip() for part in parts if part.strip())


def split_heading(text: str) -> tuple[str, str]:
    """Split "subject (note): what it is to do" at its first colon outside brackets; ("", text) without one."""
    parts = split_outside_brackets(text, ":")
    if len(parts) == 1:
        return (parts[0], "") if text.rstrip().endswith(":") else ("", text)
    subject = parts[0]
    return subject, text[text.index(subject) + len(subject) :].lstrip().removeprefix(":").strip()


def drop_brackets(text: str) -> str:
    """Return ``text`` without what stands in round brackets."""
    return re.sub(r"\s*\([^()]*\)", "", text)


def trim_clause(text: str) -> str:
    """Return ``text`` without the stops a list item or a paragraph ends with."""
    return text.strip().removesuffix("./.").strip().rstrip(".;,:").rstrip()


def capitalise_first(text: str) -> str:
    """Return ``text`` with its first letter large and nothing else changed."""
    return text[:1].upper() + text[1:]
