"""Vietnamese names as ASCII ids and as keys for comparing: "TP. Bắc Giang" -> "tp-bac-giang".

Pure. Text is normalised to NFC wherever it enters; đ and Đ have no decomposition and are mapped by hand.
"""

from __future__ import annotations

import re
import unicodedata

_D = str.maketrans({"đ": "d", "Đ": "D"})


def normalise_text(text: str) -> str:
    """Return ``text`` in NFC with every run of blanks (no-break ones too) as one space, trimmed."""
    return re.sub(r"[^\S\n]+", " ", unicodedata.normalize("NFC", text)).strip()


def fold_text(text: str) -> str:
    """Return ``text`` lower-cased and without diacritics, for comparing; its length may differ."""
    decomposed = unicodedata.normalize("NFD", text.translate(_D))
    return "".join(char for char in decomposed if not unicodedata.combining(char)).casefold()


def make_slug(text: str) -> str:
    """Return an id of a-z, 0-9 and single hyphens; "" where the text holds no letter or digit."""
    return re.sub(r"[^a-z0-9]+", "-", fold_text(text)).strip("-")


def make_unique_slug(text: str, taken: set[str]) -> str:
    """Return ``make_slug(text)``, with -2, -3, … where it is taken; the result joins ``taken``."""
    slug = make_slug(text) or "khong-ten"
    number, unique = 1, slug
    while unique in taken:
        number += 1
        unique = f"{slug}-{number}"
    taken.add(unique)
    return unique
