"""Tokens in a real ledger file."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scheduler.errors import LedgerError
from scheduler.ledger import Ledger

NOW = datetime(2024, 5, 1, 1, 0, tzinfo=UTC)
LATER = datetime(2024, 5, 2, 1, 0, tzinfo=UTC)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite3'}")
    yield ledger
    ledger.close()


def add(ledger: Ledger, digest: str, plan: str | None = "plan") -> int:
    return ledger.tokens.add(digest=digest, plan=plan, feed="unit-a", holder="Ông A", device="điện thoại", now=NOW)


def test_a_token_is_listed_as_it_was_given_out(ledger: Ledger) -> None:
    first, second = add(ledger, "d1"), add(ledger, "d2", plan=None)
    listed = ledger.tokens.list_all()
    assert [(t.id, t.digest, t.plan, t.feed, t.holder, t.device) for t in listed] == [
        (first, "d1", "plan", "unit-a", "Ông A", "điện thoại"),
        (second, "d2", None, "unit-a", "Ông A", "điện thoại"),
    ]
    assert {(t.created_at, t.last_used_at, t.revoked_at) for t in listed} == {(NOW, None, None)}


def test_a_revoked_token_is_active_no_longer_and_stays_listed(ledger: Ledger) -> None:
    first, second = add(ledger, "d1"), add(ledger, "d2")
    assert [ledger.tokens.revoke(first, LATER), ledger.tokens.revoke(first, NOW)] == [True, False]
    assert [token.id for token in ledger.tokens.list_active()] == [second]
    assert [token.revoked_at for token in ledger.tokens.list_all()] == [LATER, None]


def test_revoking_what_is_not_there_says_so(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match="there is no token 7; `scheduler token list` shows"):
        ledger.tokens.revoke(7, NOW)


def test_the_version_changes_with_each_token_added_or_revoked_and_with_nothing_else(ledger: Ledger) -> None:
    versions = [ledger.tokens.read_version()]
    first = add(ledger, "d1")
    versions.append(ledger.tokens.read_version())
    ledger.tokens.revoke(first, NOW)  # at the same instant as it was given out
    versions.append(ledger.tokens.read_version())
    assert len(set(versions)) == 3
    ledger.tokens.note_used({first}, LATER)
    ledger.tokens.revoke(first, LATER)
    assert ledger.tokens.read_version() == versions[-1]


def test_the_last_use_is_kept(ledger: Ledger) -> None:
    first, second = add(ledger, "d1"), add(ledger, "d2")
    ledger.tokens.note_used({first}, NOW)
    ledger.tokens.note_used({first}, LATER)
    ledger.tokens.note_used((), LATER)
    assert {token.id: token.last_used_at for token in ledger.tokens.list_all()} == {first: LATER, second: None}
