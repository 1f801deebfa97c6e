"""Tokens of private feeds: made, hashed, and looked up by their hash.

Pure but for the system's random numbers. A token is a secret that stands in an address; the service keeps its SHA-256
alone. It has 256 random bits, so a plain hash is enough: there is no dictionary to try.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

GRANTED_PREFIX = "/feeds/t/"


@dataclass(frozen=True, slots=True)
class Grant:
    """What one token opens: the private feed at ``path``, called ``file`` in the token's address."""

    token_id: int
    path: str

    @property
    def file(self) -> str:
        return self.path.rpartition("/")[2]


def make_token() -> str:
    """Return a new token: 43 characters that need no quoting in an address."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """Return the SHA-256 of ``token`` in hex, as the ledger holds it."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def token_path(token: str, file: str) -> str:
    """Return the path at which ``token`` opens the feed called ``file``."""
    return f"{GRANTED_PREFIX}{token}/{file}"


def split_token_path(path: str) -> tuple[str, str]:
    """Return the hash of the token in ``path`` and the file it asks for.

    The same work for every path: nothing tells a malformed token from a wrong or revoked one.
    """
    token, _, file = path.removeprefix(GRANTED_PREFIX).partition("/")
    return hash_token(token), file
