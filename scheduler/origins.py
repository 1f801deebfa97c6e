"""Every effective setting with the place its value came from: what `scheduler config show` prints.

IO: reads settings.yaml once more, for the lines; secrets are left out here already.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, SecretStr

from scheduler.planfile.explain import find_place
from scheduler.planfile.read import read_config_text
from scheduler.planfile.tree import Entry, Scalar
from scheduler.planfile.tree import Mapping as Tree
from scheduler.planfile.yamlfile import parse_yaml
from scheduler.settings import FILE, Settings, find_credential, list_variables

DEFAULT = "default"
HIDDEN = "(hidden)"

_PASSWORD_IN_URL = re.compile(r"(?<=://)([^/@:]*):[^@]*@")


@dataclass(frozen=True, slots=True)
class SettingOrigin:
    """One setting: its path in settings.yaml, the value in force (None: none), and where that came from.

    ``origin`` is "config/settings.yaml:14", "environment SCHEDULER_SMTP__HOST", "file /etc/…" or "default".
    """

    key: str
    value: str | int | float | None
    origin: str


def trace_settings(settings: Settings, config_dir: Path, environ: Mapping[str, str]) -> tuple[SettingOrigin, ...]:
    """Return every setting of ``settings``, as loaded from this folder and environment, in the order of the file."""
    text, _ = read_config_text(config_dir / FILE)
    root, _ = parse_yaml(text, FILE)
    file = (config_dir / FILE).as_posix()
    return tuple(_trace_all(settings, (), _Sources(file, root or Tree((), 1, 1), environ, settings)))


@dataclass(frozen=True, slots=True)
class _Sources:
    file: str
    root: Tree
    environ: Mapping[str, str]
    settings: Settings

    def find(self, path: tuple[str, ...]) -> str:
        """Return where the value at ``path`` came from; the environment wins."""
        variable = next((name for name, where in list_variables().items() if where == path), "")
        if self.environ.get(variable, "").strip():
            return f"environment {variable}"
        place = find_place(self.root, path)
        if isinstance(place, Entry) and place.key.text == path[-1] and _holds_something(place):
            return f"{self.file}:{place.key.line}"
        if path == ("smtp", "password"):
            password_file = self.settings.smtp.password_file
            return DEFAULT if password_file is None else f"file {password_file}"
        if path == ("smtp", "password_file") and self.settings.smtp.password_file is not None:
            return f"systemd credential {find_credential(self.environ)}"
        return DEFAULT


def _holds_something(entry: Entry) -> bool:
    return not isinstance(entry.value, Scalar) or (bool(entry.value.text) and entry.value.kind != "null")


def _trace_all(section: BaseModel, path: tuple[str, ...], sources: _Sources) -> Iterator[SettingOrigin]:
    for name in type(section).model_fields:
        value: object = getattr(section, name)
        here = (*path, name)
        if isinstance(value, BaseModel):
            yield from _trace_all(value, here, sources)
        else:
            yield SettingOrigin(".".join(here), _show(value), sources.find(here))


def _show(value: object) -> str | int | float | None:
    if isinstance(value, SecretStr):
        return HIDDEN
    if value is None or isinstance(value, int | float):
        return value
    return _PASSWORD_IN_URL.sub(rf"\1:{HIDDEN}@", str(value))
