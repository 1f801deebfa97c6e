"""A running service under rewrites of its files: feed and ledger are always those of one valid configuration.

The soak does two hundred of them on a plan of 500 visits, and judges how soon an edit is served; and it makes all the
wrong edits of test_wrong_edits.py.
"""

from pathlib import Path

from tests.acceptance.test_wrong_edits import WRONG
from tests.soak.rewrites import rewrite
from tests.soak.wrong_edits import follow


def test_of_rewrites_valid_broken_and_half_written_only_whole_valid_ones_are_ever_served(tmp_path: Path) -> None:
    found = rewrite(tmp_path, rewrites=12, visits=30, seed=5)
    assert found.wrong == []
    assert (found.broken, found.halved >= 4, len(found.served_after) >= 4) == (4, True, True)
    assert found.feeds_read > 12
    assert found.ledgers_read >= len(found.served_after)


def test_a_wrong_edit_is_told_and_no_reminder_is_lost_and_no_mail_caused(tmp_path: Path) -> None:
    found = follow(tmp_path, WRONG[::13])
    assert found.wrong == []
    assert (len(found.said), found.to_come, found.mails) == (len(WRONG[::13]), 120, 0)
