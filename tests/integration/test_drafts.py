"""Drafts in a real folder: kept, joined with what others changed, put in place whole or not at all."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scheduler.drafts import (
    MOST_DRAFTS,
    Draft,
    DraftFile,
    Drafts,
    OvertakenError,
    TooManyDraftsError,
    UntouchableFileError,
    lay_over,
    rebase_draft,
    settle_conflict,
)
from scheduler.errors import UsageError
from scheduler.joining import Keep, join_texts
from tests.full_disk import no_file_larger_than

NOW = datetime(2024, 5, 7, 1, 0, tzinfo=UTC)
BASE = b"a: 1\n# a comment\nb: 2\nc: 3\nd: 4\n"
OURS = BASE.replace(b"a: 1", b"a: 10")
THEIRS = BASE.replace(b"d: 4", b"d: 40")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "config" / "plans").mkdir(parents=True)
    (tmp_path / "config" / "contacts.yaml").write_bytes(BASE)
    (tmp_path / "config" / "settings.yaml").write_bytes(b"smtp: {host: 127.0.0.1}\n")
    return tmp_path / "config"


@pytest.fixture
def drafts(tmp_path: Path) -> Drafts:
    return Drafts(tmp_path / "state")


def keep(drafts: Drafts, *files: DraftFile) -> Draft:
    return drafts.keep("lan", "Sửa danh bạ", files or (DraftFile("contacts.yaml", BASE, OURS),), NOW)


def test_the_same_edit_by_the_same_person_is_one_draft(drafts: Drafts) -> None:
    first, again = keep(drafts), keep(drafts)
    other = drafts.keep("minh", "Sửa danh bạ", (DraftFile("contacts.yaml", BASE, OURS),), NOW)
    assert again.id == first.id
    assert {draft.id for draft in drafts.list_drafts()} == {first.id, other.id}


def test_one_person_with_too_many_drafts_keeps_nobody_else_from_editing(drafts: Drafts) -> None:
    for number in range(MOST_DRAFTS):
        keep(drafts, DraftFile("contacts.yaml", BASE, b"a: %d\n" % number))
    with pytest.raises(TooManyDraftsError, match="apply or discard some"):
        keep(drafts)
    assert drafts.keep("minh", "Sửa danh bạ", (DraftFile("contacts.yaml", BASE, OURS),), NOW).author == "minh"


def test_a_draft_is_found_as_it_was_kept(drafts: Drafts, tmp_path: Path) -> None:
    draft = keep(drafts, DraftFile("plans/a.yaml", None, "tên: Lạng\n".encode()), DraftFile("plans/b.yaml", BASE, None))
    assert Drafts(tmp_path / "state").find(draft.id) == draft
    assert drafts.list_drafts() == (draft,)
    assert (tmp_path / "state" / "drafts" / f"{draft.id}.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("draft_id", ["", "..", "../../etc/passwd", "0" * 15, "0" * 16, "x" * 16])
def test_what_is_no_draft_is_not_found(drafts: Drafts, draft_id: str) -> None:
    assert drafts.find(draft_id) is None
    assert drafts.discard(draft_id) is False


@pytest.mark.parametrize(
    "name",
    [
        "settings.yaml",
        "admins.yaml",
        "../contacts.yaml",
        "plans/../admins.yaml",
        "plans/A.yaml",
        "templates/email/x.txt",
    ],
)
def test_a_file_that_is_not_edited_here_is_refused(drafts: Drafts, name: str) -> None:
    with pytest.raises(UsageError):
        keep(drafts, DraftFile(name, None, b""))


def test_a_draft_is_put_in_place_and_is_gone(drafts: Drafts, config: Path) -> None:
    (config / "contacts.yaml").chmod(0o640)
    draft = keep(drafts)
    drafts.put_in_place(config, draft)
    assert (config / "contacts.yaml").read_bytes() == OURS
    assert (config / "contacts.yaml").stat().st_mode & 0o777 == 0o640
    assert drafts.list_drafts() == ()


def test_what_has_become_of_a_draft_is_kept_unless_somebody_was_quicker(drafts: Drafts) -> None:
    draft = keep(drafts)
    first, second = replace(draft, author="minh"), replace(draft, title="Khác")
    assert drafts.keep_again(first, draft) is True
    assert drafts.keep_again(second, draft) is False
    assert drafts.find(draft.id) == first
    drafts.discard(draft.id)
    assert drafts.keep_again(second, first) is False
    assert drafts.list_drafts() == ()


def test_what_is_noted_is_noted_before_the_first_file_and_only_when_nothing_stands_in_the_way(
    drafts: Drafts, config: Path
) -> None:
    noted: list[bytes] = []
    draft = keep(drafts)
    (config / "contacts.yaml").write_bytes(THEIRS)
    with pytest.raises(OvertakenError):
        drafts.put_in_place(config, draft, lambda: noted.append(b"too early"))
    (config / "contacts.yaml").write_bytes(BASE)
    drafts.put_in_place(config, draft, lambda: noted.append((config / "contacts.yaml").read_bytes()))
    assert noted == [BASE]


def test_what_somebody_else_saved_is_not_overwritten(drafts: Drafts, config: Path) -> None:
    draft = keep(drafts, DraftFile("plans/a.yaml", None, b"new"), DraftFile("contacts.yaml", BASE, OURS))
    (config / "contacts.yaml").write_bytes(THEIRS)
    with pytest.raises(OvertakenError) as caught:
        drafts.put_in_place(config, draft)
    assert caught.value.names == ("contacts.yaml",)
    assert (config / "contacts.yaml").read_bytes() == THEIRS
    assert not (config / "plans" / "a.yaml").exists()
    assert drafts.list_drafts() == (draft,)


def test_changes_of_other_lines_are_joined(drafts: Drafts, config: Path) -> None:
    draft = keep(drafts)
    (config / "contacts.yaml").write_bytes(THEIRS)
    rebased = rebase_draft(config, draft)
    both = OURS.replace(b"d: 4", b"d: 40")
    assert (rebased.joined, rebased.conflicts) == (("contacts.yaml",), ())
    assert rebased.draft.files == (DraftFile("contacts.yaml", THEIRS, both),)
    assert drafts.keep_again(rebased.draft, draft)
    drafts.put_in_place(config, rebased.draft)
    assert (config / "contacts.yaml").read_bytes() == both


def test_changes_of_the_same_lines_are_a_conflict_and_stay_as_they_were(drafts: Drafts, config: Path) -> None:
    draft = keep(drafts)
    (config / "contacts.yaml").write_bytes(BASE.replace(b"a: 1", b"a: 11"))
    rebased = rebase_draft(config, draft)
    assert (rebased.draft, rebased.joined, rebased.conflicts) == (draft, (), ("contacts.yaml",))


@pytest.mark.parametrize(
    ("choice", "line"),
    [
        (Keep.OURS, "a: 10\n"),
        (Keep.THEIRS, "a: 11\n"),
        (
            Keep.BOTH,
            "# ↓ Bản đang dùng, người khác vừa lưu\na: 11\n"
            "# ↓ Bản của bạn: bỏ dấu # ở dòng muốn giữ, xóa các dòng không dùng\n# a: 10\n# ↑ Hết chỗ trùng\n",
        ),
    ],
)
def test_whose_lines_stand_is_chosen_and_all_other_changes_of_both_stay(config: Path, choice: Keep, line: str) -> None:
    now = BASE.replace(b"a: 1", b"a: 11").replace(b"d: 4", b"d: 40")
    (config / "contacts.yaml").write_bytes(now)
    settled = settle_conflict(config, DraftFile("contacts.yaml", BASE, OURS.replace(b"b: 2", b"b: 20")), choice)
    wanted = f"{line}# a comment\nb: 20\nc: 3\nd: 40\n".encode()
    assert settled == DraftFile("contacts.yaml", now, wanted)


def test_of_two_that_made_one_file_each_line_is_kept(config: Path) -> None:
    (config / "plans" / "a.yaml").write_bytes(b"x: 1\r\n")
    settled = settle_conflict(config, DraftFile("plans/a.yaml", None, b"x: 2"), Keep.BOTH)
    assert settled.before == b"x: 1\r\n"
    assert settled.after is not None
    assert settled.after.decode().splitlines()[1::2] == ["x: 1", "# x: 2"]


def test_a_file_that_came_or_went_on_both_sides_is_a_conflict() -> None:
    assert [join_texts(None, b"x", b"y"), join_texts(BASE, None, OURS), join_texts(BASE, THEIRS, None)] == [None] * 3


def test_a_draft_that_cannot_be_written_wholly_leaves_the_folder_as_it_was(drafts: Drafts, config: Path) -> None:
    (config / "plans" / "a.yaml").mkdir()
    draft = keep(drafts, DraftFile("contacts.yaml", BASE, OURS))
    broken = Draft(draft.id, "lan", "", NOW, (*draft.files, DraftFile("plans/b.yaml/c.yaml", None, b"x")))
    assert drafts.keep_again(broken, draft)
    (config / "plans" / "b.yaml").write_bytes(b"a file, no folder")
    with pytest.raises(Exception, match=r"b\.yaml"):
        drafts.put_in_place(config, broken)
    assert (config / "contacts.yaml").read_bytes() == BASE


def test_a_draft_for_which_the_disk_has_no_room_leaves_the_folder_as_it_was(drafts: Drafts, config: Path) -> None:
    large = BASE + b"# " + b"x" * 100_000 + b"\n"
    (config / "contacts.yaml").write_bytes(large)
    draft = keep(drafts, DraftFile("contacts.yaml", large, OURS), DraftFile("plans/a.yaml", None, large))
    # Neither the plan can be written, nor, once it is replaced, what stood in the first file.
    with no_file_larger_than(50_000), pytest.raises(UntouchableFileError, match=r"a\.yaml"):
        drafts.put_in_place(config, draft)
    assert (config / "contacts.yaml").read_bytes() == large
    assert sorted(path.name for path in config.rglob("*")) == ["contacts.yaml", "plans", "settings.yaml"]
    drafts.put_in_place(config, draft)
    assert (config / "contacts.yaml").read_bytes() == OURS


def test_all_files_of_a_draft_are_written_before_the_first_is_replaced(drafts: Drafts, config: Path) -> None:
    draft = keep(drafts, DraftFile("contacts.yaml", BASE, OURS), DraftFile("plans/a.yaml", None, b"new"))
    found: list[bytes] = []

    def look() -> None:
        # A slow disk takes longer over one file than whoever follows the folder waits for the next.
        found.extend(path.read_bytes() for path in sorted(config.rglob(".*.yaml.*")))

    drafts.put_in_place(config, draft, look)
    assert found == [OURS, b"new"]
    assert not list(config.rglob(".*.yaml.*"))


def test_a_copy_holds_the_configuration_with_the_draft_on_top(drafts: Drafts, config: Path, tmp_path: Path) -> None:
    (config / "plans" / "old.yaml").write_bytes(b"old")
    draft = keep(drafts, DraftFile("contacts.yaml", BASE, OURS), DraftFile("plans/old.yaml", b"old", None))
    copy = tmp_path / "copy"
    copy.mkdir()
    lay_over(config, draft.files, copy)
    found = {path.relative_to(copy).as_posix(): path.read_bytes() for path in copy.rglob("*") if path.is_file()}
    assert found == {"contacts.yaml": OURS, "settings.yaml": b"smtp: {host: 127.0.0.1}\n"}
