"""The office hands in its plan again, as it was or revised, after an admin has edited what was imported."""

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from scheduler import importing
from scheduler.errors import SchedulerError
from scheduler.importing import import_document
from scheduler.model import Contact, Plan
from tests.acceptance.commandline import Ran, run_command

NOW = datetime(2025, 4, 8, 2, 0, tzinfo=UTC)
TEXT = """SỞ NỘI VỤ TỈNH KON TUM
Số: 21/KH-SNV
Kon Tum, ngày 07 tháng 4 năm 2025

KẾ HOẠCH
Kiểm tra công tác văn thư, lưu trữ năm 2025

Sở Nội vụ tỉnh Kon Tum ban hành kế hoạch kiểm tra như sau:

I. Đoàn kiểm tra gồm:
- Ông Trần Văn Bình - Phó Giám đốc Sở - Trưởng đoàn;
- Đại diện Văn phòng Sở.

II. Báo cáo
- UBND các huyện gửi báo cáo công tác văn thư về Sở Nội vụ trước ngày 28/4/2025.

III. Lịch kiểm tra: buổi sáng từ 7h30 đến 11h30, buổi chiều từ 13h30 đến 17h00.

STT\tĐơn vị\tXã\tThời gian
1\tHuyện Đắk Hà\tĐắk Mar, Ngọk Réo\t12/5/2025
2\tHuyện Kon Rẫy\tĐắk Tơ Re\t14/5/2025
3\tHuyện Sa Thầy\tRờ Kơi\t16/5/2025
4\tHuyện Ia H'Drai\tIa Tơi\t19/5/2025
"""


def import_text(folder: Path, text: str, *options: str) -> Ran:
    (folder / "plan.txt").write_text(text, encoding="utf-8")
    return run_command("import", "plan.txt", "--id", "van-thu", *options, folder=folder)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder into which the plan was imported once."""
    assert import_text(tmp_path, TEXT).status == 0
    return tmp_path


def read_all(folder: Path) -> dict[str, bytes]:
    config = folder / "config"
    return {str(path.relative_to(config)): path.read_bytes() for path in config.rglob("*") if path.is_file()}


def edit(folder: Path, old: str, new: str, name: str = "plans/van-thu.yaml") -> None:
    path = folder / "config" / name
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, (old, text.count(old))
    path.write_text(text.replace(old, new), encoding="utf-8")


def read_plan(folder: Path) -> str:
    return (folder / "config/plans/van-thu.yaml").read_text(encoding="utf-8")


def check(folder: Path) -> list[dict[str, str]]:
    problems = run_command("check", "--json", folder=folder).records("problems")
    return [problem for problem in problems if problem["severity"] != "warning"]


def test_the_same_document_again_changes_no_byte(folder: Path) -> None:
    before = read_all(folder)
    ran = import_text(folder, TEXT)
    assert (ran.status, read_all(folder)) == (0, before)
    assert "nothing changed, nothing written" in ran.out


def test_the_same_document_again_changes_no_byte_of_what_was_edited(folder: Path) -> None:
    edit(folder, "date: 2025-05-14", "date: 15/5/2025   # nói qua điện thoại")
    edit(folder, "  public: false", "  public: true")
    of = "\n    of: huyen-kon-ray\n"
    edit(folder, f"email:  # address needed{of}", f"email: ubnd@kon-ray.example{of}", "contacts.yaml")
    before = read_all(folder)
    assert import_text(folder, TEXT).status == 0
    assert read_all(folder) == before


def test_a_contact_the_admin_deleted_is_not_offered_again(folder: Path) -> None:
    path = folder / "config/contacts.yaml"
    text = path.read_text(encoding="utf-8")
    start = text.index("  - id: ubnd-ro-koi")
    path.write_text(text[:start] + text[text.index("  - id: ", start + 5) :], encoding="utf-8")
    before = read_all(folder)
    assert import_text(folder, TEXT).status == 0
    assert read_all(folder) == before


def test_a_revised_document_moves_what_it_moved_and_keeps_what_was_edited(folder: Path) -> None:
    edit(folder, "date: 2025-05-14", "date: 2025-05-15  # nói qua điện thoại")
    edit(folder, "  number: 21/KH-SNV  # line 2", "  # số mới, chờ đóng dấu\n  number: 21a/KH-SNV")
    before = read_plan(folder)
    revised = TEXT.replace("16/5/2025", "26/5/2025").replace(
        "1\tHuyện Đắk Hà", "5\tHuyện Tu Mơ Rông\tĐắk Hà\t21/5/2025\n1\tHuyện Đắk Hà"
    )
    ran = import_text(folder, revised)
    assert ran.status == 0
    after = read_plan(folder)
    assert "date: 2025-05-15  # nói qua điện thoại" in after
    assert "# số mới, chờ đóng dấu\n  number: 21a/KH-SNV" in after
    assert "date: 2025-05-26  # line 23, column 'Thời gian'" in after
    assert "- id: huyen-tu-mo-rong\n" in after
    assert "date: 2025-05-12  # line 21, column 'Thời gian'" in after
    assert (folder / "config/plans/van-thu.yaml.bak").read_text(encoding="utf-8") == before
    assert "16/05/2025" in ran.out
    assert "26/05/2025" in ran.out
    assert "address" in (folder / "config/contacts.yaml").read_text(encoding="utf-8").split("ubnd-huyen-tu-mo-rong")[1]
    assert check(folder) == []
    again = read_all(folder)
    assert import_text(folder, revised).status == 0
    assert read_all(folder) == again


def test_rows_in_another_order_keep_their_ids_and_the_plan_its_order(folder: Path) -> None:
    lines = TEXT.splitlines(keepends=True)
    ran = import_text(folder, "".join((*lines[:-4], *reversed(lines[-4:]))))
    assert "the document changed nothing that the plan holds" in ran.out
    after = read_plan(folder)
    order = ["id: huyen-dak-ha\n    unit", "id: huyen-kon-ray\n    unit", "id: huyen-sa-thay\n    unit"]
    assert sorted(order, key=after.index) == order
    assert "date: 2025-05-12  # line 23, column 'Thời gian'" in after
    assert "updated" in after
    assert check(folder) == []


def test_what_both_changed_is_a_conflict_and_stays_as_the_admin_has_it(folder: Path) -> None:
    edit(folder, "date: 2025-05-14", "date: 2025-05-15")
    ran = import_text(folder, TEXT.replace("14/5/2025", "28/5/2025"))
    assert ran.status == 0
    assert "merge-conflict" in ran.out
    assert "28/05/2025" in ran.out
    assert "date: 2025-05-15" in read_plan(folder)
    assert "2025-05-28" not in read_plan(folder)


def test_a_visit_that_is_gone_leaves_the_plan_and_its_comment_lines_stay_with_the_rest(folder: Path) -> None:
    edit(folder, "\nreports:\n", "\n# xem lại hạn nộp\nreports:\n")
    ran = import_text(folder, TEXT.replace("4\tHuyện Ia H'Drai\tIa Tơi\t19/5/2025\n", ""))
    after = read_plan(folder)
    assert "visit of Huyện Ia H'Drai" in ran.out
    assert "unit: huyen-ia-h-drai" not in after
    assert "\n# xem lại hạn nộp\nreports:\n" in after
    assert check(folder) == []


def test_a_document_with_far_fewer_visits_is_told_loudly(folder: Path) -> None:
    lines = TEXT.splitlines(keepends=True)
    ran = import_text(folder, "".join(lines[:-3]))
    assert "Far fewer visits than before" in ran.out
    assert "1 visits where it had 4" in ran.out


def test_a_document_with_an_error_leaves_the_plan_and_its_base_alone(folder: Path) -> None:
    before = read_all(folder)
    ran = import_text(folder, TEXT.replace("14/5/2025", "31/6/2025"))
    assert ran.status == 1
    after = read_all(folder)
    assert after.pop("plans/van-thu.draft.yaml")
    assert after == before


def test_a_plan_written_by_hand_is_not_merged(folder: Path) -> None:
    (folder / "config/plans/.imported/van-thu.yaml").unlink()
    before = read_all(folder)
    ran = import_text(folder, TEXT)
    assert ran.status == 2
    assert "was not imported" in ran.err
    assert "--force" in ran.err
    assert read_all(folder) == before


def test_a_document_of_other_units_is_refused(folder: Path) -> None:
    other = TEXT
    for name in ("Đắk Hà", "Kon Rẫy", "Sa Thầy", "Ia H'Drai"):
        other = other.replace(f"Huyện {name}", f"Huyện {name[0]}x")
    before = read_all(folder)
    ran = import_text(folder, other)
    assert (ran.status, read_all(folder)) == (2, before)
    assert "is of another plan" in ran.err


def test_force_replaces_and_keeps_the_old_file(folder: Path) -> None:
    edit(folder, "date: 2025-05-14", "date: 2025-05-15")
    before = read_plan(folder)
    assert import_text(folder, TEXT, "--force").status == 0
    assert "2025-05-15" not in read_plan(folder)
    assert (folder / "config/plans/van-thu.yaml.bak").read_text(encoding="utf-8") == before


def test_a_forced_import_that_could_not_write_the_plan_loses_nothing_of_the_document(folder: Path) -> None:
    plan = folder / "config/plans/van-thu.yaml"
    before, revised = plan.read_bytes(), TEXT.replace("16/5/2025", "26/5/2025")
    # Nobody can make a file where this leads.
    plan.unlink()
    plan.symlink_to("/proc/version")
    ran = import_text(folder, revised, "--force")
    assert (ran.status, "cannot be written" in ran.err) == (1, True)
    plan.unlink()
    plan.write_bytes(before)
    assert import_text(folder, revised).status == 0
    assert "date: 2025-05-26" in read_plan(folder)


@pytest.mark.parametrize("force", [False, True])
def test_what_was_saved_while_a_document_was_imported_is_not_overwritten(
    folder: Path, monkeypatch: pytest.MonkeyPatch, force: bool
) -> None:
    of = "\n    of: huyen-kon-ray\n"
    append = importing.append_contacts

    def save_meanwhile(text: str, contacts: tuple[Contact, ...], plan: Plan, file: str = "") -> str:
        # Working out what changes takes seconds where a plan is large.
        monkeypatch.undo()
        edit(folder, f"email:  # address needed{of}", f"email: ubnd@kon-ray.example{of}", "contacts.yaml")
        before.update(read_all(folder))
        return append(text, contacts, plan, file)

    before: dict[str, bytes] = {}
    revised = TEXT.replace("1\tHuyện Đắk Hà", "5\tHuyện Tu Mơ Rông\tĐắk Hà\t21/5/2025\n1\tHuyện Đắk Hà")
    document, config = folder / "plan.txt", folder / "config"
    document.write_text(revised, encoding="utf-8")
    monkeypatch.setattr(importing, "append_contacts", save_meanwhile)
    with pytest.raises(SchedulerError, match=r"contacts\.yaml: was saved by somebody else meanwhile; import again"):
        import_document(document, config, plan_id="van-thu", out=None, force=force, now=NOW)
    assert read_all(folder) == before
    import_document(document, config, plan_id="van-thu", out=None, force=force, now=NOW)
    after = (config / "contacts.yaml").read_text(encoding="utf-8")
    assert ("ubnd@kon-ray.example" in after, "of: huyen-tu-mo-rong\n" in after) == (True, True)


def test_a_changed_person_is_told_and_contacts_stay(folder: Path) -> None:
    before = (folder / "config/contacts.yaml").read_bytes()
    ran = import_text(folder, TEXT.replace("Trần Văn Bình", "Lê Văn Chín"))
    assert ran.status == 0
    assert "contact-changed" in ran.out
    assert (folder / "config/contacts.yaml").read_bytes() == before


def test_another_plan_that_names_somebody_else_under_a_known_id_is_told(folder: Path) -> None:
    (folder / "other.txt").write_text(TEXT.replace("Ông Trần Văn Bình", "Bà Lê Thị Hạnh"), encoding="utf-8")
    ran = run_command("import", "other.txt", "--id", "van-thu-2", folder=folder)
    told = " ".join(ran.out.split())
    assert ran.status == 0
    assert (
        "the document names truong-doan 'Lê Thị Hạnh, Phó Giám đốc Sở - Trưởng đoàn', and config/contacts.yaml has "
        "'Trần Văn Bình, Phó Giám đốc Sở - Trưởng đoàn', who is told; check who it is"
    ) in told
    assert "Lê Thị Hạnh" not in (folder / "config/contacts.yaml").read_text(encoding="utf-8")


def test_the_same_document_under_another_id_is_told_to_look_like_the_plan_there(folder: Path) -> None:
    moved = (folder / "plan.txt").read_text(encoding="utf-8").replace("12/5/2025", "13/5/2025")
    (folder / "plan.txt").write_text(moved, encoding="utf-8")
    shown = run_command("import", "plan.txt", "--json", folder=folder)
    ran = run_command("import", "plan.txt", folder=folder)
    assert [one["message"] for one in shown.records("findings") if one["code"] == "plan-twice"] == [
        "3 of 4 visits are those of plan van-thu, which was imported before; if it is the same plan, import the"
        " document with --id van-thu, which merges it there"
    ]
    assert "plan-twice" in ran.out
    assert "plan-twice" not in run_command("import", "plan.txt", "--id", "van-thu", folder=folder).out


def test_a_plan_with_few_of_the_visits_of_another_is_not_taken_for_it(folder: Path) -> None:
    text = (folder / "plan.txt").read_text(encoding="utf-8")
    for before, after in (("12/5/2025", "13/5/2025"), ("14/5/2025", "15/5/2025")):
        text = text.replace(before, after)
    (folder / "plan.txt").write_text(text, encoding="utf-8")
    assert "plan-twice" not in run_command("import", "plan.txt", folder=folder).out


def move_contacts_to_sheet(folder: Path) -> None:
    """Keep the contacts in a spreadsheet, in place of contacts.yaml."""
    path = folder / "config/contacts.yaml"
    contacts = YAML(typ="safe").load(path)["contacts"]
    with path.with_name("contacts.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ("id", "name", "title", "email", "of"))
        writer.writeheader()
        writer.writerows(contacts)
    path.unlink()
    assert run_command("check", folder=folder).status == 0


def test_contacts_that_stand_in_a_spreadsheet_are_not_offered_again(folder: Path) -> None:
    move_contacts_to_sheet(folder)
    assert import_text(folder, TEXT, "--force").status == 0
    assert not (folder / "config/contacts.yaml").exists()
    more = "5\tHuyện Tu Mơ Rông\tĐắk Hà\t21/5/2025\n"
    assert run_command("check", folder=folder).status == 0
    (folder / "other.txt").write_text(f"{TEXT}{more}".replace("Ông Trần Văn Bình", "Bà Lê Thị Hạnh"), encoding="utf-8")
    ran = run_command("import", "other.txt", "--id", "van-thu-2", folder=folder)
    assert "and config/contacts.csv has 'Trần Văn Bình, " in " ".join(ran.out.split())
    added = (folder / "config/contacts.yaml").read_text(encoding="utf-8")
    assert added.count("- id:") == added.count("tu-mo-rong\n") > 0
    assert run_command("check", folder=folder).status == 0


def test_a_changed_person_is_told_with_the_spreadsheet_in_which_they_stand(folder: Path) -> None:
    move_contacts_to_sheet(folder)
    told = " ".join(import_text(folder, TEXT.replace("Trần Văn Bình", "Lê Văn Chín")).out.split())
    assert (
        "(it said 'Trần Văn Bình, Phó Giám đốc Sở - Trưởng đoàn'); edit config/contacts.csv where it is right" in told
    )


def test_a_unit_that_the_document_drops_stays_while_a_contact_in_a_spreadsheet_belongs_to_it(folder: Path) -> None:
    move_contacts_to_sheet(folder)
    ran = import_text(folder, TEXT.replace("4\tHuyện Ia H'Drai\tIa Tơi\t19/5/2025\n", ""))
    assert ran.status == 0
    assert run_command("check", folder=folder).status == 0
