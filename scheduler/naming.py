"""Vietnamese names as ASCII ids and as keys for comparing: "TP. Bắc Giang" -> "tp-bac-giang".

Pure. Text is normalised to NFC wherever it enters; đ and Đ have no decomposition and are mapped by hand.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_BLANKS = re.compile(r"[^\S\n]+")
_MARKS = re.compile("[\u0300-\u036f]+")  # every mark that a Latin letter can carry
_NO_SLUG = re.compile(r"[^a-z0-9]+")


def normalise_text(text: str) -> str:
    """Return ``text`` in NFC with every run of blanks (no-break ones too) as one space, trimmed."""
    composed = unicodedata.normalize("NFC", text)
    # The only blank that counts as printable is the plain space.
    if composed.isprintable() and "  " not in composed:
        return composed.strip()
    return _BLANKS.sub(" ", composed).strip()


@lru_cache(maxsize=8192)
def fold_text(text: str) -> str:
    """Return ``text`` lower-cased and without diacritics, for comparing; its length may differ."""
    if text.isascii():
        return text.lower()
    return " ".join(map(_fold_word, text.split(" ")))


@lru_cache(maxsize=8192)
def _fold_word(word: str) -> str:
    if word.isascii():
        return word.lower()
    return _MARKS.sub("", unicodedata.normalize("NFD", word.replace("đ", "d").replace("Đ", "D"))).casefold()


def make_slug(text: str) -> str:
    """Return an id of a-z, 0-9 and single hyphens; "" where the text holds no letter or digit."""
    return _NO_SLUG.sub("-", fold_text(text)).strip("-")


def is_fuller_name(one: str, other: str) -> bool:
    """Return whether one name says all that the other does, in its order: "UBND Nà Rì" and "UBND huyện Nà Rì"."""
    short, long = sorted((make_slug(one).split("-"), make_slug(other).split("-")), key=len)
    words = iter(long)
    return all(word in words for word in short)


def make_unique_slug(text: str, taken: set[str]) -> str:
    """Return ``make_slug(text)``, with -2, -3, … where it is taken; the result joins ``taken``."""
    slug = make_slug(text) or "khong-ten"
    number, unique = 1, slug
    while unique in taken:
        number += 1
        unique = f"{slug}-{number}"
    taken.add(unique)
    return unique
