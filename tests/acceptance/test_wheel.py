"""The wheel carries all it needs: it works from any folder, without a checkout beside it."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.acceptance.commandline import REPOSITORY, make_environment


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built and unpacked."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=REPOSITORY, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_the_wheel_holds_templates_configuration_and_sample(installed: Path) -> None:
    for kind in ("templates", "config", "examples"):
        shipped = installed / "scheduler" / "shipped" / kind
        sources = {path.relative_to(REPOSITORY / kind) for path in (REPOSITORY / kind).rglob("*") if path.is_file()}
        assert {path.relative_to(shipped) for path in shipped.rglob("*") if path.is_file()} == sources


def test_the_wheel_tells_the_whole_story_from_another_folder(installed: Path, tmp_path: Path) -> None:
    code = "import scheduler, sys; print(scheduler.__file__); from scheduler.cli import main; main()"
    ended = subprocess.run(
        [sys.executable, "-c", code, "demo"],
        cwd=tmp_path,
        env=make_environment(PYTHONPATH=str(installed)),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.startswith(str(installed))
    assert "422 mails sent, 422 arrived" in ended.stdout
    assert (tmp_path / "var/demo/report.html").exists()
