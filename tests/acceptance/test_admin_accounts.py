"""`scheduler admin`: who may sign in; the file it keeps, and a running service that follows it."""

import os
import shutil
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

from tests.acceptance.commandline import SHIPPED_CONFIG, Ran, run_command
from tests.acceptance.test_running_service import running_service, wait_until

PASSWORD = "con mèo đen ngủ trên mái"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(SHIPPED_CONFIG, tmp_path / "config")
    return tmp_path


def administer(folder: Path, *arguments: str, password: str = PASSWORD) -> Ran:
    """Run ``scheduler admin ARGUMENTS`` with the password on standard input."""
    return run_command("admin", *arguments, folder=folder, given=f"{password}\n")


class Person:
    """A browser as small as can be."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def sign_in(self, name: str, password: str = PASSWORD) -> bool:
        form = urllib.parse.urlencode({"ten": name, "mat-khau": password}).encode()
        try:
            with self._opener.open(f"{self.url}/admin/dang-nhap", form, timeout=30) as answer:
                return str(answer.url) == f"{self.url}/admin"
        except urllib.error.HTTPError:
            return False

    def is_in(self) -> bool:
        with self._opener.open(f"{self.url}/admin", timeout=30) as answer:
            return str(answer.url) == f"{self.url}/admin"


def test_admins_are_added_listed_changed_and_removed_and_comments_stay(folder: Path) -> None:
    file = folder / "config" / "admins.yaml"
    assert administer(folder, "list").out.endswith("nobody yet: scheduler admin add ID\n")
    assert administer(folder, "add", "lan", "--name", "Nguyễn Thị Lan").status == 0
    assert oct(file.stat().st_mode & 0o777) == "0o600"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("  - id: lan", "  # from 2024 on\n  - id: lan  # the head"), encoding="utf-8")
    assert administer(folder, "add", "minh", "--role", "viewer").status == 0
    assert administer(folder, "list", "--json").records("admins") == [
        {"id": "lan", "name": "Nguyễn Thị Lan", "role": "admin"},
        {"id": "minh", "name": "minh", "role": "viewer"},
    ]
    before = file.read_text(encoding="utf-8")
    assert administer(folder, "password", "lan", password="một mật khẩu khác hẳn").status == 0
    after = file.read_text(encoding="utf-8")
    changed = [pair for pair in zip(before.splitlines(), after.splitlines(), strict=True) if pair[0] != pair[1]]
    assert [line.split("$")[0].strip() for pair in changed for line in pair] == ["hash:", "hash:"]
    assert "# from 2024 on\n  - id: lan  # the head\n" in after
    assert administer(folder, "remove", "minh").status == 0
    assert [row["id"] for row in administer(folder, "list", "--json").records("admins")] == ["lan"]
    assert oct(file.stat().st_mode & 0o777) == "0o600"
    assert run_command("check", folder=folder).status == 0


@pytest.mark.parametrize(
    ("arguments", "password", "said"),
    [
        (("add", "Lan Anh"), PASSWORD, "'Lan Anh' is no id; write a-z, 0-9 and hyphens, such as 'lan-anh'"),
        (("add", "lan"), "ngắn", "the password is refused: it has 4 characters; write at least 12"),
        (("add", "lan"), "matkhau12345", "the password is refused: it is one of the first that would be guessed"),
        (("password", "lan"), PASSWORD, "there is no admin 'lan'; see: scheduler admin list"),
        (("remove", "lan"), PASSWORD, "there is no admin 'lan'; see: scheduler admin list"),
    ],
)
def test_what_cannot_be_is_refused_with_its_remedy_and_nothing_is_written(
    folder: Path, arguments: tuple[str, ...], password: str, said: str
) -> None:
    ran = administer(folder, *arguments, password=password)
    assert ran.status == 2
    assert ran.err.startswith(said)
    assert not (folder / "config" / "admins.yaml").exists()


def test_check_names_the_place_of_what_is_wrong_and_never_shows_what_may_be_a_password(folder: Path) -> None:
    file = folder / "config" / "admins.yaml"
    file.write_text(
        "admins:\n  - id: lan\n    name: Lan\n    hash: my secret words\n  - id: lan\n    role: boss\n",
        encoding="utf-8",
    )
    ran = run_command("check", folder=folder)
    assert ran.status == 1
    assert ran.out.splitlines() == [
        "config/admins.yaml:4:11 admins[0].hash: is no argon2id hash; write it with: scheduler admin password ID",
        "config/admins.yaml:5:5 admins[1].hash: is missing; add 'hash: …'",
        "config/admins.yaml:5:5 admins[1].name: is missing; add 'name: …'",
        "config/admins.yaml:5:9 admins[1].id: 'lan' stands twice (first on line 2); give each its own id",
        "config/admins.yaml:6:11 admins[1].role: 'boss' is not known here; write 'admin' or 'viewer'",
    ]


def test_check_warns_of_hashes_that_everybody_may_read(folder: Path) -> None:
    administer(folder, "add", "lan")
    (folder / "config" / "admins.yaml").chmod(0o644)
    assert "config/admins.yaml may be read by everybody" in run_command("check", folder=folder).out


def test_a_running_service_follows_the_admins_without_a_restart_and_keeps_their_hashes_to_itself(folder: Path) -> None:
    config = folder / "config"
    with running_service(config, smtp_port=1) as (_, url):
        lan = Person(url)
        assert not lan.sign_in("lan")
        assert administer(folder, "add", "lan").status == 0
        assert lan.sign_in("lan")
        assert lan.is_in()
        (config / "contacts.yaml").write_text("contacts: [", encoding="utf-8")  # wrong elsewhere
        assert administer(folder, "remove", "lan").status == 0
        assert not lan.is_in()
        shutil.copy(SHIPPED_CONFIG / "contacts.yaml", config / "contacts.yaml")
        assert administer(folder, "add", "minh").status == 0
        wait_until(lambda: "admins.yaml" in run_command("history", "--edits", folder=folder).out)
        kept = list((folder / "var" / "last-good").glob("*/admins.yaml"))
        assert [oct(file.stat().st_mode & 0o777) for file in kept if not file.parent.is_symlink()] == ["0o600"]
    trail = run_command("history", "--edits", "--json", folder=folder).out
    assert "(hash)" in trail
    assert "$argon2" not in trail


@pytest.mark.skipif(os.geteuid() != 0, reason="only the superuser gives files away")
def test_the_superuser_writes_for_the_group_that_the_folder_belongs_to(folder: Path) -> None:
    config = folder / "config"
    os.chown(config, 0, 4242)
    assert administer(folder, "add", "lan").status == 0
    known = (config / "admins.yaml").stat()
    assert (known.st_uid, known.st_gid, oct(known.st_mode & 0o777)) == (0, 4242, "0o640")
