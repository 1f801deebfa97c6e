"""A certificate authority of the test's own, and a server certificate of it for 127.0.0.1; made by openssl."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

_NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


@dataclass(frozen=True, slots=True)
class Certificates:
    """``authority`` is what a client must trust; ``server`` and ``key`` are the server's."""

    authority: Path
    server: Path
    key: Path


def make_certificates(folder: Path) -> Certificates:
    """Make both, valid for two days."""
    authority, authority_key = folder / "authority.pem", folder / "authority-key.pem"
    made = Certificates(authority, folder / "server.pem", folder / "server-key.pem")
    request, names = folder / "request.pem", folder / "names"
    names.write_text("subjectAltName=IP:127.0.0.1\n", encoding="ascii")
    _run_openssl("req", "-x509", *_NEW_KEY, "-days", "2", "-subj", "/CN=Test CA", "-keyout", authority_key,
                 "-out", authority)  # fmt: skip
    _run_openssl("req", *_NEW_KEY, "-subj", "/CN=relay.example", "-keyout", made.key, "-out", request)
    _run_openssl("x509", "-req", "-in", request, "-CA", authority, "-CAkey", authority_key, "-CAcreateserial",
                 "-days", "2", "-extfile", names, "-out", made.server)  # fmt: skip
    return made


def _run_openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)
