"""Passwords of admins: which are refused, how they are hashed, and whether one is right.

Pure but for the random salt. argon2id with the parameters of RFC 9106, section 4 (64 MiB, 3 passes).
"""

from __future__ import annotations

import re

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from scheduler.naming import fold_text

SHORTEST = 12
LONGEST = 200
_FEWEST_KINDS = 5
_FEWEST_OWN = 5
_RUNS = ("abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm", "012345678901234567890", "!@#$%^&*()")
_LEET = str.maketrans("013457@$!", "oieastasi")
# What guessing begins with; a password that is little more than these is refused.
_COMMON = (
    "password", "passwort", "matkhau", "matma", "admin", "administrator", "quantri", "letmein", "welcome", "iloveyou",
    "anhyeuem", "yeuem", "iloveu", "monkey", "dragon", "football", "baseball", "sunshine", "princess", "superman",
    "batman", "trustno", "master", "shadow", "hello", "secret", "bimat", "login", "dangnhap", "changeme", "default",
    "vietnam", "hanoi", "saigon", "hochiminh", "kiemtra", "thanhtra", "scheduler", "inspection", "test", "abc",
    "qwerty", "asdf", "zxcv", "google", "facebook", "samsung", "iphone", "pass", "user", "root", "conyeu", "giadinh",
)  # fmt: skip

_HASHER = PasswordHasher()
# For a name that nobody has: of a password that nobody knows, with the parameters of all others.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$o9NQvlTWaoXTlydNterIag$PDhMMCHzMSZkmG2ch2Q6xI834FZBl9EyZWAEW/Nvmks"


def find_weakness(password: str, admin_id: str, name: str) -> str | None:
    """Say why a password is refused, with the remedy; None where it may be taken."""
    if len(password) < SHORTEST:
        return f"it has {len(password)} characters; write at least {SHORTEST}"
    if len(password) > LONGEST:
        return f"it has {len(password)} characters; write at most {LONGEST}"
    if len(set(password)) < _FEWEST_KINDS:
        return "it repeats a few characters; take several words instead"
    if _count_own(password, (fold_text(admin_id), *fold_text(name).split())) < _FEWEST_OWN:
        return "it is one of the first that would be guessed; take several words that do not belong together"
    return None


def hash_password(password: str) -> str:
    """Return the argon2id string of a password; two of the same differ."""
    return _HASHER.hash(password)


def is_right(password: str, hash_: str | None) -> bool:
    """Say whether the password belongs to the hash; None (nobody has that name) takes as long, and none is."""
    try:
        return _HASHER.verify(_NOBODY if hash_ is None else hash_, password) and hash_ is not None
    except (VerificationError, InvalidHashError):
        return False


def _count_own(password: str, names: tuple[str, ...]) -> int:
    """Return how many characters are left without names, common words, years, runs of the keyboard and repetitions."""
    plain = re.sub(r"(19|20)\d\d", " ", fold_text(password))
    words = sorted({*_COMMON, *(name for name in names if len(name) > 2)}, key=len, reverse=True)
    return min(len(_strip(text, words)) for text in (plain, plain.translate(_LEET)))


def _strip(text: str, words: list[str]) -> str:
    for run in _RUNS:
        for length in range(len(run), 3, -1):
            for start in range(len(run) - length + 1):
                part = run[start : start + length]
                text = text.replace(part, " ").replace(part[::-1], " ")
    for word in words:
        text = text.replace(word, " ")
    return re.sub(r"(.)\1+", r"\1", text.replace(" ", ""))
