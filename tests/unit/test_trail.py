"""What the trail keeps of a file."""

from datetime import UTC, datetime

import pytest

from scheduler.passwords import hash_password
from scheduler.planfile.folder import ConfigFile, FolderFiles
from scheduler.trail import list_file_edits

NOW = datetime(2024, 5, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("before", "after"),
    [("hash: ", "\n"), ('hash: "', '"\n'), ("{id: lan, hash: '", "'}\n"), ("{hash: ", "}\n")],
)
def test_nothing_of_a_password_hash_is_kept(before: str, after: str) -> None:
    text = f"{before}{hash_password('con mèo đen ngủ trên mái')}{after}"
    files = FolderFiles((ConfigFile("admins.yaml", text.encode(), ()),))
    (edit,) = list_file_edits(FolderFiles(()), files, NOW, "")
    assert edit.after == f"{before}(hash){after}"
