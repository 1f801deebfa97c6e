"""Text in an old Vietnamese encoding is recognised, by the name of its font or by its look, and refused by name.

Pure. TCVN 5712:1993 (TCVN3, fonts ".Vn…"), VNI ("VNI-…"), VISCII and VPS keep Vietnamese in the upper half of an
eight-bit set: without their font the letters turn into others ("KÕ ho¹ch"). Letters guessed back could be wrong: a name
in a mail, so a person converts them.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from typing import Final

from scheduler.errors import DocumentError

_FONTS: Final = (
    ("TCVN3 (ABC)", re.compile(r"\.vn|vn(?!i)(?=[a-z])", re.IGNORECASE)),
    ("VNI", re.compile(r"(?i:vni)(?=[- A-Z]|$)")),
    ("VPS", re.compile(r"vps", re.IGNORECASE)),
    ("VISCII", re.compile(r"viscii|vi (?=times|arial|helv)", re.IGNORECASE)),
)
_SUBSET_TAG: Final = re.compile(r"^[A-Z]{6}\+")  # of fonts embedded in a PDF: "ABCDEF+.VnTime"

# Upper-half characters that Vietnamese in Unicode does not use: neither its letters nor its signs.
_OWN: Final = "àáâãèéêìíòóôõùúýÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝ«»°²³×±"
_FOREIGN: Final = "".join(char for char in map(chr, range(0xA1, 0x100)) if char not in _OWN)
_UNICODE_ONLY: Final = re.compile("[ăđơưĂĐƠƯ\u1ea0-\u1ef9]")
_TELLTALE: Final = re.compile(f"[{re.escape(_FOREIGN)}]")

_WORD: Final = re.compile(r"[^\s.,;:()/\"'!?]+")
_LETTER: Final = re.compile(r"[^\W\d_]")
# What stands inside words only where an encoding was mistaken, and from how many words on it is no accident.
_LOOKS: Final = (
    ("UTF-8 that was read as Windows-1252", re.compile(r"á[º»]|Ã[¡-¿]|Ä[‘\u0083\u0090\u0091]|Æ[°¡]"), 3),
    ("Windows-1258", re.compile(r"[aeouyâêô][òìÒÌ]|ð[a-zêâôõ]|[aeiouyâêô]Þ"), 4),
)
_BY_FONT: Final = re.compile(
    r"[A-Za-zÕÌ][¡-¾ÆÇÎËÐÑÖØÜÞßäåëîï÷øñûþ]|[µ¸¹¶®§][a-zA-Z]|[aeouy][äåïöøûüëñæ]|[ñöæ][aeou]", re.I
)
_VNI_LETTERS: Final = re.compile("[ïøûåäöëñæ]", re.IGNORECASE)
_TCVN_SIGNS: Final = re.compile("[¡-¾Î]")
_FEWEST_BY_FONT: Final = 5
_SHARE: Final = 0.05


@lru_cache(maxsize=256)
def name_font_encoding(font: str) -> str | None:
    """Name the old encoding that ``font`` stands for (".VnTime", "ABCDEF+VNI-Times"); None for any other font."""
    bare = _SUBSET_TAG.sub("", font.strip())
    return next((encoding for encoding, pattern in _FONTS if pattern.match(bare)), None)


def has_legacy_letters(text: str) -> bool:
    """Tell whether ``text``, set in an old font, really is in its encoding: Unicode text in such a font reads well."""
    return bool(_TELLTALE.search(text)) and not _UNICODE_ONLY.search(text)


def name_text_encoding(text: str) -> str | None:
    """Name the encoding that ``text`` seems to be in, told by its look alone; None where it reads as Unicode should."""
    # Each word is looked at once, and counts as often as it stands there.
    words = _count_words(text)
    strange = {word: times for word, times in words.items() if not word.isascii()}
    least = sum(words.values()) * _SHARE
    for encoding, pattern, fewest in _LOOKS:
        if sum(times for word, times in strange.items() if pattern.search(word)) >= max(fewest, least):
            return encoding
    # A mark at the end of a word ("5m²", "dân»") is no letter of it.
    by_font = {word: times for word, times in strange.items() if _BY_FONT.search(word.strip("«»°²³§"))}
    if sum(by_font.values()) < max(_FEWEST_BY_FONT, least):
        return None
    signs, letters = (
        sum(len(kind.findall(word)) * times for word, times in by_font.items()) for kind in (_TCVN_SIGNS, _VNI_LETTERS)
    )
    return "TCVN3 (ABC)" if signs >= letters else "VNI"


def _count_words(text: str) -> Counter[str]:
    words: Counter[str] = Counter()
    for run, times in Counter(text.split()).items():
        for word in _WORD.findall(run):
            if _LETTER.search(word):
                words[word] += times
    return words


def refuse_legacy(name: str, encoding: str, shown_by: str) -> DocumentError:
    """Return the refusal of the file ``name``; ``shown_by`` says what gave the encoding away ("font .VnTime")."""
    return DocumentError(
        f"{name}: the text is in the old encoding {encoding} ({shown_by}), which would be imported as wrong letters; "
        "convert it to Unicode (UniKey, Ctrl+Shift+F6), font Times New Roman, save it, and import that"
    )
