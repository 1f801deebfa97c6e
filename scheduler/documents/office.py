"""An old or OpenDocument file -> .docx or .xlsx, through LibreOffice where it is installed.

IO: runs ``soffice`` in a folder and a profile of its own, without macros, links or the network's proxies, with limits
on time and memory; both are removed afterwards.
"""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from scheduler.documents.limits import CONVERSION_MEMORY, CONVERSION_SECONDS, MAX_BYTES
from scheduler.errors import DocumentError

_LIMITS: Final = (
    (resource.RLIMIT_AS, CONVERSION_MEMORY),
    (resource.RLIMIT_CPU, int(CONVERSION_SECONDS)),
    (resource.RLIMIT_FSIZE, 8 * MAX_BYTES),
    (resource.RLIMIT_CORE, 0),
)
_PROGRAMS: Final = ("soffice", "libreoffice")
_NAMES: Final = {"doc": "an old Word file", "xls": "an old Excel file", "xlsb": "a binary Excel file",
                 "odt": "an OpenDocument text", "ods": "an OpenDocument spreadsheet",
                 "rtf": "a rich text file"}  # fmt: skip
_TARGET_NAMES: Final = {"docx": "Word document (.docx)", "xlsx": "Excel workbook (.xlsx)"}
# No macro runs, and nothing that the document points to is fetched.
_PROFILE: Final = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableMacrosExecution" oor:op="fuse">
<value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableActiveContent" oor:op="fuse">
<value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="BlockUntrustedRefererLinks"
 oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Calc/Content/Update"><prop oor:name="Link" oor:op="fuse">
<value>2</value></prop></item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update"><prop oor:name="Link" oor:op="fuse">
<value>2</value></prop></item>
</oor:items>
"""
# Nothing listens there: what would go out over a proxy fails at once.
_NOWHERE: Final = "http://127.0.0.1:9"


def convert_with_office(
    content: bytes, form: str, target: str, name: str, *, seconds: float = CONVERSION_SECONDS, path: str | None = None
) -> bytes:
    """Return ``content``, a ``form`` file, as ``target`` (docx or xlsx); ``name`` is the file's, for errors.

    ``path`` is where LibreOffice is searched (as in PATH); None means the environment's. Raises DocumentError where
    LibreOffice is missing, fails, or takes longer than ``seconds``.
    """
    program = next((found for each in _PROGRAMS if (found := shutil.which(each, path=path))), None)
    if program is None:
        raise DocumentError(
            f"{name}: is {_NAMES[form]}, which LibreOffice must convert, and it is not installed; save the file as "
            f"{_TARGET_NAMES[target]} and import that, or install libreoffice-writer-nogui and libreoffice-calc-nogui"
        )
    with tempfile.TemporaryDirectory(prefix="scheduler-convert-") as folder:
        home = Path(folder)
        profile = home / "profile"
        (profile / "user").mkdir(parents=True)
        (profile / "user" / "registrymodifications.xcu").write_text(_PROFILE, encoding="utf-8")
        source = home / f"document.{form}"
        source.write_bytes(content)
        _run_office(program, profile, source, home / "out", target, name, seconds)
        converted = home / "out" / f"document.{target}"
        if not converted.is_file() or not 0 < converted.stat().st_size <= 4 * MAX_BYTES:
            raise DocumentError(
                f"{name}: is {_NAMES[form]} that LibreOffice cannot open (damaged, or protected by a password); save "
                f"it anew as {_TARGET_NAMES[target]} and import that"
            )
        return converted.read_bytes()


def _run_office(program: str, profile: Path, source: Path, out: Path, target: str, name: str, seconds: float) -> None:
    command = [
        program, f"-env:UserInstallation={profile.as_uri()}",
        "--headless", "--invisible", "--norestore", "--nolockcheck", "--nodefault", "--nofirststartwizard",
        "--convert-to", target, "--outdir", str(out), str(source),
    ]  # fmt: skip
    child = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=source.parent,
        env={
            "PATH": os.environ.get("PATH", os.defpath), "HOME": str(source.parent), "TMPDIR": str(source.parent),
            "LANG": "C.UTF-8", "SAL_USE_VCLPLUGIN": "svp",
            "http_proxy": _NOWHERE, "https_proxy": _NOWHERE, "ftp_proxy": _NOWHERE,
        },
        start_new_session=True,
    )  # fmt: skip
    try:
        # Its own children inherit them; it has opened nothing yet.
        for kind, limit in _LIMITS:
            resource.prlimit(child.pid, kind, (limit, limit))
        child.wait(seconds)
    except subprocess.TimeoutExpired as error:
        raise DocumentError(
            f"{name}: LibreOffice did not convert it within {seconds:.0f} s; save it as "
            f"{_TARGET_NAMES[target]} and import that"
        ) from error
    finally:
        # soffice leaves the work to a child of its own: the whole group goes.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
