"""The text of a file that is a list of items -> the items as they stand there.

Pure.
"""

from __future__ import annotations

from typing import TypeAlias

from scheduler.planfile import Json
from scheduler.planfile.yamlfile import parse_yaml

Item: TypeAlias = "dict[str, Json]"
Items: TypeAlias = "tuple[Item, ...]"

LIST_OF = {"contacts.yaml": "contacts", "reminders.yaml": "rules"}
"""Each file, and the key that its list stands at."""


def read_items(file: str, content: bytes) -> Items | None:
    """Return the items of a file's list as they stand there; None where the file is wrong."""
    try:
        root, problems = parse_yaml(content.decode("utf-8-sig"), file)
    except UnicodeDecodeError:
        return None
    if root is None or problems:
        return None
    return tuple(item for _, node in root.mappings(LIST_OF[file]) if isinstance(item := node.plain, dict))
