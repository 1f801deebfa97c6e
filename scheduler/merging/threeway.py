"""The three-way rule for one value, one list of names and one list of items; what it changed and what it left open.

Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol, TypeVar

from scheduler.merging.naming import Names, show_value
from scheduler.model import Finding, Severity

CONFLICT: Final = "merge-conflict"


class HasId(Protocol):
    @property
    def id(self) -> str: ...


T = TypeVar("T")
Item = TypeVar("Item", bound=HasId)


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that the document changed; ``before`` is None for what it adds, ``after`` for what it drops."""

    subject: str
    before: str | None
    after: str | None
    where: str


@dataclass(slots=True)
class ThreeWay:
    """Collects what the merge of one plan has to tell; ``places`` are those of the new document."""

    names: Names
    places: dict[str, str]
    changes: list[Change] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def find_place(self, pointer: str) -> str:
        """Return the place of ``pointer``, else that of the first value in it; "" where the document has none."""
        inner = (place for key, place in self.places.items() if key.startswith(f"{pointer}/"))
        return self.places.get(pointer) or next(inner, "")

    def pick(self, subject: str, pointer: str, base: T, ours: T, theirs: T) -> T:
        """Return the merged value of one field."""
        if theirs in (ours, base):
            return ours
        where = self.find_place(pointer)
        if ours == base:
            self.changes.append(Change(subject, show_value(ours), show_value(theirs), where))
            return theirs
        was, now, kept = show_value(base), show_value(theirs), show_value(ours)
        self.tell_conflict(f"{subject}: the document now says {now} (it said {was}), the plan {kept}", where)
        return ours

    def join(
        self, subject: str, pointer: str, base: tuple[str, ...], ours: tuple[str, ...], theirs: tuple[str, ...]
    ) -> tuple[str, ...]:
        """Return the merged list of names: ours, less what the document dropped, with what it added in its order."""
        where = self.find_place(pointer)
        dropped = [name for name in ours if name in base and name not in theirs]
        added = [name for name in theirs if name not in base and name not in ours]
        kept = [name for name in ours if name not in dropped]
        self.changes += [Change(f"{subject}: {name}", name, None, where) for name in dropped]
        self.changes += [Change(f"{subject}: {name}", None, name, where) for name in added]
        return _insert_in_order(tuple(kept), theirs, frozenset(added), lambda name: name)

    def merge_items(
        self,
        section: str,
        plans: tuple[tuple[Item, ...], tuple[Item, ...], tuple[Item, ...]],
        merge: Callable[[Item, Item, Item, str], Item],
        needed: frozenset[str] = frozenset(),
        within: str = "",
    ) -> tuple[Item, ...]:
        """Merge base's, ours and theirs item by item; those whose id is ``needed`` are not dropped."""
        base, ours, theirs = ({item.id: item for item in each} for each in plans)
        pointers = {item.id: f"{within}/{section}/{index}" for index, item in enumerate(plans[2])}
        kept: list[Item] = []
        for key, own in ours.items():
            new, old = theirs.get(key), base.get(key)
            subject = self.names.describe(own)
            if new is not None:
                # Both added it: nothing says what was there before, the admin's stays where they differ.
                kept.append(merge(old if old is not None else new, own, new, pointers[key]))
            elif old is None or key in needed:
                kept.append(own)
            elif own == old:
                self.changes.append(Change(subject, show_value(own), None, ""))
            else:
                self.tell_conflict(f"{subject}: the document no longer has it, the plan has it with changes", "")
                kept.append(own)
        for key, new in theirs.items():
            if key in ours:
                continue
            if key not in base:
                self.changes.append(
                    Change(self.names.describe(new), None, show_value(new), self.find_place(pointers[key]))
                )
            elif new != base[key] and key not in needed:
                said = f"{self.names.describe(new)}: the document changed it, the plan no longer has it"
                self.tell_conflict(said, self.find_place(pointers[key]))
        added = frozenset(key for key in theirs if key not in ours and (key not in base or key in needed))
        return _insert_in_order(tuple(kept), tuple(theirs.values()), added, lambda item: item.id)

    def choose_pointer(self, *pointers: str) -> str:
        return next((pointer for pointer in pointers if self.find_place(pointer)), pointers[0])

    def tell_conflict(self, said: str, where: str) -> None:
        text = f"{said}; the plan's stays, edit it where the document is right"
        self.findings.append(Finding(Severity.WARNING, CONFLICT, text, where))


def _insert_in_order(
    kept: tuple[T, ...], theirs: tuple[T, ...], added: frozenset[str], name: Callable[[T], str]
) -> tuple[T, ...]:
    """Return ``kept`` with the added ones of ``theirs``, each behind the one it follows there."""
    merged = list(kept)
    position = 0
    for item in theirs:
        names = [name(each) for each in merged]
        if name(item) in names:
            position = names.index(name(item)) + 1
        elif name(item) in added:
            merged.insert(position, item)
            position += 1
    return tuple(merged)
